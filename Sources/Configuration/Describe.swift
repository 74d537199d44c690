internal import Addresses
internal import TimeBase
internal import Timekeeping

extension Configuration {
    /// The settings in chrony's language, a directive a line, leaving out what is as it is by default.
    ///
    /// Read again, with the same source directories, it gives the same settings but for ``DaemonSettings/warnings``
    /// and what only a command line can say.
    public static func describe(_ settings: DaemonSettings) -> String {
        let own = settings.timekeeper.sources.dropLast(settings.directorySources.count)
        var lines = settings.timekeeper.referenceClocks.enumerated().map {
            referenceClockLine($0.element, $0.offset, settings.sourceDefaults)
        }
        lines += own.map { sourceLine($0, settings.sourceDefaults) }
        lines += settings.sourceDirectories.map { "sourcedir \($0)" }
        lines += settings.directorySources.map {
            "# from a source directory: \(sourceLine($0, settings.sourceDefaults))"
        }
        lines += sourceLines(settings) + selectionLines(settings.timekeeper) + clockLines(settings)
        lines += civilTimeLines(settings)
        lines += realTimeClockLines(settings.realTimeClock)
        lines += serverLines(settings) + controlLines(settings) + processLines(settings) + recordLines(settings)
        lines += stampLines(settings)
        return lines.map { $0 + "\n" }.joined()
    }

    private static func sourceLines(_ settings: DaemonSettings) -> [String] {
        let standard = SourceDefaults()
        var lines = Lines()
        lines.add("minsamples", settings.sourceDefaults.minimumSamples, unless: standard.minimumSamples)
        lines.add("maxsamples", settings.sourceDefaults.maximumSamples, unless: standard.maximumSamples)
        lines.add("minstratum", settings.sourceDefaults.minimumStratum, unless: standard.minimumStratum)
        for address in settings.clientAddresses { lines.add("bindacqaddress \(address)") }
        if let device = settings.clientDevice { lines.add("bindacqdevice \(device)") }
        lines.add("acquisitionport", Int(settings.clientPort), unless: 0)
        lines.add("dscp", settings.dscp, unless: 0)
        lines.add(
            "refresh", settings.timekeeper.refreshInterval, unless: TimekeeperSettings().refreshInterval)
        return lines.all
    }

    private static func selectionLines(_ settings: TimekeeperSettings) -> [String] {
        let standard = TimekeeperSettings()
        var lines = Lines()
        lines.add("combinelimit", settings.combineLimit, unless: standard.combineLimit)
        lines.add("maxdistance", settings.maximumDistance, unless: standard.maximumDistance)
        lines.add("maxjitter", settings.maximumJitter, unless: standard.maximumJitter)
        lines.add("maxstratum", settings.maximumStratum, unless: standard.maximumStratum)
        lines.add("minsources", settings.minimumSources, unless: standard.minimumSources)
        lines.add("reselectdist", settings.reselectDistance, unless: standard.reselectDistance)
        if settings.authentication != standard.authentication {
            lines.add("authselectmode \(settings.authentication.rawValue)")
        }
        lines.add("stratumweight", settings.stratumWeight, unless: standard.stratumWeight)
        return lines.all
    }

    private static func clockLines(_ settings: DaemonSettings) -> [String] {
        let standard = TimekeeperSettings()
        let timekeeper = settings.timekeeper
        var lines = Lines()
        if let path = settings.driftFile {
            let interval = timekeeper.driftInterval
            let suffix = interval == standard.driftInterval ? "" : " interval \(interval.decimalSeconds)"
            lines.add("driftfile \(path)\(suffix)")
        }
        if let rule = timekeeper.makeStep { lines.add("makestep \(rule.threshold.decimalSeconds) \(rule.limit)") }
        if let rule = timekeeper.maximumChange {
            lines.add("maxchange \(rule.offset.decimalSeconds) \(rule.start) \(rule.ignore)")
        }
        lines.add("maxslewrate", timekeeper.maximumSlewRate, unless: standard.maximumSlewRate)
        lines.add("maxupdateskew", timekeeper.maximumUpdateSkew, unless: standard.maximumUpdateSkew)
        lines.add("maxclockerror", timekeeper.maximumClockError, unless: standard.maximumClockError)
        lines.add("maxdrift", timekeeper.maximumDrift, unless: standard.maximumDrift)
        lines.add("corrtimeratio", timekeeper.correctionTimeRatio, unless: standard.correctionTimeRatio)
        for line in temperatureLines(settings) { lines.add(line) }
        if !settings.measuresPrecision { lines.add("clockprecision \(timekeeper.precision.decimalSeconds)") }
        if timekeeper.synchronisesRTC { lines.add("rtcsync") }
        lines.add("logchange", timekeeper.logChange, unless: standard.logChange)
        return lines.all
    }

    private static func serverLines(_ settings: DaemonSettings) -> [String] {
        let standard = DaemonSettings()
        var lines = Lines()
        lines.add("port", Int(settings.serverPort), unless: Int(standard.serverPort))
        for address in settings.serverAddresses { lines.add("bindaddress \(address)") }
        if let device = settings.serverDevice { lines.add("binddevice \(device)") }
        for broadcast in settings.timekeeper.broadcasts {
            let port = broadcast.destination.port == 123 ? "" : " \(broadcast.destination.port)"
            lines.add("broadcast \(broadcast.interval.components.seconds) \(broadcast.destination.address)\(port)")
        }
        for rule in rules(settings.access) { lines.add("\(rule.allowed ? "allow" : "deny") \(rule.subnet)") }
        if let local = settings.timekeeper.local { lines.add(localLine(local)) }
        if let island = settings.timekeeper.island { lines.add(roleLine(island)) }
        if let limit = settings.rateLimit { lines.add(limitLine("ratelimit", limit, RateLimitSettings())) }
        lines.add("clientloglimit", settings.clientLog.memory, unless: standard.clientLog.memory)
        if !settings.clientLog.isListed { lines.add("noclientlog") }
        lines.add("workers", settings.workers, unless: standard.workers)
        return lines.all
    }

    private static func controlLines(_ settings: DaemonSettings) -> [String] {
        let standard = DaemonSettings()
        var lines = Lines()
        lines.add("cmdport", Int(settings.commandPort), unless: Int(standard.commandPort))
        for address in settings.commandAddresses where !standard.commandAddresses.contains(address) {
            lines.add("bindcmdaddress \(address)")
        }
        if let device = settings.commandDevice { lines.add("bindcmddevice \(device)") }
        if settings.commandSocket != standard.commandSocket {
            lines.add("bindcmdaddress \(settings.commandSocket ?? "/")")
        }
        for rule in rules(settings.commandAccess) {
            lines.add("\(rule.allowed ? "cmdallow" : "cmddeny") \(rule.subnet)")
        }
        if let limit = settings.commandLimit { lines.add(limitLine("cmdratelimit", limit, .commands)) }
        if let names = settings.timekeeper.openCommands {
            lines.add((["opencommands"] + names).joined(separator: " "))
        }
        return lines.all
    }

    private static func processLines(_ settings: DaemonSettings) -> [String] {
        let standard = DaemonSettings()
        var lines = Lines()
        if let user = settings.user { lines.add("user \(user)") }
        if settings.pidFile != standard.pidFile { lines.add("pidfile \(settings.pidFile ?? "/")") }
        if let path = settings.keyFile { lines.add("keyfile \(path)") }
        if settings.boundFile != standard.boundFile { lines.add("boundfile \(settings.boundFile ?? "/")") }
        if settings.lockAll { lines.add("lock_all") }
        lines.add("sched_priority", settings.schedulingPriority, unless: standard.schedulingPriority)
        return lines.all
    }

    /// The wider subnets first; the order has no meaning.
    private static func rules(_ table: AccessTable) -> [(subnet: String, allowed: Bool)] {
        table.rules.map { (length: $0.key.length, subnet: $0.key.description, allowed: $0.value) }
            .sorted { ($0.length, $0.subnet) < ($1.length, $1.subnet) }
            .map { ($0.subnet, $0.allowed) }
    }

    private static func localLine(_ local: LocalReferenceSettings) -> String {
        let standard = LocalReferenceSettings()
        var options = Lines()
        options.add("stratum", Int(local.stratum), unless: Int(standard.stratum))
        options.add("distance", local.distance, unless: standard.distance)
        options.add("activate", local.activateDistance, unless: standard.activateDistance)
        options.add("waitsynced", local.waitSynchronised, unless: standard.waitSynchronised)
        if let wait = local.waitUnsynchronised { options.add("waitunsynced \(wait.decimalSeconds)") }
        if local.orphan { options.add("orphan") }
        return (["local"] + options.all).joined(separator: " ")
    }

    private static func limitLine(
        _ word: String, _ limit: RateLimitSettings, _ standard: RateLimitSettings
    ) -> String {
        var options = Lines()
        options.add("interval", limit.interval, unless: standard.interval)
        options.add("burst", limit.burst, unless: standard.burst)
        options.add("leak", limit.leak, unless: standard.leak)
        options.add("kod", limit.kissInterval, unless: standard.kissInterval)
        return ([word] + options.all).joined(separator: " ")
    }
}

/// Lines, or options of a line, that say what is not as it is by default.
struct Lines {
    private(set) var all: [String] = []

    mutating func add(_ text: String) {
        all.append(text)
    }

    mutating func add(_ word: String, _ value: Int, unless standard: Int) {
        if value != standard { all.append("\(word) \(value)") }
    }

    mutating func add(_ word: String, _ value: Double, unless standard: Double) {
        if value != standard { all.append("\(word) \(Number.text(value))") }
    }

    mutating func add(_ word: String, _ value: Duration, unless standard: Duration) {
        if value != standard { all.append("\(word) \(value.decimalSeconds)") }
    }

    mutating func add(_ word: String, _ value: Frequency, unless standard: Frequency) {
        if value != standard { all.append("\(word) \(Number.text(value))") }
    }
}

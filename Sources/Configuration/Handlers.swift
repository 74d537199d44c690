internal import Addresses
internal import Control
internal import Timekeeping

extension Parser {
    /// What a directive does; it takes its arguments and leaves those it does not know.
    typealias Handler = @Sendable (inout Parser, inout Arguments) throws(Mistake) -> Void

    /// One for every directive that works (a test holds this against the table).
    static let handlers: [String: Handler] = sourceHandlers.merging(selectionHandlers) { first, _ in first }
        .merging(clockHandlers) { first, _ in first }
        .merging(temperatureHandlers) { first, _ in first }
        .merging(serverHandlers) { first, _ in first }
        .merging(processHandlers) { first, _ in first }
        .merging(civilTimeHandlers) { first, _ in first }
        .merging(recordHandlers) { first, _ in first }
        .merging(stampHandlers) { first, _ in first }
        .merging(realTimeClockHandlers) { first, _ in first }
        .merging(roleHandlers) { first, _ in first }

    private static let sourceHandlers: [String: Handler] = [
        "server": { (parser, words) throws(Mistake) in try parser.source(.server, &words) },
        "pool": { (parser, words) throws(Mistake) in try parser.source(.pool, &words) },
        "refclock": { (parser, words) throws(Mistake) in try parser.referenceClock(&words) },
        "peer": { (parser, words) throws(Mistake) in try parser.source(.peer, &words) },
        "acquisitionport": { (parser, words) throws(Mistake) in parser.settings.clientPort = try words.port() },
        "bindacqdevice": { (parser, words) throws(Mistake) in
            parser.settings.clientDevice = try words.next("an interface").text
        },
        "dscp": { (parser, words) throws(Mistake) in
            parser.settings.dscp = try words.integer("a number", in: 0...63)
        },
        "minsamples": { (parser, words) throws(Mistake) in
            parser.settings.sourceDefaults.minimumSamples = try words.integer("a number of samples", in: 1...64)
        },
        "maxsamples": { (parser, words) throws(Mistake) in
            parser.settings.sourceDefaults.maximumSamples = try parser.sampleLimit(&words)
        },
        "minstratum": { (parser, words) throws(Mistake) in
            parser.settings.sourceDefaults.minimumStratum = try words.integer("a stratum", in: 0...16)
        },
        "refresh": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.refreshInterval = .seconds(
                try words.integer("an interval in seconds", in: 0...31_536_000))
        },
        "bindacqaddress": { (parser, words) throws(Mistake) in
            parser.settings.clientAddresses.replace(try words.address())
        },
        "sourcedir": { (parser, words) throws(Mistake) in
            parser.settings.sourceDirectories += try words.paths("a directory")
        },
    ]

    private static let selectionHandlers: [String: Handler] = [
        "combinelimit": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.combineLimit = try words.number("a ratio", in: 0...1e6)
        },
        "maxdistance": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.maximumDistance = try words.seconds()
        },
        "maxjitter": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.maximumJitter = try words.seconds()
        },
        "maxstratum": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.maximumStratum = try words.integer("a stratum", in: 0...16)
        },
        "authselectmode": { (parser, words) throws(Mistake) in
            let word = try words.next("a mode (require, prefer, mix or ignore)")
            guard let mode = AuthenticationMode(rawValue: word.lowercased) else {
                throw Mistake(word, "'\(word.text)' is none of require, prefer, mix, ignore")
            }
            parser.settings.timekeeper.authentication = mode
        },
        "minsources": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.minimumSources = try words.integer("a number of sources", in: 1...10_000)
        },
        "reselectdist": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.reselectDistance = try words.seconds()
        },
        "stratumweight": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.stratumWeight = try words.seconds()
        },
    ]

    private static let clockHandlers: [String: Handler] = [
        "driftfile": { (parser, words) throws(Mistake) in
            parser.settings.driftFile = try words.next("a path").text
            parser.settings.timekeeper.keepsDrift = true
            if words.take("interval") {
                parser.settings.timekeeper.driftInterval = try words.seconds(from: .seconds(1))
            }
        },
        "makestep": { (parser, words) throws(Mistake) in
            let threshold = try words.seconds("a threshold in seconds")
            let limit = try words.count("a number of updates")
            parser.settings.timekeeper.makeStep = MakeStep(threshold: threshold, limit: limit)
        },
        "maxchange": { (parser, words) throws(Mistake) in
            let offset = try words.seconds("an offset in seconds")
            let start = try words.count("a number of updates")
            let ignore = try words.count("a number of refusals")
            parser.settings.timekeeper.maximumChange = MaximumChange(offset: offset, start: start, ignore: ignore)
        },
        "maxslewrate": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.maximumSlewRate = try words.frequency(from: 0.001)
        },
        "maxupdateskew": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.maximumUpdateSkew = try words.frequency()
        },
        "maxclockerror": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.maximumClockError = try words.frequency()
        },
        "maxdrift": { (parser, words) throws(Mistake) in
            let limit = TimekeeperSettings().maximumDrift
            let drift = try words.frequency(to: 1e9)
            if drift > limit { parser.warn(words.last, "maxdrift is at most 100000 ppm, which is used") }
            parser.settings.timekeeper.maximumDrift = min(drift, limit)
        },
        "corrtimeratio": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.correctionTimeRatio = try words.number("a ratio", in: 0...1e6)
        },
        "clockprecision": { (parser, words) throws(Mistake) in
            let precision = try words.seconds(to: .seconds(1))
            parser.settings.measuresPrecision = precision == .zero
            parser.settings.timekeeper.precision = precision == .zero ? TimekeeperSettings().precision : precision
        },
        "rtcsync": { (parser, _) throws(Mistake) in parser.settings.timekeeper.synchronisesRTC = true },
        "logchange": { (parser, words) throws(Mistake) in
            parser.settings.timekeeper.logChange = try words.seconds()
        },
    ]

    private static let serverHandlers: [String: Handler] = [
        "allow": { (parser, words) throws(Mistake) in
            try parser.access(\.access, allowed: true, &words)
        },
        "deny": { (parser, words) throws(Mistake) in
            try parser.access(\.access, allowed: false, &words)
        },
        "cmdallow": { (parser, words) throws(Mistake) in
            try parser.access(\.commandAccess, allowed: true, &words)
        },
        "cmddeny": { (parser, words) throws(Mistake) in
            try parser.access(\.commandAccess, allowed: false, &words)
        },
        "local": { (parser, words) throws(Mistake) in try parser.local(&words) },
        "ratelimit": { (parser, words) throws(Mistake) in
            parser.settings.rateLimit = try parser.rateLimit(&words, RateLimitSettings(), hasKiss: true)
        },
        "cmdratelimit": { (parser, words) throws(Mistake) in
            parser.settings.commandLimit = try parser.rateLimit(&words, .commands, hasKiss: false)
        },
        "clientloglimit": { (parser, words) throws(Mistake) in
            parser.settings.clientLog.memory = try words.integer("a number of octets", in: 0...4_000_000_000)
        },
        "noclientlog": { (parser, _) throws(Mistake) in parser.settings.clientLog.isListed = false },
        "workers": { (parser, words) throws(Mistake) in
            parser.settings.workers = try words.integer("a number of processes", in: 0...ClientPages.mostWorkers)
        },
        "port": { (parser, words) throws(Mistake) in parser.settings.serverPort = try words.port() },
        "bindaddress": { (parser, words) throws(Mistake) in
            parser.settings.serverAddresses.replace(try words.address())
        },
        "binddevice": { (parser, words) throws(Mistake) in
            parser.settings.serverDevice = try words.next("an interface").text
        },
        "bindcmddevice": { (parser, words) throws(Mistake) in
            parser.settings.commandDevice = try words.next("an interface").text
        },
        "broadcast": { (parser, words) throws(Mistake) in
            let interval = try words.integer("an interval in seconds", in: 1...1_000_000)
            let address = try words.address()
            let port = words.isAtEnd ? 123 : UInt16(truncatingIfNeeded: try words.integer("a port", in: 1...65_535))
            parser.settings.timekeeper.broadcasts.append(
                BroadcastSettings(
                    interval: .seconds(interval), destination: Endpoint(address: address, port: port)))
        },
        "cmdport": { (parser, words) throws(Mistake) in parser.settings.commandPort = try words.port() },
        "bindcmdaddress": { (parser, words) throws(Mistake) in
            let word = try words.next("an IP address or a path")
            if word.text.hasPrefix("/") {
                parser.settings.commandSocket = word.text == "/" ? nil : word.text
            } else if let address = IPAddress(word.text) {
                parser.settings.commandAddresses.replace(address)
            } else {
                throw Mistake(word, "'\(word.text)' is neither an IP address nor a path that begins with '/'")
            }
        },
        "opencommands": { (parser, words) throws(Mistake) in
            var names: [String] = []
            while let word = words.optional() {
                guard MonitoringGroup(rawValue: word.lowercased) != nil else {
                    let nearest = Nearest.word(to: word.text, among: MonitoringGroup.allCases.map(\.rawValue))
                    throw Mistake(
                        word,
                        "'\(word.text)' is not a monitoring command"
                            + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
                }
                names.append(word.lowercased)
            }
            parser.settings.timekeeper.openCommands = names
        },
    ]

    private static let processHandlers: [String: Handler] = [
        "user": { (parser, words) throws(Mistake) in parser.settings.user = try words.next("a user name").text },
        "pidfile": { (parser, words) throws(Mistake) in
            let path = try words.next("a path, or '/' for none").text
            parser.settings.pidFile = path == "/" ? nil : path
        },
        "keyfile": { (parser, words) throws(Mistake) in parser.settings.keyFile = try words.next("a path").text },
        "boundfile": { (parser, words) throws(Mistake) in
            let path = try words.next("a path, or '/' for none").text
            parser.settings.boundFile = path == "/" ? nil : path
        },
        "lock_all": { (parser, _) throws(Mistake) in parser.settings.lockAll = true },
        "sched_priority": { (parser, words) throws(Mistake) in
            parser.settings.schedulingPriority = try words.integer("a priority", in: 0...100)
        },
        "include": { (parser, words) throws(Mistake) in
            let pattern = try words.next("a path")
            try words.end()
            for path in Glob.paths(pattern.text, parser.files) { parser.read(file: path, for: pattern) }
        },
        "confdir": { (parser, words) throws(Mistake) in
            let word = words.directive
            for path in Glob.files(withSuffix: ".conf", in: try words.paths("a directory"), parser.files) {
                parser.read(file: path, for: word)
            }
        },
    ]
}

extension Arguments {
    /// All remaining words, at least one.
    fileprivate mutating func paths(_ what: String) throws(Mistake) -> [String] {
        var paths = [try next(what).text]
        while let word = optional() { paths.append(word.text) }
        return paths
    }
}

extension [IPAddress] {
    /// Of each family there is one address, the last that was given.
    fileprivate mutating func replace(_ address: IPAddress) {
        removeAll { $0.family == address.family }
        let end = address.family == .ipv4 ? startIndex : endIndex
        insert(address, at: end)
    }
}

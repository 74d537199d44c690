internal import TimeBase
internal import Timekeeping

/// A reference clock as it was written, and what its line left to the defaults.
struct WrittenReferenceClock {
    var settings: ReferenceClockSettings
    var minimumSamples: Int?
    var maximumSamples: Int?
    /// Where `lock` names another clock.
    var lock: (word: Word, place: (file: String, line: Int))?

    /// The clock with the defaults filled in, wherever in the file they stood.
    func settled(_ defaults: SourceDefaults) -> ReferenceClockSettings {
        var clock = settings
        clock.minimumSamples = minimumSamples ?? defaults.minimumSamples
        clock.maximumSamples = maximumSamples ?? defaults.maximumSamples
        return clock
    }
}

extension Parser {
    /// `refclock DRIVER PARAMETER[:OPTION…] [OPTION…]`.
    mutating func referenceClock(_ arguments: inout Arguments) throws(Mistake) {
        let word = try arguments.next("a driver (SHM, SOCK, PPS or PHC)")
        let parameter = try arguments.next("what the driver reads")
        guard word.lowercased != "rtc" else {
            // The line is understood, and the clock that it names is left out.
            while arguments.optional() != nil {}
            return warn(word, "'refclock RTC' has no effect yet in this version: the real-time clock is no source")
        }
        let driver = try driver(word, parameter)
        let name = word.text.uppercased()
        var clock = WrittenReferenceClock(
            settings: ReferenceClockSettings(
                driver: driver,
                identifier: ReferenceClockSettings.standardIdentifier(name, referenceClocks.count)))
        while let option = arguments.optional() { try read(option, &arguments, &clock) }
        if clock.settings.driverPoll > clock.settings.poll, clock.settings.isAsked {
            clock.settings.driverPoll = clock.settings.poll
        }
        if let other = referenceClocks.first(where: { $0.settings.identifier == clock.settings.identifier }) {
            warn(word, "another reference clock is called \(other.settings.name), too; give one of them another refid")
        }
        referenceClocks.append(clock)
    }

    /// What each driver's word and parameter stand for.
    private func driver(_ word: Word, _ parameter: Word) throws(Mistake) -> ReferenceClockSettings.Driver {
        // The parameter and its options stand in one word, with colons between.
        let parts = parameter.text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        let options = Array(parts.dropFirst())
        switch word.lowercased {
        case "shm": return try sharedMemory(name, options, parameter)
        case "sock":
            try Self.onlyKnown(options, [], parameter)
            guard !name.isEmpty else { throw Mistake(parameter, "a path of a socket is missing") }
            guard name.utf8.count < 108 else {
                throw Mistake(parameter, "'\(name)' is too long for the path of a socket (107 octets at most)")
            }
            return .socket(path: name)
        case "pps":
            try Self.onlyKnown(options, ["clear"], parameter)
            return .pulse(path: name, falling: options.contains("clear"))
        case "phc": return .hardwareClock(try hardwareClock(name, options, parameter))
        default:
            let nearest = Nearest.word(to: word.text, among: ["shm", "sock", "pps", "phc"])
            throw Mistake(
                word,
                "'\(word.text)' is not a driver of reference clocks"
                    + (nearest.map { "; did you mean '\($0.uppercased())'?" } ?? "; there are SHM, SOCK, PPS and PHC"))
        }
    }

    private func sharedMemory(
        _ name: String, _ options: [String], _ parameter: Word
    ) throws(Mistake) -> ReferenceClockSettings.Driver {
        guard let unit = Int(name), (0...255).contains(unit) else {
            throw Mistake(parameter, "'\(name)' is not a number of a segment, from 0 to 255")
        }
        try Self.onlyKnown(options, ["perm="], parameter)
        var permissions = 0o600
        for option in options {
            let digits = option.dropFirst("perm=".utf8.count)
            guard let mode = Int(digits, radix: 8), (0...0o777).contains(mode) else {
                throw Mistake(parameter, "'\(digits)' is not a file mode, such as 0644")
            }
            permissions = mode
        }
        return .sharedMemory(unit: unit, permissions: permissions)
    }

    private func hardwareClock(
        _ name: String, _ options: [String], _ parameter: Word
    ) throws(Mistake) -> ReferenceClockSettings.HardwareClockSettings {
        guard !name.isEmpty else { throw Mistake(parameter, "a device or an interface is missing") }
        try Self.onlyKnown(options, ["nocrossts", "extpps", "clear", "pin=", "channel="], parameter)
        var clock = ReferenceClockSettings.HardwareClockSettings(name: name)
        clock.avoidsCrossStamps = options.contains("nocrossts")
        clock.stampsPulses = options.contains("extpps")
        clock.falling = options.contains("clear")
        for option in options {
            guard let sign = option.firstIndex(of: "=") else { continue }
            guard let value = Int(option[option.index(after: sign)...]), (0...255).contains(value) else {
                throw Mistake(parameter, "'\(option)' needs a number from 0 to 255")
            }
            if option.hasPrefix("pin=") { clock.pin = value } else { clock.channel = value }
        }
        return clock
    }

    /// Known options end in `=` where a value follows.
    private static func onlyKnown(_ options: [String], _ known: [String], _ parameter: Word) throws(Mistake) {
        for option in options {
            guard !known.contains(where: { $0.hasSuffix("=") ? option.hasPrefix($0) : option == $0 }) else { continue }
            let list = known.isEmpty ? "it has none" : "there are " + known.joined(separator: ", ")
            throw Mistake(parameter, "'\(option)' is not an option of this driver; \(list)")
        }
    }

    /// Every option that may follow the parameter.
    static let referenceClockOptions = [
        "delay", "dpoll", "filter", "local", "lock", "maxdispersion", "maxlockage", "maxsamples", "maxunreach",
        "minsamples", "noselect", "offset", "poll", "pps", "precision", "prefer", "rate", "refid", "require", "stratum",
        "tai", "trust", "width",
    ]

    private mutating func read(
        _ option: Word, _ arguments: inout Arguments, _ clock: inout WrittenReferenceClock
    ) throws(Mistake) {
        if flag(option, &clock.settings) { return }
        if try counting(option, &arguments, &clock) { return }
        if try lasting(option, &arguments, &clock.settings) { return }
        let nearest = Nearest.word(to: option.text, among: Self.referenceClockOptions)
        throw Mistake(
            option,
            "'\(option.text)' is not an option of refclock" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    }

    private mutating func flag(_ option: Word, _ clock: inout ReferenceClockSettings) -> Bool {
        switch option.lowercased {
        case "prefer": clock.prefer = true
        case "noselect": clock.noselect = true
        case "trust": clock.trust = true
        case "require": clock.require = true
        case "pps": clock.isPulse = true
        case "tai": clock.countsTAI = true
        case "local":
            clock.isLocal = true
            warn(option, "'local' has no effect yet in this version: the clock is measured, and steadies nothing")
        default: return false
        }
        return true
    }

    /// Options with a whole number or a name.
    private mutating func counting(
        _ option: Word, _ arguments: inout Arguments, _ clock: inout WrittenReferenceClock
    ) throws(Mistake) -> Bool {
        switch option.lowercased {
        case "poll": clock.settings.poll = try arguments.integer("a poll interval (log2 of seconds)", in: -7...24)
        case "dpoll": clock.settings.driverPoll = try arguments.integer("an interval (log2 of seconds)", in: -7...24)
        case "filter": clock.settings.filterLength = try arguments.integer("a number of readings", in: 1...1_000_000)
        case "rate": clock.settings.rate = try arguments.integer("a number of pulses a second", in: 1...1_000_000)
        case "maxlockage":
            clock.settings.maximumLockAge = try arguments.integer("a number of pulses", in: 1...1_000_000)
        case "stratum": clock.settings.stratum = try arguments.integer("a stratum", in: 0...15)
        case "refid": clock.settings.identifier = try identifier(&arguments).identifier
        case "lock":
            let named = try identifier(&arguments)
            clock.settings.lock = named.identifier
            clock.lock = (named.word, place)
        case "minsamples": clock.minimumSamples = try arguments.integer("a number of samples", in: 1...64)
        case "maxsamples": clock.maximumSamples = try sampleLimit(&arguments)
        case "maxunreach":
            clock.settings.maximumUnreachable = try arguments.integer("a number of updates", in: 0...1_000_000_000)
        default: return false
        }
        return true
    }

    /// Options with a time.
    private func lasting(
        _ option: Word, _ arguments: inout Arguments, _ clock: inout ReferenceClockSettings
    ) throws(Mistake) -> Bool {
        switch option.lowercased {
        case "offset": clock.offset = try arguments.seconds(from: .seconds(-1_000_000_000))
        case "delay":
            clock.delay = try arguments.seconds(to: .seconds(1000))
            clock.isDelayGiven = true
        case "precision":
            let precision = try arguments.seconds(to: .seconds(1))
            clock.precision = precision == .zero ? nil : precision
        case "width":
            let width = try arguments.seconds(to: .seconds(1))
            clock.width = width == .zero ? nil : width
        case "maxdispersion":
            let limit = try arguments.seconds(to: .seconds(1000))
            clock.maximumDispersion = limit == .zero ? nil : limit
        default: return false
        }
        return true
    }

    private func identifier(
        _ arguments: inout Arguments
    ) throws(Mistake) -> (identifier: ReferenceIdentifier, word: Word) {
        let word = try arguments.next("a name of four letters at most")
        guard let identifier = ReferenceIdentifier(letters: word.text) else {
            throw Mistake(word, "'\(word.text)' is not a name of one to four ASCII letters or digits")
        }
        return (identifier, word)
    }

    /// What only the whole configuration can tell: a pulse whose seconds a clock numbers that is not there.
    mutating func settleReferenceClocks() {
        for clock in referenceClocks {
            guard let lock = clock.lock,
                !referenceClocks.contains(where: { $0.settings.identifier == clock.settings.lock })
            else { continue }
            warn(
                lock.word, at: lock.place,
                "no reference clock is called \(lock.word.text), so \(clock.settings.name) will never be right")
        }
        settings.timekeeper.referenceClocks = referenceClocks.map { $0.settled(settings.sourceDefaults) }
    }
}

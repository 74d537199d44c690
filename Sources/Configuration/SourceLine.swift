internal import Addresses
internal import Timekeeping

extension Parser {
    /// `server NAME [OPTION…]`, and alike `pool` and `peer`.
    mutating func source(_ kind: SourceSettings.Kind, _ arguments: inout Arguments) throws(Mistake) {
        let name = try arguments.next("a host name or address")
        var source = WrittenSource(settings: SourceSettings(kind: kind, name: name.text))
        var maximumPoll: Word?
        while let option = arguments.optional() {
            if option.lowercased == "maxpoll" { maximumPoll = option }
            if kind == .peer, ["iburst", "burst"].contains(option.lowercased) {
                warn(
                    option,
                    "'\(option.lowercased)' has no effect on a peer, as in chrony: it answers when it would have sent a"
                        + " packet anyway")
            }
            try read(option, &arguments, &source)
        }
        if source.settings.maximumPoll < source.settings.minimumPoll {
            if let maximumPoll { warn(maximumPoll, "maxpoll is below minpoll; minpoll is used for both") }
            source.settings.maximumPoll = source.settings.minimumPoll
        }
        sources.append(source)
    }

    /// Every option that a source line may have.
    static let sourceOptions = [
        "asymmetry", "auto_offline", "burst", "certset", "copy", "extfield", "filter", "iburst", "ipv4", "ipv6", "key",
        "maxdelay", "maxdelaydevratio", "maxdelayquant", "maxdelayratio", "maxpoll", "maxsamples", "maxsources",
        "maxunreach", "mindelay", "minpoll", "minsamples", "minstratum", "noselect", "nts", "ntsport", "offline",
        "offset", "polltarget", "port", "prefer", "presend", "require", "trust", "version", "xleave",
    ]

    private mutating func read(
        _ option: Word, _ arguments: inout Arguments, _ source: inout WrittenSource
    ) throws(Mistake) {
        if flag(option, &source.settings) { return }
        if try polling(option, &arguments, &source.settings) { return }
        if try measuring(option, &arguments, &source) { return }
        if try unready(option, &arguments, &source.settings) { return }
        let nearest = Nearest.word(to: option.text, among: Self.sourceOptions)
        throw Mistake(
            option,
            "'\(option.text)' is not an option of \(arguments.directive.lowercased)"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    }

    private func flag(_ option: Word, _ source: inout SourceSettings) -> Bool {
        switch option.lowercased {
        case "iburst": source.initialBurst = true
        case "burst": source.burst = true
        case "prefer": source.prefer = true
        case "noselect": source.noselect = true
        case "trust": source.trust = true
        case "require": source.require = true
        case "offline": source.offline = true
        case "auto_offline": source.autoOffline = true
        case "ipv4": source.family = .ipv4
        case "ipv6": source.family = .ipv6
        case "xleave": source.isInterleaved = true
        case "copy": source.copiesReference = true
        default: return false
        }
        return true
    }

    /// Options that say how it is asked.
    private func polling(
        _ option: Word, _ arguments: inout Arguments, _ source: inout SourceSettings
    ) throws(Mistake) -> Bool {
        switch option.lowercased {
        case "minpoll": source.minimumPoll = try arguments.integer("a poll interval (log2 of seconds)", in: -7...24)
        case "maxpoll": source.maximumPoll = try arguments.integer("a poll interval (log2 of seconds)", in: -7...24)
        case "presend": source.presendPoll = try arguments.integer("a poll interval (log2 of seconds)", in: -7...1000)
        case "polltarget": source.pollTarget = try arguments.integer("a number of samples", in: 1...60)
        case "port": source.port = UInt16(truncatingIfNeeded: try arguments.integer("a port", in: 1...65_535))
        case "version": source.version = UInt8(clamping: try arguments.integer("a version of NTP", in: 1...4))
        case "key":
            source.key = UInt32(truncatingIfNeeded: try arguments.integer("a number of a key", in: 1...0xFFFF_FFFF))
        case "maxsources": source.maximumSources = try arguments.integer("a number of sources", in: 1...16)
        default: return false
        }
        return true
    }

    /// Options that say what its answers are worth.
    private func measuring(
        _ option: Word, _ arguments: inout Arguments, _ source: inout WrittenSource
    ) throws(Mistake) -> Bool {
        switch option.lowercased {
        case "offset":
            source.settings.offset = try arguments.seconds(from: .seconds(-1_000_000_000))
        case "maxdelay": source.settings.maximumDelay = try arguments.seconds(to: .seconds(1000))
        case "mindelay": source.settings.minimumDelay = try arguments.seconds(to: .seconds(1000))
        case "maxdelayratio": source.settings.maximumDelayRatio = try arguments.number("a ratio", in: 0...1e6)
        case "maxdelaydevratio":
            source.settings.maximumDelayDeviationRatio = try arguments.number("a ratio", in: 0...1e6)
        case "maxdelayquant": source.settings.maximumDelayQuantile = try arguments.number("a quantile", in: 0...1)
        case "asymmetry":
            let value = try arguments.number("an asymmetry", in: -1...1)
            source.settings.asymmetry = value.magnitude <= 0.5 ? value : nil
        case "minsamples": source.minimumSamples = try arguments.integer("a number of samples", in: 1...64)
        case "maxsamples": source.maximumSamples = try sampleLimit(&arguments)
        case "minstratum": source.minimumStratum = try arguments.integer("a stratum", in: 0...16)
        case "maxunreach":
            source.settings.maximumUnreachable = try arguments.integer("a number of updates", in: 0...1_000_000_000)
        default: return false
        }
        return true
    }

    /// `maxsamples N`, where 0 means as many as there may be.
    func sampleLimit(_ arguments: inout Arguments) throws(Mistake) -> Int {
        let limit = try arguments.integer("a number of samples", in: 0...64)
        return limit == 0 ? 64 : limit
    }

    /// Options that are understood, but can't be done yet.
    private mutating func unready(
        _ option: Word, _ arguments: inout Arguments, _ source: inout SourceSettings
    ) throws(Mistake) -> Bool {
        let sentence: String
        switch option.lowercased {
        case "filter":
            _ = try arguments.integer("a number of samples", in: 1...64)
            sentence = "every sample is used"
        case "extfield":
            let field = try arguments.next("a number of an extension field, hexadecimal")
            guard ["F323", "F324", "10A"].contains(field.text.uppercased()) else {
                throw Mistake(field, "'\(field.text)' is not an extension field; F323, F324 and 10A are")
            }
            if field.text.uppercased() == "F323" {
                source.asksMonotonicRoot = true
                return true
            }
            sentence =
                field.text.uppercased() == "10A"
                ? "nothing on the way fills in that field, because NTP is not carried in PTP packets"
                : "chrony accepts it and does nothing with it either"
        case "certset":
            _ = try arguments.integer("a set of certificates", in: 0...0xFFFF_FFFF)
            sentence = "there is no NTS"
        case "ntsport":
            _ = try arguments.integer("a port", in: 1...65_535)
            sentence = "there is no NTS"
        case "nts":
            asksForNTS = true
            source.noselect = true
            warn(
                option,
                "'nts' is not done yet in this version, and unauthenticated this source is not to be trusted: "
                    + "'\(source.name)' is measured but never selected (noselect)")
            return true
        default: return false
        }
        warn(option, "'\(option.lowercased)' has no effect yet in this version: \(sentence)")
        return true
    }
}

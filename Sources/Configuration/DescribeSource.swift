internal import Addresses
internal import Timekeeping

extension Configuration {
    /// A source's line; what the defaults say is left out.
    static func sourceLine(_ source: SourceSettings, _ defaults: SourceDefaults) -> String {
        let options = flags(source) + polling(source) + measuring(source, defaults)
        return ([word(source.kind), source.name] + options).joined(separator: " ")
    }

    private static func word(_ kind: SourceSettings.Kind) -> String {
        switch kind {
        case .server: "server"
        case .pool: "pool"
        case .peer: "peer"
        case .referenceClock: "refclock"
        }
    }

    private static func flags(_ source: SourceSettings) -> [String] {
        let flags = [
            ("iburst", source.initialBurst), ("burst", source.burst), ("prefer", source.prefer),
            ("noselect", source.noselect), ("trust", source.trust), ("require", source.require),
            ("offline", source.offline), ("auto_offline", source.autoOffline), ("ipv4", source.family == .ipv4),
            ("ipv6", source.family == .ipv6), ("xleave", source.isInterleaved), ("copy", source.copiesReference),
            ("extfield F323", source.asksMonotonicRoot),
        ]
        return flags.filter(\.1).map(\.0)
    }

    private static func polling(_ source: SourceSettings) -> [String] {
        let standard = SourceSettings(kind: source.kind, name: source.name)
        var options = Lines()
        options.add("minpoll", source.minimumPoll, unless: standard.minimumPoll)
        options.add("maxpoll", source.maximumPoll, unless: standard.maximumPoll)
        options.add("presend", source.presendPoll, unless: standard.presendPoll)
        options.add("polltarget", source.pollTarget, unless: standard.pollTarget)
        options.add("port", Int(source.port), unless: Int(standard.port))
        options.add("version", Int(source.version), unless: Int(standard.version))
        options.add("maxsources", source.maximumSources, unless: standard.maximumSources)
        options.add("maxunreach", source.maximumUnreachable, unless: standard.maximumUnreachable)
        if let key = source.key { options.add("key \(key)") }
        return options.all
    }

    private static func measuring(_ source: SourceSettings, _ defaults: SourceDefaults) -> [String] {
        let standard = SourceSettings(kind: source.kind, name: source.name)
        var options = Lines()
        options.add("offset", source.offset, unless: standard.offset)
        options.add("maxdelay", source.maximumDelay, unless: standard.maximumDelay)
        options.add("maxdelayratio", source.maximumDelayRatio, unless: standard.maximumDelayRatio)
        options.add("maxdelaydevratio", source.maximumDelayDeviationRatio, unless: standard.maximumDelayDeviationRatio)
        options.add("maxdelayquant", source.maximumDelayQuantile, unless: standard.maximumDelayQuantile)
        if let delay = source.minimumDelay { options.add("mindelay \(delay.decimalSeconds)") }
        if let asymmetry = source.asymmetry { options.add("asymmetry \(Number.text(asymmetry))") }
        options.add("minsamples", source.minimumSamples, unless: defaults.minimumSamples)
        options.add("maxsamples", source.maximumSamples, unless: defaults.maximumSamples)
        options.add("minstratum", source.minimumStratum, unless: defaults.minimumStratum)
        return options.all
    }
}

public import Control
internal import TimeBase

/// A source as people type it: `server NAME iburst minpoll 4`, the words of chrony.conf.
public enum SourceWords {
    /// What is wrong with the words.
    public struct Problem: Error, Equatable {
        public var sentence: String
    }

    private static let flags: [String: SourceAddition.Options] = [
        "iburst": .initialBurst, "burst": .burst, "prefer": .prefer, "noselect": .noselect, "trust": .trust,
        "require": .require, "xleave": .interleaved, "nts": .nts, "copy": .copy, "auto_offline": .autoOffline,
        "ipv4": .ipv4Only, "ipv6": .ipv6Only,
    ]

    public static func parse(kind: String, name: String, options: [String]) -> Result<SourceAddition, Problem> {
        do {
            return .success(try read(kind, name, options))
        } catch {
            return .failure(error)
        }
    }

    private static func read(_ kind: String, _ name: String, _ options: [String]) throws(Problem) -> SourceAddition {
        let kinds: [String: SourceAddition.Kind] = ["server": .server, "pool": .pool, "peer": .peer]
        guard let kind = kinds[kind] else {
            throw Problem(sentence: "A source is a `server`, a `pool` or a `peer`, not `\(kind)`.")
        }
        guard !name.isEmpty, name.utf8.count < 256 else { throw Problem(sentence: "The name is too long.") }
        var source = SourceAddition(kind: kind, name: name)
        var rest = options[...]
        while let word = rest.popFirst() {
            if let flag = flags[word] {
                source.options.insert(flag)
            } else if word == "offline" {
                source.options.remove(.online)
            } else if word == "extfield" {
                guard let field = rest.popFirst() else { throw Problem(sentence: "extfield needs F323 or 010A.") }
                switch field.uppercased() {
                case "F323": source.options.insert(.extensionF323)
                case "010A": source.options.insert(.extension010A)
                default: throw Problem(sentence: "extfield needs F323 or 010A, not `\(field)`.")
                }
            } else {
                try set(word, rest.popFirst(), &source)
            }
        }
        return source
    }

    private static func set(
        _ word: String, _ value: String?, _ source: inout SourceAddition
    ) throws(Problem) {
        func whole<Number: FixedWidthInteger>() throws(Problem) -> Number {
            guard let value, let number = Number(value) else {
                throw Problem(sentence: "`\(word)` needs a whole number.")
            }
            return number
        }
        func number() throws(Problem) -> Double {
            guard let value, let number = Double(value), number.isFinite else {
                throw Problem(sentence: "`\(word)` needs a number.")
            }
            return number
        }
        func seconds() throws(Problem) -> Duration { Duration(clampingSeconds: try number()) }
        switch word {
        case "port": source.port = UInt32(try whole() as UInt16)
        case "minpoll": source.minimumPoll = try whole()
        case "maxpoll": source.maximumPoll = try whole()
        case "presend": source.presendPoll = try whole()
        case "minstratum": source.minimumStratum = try whole()
        case "polltarget": source.pollTarget = try whole()
        case "version": source.version = try whole()
        case "maxsources": source.maximumSources = try whole()
        case "minsamples": source.minimumSamples = try whole()
        case "maxsamples": source.maximumSamples = try whole()
        case "key": source.key = try whole()
        case "ntsport": source.ntsPort = UInt32(try whole() as UInt16)
        case "certset": source.certificateSet = try whole()
        case "filter": source.filter = try whole()
        case "maxunreach": source.maximumUnreachable = try whole()
        case "maxdelay": source.maximumDelay = try seconds()
        case "maxdelayratio": source.maximumDelayRatio = try number()
        case "maxdelaydevratio": source.maximumDelayDeviationRatio = try number()
        case "maxdelayquant": source.maximumDelayQuantile = try number()
        case "mindelay": source.minimumDelay = try seconds()
        case "asymmetry": source.asymmetry = try number()
        case "offset": source.offset = try seconds()
        default: throw Problem(sentence: "`\(word)` is not an option of a source.")
        }
    }
}

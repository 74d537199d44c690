internal import TimeBase

/// How one interface is to stamp packets itself (`hwtimestamp`).
public struct HardwareStampSettings: Equatable, Sendable {
    /// `*` for every interface that can and has no line of its own.
    public var interface: String
    /// Binary logarithm of the shortest time between two readings of the interface's clock, seconds.
    public var minimumPoll = 0
    /// Readings before its clock is understood.
    public var minimumSamples = 2
    /// Readings that are remembered.
    public var maximumSamples = 16
    /// How far a reading of its clock may be off.
    public var precision = Duration.nanoseconds(100)
    /// Subtracted from stamps of what comes in: how late they are.
    public var receiveCompensation = Duration.zero
    /// Added to stamps of what is sent: how early they are.
    public var transmitCompensation = Duration.zero
    /// Which packets that come in it stamps; nil for NTP, or all where it can't tell.
    public var filter: Filter?

    public enum Filter: String, CaseIterable, Sendable {
        case none, ntp, ptp, all
    }

    public init(interface: String) {
        self.interface = interface
    }
}

extension Parser {
    /// Directives about stamps of the network card.
    static let stampHandlers: [String: Handler] = [
        "hwtimestamp": { (parser, words) throws(Mistake) in try parser.hardwareStamps(&words) },
        "hwtstimeout": { (parser, words) throws(Mistake) in
            parser.settings.hardwareStampTimeout = try words.seconds(to: .seconds(1))
        },
        "maxtxbuffers": { (parser, words) throws(Mistake) in
            parser.settings.awaitedStamps = try words.integer("a number of packets", in: 0...65_536)
        },
    ]

    private static let stampOptions = [
        "minpoll", "maxpoll", "minsamples", "maxsamples", "precision", "rxcomp", "txcomp", "nocrossts", "rxfilter",
    ]

    /// `hwtimestamp INTERFACE [OPTION…]`
    private mutating func hardwareStamps(_ words: inout Arguments) throws(Mistake) {
        var stamps = HardwareStampSettings(interface: try words.next("an interface, or '*'").text)
        while let option = words.optional() {
            switch option.lowercased {
            case "minpoll": stamps.minimumPoll = try words.integer("a poll interval (log2 of seconds)", in: -6...20)
            case "maxpoll":
                _ = try words.integer("a poll interval (log2 of seconds)", in: -6...21)
                warn(
                    option,
                    "'maxpoll' has no effect: the interface's clock is read whenever one of its stamps is needed")
            case "minsamples": stamps.minimumSamples = try words.integer("a number of readings", in: 2...64)
            case "maxsamples": stamps.maximumSamples = try words.integer("a number of readings", in: 4...64)
            case "precision": stamps.precision = try words.seconds(to: .seconds(1))
            case "rxcomp": stamps.receiveCompensation = try words.seconds(from: .seconds(-1), to: .seconds(1))
            case "txcomp": stamps.transmitCompensation = try words.seconds(from: .seconds(-1), to: .seconds(1))
            case "nocrossts": break  // Its clock is always read between two readings of ours.
            case "rxfilter":
                let word = try words.next("a filter (none, ntp, ptp or all)")
                guard let filter = HardwareStampSettings.Filter(rawValue: word.lowercased) else {
                    throw Mistake(word, "'\(word.text)' is none of none, ntp, ptp, all")
                }
                stamps.filter = filter
            default:
                let nearest = Nearest.word(to: option.text, among: Self.stampOptions)
                throw Mistake(
                    option,
                    "'\(option.text)' is not an option of hwtimestamp"
                        + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
            }
        }
        settings.hardwareStamps.removeAll { $0.interface == stamps.interface }
        settings.hardwareStamps.append(stamps)
    }
}

extension Configuration {
    static func stampLines(_ settings: DaemonSettings) -> [String] {
        let standard = DaemonSettings()
        var lines = Lines()
        for stamps in settings.hardwareStamps {
            let usual = HardwareStampSettings(interface: stamps.interface)
            var options = Lines()
            options.add("minpoll", stamps.minimumPoll, unless: usual.minimumPoll)
            options.add("minsamples", stamps.minimumSamples, unless: usual.minimumSamples)
            options.add("maxsamples", stamps.maximumSamples, unless: usual.maximumSamples)
            options.add("precision", stamps.precision, unless: usual.precision)
            options.add("rxcomp", stamps.receiveCompensation, unless: usual.receiveCompensation)
            options.add("txcomp", stamps.transmitCompensation, unless: usual.transmitCompensation)
            if let filter = stamps.filter { options.add("rxfilter \(filter.rawValue)") }
            lines.add((["hwtimestamp", stamps.interface] + options.all).joined(separator: " "))
        }
        lines.add("hwtstimeout", settings.hardwareStampTimeout, unless: standard.hardwareStampTimeout)
        lines.add("maxtxbuffers", settings.awaitedStamps, unless: standard.awaitedStamps)
        return lines.all
    }
}

internal import TimeBase

/// A source to be added: all that `add source` carries.
public struct SourceAddition: Equatable, Sendable {
    public enum Kind: UInt32, CaseIterable, Hashable, Sendable {
        case server = 1
        case peer = 2
        case pool = 3
    }

    /// The yes-or-no options, as the protocol numbers them.
    public struct Options: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let online = Options(rawValue: 1)
        public static let autoOffline = Options(rawValue: 2)
        public static let initialBurst = Options(rawValue: 4)
        public static let prefer = Options(rawValue: 8)
        public static let noselect = Options(rawValue: 0x10)
        public static let trust = Options(rawValue: 0x20)
        public static let require = Options(rawValue: 0x40)
        public static let interleaved = Options(rawValue: 0x80)
        public static let burst = Options(rawValue: 0x100)
        public static let nts = Options(rawValue: 0x200)
        public static let copy = Options(rawValue: 0x400)
        public static let extensionF323 = Options(rawValue: 0x800)
        public static let extension010A = Options(rawValue: 0x1000)
        public static let ipv4Only = Options(rawValue: 0x2000)
        public static let ipv6Only = Options(rawValue: 0x4000)
    }

    public var kind: Kind
    /// A name or an address; at most 255 octets.
    public var name: String
    public var port: UInt32 = 123
    public var minimumPoll: Int32 = 6
    public var maximumPoll: Int32 = 10
    public var presendPoll: Int32 = 100
    public var minimumStratum: UInt32 = 0
    public var pollTarget: UInt32 = 8
    /// NTP version; 0 leaves it to the daemon.
    public var version: UInt32 = 4
    public var maximumSources: UInt32 = 4
    /// Negative leaves it to the daemon.
    public var minimumSamples: Int32 = -1
    /// Negative leaves it to the daemon.
    public var maximumSamples: Int32 = -1
    /// Symmetric key; 0 for none.
    public var key: UInt32 = 0
    public var ntsPort: UInt32 = 4460
    public var maximumDelay = Duration.seconds(3)
    public var maximumDelayRatio = 0.0
    public var maximumDelayDeviationRatio = 10.0
    /// 0: the daemon finds it.
    public var minimumDelay = Duration.zero
    /// 1: the daemon finds it.
    public var asymmetry = 1.0
    /// Added to each measured offset, positive where our clock is slow.
    public var offset = Duration.zero
    public var options: Options = [.online]
    public var filter: Int32 = 0
    public var certificateSet: UInt32 = 0
    public var maximumDelayQuantile = 0.0
    public var maximumUnreachable: Int32 = 100_000

    /// A source with chrony's defaults.
    public init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}

extension SourceAddition {
    static let nameSize = 256

    /// Nil, with the reason, if the kind is unknown or the name does not end.
    static func read(_ reader: inout OctetReader) -> Result<SourceAddition, InvalidRequest> {
        guard let kind = Kind(rawValue: reader.uint32()) else { return .failure(InvalidRequest(status: .invalid)) }
        let name = reader.text(nameSize)
        guard !name.isEmpty, name.utf8.count < nameSize else {
            return .failure(InvalidRequest(status: .invalidName))
        }
        var source = SourceAddition(kind: kind, name: name)
        source.port = reader.uint32()
        source.minimumPoll = reader.int32()
        source.maximumPoll = reader.int32()
        source.presendPoll = reader.int32()
        source.minimumStratum = reader.uint32()
        source.pollTarget = reader.uint32()
        source.version = reader.uint32()
        source.maximumSources = reader.uint32()
        source.minimumSamples = reader.int32()
        source.maximumSamples = reader.int32()
        source.key = reader.uint32()
        source.ntsPort = reader.uint32()
        source.maximumDelay = reader.duration()
        source.maximumDelayRatio = reader.float()
        source.maximumDelayDeviationRatio = reader.float()
        source.minimumDelay = reader.duration()
        source.asymmetry = reader.float()
        source.offset = reader.duration()
        source.options = Options(rawValue: reader.uint32())
        source.filter = reader.int32()
        source.certificateSet = reader.uint32()
        source.maximumDelayQuantile = reader.float()
        source.maximumUnreachable = reader.int32()
        return .success(source)
    }

    func write(_ writer: inout OctetWriter) {
        writer.uint32(kind.rawValue)
        writer.text(name, Self.nameSize - 1)
        writer.zeros(1)
        writer.uint32(port)
        writer.int32(minimumPoll)
        writer.int32(maximumPoll)
        writer.int32(presendPoll)
        writer.uint32(minimumStratum)
        writer.uint32(pollTarget)
        writer.uint32(version)
        writer.uint32(maximumSources)
        writer.int32(minimumSamples)
        writer.int32(maximumSamples)
        writer.uint32(key)
        writer.uint32(ntsPort)
        writer.duration(maximumDelay)
        writer.float(maximumDelayRatio)
        writer.float(maximumDelayDeviationRatio)
        writer.duration(minimumDelay)
        writer.float(asymmetry)
        writer.duration(offset)
        writer.uint32(options.rawValue)
        writer.int32(filter)
        writer.uint32(certificateSet)
        writer.float(maximumDelayQuantile)
        writer.int32(maximumUnreachable)
    }
}

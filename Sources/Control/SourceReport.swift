internal import TimeBase

/// One source: how it is asked, what it said last, what is made of it.
public struct SourceReport: Equatable, Sendable {
    /// What selection made of it.
    public enum State: UInt16, CaseIterable, Hashable, Sendable {
        case selected = 0
        case nonselectable = 1
        case falseticker = 2
        case jittery = 3
        /// Combined with the selected one.
        case combined = 4
        /// Good, but not needed.
        case selectable = 5

        /// chronyc's mark.
        public var mark: Character {
            switch self {
            case .selected: "*"
            case .nonselectable: "?"
            case .falseticker: "x"
            case .jittery: "~"
            case .combined: "+"
            case .selectable: "-"
            }
        }
    }

    public enum Mode: UInt16, CaseIterable, Hashable, Sendable {
        case client = 0
        case peer = 1
        /// Its address is then its reference identifier.
        case referenceClock = 2
    }

    public var address = SourceAddress.unspecified
    /// Binary logarithm of the poll interval in seconds.
    public var poll: Int16 = 0
    public var stratum: UInt16 = 0
    public var state = State.nonselectable
    public var mode = Mode.client
    /// One bit for each of the last 8 polls, the latest lowest: set if it was answered.
    public var reach: UInt16 = 0
    /// Age of the last sample; nil if there is none.
    public var lastSampleAge: Duration?
    /// The last measured offset: positive when our clock was slow.
    public var originalOffset = Duration.zero
    /// The same, less what was corrected since.
    public var adjustedOffset = Duration.zero
    /// How far it may be wrong: half the root delay, and root dispersion.
    public var errorBound = Duration.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> SourceReport? {
        var report = SourceReport()
        report.address = reader.address()
        report.poll = reader.int16()
        report.stratum = reader.uint16()
        guard let state = State(rawValue: reader.uint16()), let mode = Mode(rawValue: reader.uint16()) else {
            return nil
        }
        report.state = state
        report.mode = mode
        reader.skip(2)
        report.reach = reader.uint16()
        report.lastSampleAge = reader.wholeSeconds()
        report.originalOffset = .zero - reader.duration()
        report.adjustedOffset = .zero - reader.duration()
        report.errorBound = reader.duration()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.address(address)
        writer.int16(poll)
        writer.uint16(stratum)
        writer.uint16(state.rawValue)
        writer.uint16(mode.rawValue)
        writer.uint16(0)
        writer.uint16(reach)
        writer.wholeSeconds(lastSampleAge)
        writer.duration(.zero - originalOffset)
        writer.duration(.zero - adjustedOffset)
        writer.duration(errorBound)
    }
}

extension OctetReader {
    /// Whole seconds; nil where all bits are set.
    mutating func wholeSeconds() -> Duration? { known32().map { .seconds(Int64($0)) } }
}

extension OctetWriter {
    /// Whole seconds, rounded down and clamped to what is not "unknown".
    mutating func wholeSeconds(_ value: Duration?) {
        guard let value else { return uint32(.max) }
        uint32(UInt32(clamping: min(max(value.components.seconds, 0), Int64(UInt32.max) - 1)))
    }
}

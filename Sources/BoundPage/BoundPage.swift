internal import TimeBase

/// Why octets are not a page that may be believed.
public enum BoundPageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Fewer octets than a page has.
    case short(Int)
    /// It does not begin with ``BoundPage/magic``.
    case foreign
    /// It was written on a machine with the other order of octets.
    case otherByteOrder
    /// It has another layout than this program reads.
    case otherVersion(UInt32)
    /// It was written before the machine was started.
    case otherBoot
    /// Another file has taken its place.
    case replaced
    /// A field has a value that it cannot have.
    case malformed

    /// A sentence.
    public var description: String {
        switch self {
        case .short(let count): "It has \(count) octets; a page has \(BoundPage.size)."
        case .foreign: "It is not a page of Timeball."
        case .otherByteOrder: "It was written by a machine with another order of octets."
        case .otherVersion(let version): "It has version \(version); this program reads \(BoundPage.version)."
        case .otherBoot: "It was written before this machine was started."
        case .replaced: "Another daemon has replaced it."
        case .malformed: "It holds values that make no sense."
        }
    }
}

/// The small file that programs map into memory to know the time and how far that may be wrong
/// (Documentation/BoundPage.md has it octet by octet).
///
/// Numbers are in the machine's own order. The octets from ``bodyStart`` on change; whoever reads them looks at the
/// sequence number before and after, and reads again if it was odd or has changed.
public struct BoundPage: Equatable, Sendable {
    /// Octets of a page.
    public static let size = 256
    /// The layout. Fields are only ever added within a version, in what was reserved.
    public static let version: UInt32 = 1
    /// "TIMEBALL"
    public static let magic: [UInt8] = [0x54, 0x49, 0x4d, 0x45, 0x42, 0x41, 0x4c, 0x4c]
    /// Where the sequence number is: 8 octets.
    public static let sequencePosition = 24
    /// Where the octets begin that change.
    public static let bodyStart = 64
    /// Seconds that a page may be believed after it was written last: 12 days.
    public static let lifetime = Duration.seconds(1 << 20)
    /// Where the daemon keeps it unless told otherwise.
    public static let defaultPath = "/run/timeball/bound"

    /// The number of the machine's start: /proc/sys/kernel/random/boot_id.
    public var boot: BootIdentifier
    /// CLOCK_MONOTONIC when the daemon began to write, nanoseconds: tells one run of the daemon from another.
    public var session: Int64
    public var report: BoundReport

    public init(boot: BootIdentifier, session: Int64, report: BoundReport) {
        self.boot = boot
        self.session = session
        self.report = report
    }

    /// The whole page, with sequence number 0.
    public var octets: [UInt8] {
        var octets = Self.magic
        octets.add(Self.version)
        octets.add(UInt32(Self.size))
        octets.add(Self.byteOrderMark)
        octets.add(UInt32(0))
        octets.add(UInt64(0))
        octets.add(boot.high.bigEndian)
        octets.add(boot.low.bigEndian)
        octets.add(session)
        octets.add(UInt64(0))
        return octets + Self.body(report)
    }

    /// What is in the place of a page that another file has replaced.
    public static let replacedBody: [UInt8] = {
        var octets: [UInt8] = []
        octets.add(State.replaced.rawValue)
        return octets + [UInt8](repeating: 0, count: size - bodyStart - 4)
    }()

    /// The octets of a report, to be put at ``bodyStart``.
    public static func body(_ report: BoundReport) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(size)
        octets.add(report.isKept ? State.kept.rawValue : State.ended.rawValue)
        octets.add(UInt32(report.verdict.rawValue))
        octets.add(UInt32(report.leap.rawValue))
        var flags: UInt32 = report.knowledge == nil ? 0 : knownFlag
        if report.taiOffset != nil { flags |= taiFlag }
        octets.add(flags)
        octets.add(report.reference.sinceEpoch.inNanoseconds)
        octets.add(report.validUntil.sinceEpoch.inNanoseconds)
        octets.add(report.suspended.inNanoseconds)
        // Cut to nanoseconds, what was cut off goes to where it does not break the promise.
        let knowledge = report.knowledge
        let estimate = split(knowledge?.estimate.sinceEpoch ?? .zero)
        octets.add(estimate.seconds)
        octets.add(UInt32(truncatingIfNeeded: estimate.nanoseconds))
        octets.add(report.taiOffset ?? 0)
        octets.add((knowledge?.rate ?? 0).bitPattern)
        octets.add(max(knowledge?.below ?? .zero, .zero).inNanoseconds &+ 1)
        octets.add(max(knowledge?.above ?? .zero, .zero).inNanoseconds &+ 2)
        octets.add((knowledge?.growth ?? 0).bitPattern)
        octets.add(knowledge?.deviation.inNanoseconds ?? 0)
        let leap = report.leapSecond
        octets.add(leap?.at.sinceEpoch.components.seconds ?? 0)
        octets.add(leap?.by.components.seconds ?? 0)
        let wall = split(report.wallOffset)
        octets.add(wall.seconds)
        octets.add(wall.nanoseconds)
        octets.add(report.tick)
        octets.add(report.scaledFrequency)
        return octets + [UInt8](repeating: 0, count: size - bodyStart - octets.count)
    }

    /// Reads a page.
    ///
    /// - Parameters:
    ///   - octets: a consistent copy of the page.
    ///   - boot: this start of the machine; nil to believe any.
    public init(parsing octets: [UInt8], boot: BootIdentifier?) throws(BoundPageError) {
        guard octets.count >= Self.magic.count, octets.prefix(8).elementsEqual(Self.magic) else {
            throw octets.count < Self.size && Self.magic.starts(with: octets.prefix(8))
                ? .short(octets.count) : .foreign
        }
        guard octets.count >= Self.size else { throw .short(octets.count) }
        let mark = octets.number(at: 16, as: UInt32.self)
        guard mark != Self.byteOrderMark.byteSwapped else { throw .otherByteOrder }
        guard mark == Self.byteOrderMark else { throw .malformed }
        let version = octets.number(at: 8, as: UInt32.self)
        guard version == Self.version else { throw .otherVersion(version) }
        let size = octets.number(at: 12, as: UInt32.self)
        guard size == UInt32(Self.size) else { throw .malformed }
        self.boot = BootIdentifier(
            high: UInt64(bigEndian: octets.number(at: 32)), low: UInt64(bigEndian: octets.number(at: 40)))
        if let boot, boot != self.boot { throw .otherBoot }
        session = octets.number(at: 48)
        report = try BoundReport(parsing: octets)
    }

    static let byteOrderMark: UInt32 = 0x0102_0304
    static let knownFlag: UInt32 = 1
    static let taiFlag: UInt32 = 2

    /// What the page is worth.
    enum State: UInt32 {
        case kept = 1
        case ended = 2
        case replaced = 3
    }

    /// Whole seconds rounded down, and the rest in whole nanoseconds rounded down.
    private static func split(_ duration: Duration) -> (seconds: Int64, nanoseconds: Int64) {
        let (seconds, attoseconds) = duration.components
        let isNegative = attoseconds < 0
        let rest = isNegative ? attoseconds + 1_000_000_000_000_000_000 : attoseconds
        return (isNegative ? seconds - 1 : seconds, rest / 1_000_000_000)
    }
}

extension BoundReport {
    /// Reads the fields of a whole page's octets.
    fileprivate init(parsing octets: [UInt8]) throws(BoundPageError) {
        guard let state = BoundPage.State(rawValue: octets.number(at: 64)) else { throw .malformed }
        guard state != .replaced else { throw .replaced }
        let flags = octets.number(at: 76, as: UInt32.self)
        let rate = Double(bitPattern: octets.number(at: 120))
        let growth = Double(bitPattern: octets.number(at: 144))
        let below = octets.number(at: 128, as: Int64.self)
        let above = octets.number(at: 136, as: Int64.self)
        let nanoseconds = octets.number(at: 112, as: UInt32.self)
        guard let verdict = Verdict(rawValue: UInt16(clamping: octets.number(at: 68, as: UInt32.self))),
            let leap = LeapIndicator(rawValue: UInt8(clamping: octets.number(at: 72, as: UInt32.self))),
            rate.magnitude < 0.5, growth >= 0, growth < 1, below >= 0, above >= 0, nanoseconds < 1_000_000_000
        else { throw .malformed }
        var knowledge: Knowledge?
        if flags & BoundPage.knownFlag != 0 {
            let estimate = Duration.seconds(octets.number(at: 104, as: Int64.self)) + .nanoseconds(Int64(nanoseconds))
            knowledge = Knowledge(
                estimate: Instant(sinceEpoch: estimate), rate: rate, below: .nanoseconds(below),
                above: .nanoseconds(above), growth: growth,
                deviation: .nanoseconds(octets.number(at: 152, as: Int64.self)))
        }
        self.init(
            isKept: state == .kept, verdict: verdict, leap: leap,
            taiOffset: flags & BoundPage.taiFlag == 0 ? nil : octets.number(at: 116),
            reference: Instant(sinceEpoch: .nanoseconds(octets.number(at: 80, as: Int64.self))),
            validUntil: Instant(sinceEpoch: .nanoseconds(octets.number(at: 88, as: Int64.self))),
            suspended: .nanoseconds(octets.number(at: 96, as: Int64.self)),
            wallOffset: .seconds(octets.number(at: 176, as: Int64.self))
                + .nanoseconds(octets.number(at: 184, as: Int64.self)),
            tick: octets.number(at: 192), scaledFrequency: octets.number(at: 200), knowledge: knowledge)
    }
}

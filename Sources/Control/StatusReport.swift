public import TimeBase

/// The verdict, its bound, and all that stands behind it: our own report. What is not known is nil, never zero.
public struct StatusReport: Equatable, Sendable {
    /// What can be said of the clock, in one word; the numbers are those of the timekeeper's verdict.
    public typealias Verdict = TimeBase.Verdict

    public var verdict = Verdict.unknown
    /// Whether the daemon steers the kernel's clock, or only watches (-x).
    public var controlsClock = true
    public var leap = LeapIndicator.unsynchronised
    /// 0 when unsynchronised.
    public var stratum: UInt8 = 0
    /// How far our clock can be from true time now. A promise: the truth lies inside.
    public var bound: Duration?
    /// How far the clock of any other member of an island can be from ours.
    public var agreement: Duration?
    /// How fast the bound grows.
    public var boundGrowth: Frequency?
    /// The best estimate of the offset: positive when our clock is slow.
    public var offset: Duration?
    /// Half the interval in which the estimate's true value lies with 95 %. Not a promise.
    public var offsetError: Duration?
    /// How much the clock would gain if it were not steered.
    public var frequency: Frequency?
    /// How far that may be wrong.
    public var skew: Frequency?
    public var rootDelay: Duration?
    public var rootDispersion: Duration?
    /// The bound if no source answered for an hour from now.
    public var boundAfterHour: Duration?
    /// The bound if no source answered for a day from now.
    public var boundAfterDay: Duration?
    /// How long the daemon's record of the clock's frequency is; nil while it is too short to support anything.
    public var recordSpan: Duration?
    /// The largest error that holdover would have had at any moment of that record after an hour; nil if it is shorter.
    public var worstAfterHour: Duration?
    /// The same after 8 hours.
    public var worstAfterEightHours: Duration?
    /// The same after a day.
    public var worstAfterDay: Duration?
    /// The last update of the clock; nil for never.
    public var referenceTime: Instant<Realtime>?
    public var referenceIdentifier = ReferenceIdentifier.none
    /// The selected source.
    public var sourceAddress = SourceAddress.unspecified
    /// Stratum of the selected source; 0 where there is none.
    public var sourceStratum: UInt8 = 0
    /// One bit for each of its last 8 polls, the latest lowest.
    public var sourceReach: UInt8 = 0
    /// Age of its last sample.
    public var sourceAge: Duration?
    public var sourceCount: UInt16 = 0
    /// Sources that passed selection.
    public var usableSourceCount: UInt16 = 0
    /// The source's name as configured; empty where there is none. At most 128 octets.
    public var sourceName = ""
    /// Why the verdict is what it is: a sentence of at most 256 octets.
    public var reason = ""
    /// What to do about it: a sentence or a command of at most 192 octets; empty if nothing.
    public var nextStep = ""

    public init() {}

    static let nameSize = 128
    static let reasonSize = 256
    static let nextStepSize = 192
    /// Octets of the body.
    static let size = 116 + nameSize + reasonSize + nextStepSize
    /// Octets of a story.
    public static let storySize = 400
}

extension StatusReport {
    /// The layout, by offset in the datagram:
    /// @28 u16 verdict · @30 u8 flags (1 controls the clock) · @31 u8 leap · @32 u8 stratum · @33 u8 source stratum ·
    /// @34 u8 reach · @35 u8 0 · @36 Floats: bound, bound growth (ppm), offset (positive = slow), its error, frequency
    /// (ppm), skew (ppm), root delay, root dispersion, bound after 1 h, bound after 1 day · @76 Timespec reference time ·
    /// @88 u32 reference identifier · @92 IPAddr source · @112 Float source age · @116 u16 sources · @118 u16 usable ·
    /// @120 Floats: record's span, worst error in it after 1 h, 8 h, 1 day · @136 Float agreement · @140 4 reserved · @144 source name[128] · @272 reason[256] · @528 next step[192] · 720 in all.
    /// A Float whose 32 bits are all set is not known.
    static func read(_ reader: inout OctetReader) -> StatusReport? {
        var report = StatusReport()
        guard let verdict = Verdict(rawValue: reader.uint16()) else { return nil }
        report.verdict = verdict
        report.controlsClock = reader.uint8() & 1 != 0
        guard let leap = LeapIndicator(rawValue: reader.uint8()) else { return nil }
        report.leap = leap
        report.stratum = reader.uint8()
        report.sourceStratum = reader.uint8()
        report.sourceReach = reader.uint8()
        reader.skip(1)
        report.bound = reader.knownDuration()
        report.boundGrowth = reader.knownFrequency()
        report.offset = reader.knownDuration()
        report.offsetError = reader.knownDuration()
        report.frequency = reader.knownFrequency()
        report.skew = reader.knownFrequency()
        report.rootDelay = reader.knownDuration()
        report.rootDispersion = reader.knownDuration()
        report.boundAfterHour = reader.knownDuration()
        report.boundAfterDay = reader.knownDuration()
        report.referenceTime = reader.instant()
        report.referenceIdentifier = reader.reference()
        report.sourceAddress = reader.address()
        report.sourceAge = reader.knownDuration()
        report.sourceCount = reader.uint16()
        report.usableSourceCount = reader.uint16()
        report.recordSpan = reader.knownDuration()
        report.worstAfterHour = reader.knownDuration()
        report.worstAfterEightHours = reader.knownDuration()
        report.worstAfterDay = reader.knownDuration()
        report.agreement = reader.knownDuration()
        reader.skip(4)
        report.sourceName = reader.text(nameSize)
        report.reason = reader.text(reasonSize)
        report.nextStep = reader.text(nextStepSize)
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.uint16(verdict.rawValue)
        writer.uint8(controlsClock ? 1 : 0)
        writer.uint8(leap.rawValue)
        writer.uint8(stratum)
        writer.uint8(sourceStratum)
        writer.uint8(sourceReach)
        writer.uint8(0)
        writer.knownDuration(bound)
        writer.knownFrequency(boundGrowth)
        writer.knownDuration(offset)
        writer.knownDuration(offsetError)
        writer.knownFrequency(frequency)
        writer.knownFrequency(skew)
        writer.knownDuration(rootDelay)
        writer.knownDuration(rootDispersion)
        writer.knownDuration(boundAfterHour)
        writer.knownDuration(boundAfterDay)
        writer.instant(referenceTime)
        writer.reference(referenceIdentifier)
        writer.address(sourceAddress)
        writer.knownDuration(sourceAge)
        writer.uint16(sourceCount)
        writer.uint16(usableSourceCount)
        writer.knownDuration(recordSpan)
        writer.knownDuration(worstAfterHour)
        writer.knownDuration(worstAfterEightHours)
        writer.knownDuration(worstAfterDay)
        writer.knownDuration(agreement)
        writer.zeros(4)
        writer.text(sourceName, Self.nameSize)
        writer.text(reason, Self.reasonSize)
        writer.text(nextStep, Self.nextStepSize)
    }
}

public import TimeBase

/// How well the clock is kept.
public struct TrackingReport: Equatable, Sendable {
    public var referenceIdentifier = ReferenceIdentifier.none
    /// The selected source; unspecified for a reference clock, our own clock, or none.
    public var address = SourceAddress.unspecified
    /// 0 when unsynchronised.
    public var stratum: UInt16 = 0
    public var leap = LeapIndicator.unsynchronised
    /// When the clock was last updated; nil for never.
    public var referenceTime: Instant<Realtime>?
    /// What is still to be added to our clock: positive when it is slow.
    public var correction = Duration.zero
    /// The offset found by the last update: positive when our clock was slow.
    public var lastOffset = Duration.zero
    /// Long-term mean of the offsets' size.
    public var rmsOffset = Duration.zero
    /// How much the clock would gain if it were not steered.
    public var frequency = Frequency.zero
    /// What the last measurements say the frequency should be more.
    public var residualFrequency = Frequency.zero
    /// How far the frequency may be wrong.
    public var skew = Frequency.zero
    public var rootDelay = Duration.zero
    public var rootDispersion = Duration.zero
    /// Time between the last two updates.
    public var lastUpdateInterval = Duration.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> TrackingReport? {
        var report = TrackingReport()
        report.referenceIdentifier = reader.reference()
        report.address = reader.address()
        report.stratum = reader.uint16()
        guard let leap = LeapIndicator(rawValue: UInt8(truncatingIfNeeded: min(reader.uint16(), 255))) else {
            return nil
        }
        report.leap = leap
        report.referenceTime = reader.instant()
        report.correction = reader.duration()
        report.lastOffset = .zero - reader.duration()
        report.rmsOffset = reader.duration()
        report.frequency = reader.frequency()
        report.residualFrequency = reader.frequency()
        report.skew = reader.frequency()
        report.rootDelay = reader.duration()
        report.rootDispersion = reader.duration()
        report.lastUpdateInterval = reader.duration()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.reference(referenceIdentifier)
        writer.address(address)
        writer.uint16(stratum)
        writer.uint16(UInt16(leap.rawValue))
        writer.instant(referenceTime)
        writer.duration(correction)
        writer.duration(.zero - lastOffset)
        writer.duration(rmsOffset)
        writer.frequency(frequency)
        writer.frequency(residualFrequency)
        writer.frequency(skew)
        writer.duration(rootDelay)
        writer.duration(rootDispersion)
        writer.duration(lastUpdateInterval)
    }
}

public import TimeBase

/// What the line through a source's samples says.
public struct SourceStatisticsReport: Equatable, Sendable {
    public var referenceIdentifier = ReferenceIdentifier.none
    /// Unspecified for a reference clock.
    public var address = SourceAddress.unspecified
    public var sampleCount: UInt32 = 0
    /// Number of runs of residuals with the same sign.
    public var runCount: UInt32 = 0
    /// Time from the oldest sample to the newest, in whole seconds.
    public var span = Duration.zero
    /// Standard deviation of the samples about the line; 4 s where there are no data.
    public var standardDeviation = Duration.seconds(4)
    /// How much our clock gains on the source, as it is steered now.
    public var residualFrequency = Frequency.zero
    /// How far that may be wrong; 2000 ppm where there are no data.
    public var skew = Frequency(ppm: 2000)
    /// Positive when our clock is slow of the source.
    public var estimatedOffset = Duration.zero
    public var estimatedOffsetError = Duration.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> SourceStatisticsReport {
        var report = SourceStatisticsReport()
        report.referenceIdentifier = reader.reference()
        report.address = reader.address()
        report.sampleCount = reader.uint32()
        report.runCount = reader.uint32()
        report.span = .seconds(Int64(reader.uint32()))
        report.standardDeviation = reader.duration()
        report.residualFrequency = reader.frequency()
        report.skew = reader.frequency()
        report.estimatedOffset = .zero - reader.duration()
        report.estimatedOffsetError = reader.duration()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.reference(referenceIdentifier)
        writer.address(address)
        writer.uint32(sampleCount)
        writer.uint32(runCount)
        writer.wholeSeconds(span)
        writer.duration(standardDeviation)
        writer.frequency(residualFrequency)
        writer.frequency(skew)
        writer.duration(.zero - estimatedOffset)
        writer.duration(estimatedOffsetError)
    }
}

public import TimeBase

/// How selection sees one source.
public struct SelectionReport: Equatable, Sendable {
    public var referenceIdentifier = ReferenceIdentifier.none
    /// Unspecified for a reference clock.
    public var address = SourceAddress.unspecified
    /// chronyc's letter for the state: `*` selected, `+` combined, `-` not needed, `x` falseticker, and others.
    public var state: UInt8 = UInt8(ascii: "?")
    public var isAuthenticated = false
    public var leap = LeapIndicator.unsynchronised
    public var configuredOptions: SelectOptions = []
    public var effectiveOptions: SelectOptions = []
    /// Age of the last sample; nil if there is none.
    public var lastSampleAge: Duration?
    public var score = 0.0
    /// The interval in which our offset lies, according to this source; positive when our clock is slow.
    public var lowestOffset = Duration.zero
    public var highestOffset = Duration.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> SelectionReport? {
        var report = SelectionReport()
        report.referenceIdentifier = reader.reference()
        report.address = reader.address()
        report.state = reader.uint8()
        report.isAuthenticated = reader.uint8() != 0
        guard let leap = LeapIndicator(rawValue: reader.uint8()) else { return nil }
        report.leap = leap
        reader.skip(1)
        report.configuredOptions = SelectOptions(rawValue: reader.uint16())
        report.effectiveOptions = SelectOptions(rawValue: reader.uint16())
        report.lastSampleAge = reader.wholeSeconds()
        report.score = reader.float()
        // The protocol counts our being fast as positive, so the ends change places.
        report.highestOffset = .zero - reader.duration()
        report.lowestOffset = .zero - reader.duration()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.reference(referenceIdentifier)
        writer.address(address)
        writer.uint8(state)
        writer.uint8(isAuthenticated ? 1 : 0)
        writer.uint8(leap.rawValue)
        writer.uint8(0)
        writer.uint16(configuredOptions.rawValue)
        writer.uint16(effectiveOptions.rawValue)
        writer.wholeSeconds(lastSampleAge)
        writer.float(score)
        writer.duration(.zero - highestOffset)
        writer.duration(.zero - lowestOffset)
    }
}

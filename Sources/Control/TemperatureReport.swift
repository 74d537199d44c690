/// What the temperature does to the clock, and what compensating it is worth: our own report. What is not known is nil.
public struct TemperatureReport: Equatable, Sendable {
    /// Whether the coefficients are learned, or given by the configuration (`tempcomp`).
    public var isLearned = false
    /// The last reading: °C where it is learned, else in the sensor's own unit.
    public var reading: Double?
    /// What is compensated now: how much the crystal is taken to gain by its temperature, ppm.
    public var compensation: Double?
    /// Learned: from which temperature kelvins are counted, °C.
    public var reference: Double?
    /// Learned: ppm/K at that temperature, and the standard deviation of that.
    public var linear: Double?
    public var linearDeviation: Double?
    /// Learned: ppm/K².
    public var quadratic: Double?
    /// How long the record is that the next four are of, seconds.
    public var span: Double?
    /// The coldest and the warmest moment of the record, °C.
    public var lowest: Double?
    public var highest: Double?
    /// By how much the frequency varied in it (standard deviation, ppm): uncompensated, and as compensated.
    public var variationWithout: Double?
    public var variationWith: Double?

    public init() {}

    /// Octets of the body: 4 of flags and eleven Floats.
    static let size = 4 + 4 * 11

    /// @28 u8 flags (1 learned) · @29 3 zero · @32 eleven Floats in the order of the fields; one whose 32 bits are all set is
    /// not known.
    static func read(_ reader: inout OctetReader) -> TemperatureReport {
        var report = TemperatureReport()
        report.isLearned = reader.uint8() & 1 != 0
        reader.skip(3)
        report.reading = reader.knownNumber()
        report.compensation = reader.knownNumber()
        report.reference = reader.knownNumber()
        report.linear = reader.knownNumber()
        report.linearDeviation = reader.knownNumber()
        report.quadratic = reader.knownNumber()
        report.span = reader.knownNumber()
        report.lowest = reader.knownNumber()
        report.highest = reader.knownNumber()
        report.variationWithout = reader.knownNumber()
        report.variationWith = reader.knownNumber()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.uint8(isLearned ? 1 : 0)
        writer.zeros(3)
        for number in [
            reading, compensation, reference, linear, linearDeviation, quadratic, span, lowest, highest,
            variationWithout, variationWith,
        ] {
            writer.knownNumber(number)
        }
    }
}

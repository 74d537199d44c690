public import TimeBase

/// Frequency and skew as they are remembered over a restart, in the format of chrony's drift file:
/// two decimal numbers in ppm.
public struct DriftRecord: Equatable, Sendable {
    /// How much the unsteered clock gains.
    public var frequency: Frequency
    /// How wrong that may be.
    public var skew: Frequency

    public init(frequency: Frequency, skew: Frequency) {
        self.frequency = frequency
        self.skew = skew
    }
}

extension DriftRecord {
    /// One line, each number with six decimals in 20 columns.
    public var text: String {
        "\(Self.column(frequency.ppm)) \(Self.column(skew.ppm))\n"
    }

    private static func column(_ ppm: Double) -> String {
        let clamped = ppm.isFinite ? min(max(ppm, -1e9), 1e9) : 0
        let millionths = Int64((clamped * 1e6).rounded())
        let digits = String(millionths.magnitude)
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        let sign = millionths < 0 ? "-" : ""
        let number = sign + padded.dropLast(6) + "." + padded.suffix(6)
        return String(repeating: " ", count: max(0, 20 - number.count)) + number
    }
}

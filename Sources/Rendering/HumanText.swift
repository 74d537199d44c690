public import TimeBase

/// Quantities as people read them: always with a unit, at a human scale, three digits, plain ASCII.
public enum HumanText {
    private static let units: [(unit: String, seconds: Double, below: Double)] = [
        ("ns", 1e-9, 1e-6), ("us", 1e-6, 1e-3), ("ms", 1e-3, 1), ("s", 1, 600), ("min", 60, 36_000),
        ("h", 3600, 259_200), ("days", 86_400, .infinity),
    ]

    private static func scaled(_ duration: Duration, rounding: FloatingPointRoundingRule) -> String {
        // What came over the control protocol has 24 bits: their noise is not to push a bound of 36.0 ms to 36.1 ms.
        let noise = rounding == .up ? 1 - 0x1p-23 : 1
        let seconds = duration.magnitude.inSeconds * noise
        // Half a unit of the last digit below the limit belongs to the next unit already: 999.7 us is 1.00 ms.
        for (unit, size, limit) in units where seconds < limit * 0.9995 {
            if unit == "ns" { return NumberText.fixed(seconds / size, decimals: 0, rounding: rounding) + " ns" }
            return NumberText.significant(seconds / size, rounding: rounding) + " " + unit
        }
        return "-"
    }

    /// The size of a duration: `18.7 ms`.
    public static func size(_ duration: Duration) -> String {
        scaled(duration, rounding: .toNearestOrAwayFromZero)
    }

    /// A time that something lasts at least, rounded down: `5.31 h`.
    public static func least(_ duration: Duration) -> String { scaled(duration, rounding: .down) }

    /// A bound, rounded up so that it stays a promise: `+/-18.7 ms`; `-` if it is not known.
    public static func bound(_ bound: Duration?) -> String {
        guard let bound else { return "-" }
        return "+/-" + scaled(bound, rounding: .up)
    }

    /// An offset in words: `62.0 us slow`; positive means that our clock is slow.
    public static func offset(_ offset: Duration) -> String {
        if offset == .zero { return "0 ns off" }
        return size(offset) + (offset > .zero ? " slow" : " fast")
    }

    /// An age in whole units: `41 s`, `9 min`, `5 h`; `-` if it is not known.
    public static func age(_ age: Duration?) -> String {
        guard let age else { return "-" }
        let seconds = max(0, age.components.seconds)
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86400) days"
        }
    }

    /// A frequency in words: `5.97 ppm fast`.
    public static func frequency(_ frequency: Frequency) -> String {
        if frequency == .zero { return "0 ppm off" }
        return ppm(frequency.magnitude) + (frequency.ratio > 0 ? " fast" : " slow")
    }

    /// The size of a frequency: `4.85 ppm`, never with more than three decimals.
    public static func ppm(_ frequency: Frequency) -> String {
        let value = frequency.magnitude.ppm
        return NumberText.fixed(value, decimals: value < 9.9995 ? 3 : value < 99.95 ? 1 : 0) + " ppm"
    }

    /// How far a frequency may be wrong: `+/-4.85 ppm`; `-` if it is not known.
    public static func skew(_ skew: Frequency?) -> String {
        skew.map { "+/-" + ppm($0) } ?? "-"
    }

    /// The last 8 polls, the latest at the right: `######.#`.
    public static func answers(_ reach: UInt16) -> String {
        String((0..<8).reversed().map { reach >> UInt16($0) & 1 == 1 ? "#" : "." as Character })
    }

    /// How many of the last 8 polls were answered.
    public static func answerCount(_ reach: UInt16) -> Int { (reach & 0xff).nonzeroBitCount }
}

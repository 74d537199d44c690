internal import TimeBase

/// Numbers and columns as chronyc prints them, which is as C's printf makes them.
enum Columns {
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static func right(_ number: some BinaryInteger, _ width: Int) -> String { right("\(number)", width) }

    /// So many decimals, halves to the even digit; a negative number keeps its sign even where only zeros are left.
    static func fixed(_ value: Double, _ decimals: Int, plus: Bool = false) -> String {
        let sign = value.sign == .minus ? "-" : plus ? "+" : ""
        let size = value.magnitude
        guard size < 9e18 else { return sign + "\(size)" }
        guard decimals > 0 else { return sign + "\(UInt64(size.rounded(.toNearestOrEven)))" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        var whole = UInt64(size)
        var fraction = ((size - Double(whole)) * scale).rounded(.toNearestOrEven)
        if fraction >= scale {
            whole += 1
            fraction = 0
        }
        let digits = String(UInt64(fraction))
        return sign + "\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
    }

    /// Hexadecimal, 8 digits.
    static func hexadecimal(_ bits: UInt32) -> String {
        let digits = String(bits, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static let scales: [(below: Double, factor: Double, decimals: Int, unit: String)] = [
        (9999.5e-9, 1e9, 0, "ns"), (9999.5e-6, 1e6, 0, "us"), (9999.5e-3, 1e3, 0, "ms"), (999.5, 1, 1, "s"),
        (99_999.5, 1, 0, "s"), (99_999.5 * 60, 60, 0, "m"), (99_999.5 * 3600, 3600, 0, "h"),
        (99_999.5 * 86_400, 86_400, 0, "d"), (.infinity, 31_536_000, 0, "y"),
    ]

    /// A duration with the unit that suits, in 6 columns, or in 7 with its sign.
    static func scaled(_ duration: Duration, signed: Bool) -> String {
        let seconds = duration.inSeconds
        for (limit, factor, decimals, unit) in scales where seconds.magnitude < limit {
            // From minutes on the factor is what a unit holds, below a second how many units a second holds.
            let value = limit < 99_999.5 ? seconds * factor : seconds / factor
            return right(fixed(value, decimals, plus: signed), (signed ? 7 : 6) - unit.count) + unit
        }
        return right("-", signed ? 7 : 6)
    }

    /// An age in whole units, in 4 columns; `-` for never.
    static func interval(_ seconds: UInt32?) -> String {
        guard let seconds else { return "   -" }
        return switch seconds {
        case ..<1200: right(seconds, 4)
        case ..<36_000: right(seconds / 60, 3) + "m"
        case ..<345_600: right(seconds / 3600, 3) + "h"
        case ..<86_400_000: right(seconds / 86_400, 3) + "d"
        default: right(seconds / 31_536_000, 3) + "y"
        }
    }

    static func interval(_ age: Duration?) -> String { interval(seconds(age)) }

    /// Whole seconds as the protocol has them.
    static func seconds(_ age: Duration?) -> UInt32? {
        age.map { UInt32(clamping: min(max($0.components.seconds, 0), Int64(UInt32.max) - 1)) }
    }

    /// Whole seconds as a number: all ones for never.
    static func raw(_ seconds: UInt32?) -> String { "\(seconds ?? .max)" }
    static func raw(_ age: Duration?) -> String { raw(seconds(age)) }

    /// A binary logarithm of seconds; `-` where it is not known.
    static func exponent(_ value: Int8?) -> String { value.map { "\($0)" } ?? "-" }
}

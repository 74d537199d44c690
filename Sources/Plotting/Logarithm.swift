/// Logarithms and powers of ten, with no C library: good to the last places, which is more than a picture shows.
enum Decimal {
    /// log₁₀ of a positive number.
    static func logarithm(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value == 0 ? -.infinity : .nan }
        var significand = value.significand
        var exponent = Double(value.exponent)
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        // log m = 2 (s + s³/3 + s⁵/5 + …), s = (m - 1) / (m + 1), |s| < 0.172.
        let s = (significand - 1) / (significand + 1)
        var series = 0.0
        var k = 23.0
        while k >= 1 {
            series = series * s * s + 1 / k
            k -= 2
        }
        return exponent * 0.30102999566398120 + 2 * s * series * 0.43429448190325183
    }

    /// 10 to the given power.
    static func power(_ exponent: Double) -> Double {
        guard exponent.magnitude < 320 else { return exponent.isNaN ? .nan : exponent < 0 ? 0 : .infinity }
        let whole = exponent.rounded(.down)
        // e^r for r below 2.31, in four equal factors.
        let r = (exponent - whole) * 2.302585092994046 / 4
        var sum = 1.0
        var n = 14.0
        while n >= 1 {
            sum = 1 + r / n * sum
            n -= 1
        }
        return sum * sum * (sum * sum) * wholePower(Int(whole))
    }

    /// 10 to a whole power.
    static func wholePower(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<min(exponent.magnitude, 320) { result *= 10 }
        return exponent < 0 ? 1 / result : result
    }

    /// With so many decimals, rounded to the nearest; a minus sign only before what is not 0.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let scaled = (value.magnitude * wholePower(decimals)).rounded()
        guard scaled < 1e18 else { return "\(value)" }
        let digits = String(UInt64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let text = decimals == 0 ? padded : padded.dropLast(decimals) + "." + padded.suffix(decimals)
        return (value < 0 && scaled > 0 ? "-" : "") + text
    }
}

/// Numbers as text without the C library, the same everywhere.
public enum DecimalText {
    /// With at most so many significant digits, without zeros at the end: `3.565`, `-41.2586`, `1.5e-09`.
    public static func significant(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return "-" }
        guard value != 0 else { return "0" }
        let count = min(max(digits, 1), 15)
        // The exponent from the shortest text that names the number, which is exact where a logarithm is not.
        var exponent = decimalExponent(value.magnitude)
        var scaled = scale(value.magnitude, by: count - 1 - exponent).rounded()
        if scaled >= power(count) {
            exponent += 1
            scaled = scale(value.magnitude, by: count - 1 - exponent).rounded()
        }
        guard scaled < 1e18 else { return "-" }
        var figures = Array(String(UInt64(scaled)).utf8)
        while figures.count > 1, figures.last == UInt8(ascii: "0") { figures.removeLast() }
        let text = String(decoding: figures, as: UTF8.self)
        let sign = value < 0 ? "-" : ""
        switch exponent {
        case 0..<15:
            let whole = exponent + 1
            if text.count <= whole { return sign + text + String(repeating: "0", count: whole - text.count) }
            return sign + text.prefix(whole) + "." + text.dropFirst(whole)
        case -5..<0:
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + text
        default:
            let mantissa = text.count == 1 ? text : text.prefix(1) + "." + text.dropFirst()
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return sign + mantissa + (exponent < 0 ? "e-" : "e+") + power
        }
    }

    /// With so many digits after the point, 0 to 15; `-` where the number is too great or none.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        let places = min(max(decimals, 0), 15)
        let scaled = (value.magnitude * power(places)).rounded()
        guard scaled < 1e18 else { return "-" }
        let digits = String(UInt64(scaled))
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// At the right end of a column.
    public static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func power(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent { result *= 10 }
        return result
    }

    private static func scale(_ value: Double, by exponent: Int) -> Double {
        var result = value
        var left = exponent.magnitude
        while left > 0 {
            let part = min(left, 22)
            result = exponent > 0 ? result * power(Int(part)) : result / power(Int(part))
            left -= part
        }
        return result
    }

    private static func decimalExponent(_ value: Double) -> Int {
        var exponent = Int((Double(value.exponent) * 0.30102999566398120).rounded(.down))
        while exponent < 308, scale(value, by: -exponent) >= 10 { exponent += 1 }
        while exponent > -330, scale(value, by: -exponent) < 1 { exponent -= 1 }
        return exponent
    }
}

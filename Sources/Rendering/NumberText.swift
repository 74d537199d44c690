/// Numbers as text, the same in every locale.
enum NumberText {
    /// With so many digits after the point, rounded to the nearest; `-` where it is not a number that can be shown.
    static func fixed(_ value: Double, decimals: Int, rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero)
        -> String
    {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded(rounding)
        guard scaled < 1e18 else { return "-" }  // also NaN
        let digits = String(UInt64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let text =
            decimals == 0 ? padded : padded.dropLast(decimals) + "." + padded.suffix(decimals)
        return (value < 0 && scaled > 0 ? "-" : "") + text
    }

    /// With three significant digits, for a magnitude of 1 to 999; more digits above.
    static func significant(_ value: Double, rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> String {
        let magnitude = value.magnitude
        // 9.996 has to become 10.0 and not 10.00.
        let decimals = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0
        return fixed(value, decimals: decimals, rounding: rounding)
    }
}

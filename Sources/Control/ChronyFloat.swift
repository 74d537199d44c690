/// The command protocol's own 32-bit floating point number: a signed exponent of 7 bits, then a signed coefficient
/// of 25 bits; its value is coefficient · 2^(exponent − 25). About seven decimal digits, no infinity, no NaN.
enum ChronyFloat {
    private static let exponents = -64...63

    /// The nearest such number. NaN becomes 0; what is too large becomes the largest of its sign.
    static func bits(_ value: Double) -> UInt32 {
        let magnitude = value.magnitude
        guard magnitude >= 1e-100 else { return 0 }  // also NaN
        let isNegative = value < 0
        let largest = isNegative ? 0x1p24 : 0x1p24 - 1
        var exponent = exponents.upperBound + 1
        var coefficient = largest
        if magnitude <= 1e30 {
            exponent = max(Int(magnitude.exponent) + 1, exponents.lowerBound)
            coefficient = scaled(magnitude, exponent)
            while coefficient > largest {
                exponent += 1
                coefficient = scaled(magnitude, exponent)
            }
        }
        if exponent > exponents.upperBound {
            exponent = exponents.upperBound
            coefficient = largest
        }
        guard coefficient > 0 else { return 0 }
        let signed = Int32(isNegative ? -coefficient : coefficient)
        return UInt32(bitPattern: Int32(exponent)) << 25 | UInt32(bitPattern: signed) & 0x1ff_ffff
    }

    /// The value of any 32 bits, normalised or not.
    static func value(_ bits: UInt32) -> Double {
        let exponent = Int(Int32(bitPattern: bits) >> 25)
        let coefficient = Int32(bitPattern: bits << 7) >> 7
        return Double(coefficient) * power(exponent - 25)
    }

    private static func scaled(_ magnitude: Double, _ exponent: Int) -> Double {
        (magnitude * power(25 - exponent)).rounded()
    }

    private static func power(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }
}

/// Natural logarithm of a positive number, from its exponent and a series in its significand: exact to 1e-12, with no
/// C library.
func logarithm(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return -Double.greatestFiniteMagnitude.squareRoot() }
    var significand = value.significand
    var exponent = Double(value.exponent)
    if significand > 1.4142135623730951 {
        significand /= 2
        exponent += 1
    }
    // ln m = 2 artanh((m - 1) / (m + 1))
    let r = (significand - 1) / (significand + 1)
    let r2 = r * r
    var term = r
    var sum = 0.0
    var k = 1.0
    for _ in 0..<12 {
        sum += term / k
        term *= r2
        k += 2
    }
    return 2 * sum + exponent * 0.6931471805599453
}

/// e to the power of a number, exact to 1e-12, with no C library; 0 below -700.
func exponential(_ value: Double) -> Double {
    guard value > -700 else { return 0 }
    guard value < 700 else { return .infinity }
    let k = (value / 0.6931471805599453).rounded()
    let r = value - k * 0.6931471805599453
    var term = 1.0
    var sum = 1.0
    for n in 1...14 {
        term *= r / Double(n)
        sum += term
    }
    return Double(sign: .plus, exponent: Int(k), significand: sum)
}

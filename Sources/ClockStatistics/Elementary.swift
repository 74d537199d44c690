/// Natural logarithm of a positive number, to the last place or so, with no C library.
///
/// With x = 2ᵏ (1 + f) and s = f / (2 + f): log(1 + f) = f - f²/2 + s (f²/2 + R), R = 2 (s²/3 + s⁴/5 + …).
func logarithm(_ value: Double) -> Double {
    guard value > 0 else { return value == 0 ? -.infinity : .nan }
    guard value.isFinite else { return value }
    var significand = value.significand
    var exponent = Double(value.exponent)
    if significand > 1.4142135623730951 {
        significand /= 2
        exponent += 1
    }
    return exponent * 0x1.62e42feep-1 + (logarithm(onePlus: significand - 1) + exponent * 0x1.a39ef35793c76p-33)
}

/// log(1 + f) for f between -0.3 and 0.42, exact also for tiny f.
private func logarithm(onePlus f: Double) -> Double {
    let s = f / (2 + f)
    let s2 = s * s
    var series = 0.0
    var k = 25.0
    while k >= 3 {
        series = series * s2 + 1 / k
        k -= 2
    }
    let half = f * f / 2
    return f - (half - s * (half + 2 * s2 * series))
}

/// μ - log(1 + μ) for μ between -0.25 and 0.25: without the cancellation that the plain form suffers near 0.
func logarithmDefect(_ mu: Double) -> Double {
    let s = mu / (2 + mu)
    let s2 = s * s
    var series = 0.0
    var k = 25.0
    while k >= 3 {
        series = series * s2 + 1 / k
        k -= 2
    }
    // log(1 + μ) = 2s (1 + s² series) and μ - 2s = s μ.
    return s * (mu - 2 * s2 * series)
}

/// e to the power of a number, to the last places, with no C library.
func exponential(_ value: Double) -> Double {
    guard value > -745 else { return value.isNaN ? value : 0 }
    guard value < 709 else { return .infinity }
    let k = (value * 1.4426950408889634).rounded()
    let r = (value - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33
    var sum = 1.0
    var n = 16.0
    while n >= 1 {
        sum = 1 + r / n * sum
        n -= 1
    }
    // In two steps, so that a subnormal result is reached.
    let half = (k / 2).rounded(.down)
    return Double(sign: .plus, exponent: Int(half), significand: 1)
        * (Double(sign: .plus, exponent: Int(k - half), significand: sum))
}

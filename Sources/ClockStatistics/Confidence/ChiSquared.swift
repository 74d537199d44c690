/// The chi-squared distribution for any positive, also fractional, number of degrees of freedom.
public enum ChiSquared {
    /// The value below which the distribution has the given share.
    /// - Parameters:
    ///   - share: Between 0 and 1, both excluded.
    ///   - degreesOfFreedom: Positive.
    /// - Returns: nil outside these ranges.
    public static func quantile(_ share: Double, degreesOfFreedom: Double) -> Double? {
        guard share > 0, share < 1, degreesOfFreedom > 0, degreesOfFreedom < 1e12 else { return nil }
        if degreesOfFreedom > 1e5 { return nearNormal(share, degreesOfFreedom) }
        let shape = degreesOfFreedom / 2
        var low = 0.0
        var high = shape + 1
        while lowerGammaShare(shape, high) < share { high *= 2 }
        // Newton's steps, kept inside an interval that only shrinks.
        var x = min(max(shape, low), high)
        for _ in 0..<200 {
            let excess = lowerGammaShare(shape, x) - share
            if excess > 0 { high = x } else { low = x }
            var next = x - excess * x / gammaWeight(shape, x) / shape
            if !(next > low && next < high) { next = (low + high) / 2 }
            if (next - x).magnitude <= 1e-14 * x || next == x { return 2 * next }
            x = next
        }
        return 2 * x
    }

    /// Cornish and Fisher's expansion about the normal distribution; beyond 1e5 degrees of freedom exact to 1e-12.
    private static func nearNormal(_ share: Double, _ k: Double) -> Double? {
        // The square of a normal variable has one degree of freedom.
        let inside = (2 * share - 1).magnitude
        guard let square = inside > 0 ? quantile(inside, degreesOfFreedom: 1) : 0 else { return nil }
        let z = share < 0.5 ? -square.squareRoot() : square.squareRoot()
        let root = (2 * k).squareRoot()
        return k + z * root + 2.0 / 3 * (square - 1) + z * (square - 7) / (9 * root)
            - (6 * square * square + 14 * square - 32) / (405 * k)
    }

    /// The share of a chi-squared distribution below a value.
    public static func share(below value: Double, degreesOfFreedom: Double) -> Double? {
        guard degreesOfFreedom > 0, degreesOfFreedom < 1e12, !value.isNaN else { return nil }
        return value <= 0 ? 0 : lowerGammaShare(degreesOfFreedom / 2, value / 2)
    }
}

/// The regularized lower incomplete gamma function P(a, x): by its series below the mean, by a continued fraction of
/// 1 - P above (Abramowitz and Stegun 6.5.29, 6.5.31).
private func lowerGammaShare(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x.isFinite else { return 1 }
    if x < a + 1 {
        var term = 1.0
        var sum = 1.0
        var n = a
        while term > sum * 1e-17 {
            n += 1
            term *= x / n
            sum += term
        }
        return min(1, gammaWeight(a, x) * sum)
    }
    // Lentz's method, on b₀ = x + 1 - a, bₙ = b₀ + 2n, aₙ = -n (n - a).
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var fraction = d
    var n = 1.0
    while n < 1e6 {
        let numerator = -n * (n - a)
        b += 2
        d = numerator * d + b
        if d.magnitude < 1e-300 { d = 1e-300 }
        c = b + numerator / c
        if c.magnitude < 1e-300 { c = 1e-300 }
        d = 1 / d
        let change = c * d
        fraction *= change
        if (change - 1).magnitude < 1e-16 { break }
        n += 1
    }
    return max(0, 1 - gammaWeight(a, x) * a * fraction)
}

/// xᵃ e⁻ˣ / Γ(a + 1), so written that great a and x cancel no digits: with μ = x/a - 1 and Γ(a + 1) by Stirling's
/// series it is exp(-a (μ - log(1 + μ))) / (√(2πa) · exp(1/(12a) - …)).
private func gammaWeight(_ a: Double, _ x: Double) -> Double {
    // The series needs a at least 10: Γ(a + 1) = Γ(a + k + 1) / ((a+1) … (a+k)).
    var shifted = a
    var rising = 1.0
    while shifted < 10 {
        shifted += 1
        rising *= shifted / x
    }
    let mu = (x - shifted) / shifted
    // Where x is much the smaller, 1 + μ has lost it.
    let defect = mu.magnitude < 0.25 ? logarithmDefect(mu) : mu - logarithm(x / shifted)
    let inverse = 1 / (shifted * shifted)
    let series =
        (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse / 1188)))) / shifted
    let root = (2 * Double.pi * shifted).squareRoot()
    return exponential(-shifted * defect - series) / root * rising
}

/// Equivalent degrees of freedom of an Allan or Hadamard variance (C. A. Greenhall and W. J. Riley, Uncertainty of
/// Stability Variances Based on Finite Differences, PTTI 2003). Equation and table numbers are that paper's.
struct DegreesOfFreedom {
    /// Noise exponent α, -4…2.
    let alpha: Int
    /// Order of the phase difference d: 2 Allan, 3 Hadamard.
    let order: Int
    /// Averaging factor m.
    let factor: Int
    /// Number of phases N.
    let count: Int
    let overlapping: Bool
    let modified: Bool

    /// Sums of more terms than this are replaced by the paper's approximations.
    private let mostTerms = 100.0

    /// nil outside the range of the theory: α + 2d > 1, and at least one term.
    var value: Double? {
        guard (-4...2).contains(alpha), alpha + 2 * order > 1, (2...3).contains(order) else { return nil }
        guard factor > 0, factor <= count / order else { return nil }
        let m = Double(factor)
        let d = Double(order)
        // F: the width of a phase average is m/F. S: terms per m.
        let filter = modified ? 1 : m
        let stride = overlapping || modified ? m : 1
        let length = m / filter + m * d
        let terms = 1 + (stride * (Double(count) - length) / m).rounded(.down)
        guard terms >= 1 else { return nil }
        let summed = min(terms, (d + 1) * stride)
        let ratio = terms / stride
        let inverse: Double
        if modified {
            inverse = variance(summed, terms, stride, filter: 1, ratio, Self.modifiedTable)
        } else if alpha <= 0 {
            inverse =
                summed <= mostTerms
                ? mean(summed, terms, stride, filter: m * (d + 1) <= mostTerms ? m : nil)
                : variance(summed, terms, stride, filter: nil, ratio, Self.plainTable)
        } else if alpha == 1 {
            inverse = flickerPhase(summed, terms, stride, ratio)
        } else {
            inverse = whitePhase(terms, stride, ratio)
        }
        guard inverse > 0, inverse.isFinite else { return nil }
        return 1 / inverse
    }

    /// Cases 1 and 2 with their approximations for long sums.
    private func variance(
        _ summed: Double, _ terms: Double, _ stride: Double, filter: Double?, _ ratio: Double,
        _ table: [[(Double, Double)?]]
    ) -> Double {
        if summed <= mostTerms { return mean(summed, terms, stride, filter: filter) }
        if ratio > Double(order) + 1, let (a0, a1) = table[2 - alpha][order - 2] { return (a0 - a1 / ratio) / ratio }
        return mean(mostTerms, mostTerms, mostTerms / ratio, filter: filter)
    }

    /// Case 3: unmodified, flicker phase noise.
    private func flickerPhase(_ summed: Double, _ terms: Double, _ stride: Double, _ ratio: Double) -> Double {
        let m = Double(factor)
        if summed <= mostTerms { return mean(summed, terms, stride, filter: m) }
        let (b0, b1) = order == 2 ? (15.23, 12.0) : (47.8, 40.0)
        let norm = b0 + b1 * logarithm(m)
        if ratio > Double(order) + 1, let (a0, a1) = Self.plainTable[1][order - 2] {
            return (a0 - a1 / ratio) / (norm * norm * ratio)
        }
        let short = mostTerms / ratio
        return basicSum(mostTerms, mostTerms, short, filter: short) / (norm * norm * mostTerms)
    }

    /// Case 4: unmodified, white phase noise. Terms are correlated only at whole multiples of m.
    private func whitePhase(_ terms: Double, _ stride: Double, _ ratio: Double) -> Double {
        let middle = binomial(2 * order, order)
        if ratio.rounded(.up) > Double(order) {
            let a0 = binomial(4 * order, 2 * order) / (middle * middle)
            return (a0 - Double(order) / 2 / ratio) / terms
        }
        var sum = 1.0
        for k in 1...order where Double(k) * stride < terms {
            let correlation = binomial(2 * order, order - k) / middle
            sum += 2 * (1 - Double(k) * stride / terms) * correlation * correlation
        }
        return sum / terms
    }

    private func mean(_ summed: Double, _ terms: Double, _ stride: Double, filter: Double?) -> Double {
        let norm = structure(0, filter: filter)
        return basicSum(summed, terms, stride, filter: filter) / (norm * norm * terms)
    }

    /// Equation 10.
    private func basicSum(_ summed: Double, _ terms: Double, _ stride: Double, filter: Double?) -> Double {
        func square(_ j: Double) -> Double {
            let z = structure(j / stride, filter: filter)
            return z * z
        }
        var sum = square(0) + (1 - summed / terms) * square(summed)
        var j = 1.0
        while j < summed {
            sum += 2 * (1 - j / terms) * square(j)
            j += 1
        }
        return sum
    }

    /// Equation 9: the central difference of order 2d of `phaseStructure`.
    private func structure(_ t: Double, filter: Double?) -> Double {
        var sum = 0.0
        for k in -order...order {
            let sign: Double = k % 2 == 0 ? 1 : -1
            sum += sign * binomial(2 * order, order + k) * phaseStructure(t + Double(k), filter: filter)
        }
        return sum
    }

    /// Equation 8; nil stands for an infinite F.
    private func phaseStructure(_ t: Double, filter: Double?) -> Double {
        guard let filter else { return power(t, alpha + 2) }
        let step = 1 / filter
        return filter * filter * (2 * power(t, alpha) - power(t - step, alpha) - power(t + step, alpha))
    }

    /// Equation 7.
    private func power(_ t: Double, _ alpha: Int) -> Double {
        let size = t.magnitude
        guard size > 0 else { return 0 }
        let t2 = size * size
        return switch alpha {
        case 2: -size
        case 1: t2 * logarithm(size)
        case 0: t2 * size
        case -1: t2 * t2 * logarithm(size)
        case -2: t2 * t2 * size
        case -3: t2 * t2 * t2 * logarithm(size)
        default: t2 * t2 * t2 * size
        }
    }

    private func binomial(_ n: Int, _ k: Int) -> Double {
        guard k > 0 else { return 1 }
        return (1...k).reduce(1.0) { $0 * Double(n - k + $1) / Double($1) }
    }

    /// Table 1: a0 and a1 of modified variances; rows α = 2, 1, …, -4; columns d = 2, 3.
    private static let modifiedTable: [[(Double, Double)?]] = [
        [(7.0 / 9, 1.0 / 2), (22.0 / 25, 2.0 / 3)],
        [(0.997, 0.616), (1.141, 0.843)],
        [(1.033, 0.607), (1.184, 0.848)],
        [(1.048, 0.534), (1.180, 0.816)],
        [(1.302, 0.535), (1.175, 0.777)],
        [nil, (1.194, 0.703)],
        [nil, (1.489, 0.702)],
    ]

    /// Table 2: the same of unmodified variances.
    private static let plainTable: [[(Double, Double)?]] = [
        [(35.0 / 18, 1), (231.0 / 100, 3.0 / 2)],
        [(790, 410), (9950, 6520)],
        [(2.0 / 3, 1.0 / 3), (7.0 / 9, 1.0 / 2)],
        [(0.852, 0.375), (0.997, 0.617)],
        [(1.079, 0.368), (1.033, 0.607)],
        [nil, (1.053, 0.553)],
        [nil, (1.302, 0.535)],
    ]
}

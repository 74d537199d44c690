extension ClockSeries {
    /// A statistic at the given averaging factors, in their order.
    /// - Throws: `StabilityError` when the whole series is unfit. A factor that is too long is no error: its point has
    ///   no terms and no deviation.
    public func stability(_ statistic: Statistic, factors: [Int]) throws(StabilityError) -> [StabilityPoint] {
        guard interval > 0, interval.isFinite else { throw .interval }
        let gaps = missing
        guard gaps == 0 || statistic == .gradev else { throw .gaps(gaps) }
        let values = variances(statistic, factors: factors)
        // An interval error is what it is, whatever the noise.
        let kinds =
            statistic == .mtie || statistic == .tierms
            ? nil : NoiseTypes(of: self, for: statistic, known: overlapping(statistic, factors, values))
        var points: [StabilityPoint] = []
        points.reserveCapacity(factors.count)
        for (m, (terms, variance)) in zip(factors, values) {
            var point = StabilityPoint(factor: m, tau: Double(m) * interval, terms: terms)
            if terms > 0 {
                guard variance.isFinite else { throw .overflow }
                point.deviation = variance.squareRoot()
                point.noise = kinds?.type(factor: m)
                point.qualify(statistic, count: statistic == .gradev ? terms + 2 * m : phases.count)
            }
            points.append(point)
        }
        return points
    }

    /// The overlapping variances that are at hand already, in the units of `NoiseTypes`.
    private func overlapping(
        _ statistic: Statistic, _ factors: [Int], _ values: [(terms: Int, variance: Double)]
    ) -> [Int: Double] {
        let divisor: Double
        switch statistic {
        case .oadev: divisor = 2
        case .ohdev: divisor = 6
        default: return [:]
        }
        return Dictionary(
            zip(factors, values.map { $0.variance * divisor * interval * interval }),
            uniquingKeysWith: { first, _ in first })
    }

    /// Number of terms and variance at each factor.
    private func variances(_ statistic: Statistic, factors: [Int]) -> [(terms: Int, variance: Double)] {
        let x = phases.span
        let terms = factors.map { statistic.terms(factor: $0, of: phases.count) }
        let usable = zip(factors, terms).map { $1 > 0 ? $0 : 0 }

        /// Sums for all factors at once, each with its divisor.
        func each(_ sums: [Double], _ divisor: (Double, Double) -> Double) -> [(terms: Int, variance: Double)] {
            factors.indices.map { index in
                let n = terms[index]
                let variance = n > 0 ? sums[index] / divisor(Double(n), Double(factors[index])) : 0
                return (n, variance)
            }
        }
        func one(_ sum: (Int, Int) -> Double) -> [Double] {
            factors.indices.map { terms[$0] > 0 ? sum(factors[$0], terms[$0]) : 0 }
        }
        let tau0 = interval
        func tauSquared(_ m: Double) -> Double { m * tau0 * (m * tau0) }

        switch statistic {
        case .adev:
            let sums = one { stridedDifferenceSquares(x, factor: $0, order: 2, terms: $1) }
            return each(sums) { n, m in 2 * n * tauSquared(m) }
        case .hdev:
            let sums = one { stridedDifferenceSquares(x, factor: $0, order: 3, terms: $1) }
            return each(sums) { n, m in 6 * n * tauSquared(m) }
        case .oadev:
            return each(secondDifferenceSquares(x, factors: usable)) { n, m in 2 * n * tauSquared(m) }
        case .ohdev:
            return each(thirdDifferenceSquares(x, factors: usable)) { n, m in 6 * n * tauSquared(m) }
        case .mdev:
            return each(modifiedDifferenceSquares(x, factors: usable)) { n, m in 2 * n * m * m * tauSquared(m) }
        case .tdev:
            return each(modifiedDifferenceSquares(x, factors: usable)) { n, m in 6 * n * m * m }
        case .pdev:
            let sums = one { m, _ in
                m == 1 ? secondDifferenceSquares(x, factors: [1])[0] / 144 : parabolicDifferenceSquares(x, factor: m)
            }
            return each(sums) { n, m in n * m * m * m * m * tauSquared(m) / 72 }
        case .totdev:
            return each(one { m, _ in totalDifferenceSquares(x, factor: m) }) { n, m in 2 * n * tauSquared(m) }
        case .mtotdev:
            return each(one { m, _ in reflectedBlockSquares(x, factor: m) }) { _, m in 2 * tauSquared(m) }
        case .ttotdev:
            return each(one { m, _ in reflectedBlockSquares(x, factor: m) }) { _, _ in 6 }
        case .htotdev:
            let y = zip(phases.dropFirst(), phases).map { ($0 - $1) / tau0 }
            let sums = one { m, n in
                m == 1
                    ? thirdDifferenceSquares(x, factors: [1])[0] / (Double(n) * tau0 * tau0)
                    : reflectedBlockSquares(y.span, factor: m)
            }
            return each(sums) { _, _ in 6 }
        case .theo1:
            return each(one { m, _ in theo1Squares(x, factor: m) }) { _, m in
                0.75 * (Double(x.count) - m) * tauSquared(m)
            }
        case .gradev:
            return factors.map { m in
                var sum = 0.0
                var n = 0
                for range in unbroken {
                    let part = gapResistantSquares(x.extracting(range), factor: m)
                    sum += part.sum
                    n += part.terms
                }
                return (n, n > 0 ? sum / (2 * Double(n) * tauSquared(Double(m))) : 0)
            }
        case .mtie:
            let readings = self.readings
            let widest = maximumIntervalErrors(readings.span, factors: usable)
            return each(widest.map { $0 * $0 }) { _, _ in 1 }
        case .tierms:
            let readings = self.readings
            return each(firstDifferenceSquares(readings.span, factors: usable)) { n, _ in n }
        }
    }
}

extension StabilityPoint {
    /// Adds degrees of freedom and intervals, where there is a theory for them.
    fileprivate mutating func qualify(_ statistic: Statistic, count: Int) {
        guard let noise, let deviation, let edf = freedom(of: statistic, noise, count) else { return }
        degreesOfFreedom = edf
        interval68 = Self.interval(deviation, edf, share: 0.682689492137086)
        interval95 = Self.interval(deviation, edf, share: 0.95)
    }

    private func freedom(of statistic: Statistic, _ noise: Int, _ count: Int) -> Double? {
        guard let (overlapping, modified) = statistic.estimator else {
            return TotalFreedom.value(statistic, alpha: noise, factor: factor, count: count)
        }
        return DegreesOfFreedom(
            alpha: noise, order: statistic.differenceOrder, factor: factor, count: count,
            overlapping: overlapping, modified: modified
        ).value
    }

    /// Where the true deviation lies with the given probability: edf · s²/σ² is distributed as chi-squared.
    static func interval(_ deviation: Double, _ edf: Double, share: Double) -> ClosedRange<Double>? {
        guard let upper = ChiSquared.quantile((1 + share) / 2, degreesOfFreedom: edf),
            let lower = ChiSquared.quantile((1 - share) / 2, degreesOfFreedom: edf), lower > 0
        else { return nil }
        let low = deviation * (edf / upper).squareRoot()
        let high = deviation * (edf / lower).squareRoot()
        guard low <= high, high.isFinite else { return nil }
        return low...high
    }
}

extension Statistic {
    /// How the variance is estimated, for those that Greenhall and Riley's theory covers.
    var estimator: (overlapping: Bool, modified: Bool)? {
        switch self {
        case .adev, .hdev: (false, false)
        case .oadev, .ohdev, .gradev: (true, false)
        case .mdev, .tdev: (true, true)
        default: nil
        }
    }
}

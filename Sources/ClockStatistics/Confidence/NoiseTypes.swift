/// The noise type taken for each averaging factor of a series.
///
/// With few averaged phases the lag-1 estimate scatters (its standard deviation is about 2/√n), and below 30 there is
/// none. So from one octave to the next the type stays what it was, unless the new estimate lies outside what rounding
/// and twice its scatter allow. Nor does it become whiter with few phases: taking a parabola from a short random walk
/// leaves something that often looks white. Beyond the last octave with an estimate the type stays too, unless the variance there
/// is greater than that type lets it be; then it is the next redder type that fits.
struct NoiseTypes {
    /// Octaves 1, 2, 4, … that have an estimate, and the type taken for each.
    private var octaves: [(factor: Int, type: Int)] = []
    private let phases: [Double]
    private let order: Int
    private let limits: ClosedRange<Int>
    /// Overlapping variances that need not be computed, but for a constant: mean square phase difference over m².
    private let known: [Int: Double]
    /// The same at the last octave.
    private var lastVariance = 0.0

    private static let leastForWhiter = 100
    /// How sure it has to be that the variance is too great: 99.9 %.
    private static let share = 0.999

    init(of series: ClockSeries, for statistic: Statistic, known: [Int: Double] = [:]) {
        self.known = known
        phases = statistic == .gradev ? Array(series.phases[series.longestRun]) : series.phases
        order = statistic.differenceOrder
        limits = (order == 3 ? -3 : -2)...2
        var factor = 1
        while let estimate = self.estimate(factor: factor) {
            octaves.append((factor, taken(estimate, after: octaves.last?.type)))
            factor *= 2
        }
        if let last = octaves.last { lastVariance = variance(factor: last.factor) }
    }

    /// α for one factor, limited to what the statistic is meant for; nil when the series is too short to tell.
    func type(factor: Int) -> Int? {
        guard let before = octaves.last(where: { $0.factor <= factor }) else { return nil }
        if before.factor == factor { return before.type }
        if let estimate = self.estimate(factor: factor) {
            return taken(estimate, after: before.type)
        }
        return extrapolated(from: before, to: factor)
    }

    /// From the first 16,384 averaged phases at most: their scatter is 0.016.
    private func estimate(factor: Int) -> NoiseEstimate? {
        let (length, overflow) = factor.multipliedReportingOverflow(by: 1 << 14)
        let phases = self.phases.span.extracting(0..<(overflow ? self.phases.count : min(length, self.phases.count)))
        return NoiseEstimate(phases: phases, factor: factor, mostDifferences: order)
    }

    private func taken(_ estimate: NoiseEstimate, after previous: Int?) -> Int {
        if let previous {
            let scatter = 2 / Double(estimate.count).squareRoot()
            if (estimate.exponent - Double(previous)).magnitude <= 0.5 + 2 * scatter { return previous }
            if estimate.rounded > previous, estimate.count < Self.leastForWhiter { return previous }
        }
        return min(max(estimate.rounded, limits.lowerBound), limits.upperBound)
    }

    private func extrapolated(from last: (factor: Int, type: Int), to factor: Int) -> Int {
        let deviation = variance(factor: factor).squareRoot()
        guard deviation > 0, lastVariance > 0,
            let freedom = edf(last.type, factor: last.factor),
            let predictedMost = StabilityPoint.interval(lastVariance.squareRoot(), freedom, share: Self.share)
        else { return last.type }
        let ratio = Double(factor) / Double(last.factor)
        var type = last.type
        while type > limits.lowerBound {
            // The variance goes as τ^-2 for phase noise and as τ^(-1-α) for frequency noise.
            var growth = 1 / ratio
            if type > 0 { growth /= ratio }
            for _ in 0..<max(0, -type) { growth *= ratio }
            guard let freedom = edf(type, factor: factor),
                let least = StabilityPoint.interval(deviation, freedom, share: Self.share),
                least.lowerBound > predictedMost.upperBound * growth.squareRoot()
            else { return type }
            type -= 1
        }
        return type
    }

    private func edf(_ type: Int, factor: Int) -> Double? {
        DegreesOfFreedom(
            alpha: type, order: order, factor: factor, count: phases.count, overlapping: true, modified: false
        ).value
    }

    private func variance(factor m: Int) -> Double {
        if let variance = known[m] { return variance }
        let terms = phases.count - order * m
        guard m <= phases.count / order, terms > 0 else { return 0 }
        let sum =
            order == 3
            ? thirdDifferenceSquares(phases.span, factors: [m])[0]
            : secondDifferenceSquares(phases.span, factors: [m])[0]
        return sum / (Double(terms) * Double(m) * Double(m))
    }
}

/// The noise type taken for each averaging factor of a series.
///
/// With few averaged phases the lag-1 estimate scatters (its standard deviation is about 2/√n), and below 30 there is
/// none. So from one octave to the next the type stays what it was, unless the new estimate lies outside what rounding
/// and twice its scatter allow.
struct NoiseTypes {
    /// Octaves 1, 2, 4, … that have an estimate, and the type taken for each.
    private var octaves: [(factor: Int, type: Int)] = []
    private let phases: [Double]
    private let mostDifferences: Int
    private let limits: ClosedRange<Int>

    init(of series: ClockSeries, for statistic: Statistic) {
        phases = Array(series.phases[series.longestRun])
        mostDifferences = statistic.differenceOrder
        limits = (statistic.differenceOrder == 3 ? -3 : -2)...2
        var factor = 1
        while let estimate = NoiseEstimate(phases: phases.span, factor: factor, mostDifferences: mostDifferences) {
            octaves.append((factor, taken(estimate, after: octaves.last?.type)))
            factor *= 2
        }
    }

    /// α for one factor, limited to what the statistic is meant for; nil when the series is too short to tell.
    func type(factor: Int) -> Int? {
        guard let before = octaves.last(where: { $0.factor <= factor }) else { return nil }
        guard before.factor != factor,
            let estimate = NoiseEstimate(phases: phases.span, factor: factor, mostDifferences: mostDifferences)
        else { return before.type }
        return taken(estimate, after: before.type)
    }

    private func taken(_ estimate: NoiseEstimate, after previous: Int?) -> Int {
        if let previous {
            let scatter = 2 / Double(estimate.count).squareRoot()
            if (estimate.exponent - Double(previous)).magnitude <= 0.5 + 2 * scatter { return previous }
        }
        return min(max(estimate.rounded, limits.lowerBound), limits.upperBound)
    }
}

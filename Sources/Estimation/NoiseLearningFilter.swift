/// A clock from measurements of which nobody told how good they are, or told wrongly: several ``ClockFilter``s side by side,
/// each of which takes all of them for so many times better or worse, and each weighed by how well it predicted.
///
/// A filter that takes measurements for worse than they are follows the crystal too slowly, one that takes them for better
/// follows their noise: at ten times, the error is three to five times the best that can be.
public struct NoiseLearningFilter: Equatable, Sendable {
    private struct Candidate: Equatable {
        /// What each deviation that is told is multiplied by.
        var factor: Double
        var prior: Double
        var weight: Double
        var filter: ClockFilter
    }

    private var candidates: [Candidate]

    /// Factors that are tried: half a decade apart, from a hundredth to a hundred.
    static let steps = -4...4
    /// How likely the noise is to become another between two measurements.
    static let restlessness = 0.01

    /// - Parameters:
    ///   - time: a moment at or before the first measurement, seconds.
    ///   - frequency: what is believed of the oscillator: how much it gains.
    ///   - frequencyDeviation: standard deviation of that.
    public init(time: Double, frequency: Double, frequencyDeviation: Double) {
        let filter = ClockFilter(time: time, frequency: frequency, frequencyDeviation: frequencyDeviation)
        // What is told is wrong by a factor of three in one direction or the other, as a standard deviation.
        let priors = Self.steps.map { exponential(-0.5 * Double($0 * $0)) }
        let total = priors.reduce(0, +)
        candidates = zip(Self.steps, priors).map { step, prior in
            Candidate(
                factor: exponential(Double(step) * 0.5 * logarithm(10)), prior: prior / total, weight: prior / total,
                filter: filter)
        }
    }

    /// Whether an offset of this number is in the filter.
    public func knows(_ number: Int) -> Bool { candidates.first?.filter.knows(number) ?? false }

    /// Forgets an offset.
    public mutating func remove(_ number: Int) {
        for index in candidates.indices { candidates[index].filter.remove(number) }
    }

    /// By what the deviations that are told have to be multiplied: the mean of what is believed.
    public var factor: Double { candidates.reduce(0) { $0 + $1.weight * $1.factor } }

    /// Takes a measurement in.
    ///
    /// - Parameters:
    ///   - number: which offset it is of.
    ///   - moment: when it was taken; a moment before the last one counts as that one.
    ///   - offset: true time less oscillator time, seconds.
    ///   - deviation: the standard deviation that it is told to have, seconds.
    public mutating func add(of number: Int, at moment: Double, offset: Double, deviation: Double) {
        var likelihoods: [Double] = []
        for index in candidates.indices {
            let told = deviation * candidates[index].factor
            likelihoods.append(
                candidates[index].filter.add(
                    of: number, at: moment, offset: offset, variance: told * told, drift: 0))
        }
        let best = likelihoods.max() ?? 0
        var sum = 0.0
        for (index, likelihood) in likelihoods.enumerated() {
            let kept = (1 - Self.restlessness) * candidates[index].weight
            candidates[index].weight =
                (kept + Self.restlessness * candidates[index].prior) * exponential(likelihood - best)
            sum += candidates[index].weight
        }
        for index in candidates.indices { candidates[index].weight /= sum }
    }

    /// What is believed of a moment at or after the last measurement; nil if the offset is not in the filter. The deviations
    /// are means of those that are believed in, so that unlikely ones count little, however wrong they expect to be.
    public func estimate(at moment: Double, of number: Int) -> ClockFilter.Belief.Summary? {
        var mixed = ClockFilter.Belief.Summary(offset: 0, offsetDeviation: 0, frequency: 0, frequencyDeviation: 0)
        for candidate in candidates {
            guard let one = candidate.filter.estimate(at: moment, of: number) else { return nil }
            mixed.offset += candidate.weight * one.offset
            mixed.offsetDeviation += candidate.weight * one.offsetDeviation
            mixed.frequency += candidate.weight * one.frequency
            mixed.frequencyDeviation += candidate.weight * one.frequencyDeviation
        }
        return mixed
    }

    /// By how much the prediction of the offset will be wrong at a moment, as a mean; `leastWander` as for ``ClockFilter``.
    public func expectedError(at moment: Double, of number: Int, leastWander: Double) -> Double {
        candidates.reduce(0) {
            $0 + $1.weight * $1.filter.expectedError(at: moment, of: number, leastWander: leastWander)
        }
    }
}

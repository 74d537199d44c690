/// Offset and frequency of the clock that all sources share, from all their samples.
///
/// A Kalman filter for a clock whose frequency does a random walk (Galleani and Tavella 2008: the two-state clock
/// model) is the best there is when the wander is known. It is not known, so several filters run side by side, each
/// believing in another wander, and each is weighed by how well it predicted (interacting multiple models, Blom and
/// Bar-Shalom 1988). A crystal that changes its habits, or a sudden change of frequency, moves the weights within a
/// sample or two, because the restless filters have followed it and the calm ones take over their state.
public struct ClockFilter: Equatable, Sendable {
    /// One belief: a wander, how likely it is, and what follows from it.
    struct Belief: Equatable, Sendable {
        /// Standard deviation of the frequency's change over one second, squared: s^-1.
        var wander2: Double
        var weight: Double
        /// True time less oscillator time, seconds.
        var offset: Double
        /// Change of the offset per second: less the frequency.
        var slope: Double
        var offsetVariance: Double
        var covariance: Double
        var slopeVariance: Double
    }

    /// Wanders that are tried, s/s per square root of a second: from an oven-controlled crystal to a machine that is
    /// heated and cooled by its load.
    public static let wanders: [Double] = [1e-10, 4e-10, 1.2e-9, 4e-9, 1.2e-8, 4e-8, 1.2e-7, 4e-7]

    /// How likely a clock is to change its habits between two samples.
    static let restlessness = 0.02

    private(set) var beliefs: [Belief]
    /// The moment to which the beliefs belong.
    public private(set) var time: Double
    /// Samples taken in.
    public private(set) var count = 0
    /// The last innovation, in standard deviations that were expected.
    public private(set) var surprise = 0.0

    /// - Parameters:
    ///   - time: the moment of the first sample.
    ///   - offset: the first sample's offset.
    ///   - variance: its variance.
    ///   - frequency: what is believed of the oscillator: how much it gains.
    ///   - frequencyDeviation: standard deviation of that.
    public init(time: Double, offset: Double, variance: Double, frequency: Double, frequencyDeviation: Double) {
        self.time = time
        count = 1
        // Calm clocks are as likely as restless ones; the extremes are rarer.
        let priors = [0.5, 1, 2, 2, 2, 1, 0.5, 0.1]
        let total = priors.reduce(0, +)
        beliefs = zip(Self.wanders, priors).map { wander, prior in
            Belief(
                wander2: wander * wander, weight: prior / total, offset: offset, slope: -frequency,
                offsetVariance: variance, covariance: 0, slopeVariance: frequencyDeviation * frequencyDeviation)
        }
    }

    /// Takes a sample in.
    ///
    /// - Parameters:
    ///   - moment: when it was taken; a moment before the last one counts as that one.
    ///   - offset: true time less oscillator time, seconds.
    ///   - variance: of the offset, seconds squared.
    public mutating func add(at moment: Double, offset: Double, variance: Double) {
        mix()
        advance(to: moment)
        var best = -Double.infinity
        var likelihoods = [Double](repeating: 0, count: beliefs.count)
        var expected = 0.0
        var error = 0.0
        for index in beliefs.indices {
            let belief = beliefs[index]
            let total = belief.offsetVariance + variance
            let innovation = offset - belief.offset
            expected += belief.weight * total
            error += belief.weight * innovation
            // Tails are heavier than a normal distribution's: no single sample can decide everything.
            let squares = innovation * innovation / total
            let log = -0.5 * (logarithm(total) + 5 * logarithm(1 + squares / 4))
            likelihoods[index] = log
            best = max(best, log)
            let gain = belief.offsetVariance / total
            let slopeGain = belief.covariance / total
            beliefs[index].offset += gain * innovation
            beliefs[index].slope += slopeGain * innovation
            // Joseph's form keeps the variances positive.
            let rest = 1 - gain
            beliefs[index].offsetVariance = rest * rest * belief.offsetVariance + gain * gain * variance
            beliefs[index].covariance = rest * belief.covariance
            beliefs[index].slopeVariance = max(belief.slopeVariance - slopeGain * belief.covariance, 1e-30)
        }
        surprise = error / max(expected, 1e-30).squareRoot()
        var sum = 0.0
        for index in beliefs.indices {
            beliefs[index].weight *= exponential(likelihoods[index] - best)
            sum += beliefs[index].weight
        }
        for index in beliefs.indices { beliefs[index].weight /= sum }
        count += 1
    }

    /// Adds to the offset, after the base of offsets was moved or a leap second passed.
    public mutating func shift(by seconds: Double) {
        for index in beliefs.indices { beliefs[index].offset += seconds }
    }

    /// Admits that the offset may have jumped.
    public mutating func doubt(offsetVariance: Double) {
        for index in beliefs.indices { beliefs[index].offsetVariance += offsetVariance }
    }

    /// What is believed of a moment at or after the last sample.
    public func estimate(at moment: Double) -> (
        offset: Double, offsetDeviation: Double, frequency: Double, frequencyDeviation: Double
    ) {
        var ahead = self
        ahead.advance(to: moment)
        var offset = 0.0
        var slope = 0.0
        for belief in ahead.beliefs {
            offset += belief.weight * belief.offset
            slope += belief.weight * belief.slope
        }
        var offsetVariance = 0.0
        var slopeVariance = 0.0
        for belief in ahead.beliefs {
            let o = belief.offset - offset
            let s = belief.slope - slope
            offsetVariance += belief.weight * (belief.offsetVariance + o * o)
            slopeVariance += belief.weight * (belief.slopeVariance + s * s)
        }
        return (offset, offsetVariance.squareRoot(), -slope, slopeVariance.squareRoot())
    }

    /// The wander that is believed in: root mean square, s/s per square root of a second.
    public var wander: Double {
        beliefs.reduce(0) { $0 + $1.weight * $1.wander2 }.squareRoot()
    }

    // MARK: Steps of the filter

    private mutating func advance(to moment: Double) {
        let t = moment - time
        guard t > 0 else { return }
        time = moment
        for index in beliefs.indices {
            let belief = beliefs[index]
            let q = belief.wander2
            beliefs[index].offset += belief.slope * t
            beliefs[index].offsetVariance +=
                2 * t * belief.covariance + t * t * belief.slopeVariance + q * t * t * t / 3
            beliefs[index].covariance += t * belief.slopeVariance + q * t * t / 2
            beliefs[index].slopeVariance += q * t
        }
    }

    /// Lets each belief take over a share of what the others know.
    private mutating func mix() {
        let n = beliefs.count
        let old = beliefs
        for j in 0..<n {
            var total = 0.0
            var offset = 0.0
            var slope = 0.0
            var shares = [Double](repeating: 0, count: n)
            for i in 0..<n {
                let share = Self.transition(from: i, to: j, of: n) * old[i].weight
                shares[i] = share
                total += share
                offset += share * old[i].offset
                slope += share * old[i].slope
            }
            guard total > 0 else { continue }
            offset /= total
            slope /= total
            var offsetVariance = 0.0
            var covariance = 0.0
            var slopeVariance = 0.0
            for i in 0..<n {
                let share = shares[i] / total
                let o = old[i].offset - offset
                let s = old[i].slope - slope
                offsetVariance += share * (old[i].offsetVariance + o * o)
                covariance += share * (old[i].covariance + o * s)
                slopeVariance += share * (old[i].slopeVariance + s * s)
            }
            beliefs[j] = Belief(
                wander2: old[j].wander2, weight: total, offset: offset, slope: slope, offsetVariance: offsetVariance,
                covariance: covariance, slopeVariance: slopeVariance)
        }
    }

    /// Chance that a clock with habit i has habit j at the next sample: mostly the same, sometimes a neighbour,
    /// rarely anything.
    private static func transition(from i: Int, to j: Int, of n: Int) -> Double {
        let neighbours = (i > 0 ? 1.0 : 0) + (i < n - 1 ? 1.0 : 0)
        let anywhere = restlessness / 4 / Double(n)
        if i == j { return 1 - restlessness + anywhere }
        let isNeighbour = i - j == 1 || j - i == 1
        return anywhere + (isNeighbour ? restlessness * 0.75 / neighbours : 0)
    }
}

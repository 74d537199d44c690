/// The clock that all sources share, from all their samples: what each source says of the offset, and one frequency.
///
/// A Kalman filter for a clock whose frequency does a random walk (Galleani and Tavella 2008: the two-state clock
/// model) is the best there is when the wander is known. It is not known, so several filters run side by side, each
/// believing in another wander, and each is weighed by how well it predicted (interacting multiple models, Blom and
/// Bar-Shalom 1988). A crystal that changes its habits, or a sudden change of frequency, moves the weights within a
/// sample or two, because the restless filters have followed it and the calm ones take over their state.
///
/// Each source has an offset of its own in the state, since a path that is longer in one direction shifts it for good.
/// All of them move with the one clock, so their differences stand still, and every sample of any source tells about
/// the frequency.
public struct ClockFilter: Equatable, Sendable {
    /// One belief: a wander, how likely it is, and what follows from it.
    public struct Belief: Equatable, Sendable {
        /// Standard deviation of the frequency's change over one second, squared: s^-1.
        var wander2: Double
        var weight: Double
        /// Offsets by each source (true time less oscillator time, seconds), what warmth adds to the slope (only where a
        /// sensor tells of it), and last the slope: less the frequency.
        var mean: [Double]
        /// Covariance of these, row by row.
        var covariance: [Double]
    }

    /// Wanders that are tried, s/s per square root of a second: from an oven-controlled crystal to a machine that is
    /// heated and cooled by its load.
    public static let wanders: [Double] = [1e-10, 4e-10, 1.2e-9, 4e-9, 1.2e-8, 4e-8, 1.2e-7, 4e-7]

    /// How likely each wander is at the start: a calm crystal has to be given the time to show it.
    static let priors: [Double] = [40, 6, 2, 1, 1, 0.5, 0.2, 0.05]

    /// How likely a clock is to change its habits between two samples.
    static let restlessness = 0.002

    /// What is known of a source in the filter.
    struct Member: Equatable, Sendable {
        var number: Int
        /// Variance that its own offset gains per second, apart from the clock: routes change slowly.
        var drift: Double
        var lastTime: Double
        var wasSurprising = false
    }

    var beliefs: [Belief]
    var members: [Member] = []
    /// How warm it has been, where a sensor tells.
    var warmth: Warmth?
    /// The moment to which the beliefs belong.
    public private(set) var time: Double
    /// The moment of the first sample.
    public let began: Double
    /// Samples taken in.
    public private(set) var count = 0
    /// Samples in a row that no frequency explains.
    var jumps = 0

    /// - Parameters:
    ///   - time: a moment at or before the first sample.
    ///   - frequency: what is believed of the oscillator: how much it gains.
    ///   - frequencyDeviation: standard deviation of that.
    public init(time: Double, frequency: Double, frequencyDeviation: Double) {
        self.time = time
        began = time
        let total = Self.priors.reduce(0, +)
        beliefs = zip(Self.wanders, Self.priors).map { wander, prior in
            Belief(
                wander2: wander * wander, weight: prior / total, mean: [-frequency],
                covariance: [frequencyDeviation * frequencyDeviation])
        }
    }

    private var inputs: Int { warmth == nil ? 0 : Warmth.count }

    var size: Int { members.count + inputs + 1 }

    /// Whether a source has an offset in the filter.
    public func knows(_ number: Int) -> Bool { members.contains { $0.number == number } }

    /// Takes a sample in.
    ///
    /// - Parameters:
    ///   - number: which source it is of.
    ///   - moment: when it was taken; a moment before the last one counts as that one.
    ///   - offset: true time less oscillator time, seconds.
    ///   - variance: of the offset, seconds squared.
    ///   - drift: variance that the source's own offset gains per second.
    /// - Returns: the logarithm of how likely it was, up to a constant; of a source's first sample 0.
    @discardableResult
    public mutating func add(
        of number: Int, at moment: Double, offset: Double, variance: Double, drift: Double
    ) -> Double {
        mix()
        advance(to: moment)
        count += 1
        guard let place = members.firstIndex(where: { $0.number == number }) else {
            join(Member(number: number, drift: drift, lastTime: moment), offset: offset, variance: variance)
            return 0
        }
        members[place].drift = drift
        isolateIfAlone(place, offset: offset, variance: variance)
        allowJump(place, offset: offset, variance: variance)
        members[place].lastTime = moment
        var likelihoods = [Double](repeating: 0, count: beliefs.count)
        var best = -Double.infinity
        for index in beliefs.indices {
            likelihoods[index] = beliefs[index].update(place, offset: offset, variance: variance)
            best = max(best, likelihoods[index])
        }
        var sum = 0.0
        for index in beliefs.indices {
            beliefs[index].weight *= exponential(likelihoods[index] - best)
            sum += beliefs[index].weight
        }
        for index in beliefs.indices { beliefs[index].weight /= sum }
        return best + logarithm(sum)
    }

    /// Forgets a source.
    public mutating func remove(_ number: Int) {
        guard let place = members.firstIndex(where: { $0.number == number }) else { return }
        let n = size
        for index in beliefs.indices {
            beliefs[index].mean.remove(at: place)
            beliefs[index].covariance = beliefs[index].covariance.enumerated()
                .filter { $0.offset / n != place && $0.offset % n != place }.map(\.element)
        }
        members.remove(at: place)
    }

    /// Adds to all offsets, after their base was moved or a leap second passed.
    public mutating func shift(by seconds: Double) {
        for index in beliefs.indices {
            for place in members.indices { beliefs[index].mean[place] += seconds }
        }
    }

    /// Adds to the offset of one source, which says that it has corrected its own phase by so much, and takes it for as
    /// uncertain: the next sample tells whether that is so.
    public mutating func shift(_ number: Int, by seconds: Double) {
        guard let place = members.firstIndex(where: { $0.number == number }) else { return }
        for index in beliefs.indices {
            beliefs[index].mean[place] += seconds
            beliefs[index].covariance[place * size + place] += seconds * seconds
        }
    }

    /// What is believed of a moment at or after the last sample.
    ///
    /// - Parameter weights: how much each source counts, by its number; others do not count.
    /// - Returns: the weighted offset and the frequency (how much the oscillator gains), with standard deviations;
    ///   nil if no source counts.
    public func estimate(at moment: Double, weights: [Int: Double]) -> Belief.Summary? {
        let raw = members.map { max(weights[$0.number] ?? 0, 0) }
        let total = raw.reduce(0, +)
        guard total > 0 else { return nil }
        return summary(at: moment, shares: raw.map { $0 / total })
    }

    /// What one source says, as the filter sees it; nil if it is not in the filter.
    public func estimate(at moment: Double, of number: Int) -> Belief.Summary? {
        guard let place = members.firstIndex(where: { $0.number == number }) else { return nil }
        var shares = [Double](repeating: 0, count: members.count)
        shares[place] = 1
        return summary(at: moment, shares: shares)
    }

    /// Standard deviation of the weighted offset at a moment for people to rely on, seconds; nil if no source counts.
    ///
    /// Where the noise hides a crystal's wander, the calm beliefs win for want of evidence, and would make the estimate
    /// look better than it is: so what belongs to those is replaced by what a wander of `leastWander` makes of it.
    public func deviation(at moment: Double, weights: [Int: Double], leastWander: Double) -> Double? {
        let raw = members.map { max(weights[$0.number] ?? 0, 0) }
        let total = raw.reduce(0, +)
        guard total > 0, let floor = Self.wanders.firstIndex(where: { $0 >= leastWander }) else { return nil }
        return summary(at: moment, shares: raw.map { $0 / total }, floor: floor).offsetDeviation
    }

    private func summary(at moment: Double, shares: [Double], floor: Int = 0) -> Belief.Summary {
        // As after `advance(to:)`, without a copy of all beliefs.
        let t = max(moment - time, 0)
        let gained = warmth?.integrals(from: time, to: max(moment, time)) ?? []
        let now = warmth?.powers(at: moment) ?? []
        let drifted = zip(shares, members).reduce(0) { $0 + $1.0 * $1.0 * $1.1.drift } * t
        var parts = beliefs.map { $0.summary(shares, after: t, gained, now, drifted: drifted) }
        for index in 0..<floor { parts[index].offsetDeviation = parts[floor].offsetDeviation }
        var mixed = Belief.Summary(offset: 0, offsetDeviation: 0, frequency: 0, frequencyDeviation: 0)
        for (belief, part) in zip(beliefs, parts) {
            mixed.offset += belief.weight * part.offset
            mixed.frequency += belief.weight * part.frequency
        }
        var offsetVariance = 0.0
        var frequencyVariance = 0.0
        for (belief, part) in zip(beliefs, parts) {
            let o = part.offset - mixed.offset
            let f = part.frequency - mixed.frequency
            offsetVariance += belief.weight * (part.offsetDeviation * part.offsetDeviation + o * o)
            frequencyVariance += belief.weight * (part.frequencyDeviation * part.frequencyDeviation + f * f)
        }
        mixed.offsetDeviation = offsetVariance.squareRoot()
        mixed.frequencyDeviation = frequencyVariance.squareRoot()
        return mixed
    }

    /// By how much the prediction of one source's offset will be wrong at a moment, as a mean over the beliefs:
    /// unlikely ones count little, however wrong they expect to be.
    ///
    /// - Parameter leastWander: no crystal is trusted to be calmer than this.
    public func expectedError(at moment: Double, of number: Int, leastWander: Double) -> Double {
        guard let place = members.firstIndex(where: { $0.number == number }) else { return .infinity }
        let t = max(moment - time, 0)
        let n = size
        let gained = warmth?.integrals(from: time, to: max(moment, time)) ?? []
        return beliefs.reduce(0) { sum, belief in
            let known =
                gained.isEmpty
                ? belief.covariance[place * n + place] + 2 * t * belief.covariance[place * n + n - 1]
                    + t * t * belief.covariance[n * n - 1]
                : belief.variance(of: place, after: t, gained)
            let variance =
                known
                + max(belief.wander2, leastWander * leastWander) * t * t * t / 3
            return sum + belief.weight * max(variance, 0).squareRoot()
        }
    }

    /// The wander that is believed in: root mean square, s/s per square root of a second.
    public var wander: Double {
        beliefs.reduce(0) { $0 + $1.weight * $1.wander2 }.squareRoot()
    }

    // MARK: Steps of the filter

    private mutating func join(_ member: Member, offset: Double, variance: Double) {
        let n = size
        for index in beliefs.indices {
            let old = beliefs[index]
            var grown = [Double](repeating: 0, count: (n + 1) * (n + 1))
            // The new offset stands behind the other offsets.
            let own = members.count
            func place(_ i: Int) -> Int { i < own ? i : i + 1 }
            for i in 0..<n {
                for j in 0..<n { grown[place(i) * (n + 1) + place(j)] = old.covariance[i * n + j] }
            }
            grown[own * (n + 1) + own] = variance
            beliefs[index].covariance = grown
            beliefs[index].mean.insert(offset, at: own)
        }
        members.append(member)
    }

    private mutating func advance(to moment: Double) {
        let t = moment - time
        guard t > 0 else { return }
        let gained = warmth?.integrals(from: time, to: moment) ?? []
        time = moment
        warmth?.forget(before: moment)
        let drifts = members.map(\.drift)
        for index in beliefs.indices {
            if gained.isEmpty {
                beliefs[index].advance(by: t, drifts: drifts)
            } else {
                beliefs[index].advance(by: t, drifts: drifts, warmed: gained)
            }
        }
    }

    /// Lets each belief take over a share of what the others know.
    private mutating func mix() {
        let n = beliefs.count
        let m = size
        let old = beliefs
        for j in 0..<n {
            var shares = [Double](repeating: 0, count: n)
            var total = 0.0
            for i in 0..<n {
                shares[i] = Self.transition(from: i, to: j, of: n) * old[i].weight
                total += shares[i]
            }
            guard total > 0 else { continue }
            var mean = [Double](repeating: 0, count: m)
            for i in 0..<n {
                shares[i] /= total
                for k in 0..<m { mean[k] += shares[i] * old[i].mean[k] }
            }
            var covariance = [Double](repeating: 0, count: m * m)
            for i in 0..<n where shares[i] > 1e-12 {
                for k in 0..<m {
                    let apart = old[i].mean[k] - mean[k]
                    for l in 0..<m {
                        covariance[k * m + l] +=
                            shares[i] * (old[i].covariance[k * m + l] + apart * (old[i].mean[l] - mean[l]))
                    }
                }
            }
            beliefs[j].weight = total
            beliefs[j].mean = mean
            beliefs[j].covariance = covariance
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

extension ClockFilter.Belief {
    /// An offset and a frequency with their standard deviations.
    public struct Summary: Equatable, Sendable {
        public var offset: Double
        public var offsetDeviation: Double
        /// How much the oscillator gains.
        public var frequency: Double
        public var frequencyDeviation: Double
    }

    /// What is believed some time after the belief's own.
    ///
    /// - Parameters:
    ///   - shares: how much each offset counts; together 1.
    ///   - t: seconds from the belief's moment.
    ///   - gained: integrals of the warmth and its square in that time; empty without a sensor.
    ///   - powers: the warmth of the moment, and its square; empty without a sensor.
    ///   - drifted: variance that the weighted offsets gain by drifting each for itself.
    func summary(
        _ shares: [Double], after t: Double, _ gained: [Double], _ powers: [Double], drifted: Double
    ) -> Summary {
        let n = mean.count
        let last = n - 1
        let first = last - gained.count
        var offset = t * mean[last]
        var variance = t * t * covariance[n * n - 1] + wander2 * t * t * t / 3 + drifted
        for (i, share) in shares.enumerated() where share > 0 {
            offset += share * mean[i]
            for (j, other) in shares.enumerated() { variance += share * other * covariance[i * n + j] }
            variance += 2 * share * t * covariance[i * n + last]
            for (j, gain) in gained.enumerated() { variance += 2 * share * gain * covariance[i * n + first + j] }
        }
        for (i, gain) in gained.enumerated() {
            offset += gain * mean[first + i]
            variance += 2 * t * gain * covariance[(first + i) * n + last]
            for (j, other) in gained.enumerated() {
                variance += gain * other * covariance[(first + i) * n + first + j]
            }
        }
        let slope = slope(powers)
        return Summary(
            offset: offset, offsetDeviation: max(variance, 0).squareRoot(), frequency: -slope.mean,
            frequencyDeviation: max(slope.variance + wander2 * t, 0).squareRoot())
    }

    mutating func advance(by t: Double, drifts: [Double]) {
        let n = mean.count
        let last = n - 1
        let slopeVariance = covariance[n * n - 1]
        for k in 0..<last {
            mean[k] += mean[last] * t
            for l in 0..<last {
                covariance[k * n + l] +=
                    t * (covariance[k * n + last] + covariance[l * n + last]) + t * t * slopeVariance
                    + wander2 * t * t * t / 3
            }
            covariance[k * n + k] += drifts[k] * t
        }
        for k in 0..<last {
            let grown = covariance[k * n + last] + t * slopeVariance + wander2 * t * t / 2
            covariance[k * n + last] = grown
            covariance[last * n + k] = grown
        }
        covariance[n * n - 1] += wander2 * t
    }

    /// Takes a sample of one offset in.
    ///
    /// - Returns: the logarithm of how likely it was.
    mutating func update(_ place: Int, offset: Double, variance: Double) -> Double {
        let n = mean.count
        let total = covariance[place * n + place] + variance
        let innovation = offset - mean[place]
        let column = (0..<n).map { covariance[$0 * n + place] }
        for k in 0..<n {
            let gain = column[k] / total
            mean[k] += gain * innovation
            for l in 0..<n { covariance[k * n + l] -= gain * column[l] }
        }
        for k in 0..<n { covariance[k * n + k] = max(covariance[k * n + k], 1e-30) }
        // Tails are heavier than a normal distribution's: no single sample can decide everything.
        let squares = innovation * innovation / total
        return -0.5 * (logarithm(total) + 5 * logarithm(1 + squares / 4))
    }
}

/// What a crystal's frequency has to do with its temperature: how much it gains for each kelvin above a reference, and for
/// the square of that.
public struct TemperatureCoefficients: Equatable, Sendable {
    /// s/s per kelvin.
    public var linear: Double
    /// s/s per kelvin squared.
    public var quadratic: Double
    /// Variances and covariance of the two: row by row.
    public var covariance: [Double]

    public init(linear: Double, quadratic: Double, covariance: [Double]) {
        self.linear = linear
        self.quadratic = quadratic
        self.covariance = covariance
    }

    /// What is believed of a computer's crystal of which nothing is known. An AT cut's line is below 0.1 ppm/K within a
    /// room's range, and what its cubic bends there is some 0.001 ppm/K².
    public static let unknown = TemperatureCoefficients(
        linear: 0, quadratic: 0, covariance: [0.15e-6 * 0.15e-6, 0, 0, 0.005e-6 * 0.005e-6])

    /// Standard deviation of the linear coefficient, s/s per kelvin.
    public var linearDeviation: Double { (covariance.first ?? 0).squareRoot() }

    /// How much the crystal gains at so many kelvins above the reference.
    public func gain(at kelvins: Double) -> Double { linear * kelvins + quadratic * kelvins * kelvins }

    /// Standard deviation of that.
    public func deviation(at kelvins: Double) -> Double {
        guard covariance.count == 4 else { return 0 }
        let square = kelvins * kelvins
        let variance =
            covariance[0] * square + (covariance[1] + covariance[2]) * square * kelvins + covariance[3] * square
            * square
        return max(variance, 0).squareRoot()
    }
}

/// With a thermometer, the filter learns what the crystal's frequency has to do with its temperature.
///
/// Two more values stand in the state of each belief: what a kelvin, and its square, adds to the slope. As the slope
/// itself they are learned from all samples of all sources; the wander that each belief assumes is what the temperature
/// does not explain.
extension ClockFilter {
    /// Variance that the linear coefficient gains per second: a hundredth of a ppm for a kelvin in a month.
    static let coefficientWander = (0.01e-6 * 0.01e-6) / (30 * 86400)

    /// Begins to learn of temperature.
    ///
    /// - Parameters:
    ///   - kelvins: how much warmer than the reference it is.
    ///   - time: since when.
    ///   - coefficients: how far the crystal may depart from what is compensated already.
    public mutating func learnWarmth(_ kelvins: Double, from time: Double, _ coefficients: TemperatureCoefficients) {
        guard warmth == nil, coefficients.covariance.count == 4 else { return }
        let n = size
        let m = n + Warmth.count
        for index in beliefs.indices {
            let old = beliefs[index]
            var grown = [Double](repeating: 0, count: m * m)
            func place(_ i: Int) -> Int { i < n - 1 ? i : m - 1 }
            for i in 0..<n {
                for j in 0..<n { grown[place(i) * m + place(j)] = old.covariance[i * n + j] }
            }
            for i in 0..<2 {
                for j in 0..<2 { grown[(n - 1 + i) * m + n - 1 + j] = coefficients.covariance[2 * i + j] }
            }
            beliefs[index].covariance = grown
            beliefs[index].mean.insert(contentsOf: [-coefficients.linear, -coefficients.quadratic], at: n - 1)
        }
        warmth = Warmth(kelvins, from: time)
    }

    /// It is so many kelvins warmer than the reference from a moment on.
    public mutating func note(kelvins: Double, from time: Double) { warmth?.note(kelvins, from: time) }

    /// What the filter has found beyond what is compensated already; nil without a thermometer.
    public var coefficients: TemperatureCoefficients? {
        guard warmth != nil else { return nil }
        let first = members.count
        let n = size
        var mean = [0.0, 0.0]
        for belief in beliefs {
            for i in 0..<2 { mean[i] -= belief.weight * belief.mean[first + i] }
        }
        var covariance = [0.0, 0, 0, 0]
        for belief in beliefs {
            for i in 0..<2 {
                let apart = -belief.mean[first + i] - mean[i]
                for j in 0..<2 {
                    covariance[2 * i + j] +=
                        belief.weight
                        * (belief.covariance[(first + i) * n + first + j]
                            + apart * (-belief.mean[first + j] - mean[j]))
                }
            }
        }
        return TemperatureCoefficients(linear: mean[0], quadratic: mean[1], covariance: covariance)
    }

    /// From now on this much more is compensated, so the filter sees that much less.
    public mutating func compensated(linear: Double, quadratic: Double) {
        guard warmth != nil else { return }
        for index in beliefs.indices {
            beliefs[index].mean[members.count] += linear
            beliefs[index].mean[members.count + 1] += quadratic
        }
    }
}

extension ClockFilter.Belief {
    /// The slope at a warmth, and its variance.
    func slope(_ powers: [Double]) -> (mean: Double, variance: Double) {
        let n = mean.count
        let last = n - 1
        var sum = mean[last]
        var variance = covariance[n * n - 1]
        let first = last - powers.count
        for (i, power) in powers.enumerated() {
            sum += power * mean[first + i]
            variance += 2 * power * covariance[(first + i) * n + last]
            for (j, other) in powers.enumerated() {
                variance += power * other * covariance[(first + i) * n + first + j]
            }
        }
        return (sum, variance)
    }

    /// Variance of one offset after a time during which it gained so much warmth, wander apart.
    func variance(of place: Int, after t: Double, _ gained: [Double]) -> Double {
        let n = mean.count
        let factors = factors(t, gained)
        var variance = covariance[place * n + place]
        for (i, factor) in factors {
            variance += 2 * factor * covariance[place * n + i]
            for (j, other) in factors { variance += factor * other * covariance[i * n + j] }
        }
        return variance
    }

    /// What moves all offsets in a time: how much each of the last values of the state counts.
    private func factors(_ t: Double, _ gained: [Double]) -> [(Int, Double)] {
        let last = mean.count - 1
        return gained.enumerated().map { (last - gained.count + $0.offset, $0.element) } + [(last, t)]
    }

    /// As `advance(by:drifts:)`, with a thermometer: the integrals of warmth and of its square move the offsets too.
    mutating func advance(by t: Double, drifts: [Double], warmed gained: [Double]) {
        let n = mean.count
        let last = n - 1
        let offsets = n - 1 - gained.count
        let factors = factors(t, gained)
        // What all offsets move by, and how it goes with each value of the state.
        var move = 0.0
        var with = [Double](repeating: 0, count: n)
        for (i, factor) in factors {
            move += factor * mean[i]
            for k in 0..<n { with[k] += factor * covariance[i * n + k] }
        }
        let variance = factors.reduce(0) { $0 + $1.1 * with[$1.0] }
        for k in 0..<offsets {
            mean[k] += move
            for l in 0..<offsets {
                covariance[k * n + l] += with[k] + with[l] + variance + wander2 * t * t * t / 3
            }
            covariance[k * n + k] += drifts[k] * t
        }
        for k in 0..<offsets {
            for i in offsets..<n {
                covariance[k * n + i] += with[i] + (i == last ? wander2 * t * t / 2 : 0)
                covariance[i * n + k] = covariance[k * n + i]
            }
        }
        covariance[offsets * n + offsets] += ClockFilter.coefficientWander * t
        covariance[n * n - 1] += wander2 * t
    }
}

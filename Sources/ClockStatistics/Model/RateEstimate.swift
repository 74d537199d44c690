/// A clock's rate with an honest interval.
public struct RateEstimate: Sendable, Equatable {
    /// Why the interval is as wide as it is, and with it which estimator the fit comes to.
    public enum Limit: String, Sendable, Equatable {
        /// The readings are rough (white phase noise): a straight line by least squares is the best there is.
        case readings
        /// The clock's frequency is noisy (white frequency noise): the best is the line through both ends, as far as the
        /// readings tell them; generalised least squares comes to that.
        case frequency
        /// The clock's frequency wanders (random walk): no number is right for all of the record. The straight line by least
        /// squares weighs the middle most, and is nearer to the frequency there than the line through both ends is.
        case wander
    }

    /// Mean fractional frequency over the record; positive when the clock gains.
    public let frequency: Double
    /// Standard error: how far the frequency in the middle of the record may be from that.
    public let error: Double
    /// How well the error is known, as degrees of freedom of Student's distribution.
    public let freedom: Double
    public let limit: Limit

    /// - Parameters:
    ///   - times: In seconds, ascending.
    ///   - phases: In seconds, without steps; NaN for a reading that is to be left out.
    ///   - faults: Jumps of the frequency that the fit has to know.
    /// - Returns: nil with fewer than four readings.
    public init?(times: [Double], phases: [Double], noise: NoiseModel, faults: [Fault] = []) {
        guard let fit = ClockFit(times: times, phases: phases, noise: noise, faults: faults),
            let line = Self.line(times, phases), let first = times.first, let last = times.last
        else { return nil }
        let duration = last - first
        // What the readings tell of the mean, the mean of white frequency noise, and the walk.
        let readings = fit.mean.error * fit.mean.error
        let white = noise.frequency / duration
        let freedoms = [noise.phaseFreedom, noise.frequencyFreedom, noise.walkFreedom]
        // The line's slope is a mean of the frequency with the weights 6u(1 - u): from the frequency in the middle a walk leads
        // it away by 33/560 q₂T, and the even mean by 1/12 q₂T.
        let walk = 33.0 / 560 * noise.walk * duration
        let parts: [Double]
        if walk > white, walk > readings {
            limit = .wander
            frequency = line.slope
            parts = [line.weight * noise.phase, 1.2 * white, walk]
        } else {
            limit = white > readings ? .frequency : .readings
            frequency = fit.mean.value
            parts = [readings, white, noise.walk * duration / 12]
        }
        let variance = parts.reduce(0, +)
        error = variance.squareRoot()
        // Satterthwaite 1946.
        let squares = zip(parts, freedoms).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
        freedom = squares > 0 ? max(1, variance * variance / squares) : 1e6
        guard frequency.isFinite, error.isFinite else { return nil }
    }

    /// Slope by least squares, and its variance for readings of variance 1.
    private static func line(_ times: [Double], _ phases: [Double]) -> (slope: Double, weight: Double)? {
        var count = 0.0
        var time = 0.0
        var phase = 0.0
        for (t, x) in zip(times, phases) where x.isFinite {
            count += 1
            time += (t - time) / count
            phase += (x - phase) / count
        }
        var square = CompensatedSum()
        var product = CompensatedSum()
        for (t, x) in zip(times, phases) where x.isFinite {
            square.add((t - time) * (t - time))
            product.add((t - time) * (x - phase))
        }
        guard square.value > 0 else { return nil }
        return (product.value / square.value, 1 / square.value)
    }

    /// Half the width of the interval that holds the frequency with a probability of 95 %.
    public var halfWidth95: Double { error * StudentT.quantile95(degreesOfFreedom: freedom) }
    /// The same with 68.27 %.
    public var halfWidth68: Double { error * StudentT.quantile68(degreesOfFreedom: freedom) }
}

/// Quantiles of Student's distribution.
enum StudentT {
    /// The 97.5 % quantile: 1.960 with many degrees of freedom.
    static func quantile95(degreesOfFreedom nu: Double) -> Double { quantile(1.959963984540054, nu) }
    /// The 84.13 % quantile: 1.000 with many.
    static func quantile68(degreesOfFreedom nu: Double) -> Double { quantile(1, nu) }

    /// The expansion about the normal distribution's quantile z (Abramowitz and Stegun 26.7.5): good to 1 % from 2 degrees on.
    private static func quantile(_ z: Double, _ degrees: Double) -> Double {
        let nu = max(2, degrees)
        let z2 = z * z
        let first = z * (z2 + 1) / 4
        let second = z * ((5 * z2 + 16) * z2 + 3) / 96
        let third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384
        let fourth = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160
        return z + (first + (second + (third + fourth / nu) / nu) / nu) / nu
    }
}

/// A straight line through the recent samples of a source, as long as they look like a straight line.
///
/// Samples weigh less the longer their way was; the window is cut from its old end until the signs of the residuals
/// are mixed as chance would have it (runs test), so that it follows a frequency that changes.
public struct Regression: SourceEstimate {
    /// Limits of the window.
    public struct Limits: Equatable, Sendable {
        /// The runs test never cuts below this.
        public var minimumSamples: Int
        /// No more samples than this.
        public var maximumSamples: Int
        /// How long reading the clock takes, seconds: differences below it say nothing.
        public var precision: Double
        /// The known shortest round trip; nil = learned.
        public var minimumDelay: Double?
        /// Share of the excess delay that appears as an offset; nil = estimated.
        public var asymmetry: Double?

        public init(
            minimumSamples: Int = 6, maximumSamples: Int = 64, precision: Double = 1e-7, minimumDelay: Double? = nil,
            asymmetry: Double? = nil
        ) {
            self.minimumSamples = minimumSamples
            self.maximumSamples = max(maximumSamples, 1)
            self.precision = max(precision, 1e-9)
            self.minimumDelay = minimumDelay
            self.asymmetry = asymmetry
        }
    }

    private let limits: Limits
    /// Oldest first. Those before `start` only help the runs test.
    private var samples: [Sample] = []
    private var start = 0
    private var asymmetryRun = 0
    public private(set) var estimate: Estimate?
    /// Runs of equal sign among the residuals of the window.
    public private(set) var runs = 0
    /// The asymmetry that was found, share of the excess delay.
    public private(set) var asymmetry = 0.0

    public init(limits: Limits) {
        self.limits = limits
    }

    public var count: Int { samples.count - start }
    public var newest: Sample? { samples.last }
    /// Time from the oldest to the newest sample of the window, seconds.
    public var span: Double {
        guard count > 0, let newest else { return 0 }
        return newest.time - samples[start].time
    }

    public var minimumDelay: Double? {
        if let known = limits.minimumDelay { return known }
        return samples.map(\.delay).min()
    }

    public mutating func reset() {
        samples = []
        start = 0
        estimate = nil
        runs = 0
        asymmetryRun = 0
        asymmetry = 0
    }

    public mutating func shift(by seconds: Double) {
        for index in samples.indices { samples[index].offset += seconds }
        estimate?.offset += seconds
    }

    /// Adds to every offset, after the source corrected its own phase; what it claimed before still holds.
    public mutating func shiftPhase(by seconds: Double) {
        shift(by: seconds)
        for index in samples.indices { samples[index].rootDispersion += seconds.magnitude }
    }

    public mutating func add(_ sample: Sample) {
        if let newest, sample.time <= newest.time { reset() }
        samples.append(sample)
        if count > limits.maximumSamples { start = samples.count - limits.maximumSamples }
        if start > limits.maximumSamples {
            samples.removeFirst(start - limits.maximumSamples)
            start = limits.maximumSamples
        }
        fit()
    }

    public var window: ArraySlice<Sample> { samples[start...] }
    public var history: [Sample] { samples }

    /// The root dispersion grows with age, so an old sample with a short way may confine the truth more than a new
    /// one with a long way.
    public func interval(at moment: Double, frequency: Double, errorRate: Double) -> (
        offset: Double, distance: Double, sample: Sample
    )? {
        guard let newest else { return nil }
        var best = newest
        var bestDistance = Double.infinity
        for sample in window {
            let distance = sample.rootDistance + max(moment - sample.time, 0) * errorRate
            if distance < bestDistance {
                bestDistance = distance
                best = sample
            }
        }
        return (best.offset - frequency * (moment - best.time), bestDistance, best)
    }

    /// Taken for the skew while no frequency is known, seconds per second.
    public static let unknownSkew = 2000e-6

    // MARK: The fit

    private mutating func fit() {
        guard count >= 3, let newest else {
            estimate = nil
            return
        }
        let offsets = offsetsWithoutAsymmetry()
        let weights = weights()
        var line = Line(samples, offsets, weights, from: start)
        var residuals = line.residuals(samples, offsets)
        while count > max(3, limits.minimumSamples) {
            // Older samples than the window's help to see whether the signs are mixed.
            let first = max(0, samples.count - 2 * count)
            let tested = residuals[first...]
            if Runs.count(tested) >= Runs.critical(tested.count) { break }
            start += 1
            line = Line(samples, offsets, weights, from: start)
            residuals = line.residuals(samples, offsets)
        }
        runs = Runs.count(residuals[start...])
        let degrees = count - 2
        // A line through almost nothing can fit by chance: the precision of reading is always left.
        let variance = max(line.weightedSquares / Double(degrees), limits.precision * limits.precision / 12)
        let deviation = variance.squareRoot()
        let slopeDeviation = deviation * line.slopeFactor
        estimate = Estimate(
            time: newest.time, offset: line.offset(at: newest.time),
            offsetDeviation: max(deviation * line.offsetFactor(at: newest.time), 1e-9), frequency: -line.slope,
            skew: min(max(slopeDeviation * Student.bound(degreesOfFreedom: degrees), 1e-12), 1),
            sampleDeviation: max(deviation, 1e-9))
    }

    /// Variances relative to the best sample's: 1 for the shortest way, growing with the square of the excess.
    private func weights() -> [Double] {
        let distances = samples.map { $0.delay / 2 + $0.dispersion }
        let window = distances[start...].sorted()
        guard let least = window.first else { return [] }
        let middle = window[window.count / 2]
        let scale = max(min((middle - least) / 0.7, least), limits.precision)
        return distances.map { distance in
            let excess = max(0, distance - least - limits.precision) / scale
            return (1 + excess) * (1 + excess)
        }
    }

    /// Offsets with the part taken out that goes with the excess delay: congestion mostly lies in one direction.
    private mutating func offsetsWithoutAsymmetry() -> [Double] {
        let least = minimumDelay ?? 0
        let share: Double
        if let given = limits.asymmetry {
            share = given
            asymmetry = given
        } else {
            guard let found = estimatedAsymmetry(least) else {
                asymmetryRun = 0
                asymmetry = 0
                return samples.map(\.offset)
            }
            if found.magnitude >= 0.45, asymmetryRun == 0 || (found < 0) == (asymmetryRun < 0) {
                asymmetryRun += found < 0 ? -1 : 1
            } else {
                asymmetryRun = 0
            }
            guard asymmetryRun.magnitude >= 10 else {
                asymmetry = 0
                return samples.map(\.offset)
            }
            share = min(max(found, -0.5), 0.5)
            asymmetry = share
        }
        return samples.map { $0.offset - share * ($0.delay - least) }
    }

    /// Least squares of the offset on time and excess delay: the coefficient of the excess.
    private func estimatedAsymmetry(_ least: Double) -> Double? {
        guard count >= 4 else { return nil }
        let window = samples[start...]
        let n = Double(window.count)
        let meanTime = window.reduce(0) { $0 + $1.time } / n
        let meanExcess = window.reduce(0) { $0 + $1.delay - least } / n
        let meanOffset = window.reduce(0) { $0 + $1.offset } / n
        var tt = 0.0
        var te = 0.0
        var ee = 0.0
        var to = 0.0
        var eo = 0.0
        for sample in window {
            let t = sample.time - meanTime
            let e = sample.delay - least - meanExcess
            let o = sample.offset - meanOffset
            tt += t * t
            te += t * e
            ee += e * e
            to += t * o
            eo += e * o
        }
        let determinant = tt * ee - te * te
        // Excesses that differ by less than a reading's precision, or that move with time, say nothing.
        guard ee > n * limits.precision * limits.precision, determinant > 1e-3 * tt * ee else { return nil }
        return (eo * tt - to * te) / determinant
    }
}

/// A weighted least-squares line.
private struct Line {
    let meanTime: Double
    let meanOffset: Double
    let slope: Double
    let totalWeight: Double
    let spread: Double
    let weightedSquares: Double

    /// - Parameter variances: relative variance of each sample.
    init(_ samples: [Sample], _ offsets: [Double], _ variances: [Double], from start: Int) {
        var weight = 0.0
        var time = 0.0
        var offset = 0.0
        for index in start..<samples.count {
            let w = 1 / variances[index]
            weight += w
            time += w * samples[index].time
            offset += w * offsets[index]
        }
        meanTime = time / weight
        meanOffset = offset / weight
        totalWeight = weight
        var tt = 0.0
        var to = 0.0
        for index in start..<samples.count {
            let w = 1 / variances[index]
            let t = samples[index].time - meanTime
            tt += w * t * t
            to += w * t * (offsets[index] - meanOffset)
        }
        spread = tt
        slope = tt > 0 ? to / tt : 0
        var squares = 0.0
        for index in start..<samples.count {
            let residual = offsets[index] - meanOffset - slope * (samples[index].time - meanTime)
            squares += residual * residual / variances[index]
        }
        weightedSquares = squares
    }

    func offset(at time: Double) -> Double { meanOffset + slope * (time - meanTime) }

    func residuals(_ samples: [Sample], _ offsets: [Double]) -> [Double] {
        samples.indices.map { offsets[$0] - offset(at: samples[$0].time) }
    }

    /// Standard deviation of the slope, per standard deviation of a sample of weight 1.
    var slopeFactor: Double { spread > 0 ? 1 / spread.squareRoot() : .infinity }

    /// Standard deviation of the line at a moment, per standard deviation of a sample of weight 1.
    func offsetFactor(at time: Double) -> Double {
        let t = time - meanTime
        return (1 / totalWeight + (spread > 0 ? t * t / spread : 0)).squareRoot()
    }
}

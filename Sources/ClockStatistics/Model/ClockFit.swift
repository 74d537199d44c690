/// The best linear fit of a clock to its readings under a noise model: phase and frequency at the end, the mean rate, and, if
/// asked for, the ageing and the effect of something that drives the frequency, such as the temperature. One Kalman filter
/// that carries the constants along, O(N): what generalised least squares gives.
public struct ClockFit: Sendable, Equatable {
    /// A value and its standard error.
    public struct Estimate: Sendable, Equatable {
        public var value: Double
        public var error: Double
    }

    /// Mean fractional frequency from the first to the last reading, steps left out, and how well the readings tell it. The
    /// error is that of what the clock did in the record, not of what it is going to do.
    public let mean: Estimate
    /// Change of the fractional frequency per second; nil unless asked for.
    public let ageing: Estimate?
    /// Fractional frequency per unit of the drive (per K); nil unless there was one.
    public let coefficient: Estimate?
    /// Logarithm of the likelihood, but for a constant: for comparing fits of the same readings.
    public let likelihood: Double
    /// Phase and frequency after the last reading, with their covariance.
    public let end: Ending

    /// What is known at the last reading.
    public struct Ending: Sendable, Equatable {
        /// Clock minus reference, in seconds.
        public var phase: Double
        /// Fractional frequency; the drive's part is not in it.
        public var frequency: Double
        /// Variance of the phase in s², their covariance in s, and the variance of the frequency.
        public var phaseVariance: Double
        public var covariance: Double
        public var frequencyVariance: Double

        /// For a clock of which this is known from elsewhere.
        public init(
            phase: Double, frequency: Double, phaseVariance: Double, covariance: Double, frequencyVariance: Double
        ) {
            self.phase = phase
            self.frequency = frequency
            self.phaseVariance = phaseVariance
            self.covariance = covariance
            self.frequencyVariance = frequencyVariance
        }
    }

    /// - Parameters:
    ///   - phases: In seconds; NaN for a reading that is to be left out.
    ///   - faults: Steps and jumps at which the filter forgets phase or frequency.
    ///   - drive: For each reading, the integral of the driving quantity since the one before (K·s).
    ///   - ageing: Whether a constant change of the frequency is fitted too.
    /// - Returns: nil with fewer than four readings.
    public init?(
        times: [Double], phases: [Double], noise: NoiseModel, faults: [Fault] = [], drive: [Double]? = nil,
        ageing: Bool = false
    ) {
        guard times.count == phases.count, drive == nil || drive?.count == times.count else { return nil }
        let used = phases.indices.filter { phases[$0].isFinite }
        guard used.count > 3, let first = used.first, let last = used.last, times[last] > times[first] else {
            return nil
        }
        let span = times[last] - times[first]
        let slope = (phases[last] - phases[first]) / span
        var filter = Filter(drive: drive != nil, ageing: ageing)
        var low = 0.0
        var high = 0.0
        for index in used {
            let bent = phases[index] - phases[first] - slope * (times[index] - times[first])
            low = min(low, bent)
            high = max(high, bent)
        }
        let reach = drive.map { drive in
            var sum = 0.0
            var greatest = 0.0
            for part in drive {
                sum += part.isFinite ? part : 0
                greatest = max(greatest, sum.magnitude)
            }
            return greatest
        }
        let small = noise.frequency + noise.walk * span * span / Double(used.count * used.count)
        let variance = max(noise.phase, 1e-6 * small * span / Double(used.count), .leastNormalMagnitude)
        let room = max(high - low, variance.squareRoot())
        filter.begin(room: room, span: span, reach: reach ?? 0)
        var breaks: [Int: [Fault.Kind]] = [:]
        for fault in faults where fault.kind != .outlier { breaks[fault.index, default: []].append(fault.kind) }
        var now = times[first]
        var driven = 0.0
        for index in first...last {
            if let drive, index > first, drive[index].isFinite { driven += drive[index] }
            for kind in breaks[index] ?? [] where index > first {
                filter.advance(times[index] - now, driven: driven, noise)
                now = times[index]
                driven = 0
                filter.open(kind)
            }
            guard phases[index].isFinite else { continue }
            filter.advance(times[index] - now, driven: driven, noise)
            now = times[index]
            driven = 0
            let bent = phases[index] - phases[first] - slope * (times[index] - times[first])
            filter.take(bent, variance: variance)
        }
        let mean = filter.difference
        self.mean = Estimate(value: slope + mean.value / span, error: mean.error / span)
        self.ageing = filter.ageing
        coefficient = filter.coefficient
        likelihood = filter.likelihood
        var end = filter.end
        end.phase += phases[first] + slope * span
        end.frequency += slope
        self.end = end
        guard self.mean.value.isFinite, self.mean.error.isFinite, end.phase.isFinite, likelihood.isFinite else {
            return nil
        }
    }
}

/// Phase, frequency, phase at the start, sum of the steps, and the constants that are fitted.
private struct Filter {
    private let size: Int
    private let driveIndex: Int?
    private let ageingIndex: Int?
    private var state: [Double]
    /// Row by row.
    private var covariance: [Double]
    private var wide = 0.0
    private var wideFrequency = 0.0
    private(set) var likelihood = 0.0
    private var taken = 0

    init(drive: Bool, ageing: Bool) {
        driveIndex = drive ? 4 : nil
        ageingIndex = ageing ? (drive ? 5 : 4) : nil
        size = 4 + (drive ? 1 : 0) + (ageing ? 1 : 0)
        state = Array(repeating: 0, count: size)
        covariance = Array(repeating: 0, count: size * size)
    }

    /// Hardly anything is known: a thousand times more than the readings span is allowed for.
    mutating func begin(room: Double, span: Double, reach: Double) {
        wide = 1e6 * room * room
        wideFrequency = wide / (span * span)
        for (i, j) in [(0, 0), (0, 2), (2, 0), (2, 2)] { covariance[i * size + j] = wide }
        covariance[size + 1] = wideFrequency
        if let driveIndex, reach > 0 { covariance[driveIndex * size + driveIndex] = wide / (reach * reach) }
        if let ageingIndex { covariance[ageingIndex * size + ageingIndex] = wideFrequency / (span * span) }
    }

    mutating func open(_ kind: Fault.Kind) {
        if kind == .step { covariance[3 * size + 3] += wide }
        if kind == .frequencyJump { covariance[size + 1] += wideFrequency }
    }

    mutating func advance(_ time: Double, driven: Double, _ noise: NoiseModel) {
        guard time > 0 else { return }
        state[0] += time * state[1]
        add(row: 1, to: 0, times: time)
        if let driveIndex, driven != 0 {
            state[0] += driven * state[driveIndex]
            add(row: driveIndex, to: 0, times: driven)
        }
        if let ageingIndex {
            state[0] += time * time / 2 * state[ageingIndex]
            add(row: ageingIndex, to: 0, times: time * time / 2)
            state[1] += time * state[ageingIndex]
            add(row: ageingIndex, to: 1, times: time)
        }
        covariance[0] += noise.frequency * time + noise.walk * time * time * time / 3
        covariance[1] += noise.walk * time * time / 2
        covariance[size] += noise.walk * time * time / 2
        covariance[size + 1] += noise.walk * time
    }

    /// P ← F P Fᵀ for one entry of F.
    private mutating func add(row source: Int, to target: Int, times factor: Double) {
        for column in 0..<size { covariance[target * size + column] += factor * covariance[source * size + column] }
        for row in 0..<size { covariance[row * size + target] += factor * covariance[row * size + source] }
    }

    mutating func take(_ reading: Double, variance: Double) {
        var column = [Double](repeating: 0, count: size)
        for row in 0..<size { column[row] = covariance[row * size] + covariance[row * size + 3] }
        let total = column[0] + column[3] + variance
        guard total > 0 else { return }
        let innovation = reading - state[0] - state[3]
        taken += 1
        // The first readings only find out what nobody knew.
        if taken > size { likelihood -= (logarithm(total) + innovation * innovation / total) / 2 }
        for row in 0..<size {
            let gain = column[row] / total
            state[row] += gain * innovation
            for other in 0..<size { covariance[row * size + other] -= gain * column[other] }
        }
    }

    private func estimate(_ index: Int) -> ClockFit.Estimate {
        ClockFit.Estimate(value: state[index], error: max(0, covariance[index * size + index]).squareRoot())
    }

    var ageing: ClockFit.Estimate? { ageingIndex.map(estimate) }
    var coefficient: ClockFit.Estimate? { driveIndex.map(estimate) }

    /// The phase gained since the start.
    var difference: ClockFit.Estimate {
        let variance = covariance[0] + covariance[2 * size + 2] - covariance[2] - covariance[2 * size]
        return ClockFit.Estimate(value: state[0] - state[2], error: max(0, variance).squareRoot())
    }

    var end: ClockFit.Ending {
        ClockFit.Ending(
            phase: state[0] + state[3], frequency: state[1],
            phaseVariance: max(0, covariance[0] + 2 * covariance[3] + covariance[3 * size + 3]),
            covariance: covariance[1] + covariance[3 * size + 1], frequencyVariance: max(0, covariance[size + 1]))
    }
}

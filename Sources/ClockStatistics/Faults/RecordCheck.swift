/// A record looked through for everything that its noise does not explain, and the noise that is left.
///
/// The first look takes the noise from medians, which faults hardly move. Then the noise is measured again without what was
/// found, and the record is looked through again, until nothing changes.
public struct RecordCheck: Sendable, Equatable {
    /// Outliers, steps and frequency jumps, in the order of time.
    public let faults: [Fault]
    /// Steps and frequency jumps as a fit has to know them: a jump in the middle between two readings is two here, one at
    /// each, and one in `faults`.
    public let breaks: [Fault]
    /// Where readings are missing.
    public let gaps: GapSearch
    /// The noise of what no fault concerns.
    public let noise: NoiseModel
    /// How many standard deviations a fault has to stand out.
    public let threshold: Double
    /// Whether everything was found; else the record is so full of faults that the search gave up.
    public let isComplete: Bool

    /// More rounds of noise and search than these are not made.
    private static let mostRounds = 4

    /// - Parameters:
    ///   - times: In seconds, ascending.
    ///   - phases: In seconds, as many as times; no NaN.
    ///   - interval: Seconds between readings as planned.
    ///   - progress: Is told now and then how many faults were found so far.
    /// - Returns: nil with fewer than 16 readings, or when their noise cannot be told.
    public init?(times: [Double], phases: [Double], interval: Double, progress: (Int) -> Void = { _ in }) {
        guard times.count == phases.count, times.count >= 16,
            let series = ClockSeries(times: times, phases: phases, interval: interval),
            let first = series.noiseModel(robust: true)
        else { return nil }
        gaps = GapSearch(times: times, interval: interval)
        var noise = first
        var search = FaultSearch(times: times, phases: phases, noise: noise, progress: progress)
        for _ in 0..<Self.mostRounds {
            let before = search.faults
            guard let better = Self.noise(times, phases, interval, without: before) else { break }
            noise = better
            search = FaultSearch(times: times, phases: phases, noise: noise, progress: progress)
            // A place may move by a reading when the noise does.
            let same =
                search.faults.count == before.count
                && zip(search.faults, before).allSatisfy { $0.kind == $1.kind && ($0.index - $1.index).magnitude < 3 }
            if same { break }
        }
        self.noise = noise
        faults = Self.merged(search.faults)
        breaks = search.faults.filter { $0.kind != .outlier }
        threshold = search.threshold
        isComplete = search.isComplete
    }

    /// Two jumps in the same direction at neighbouring readings are one that happened between them.
    private static func merged(_ faults: [Fault]) -> [Fault] {
        var result: [Fault] = []
        for fault in faults {
            if let last = result.last, last.kind == .frequencyJump, fault.kind == .frequencyJump,
                fault.index == last.index + 1, (fault.size < 0) == (last.size < 0)
            {
                let error = (fault.error * fault.error + last.error * last.error).squareRoot()
                let size = fault.size + last.size
                result[result.count - 1] = Fault(
                    kind: .frequencyJump, index: fault.index, size: size, error: error,
                    significance: (size / error).magnitude)
            } else {
                result.append(fault)
            }
        }
        return result
    }

    /// The noise of a record with its faults taken out.
    private static func noise(
        _ times: [Double], _ phases: [Double], _ interval: Double, without faults: [Fault]
    ) -> NoiseModel? {
        let clean = Self.without(faults, times, phases)
        return ClockSeries(times: times, phases: clean, interval: interval)?.noiseModel(robust: false)
    }

    /// The phases with steps and frequency jumps subtracted, and outliers NaN.
    public static func without(_ faults: [Fault], _ times: [Double], _ phases: [Double]) -> [Double] {
        var clean = phases
        for fault in faults where phases.indices.contains(fault.index) {
            switch fault.kind {
            case .outlier: clean[fault.index] = .nan
            case .step: for index in fault.index..<clean.count { clean[index] -= fault.size }
            case .frequencyJump:
                for index in fault.index..<clean.count {
                    clean[index] -= fault.size * (times[index] - times[fault.index])
                }
            }
        }
        return clean
    }
}

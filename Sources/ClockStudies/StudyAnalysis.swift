public import ClockStatistics

/// What a study says about its clock: everything that reports and plots show, computed once.
public struct StudyAnalysis: Sendable {
    public let study: Study
    public let record: StudyRecord
    /// Faults, gaps and noise.
    public let check: RecordCheck
    /// The phases without outliers (NaN) and without steps (subtracted); jumps of the frequency are still in.
    public let steady: [Double]
    /// The clock's rate.
    public let rate: RateEstimate
    /// Standard error that a fit by least squares would claim, as if its residuals were white.
    public let naiveError: Double
    /// Change of the fractional frequency per second, and how well it is known.
    public let ageing: ClockFit.Estimate?
    /// How the frequency follows the temperature; nil without a sensor.
    public let temperature: TemperatureFit?
    /// The rate at the mean temperature, when that explains something.
    public let rateAtMiddle: RateEstimate?
    /// Distances of the phases from the straight line, in seconds; NaN where a reading was left out.
    public let residuals: [Double]
    /// Standard deviation of the residuals, in seconds.
    public let residualDeviation: Double
    /// How residuals are correlated with those some seconds later.
    public let autocorrelation: [(lag: Double, value: Double)]
    /// What happens when the reference is lost.
    public let holdover: Holdover
    /// The same for a clock that is corrected for the temperature as well.
    public let holdoverAtMiddle: Holdover?

    /// The rate between jumps of the frequency, where there are any: a time in seconds at which each stretch begins, and its
    /// rate.
    public let stretches: [(start: Double, rate: RateEstimate)]

    /// Fewer readings than these say nothing about the noise, and so nothing can be said honestly.
    public static let fewestReadings = 16

    /// - Parameter progress: Is told what is being done, for those who wait.
    /// - Returns: nil with fewer than 16 usable readings, or when they are so irregular that nothing can be told.
    public init?(_ study: Study, progress: (String) -> Void = { _ in }) {
        progress("looking for faults in \(study.readings.count) readings")
        guard let record = StudyRecord(study),
            let check = RecordCheck(
                times: record.times, phases: record.phases, interval: record.interval,
                progress: { progress("looking for faults in \(study.readings.count) readings, \($0) found") })
        else { return nil }
        progress("fitting the rate")
        self.study = study
        self.record = record
        self.check = check
        let times = record.times
        let steady = RecordCheck.without(check.faults.filter { $0.kind != .frequencyJump }, times, record.phases)
        self.steady = steady
        let jumps = check.breaks.filter { $0.kind == .frequencyJump }
        guard let rate = RateEstimate(times: times, phases: steady, noise: check.noise, faults: jumps),
            let fit = ClockFit(times: times, phases: steady, noise: check.noise, faults: jumps)
        else { return nil }
        self.rate = rate
        ageing =
            jumps.isEmpty ? ClockFit(times: times, phases: steady, noise: check.noise, ageing: true)?.ageing : nil
        stretches = Self.stretches(
            times, steady, check.noise, check.faults.filter { $0.kind == .frequencyJump })
        let line = Self.residuals(times, steady, slope: rate.frequency)
        residuals = line
        let good = line.filter(\.isFinite)
        let squares = good.reduce(0) { $0 + $1 * $1 }
        residualDeviation = (squares / Double(max(1, good.count - 2))).squareRoot()
        naiveError = Self.naiveError(times, residuals, residualDeviation)
        autocorrelation = Self.autocorrelation(times, residuals, record.interval)
        let doubt = study.subject.referenceDoubt ?? 0
        let real = ageing.flatMap { $0.value.magnitude > 3 * $0.error ? $0 : nil }
        let aged = real.flatMap { _ in ClockFit(times: times, phases: steady, noise: check.noise, ageing: true) }
        holdover = Holdover(
            from: aged?.end ?? fit.end, noise: check.noise, ageing: real, referenceDoubt: doubt)
        progress("looking for the temperature's effect")
        guard !record.temperatures.isEmpty, jumps.isEmpty,
            let temperature = TemperatureFit(
                times: times, phases: steady, temperatures: record.temperatures, interval: record.interval)
        else {
            (temperature, rateAtMiddle, holdoverAtMiddle) = (nil, nil, nil)
            return
        }
        self.temperature = temperature
        guard temperature.coefficient.value.magnitude > 3 * temperature.coefficient.error else {
            (rateAtMiddle, holdoverAtMiddle) = (nil, nil)
            return
        }
        let rest = zip(steady, temperature.phases).map { $0 - $1 }
        rateAtMiddle = RateEstimate(times: times, phases: rest, noise: temperature.noise)
        holdoverAtMiddle = ClockFit(times: times, phases: rest, noise: temperature.noise).map {
            Holdover(from: $0.end, noise: temperature.noise, referenceDoubt: doubt)
        }
    }

    private static func stretches(
        _ times: [Double], _ phases: [Double], _ noise: NoiseModel, _ jumps: [Fault]
    ) -> [(start: Double, rate: RateEstimate)] {
        guard !jumps.isEmpty else { return [] }
        let edges = [0] + jumps.map(\.index) + [times.count]
        return zip(edges, edges.dropFirst()).compactMap { first, end in
            guard end - first >= fewestReadings else { return nil }
            let part = Array(times[first..<end])
            return RateEstimate(times: part, phases: Array(phases[first..<end]), noise: noise).map {
                (times[first], $0)
            }
        }
    }

    private static func residuals(_ times: [Double], _ phases: [Double], slope: Double) -> [Double] {
        let bent = zip(times, phases).map { $1 - slope * $0 }
        let good = bent.filter(\.isFinite)
        let mean = good.reduce(0, +) / Double(max(1, good.count))
        return bent.map { $0 - mean }
    }

    private static func naiveError(_ times: [Double], _ residuals: [Double], _ deviation: Double) -> Double {
        let used = zip(times, residuals).filter { $1.isFinite }.map(\.0)
        let mean = used.reduce(0, +) / Double(max(1, used.count))
        let spread = used.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return spread > 0 ? deviation / spread.squareRoot() : .nan
    }

    /// At lags of 1, 2, 3, 4, 6, 8, 12 … readings, up to a quarter of the record.
    private static func autocorrelation(
        _ times: [Double], _ residuals: [Double], _ interval: Double
    ) -> [(lag: Double, value: Double)] {
        guard let grid = ClockSeries(times: times, phases: residuals, interval: interval)?.phases else { return [] }
        var result: [(lag: Double, value: Double)] = []
        var lag = 1
        while lag <= grid.count / 4 {
            var sum = 0.0
            var early = 0.0
            var late = 0.0
            for index in lag..<grid.count where grid[index].isFinite && grid[index - lag].isFinite {
                sum += grid[index] * grid[index - lag]
                early += grid[index - lag] * grid[index - lag]
                late += grid[index] * grid[index]
            }
            if early > 0, late > 0 { result.append((Double(lag) * interval, sum / (early * late).squareRoot())) }
            lag = lag < 4 ? lag + 1 : lag.isPowerOfTwo ? lag * 3 / 2 : lag * 4 / 3
        }
        return result
    }

    /// After so many seconds residuals have forgotten each other (correlation below 1/e); nil when that takes longer than a
    /// quarter of the record.
    public var correlationTime: Double? { autocorrelation.first { $0.value < 0.367879 }?.lag }
}

extension Int {
    fileprivate var isPowerOfTwo: Bool { self > 0 && self & (self - 1) == 0 }
}

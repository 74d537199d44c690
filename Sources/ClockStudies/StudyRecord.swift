public import ClockStatistics

/// The readings of a study in columns, in the order of time, with the spacing that they seem to have been planned with.
public struct StudyRecord: Sendable, Equatable {
    /// Seconds from the first reading, ascending.
    public let times: [Double]
    /// Clock minus reference, in seconds.
    public let phases: [Double]
    /// Degrees Celsius; NaN where unknown, empty when there is none at all.
    public let temperatures: [Double]
    /// Time of the first reading on the study's own scale.
    public let start: Double
    /// The usual time from one reading to the next, in seconds: the plan's, or else the median.
    public let interval: Double
    /// Readings that were left out because their time does not advance, or a number is not finite.
    public let unusable: Int

    /// nil with fewer than two usable readings.
    public init?(_ study: Study) {
        var times: [Double] = []
        var phases: [Double] = []
        var temperatures: [Double] = []
        var unusable = 0
        let start = study.readings.first { $0.time.isFinite && $0.phase.isFinite }?.time ?? 0
        for reading in study.readings {
            let time = reading.time - start
            guard time.isFinite, reading.phase.isFinite, time > times.last ?? -1 else {
                unusable += 1
                continue
            }
            times.append(time)
            phases.append(reading.phase)
            temperatures.append(reading.temperature ?? .nan)
        }
        guard times.count > 1 else { return nil }
        let steps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
        let median = steps[steps.count / 2]
        let planned = study.subject.interval ?? 0
        // A plan that the record does not keep to is of no use.
        interval = planned > 0.5 * median && planned < 2 * median ? planned : median
        guard interval > 0 else { return nil }
        self.times = times
        self.phases = phases
        self.temperatures = temperatures.allSatisfy(\.isNaN) ? [] : temperatures
        self.start = start
        self.unusable = unusable
    }

    /// How long the record is, in seconds.
    public var duration: Double { times.last ?? 0 }

    /// The readings at their nearest places on an even grid, NaN where one is missing; nil for a record that is nearly all
    /// holes.
    public var series: ClockSeries? { ClockSeries(times: times, phases: phases, interval: interval) }

    /// Mean frequencies over successive stretches of about the given length, each in the middle of its stretch.
    /// No stretch reaches across a hole that is longer than itself.
    /// - Parameter phases: As many as times; one that is NaN is passed over.
    public func frequencies(of phases: [Double], over length: Double) -> [(time: Double, frequency: Double)] {
        var result: [(time: Double, frequency: Double)] = []
        var first: Int?
        var last = 0.0
        for index in times.indices where index < phases.count && phases[index].isFinite {
            defer { last = times[index] }
            guard let start = first, times[index] - last <= max(length / 2, 1.5 * interval) else {
                first = index
                continue
            }
            let span = times[index] - times[start]
            guard span >= length * 0.999 else { continue }
            result.append(((times[index] + times[start]) / 2, (phases[index] - phases[start]) / span))
            first = index
        }
        return result
    }
}

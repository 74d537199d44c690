internal import Estimation
internal import TimeBase

/// How a sample confines the truth, told relative to what the filter believed when it had taken the sample in.
///
/// The sample's interval holds at its moment. What the clock did since then is known from all the samples that followed,
/// much better than by a constant: so the interval is carried on with the filter, and widens by what the filter may have
/// been wrong by then and may be wrong by now.
struct Confinement: Equatable {
    var time: Double
    /// Root distance of the sample, seconds.
    var distance: Double
    /// The sample's offset less the filter's estimate of it, seconds.
    var residual: Double
    /// Standard deviation of the filter's estimate of the offset, seconds.
    var deviation: Double
    /// The sample's offset less what the clock had been carried on by, seconds.
    var fromCarried: Double
    /// How fast that may become wrong: what the filter's frequency may be wrong by, seconds per second.
    var skew: Double
    /// `Unseen.surprises` at its moment.
    var surprises: Double
}

/// What the clock may have done without any sample having shown it.
struct Unseen: Equatable {
    /// Offset that may have gathered unseen, seconds: a sudden change of frequency that all later samples were too
    /// uncertain to show.
    var hidden = 0.0
    /// Sum of the expected changes of offset since the filter began, seconds.
    var carried = 0.0
    /// Sum of what samples showed beyond what was expected, seconds.
    var surprises = 0.0

    mutating func advance(by seconds: Double, rate: Double, slope: Double) {
        hidden += rate * seconds
        carried += slope * seconds
    }

    /// A sample missed its expectation by this much, where this standard deviation was expected.
    mutating func check(error: Double, expected: Double, sample: Double) {
        hidden = min(hidden, error + 1.75 * sample)
        surprises += max(error - 3 * expected, 0)
    }
}

extension Timekeeper {
    /// How many confinements of a source are remembered.
    private static let confinements = 64

    /// How many standard deviations of the filter make a bound: from few samples more.
    func margin(_ filter: ClockFilter) -> Double { 4 + 60 / Double(max(filter.count, 1)) }

    /// Notes how a sample that the filter has just taken in confines the truth.
    mutating func noteConfinement(
        _ sample: Sample, _ variance: Double, _ index: Int, _ expected: ClockFilter.Belief.Summary?
    ) {
        guard let filter, let estimate = filter.estimate(at: sample.time, of: sources[index].number) else { return }
        if let expected {
            unseen.check(
                error: (sample.offset - expected.offset).magnitude,
                expected: (variance + expected.offsetDeviation * expected.offsetDeviation).squareRoot(),
                sample: variance.squareRoot())
        }
        if sources[index].confinements.count >= Self.confinements { sources[index].confinements.removeFirst() }
        sources[index].confinements.append(
            Confinement(
                time: sample.time, distance: sample.rootDistance, residual: sample.offset - estimate.offset,
                deviation: estimate.offsetDeviation, fromCarried: sample.offset - unseen.carried,
                skew: margin(filter) * estimate.frequencyDeviation, surprises: unseen.surprises))
    }

    /// Where the truth lies by one source, from the sample that confines it most when it is carried on.
    ///
    /// - Parameter doubt: by how much more the frequency may be wrong than the filter believes, seconds per second.
    func confinedInterval(_ index: Int, at moment: Double, doubt: Double) -> (low: Double, high: Double)? {
        guard let filter, let estimate = filter.estimate(at: moment, of: sources[index].number) else { return nil }
        let margin = margin(filter)
        let sinceLast = max(moment - filter.time, 0)
        // What has happened since the last sample of any source, no sample can tell.
        let fresh = settings.maximumClockError.ratio * sinceLast
        let carried = unseen.carried - estimate.frequency * sinceLast
        var best: (middle: Double, distance: Double)?
        for known in sources[index].confinements {
            let age = max(moment - known.time, 0)
            let common = known.distance + fresh + doubt * age
            // Along the offsets that the filter found,
            let variance = known.deviation * known.deviation + estimate.offsetDeviation * estimate.offsetDeviation
            let byOffset = common + (margin * margin * variance + unseen.hidden * unseen.hidden).squareRoot()
            if byOffset < best?.distance ?? .infinity { best = (estimate.offset + known.residual, byOffset) }
            // or along the frequencies.
            let wander = margin * filter.wander * age * (age / 3).squareRoot()
            let byFrequency = common + unseen.hidden + known.skew * age + wander + unseen.surprises - known.surprises
            if byFrequency < best?.distance ?? .infinity { best = (known.fromCarried + carried, byFrequency) }
        }
        guard let best else { return nil }
        return (best.middle - best.distance, best.middle + best.distance)
    }

    /// The interval that a majority confirms, narrowed by what the filter knows of the clock between the samples.
    func narrowed(
        _ candidates: [Candidate], low: Double, high: Double, at moment: Double, doubt: Double
    ) -> (low: Double, high: Double) {
        guard settings.estimator == .filter else { return (low, high) }
        let carried = candidates.map { candidate in
            guard let interval = confinedInterval(candidate.index, at: moment, doubt: doubt) else { return candidate }
            var carried = candidate
            carried.offset = (interval.low + interval.high) / 2
            carried.distance = (interval.high - interval.low) / 2
            return carried
        }
        guard case .majority(_, let nearLow, let nearHigh) = Intersection.find(carried) else { return (low, high) }
        let both = (low: max(low, nearLow), high: min(high, nearHigh))
        return both.low < both.high ? both : (low, high)
    }
}

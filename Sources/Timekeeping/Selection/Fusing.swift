internal import Estimation
internal import TimeBase

/// From the samples of all sources that agree to one estimate of the clock that they share.
extension Timekeeper {
    /// Puts a new sample into the filter, and the filter's estimate into the combination.
    mutating func fuse(_ combination: inout Combination, because updated: Int?, _ moment: Double, _ now: ClockReading) {
        // All samples that led to a source being accepted, not only the last, in the order in which they were taken.
        let unknown = combination.indices.filter { !(filter?.knows(sources[$0].number) ?? false) }
        let samples = unknown.flatMap { index in
            sources[index].estimate.history.filter { $0.time >= sources[index].shortSince }
                .map { (index: index, sample: $0) }
        }
        for (index, sample) in samples.sorted(by: { $0.sample.time < $1.sample.time }) { feed(sample, index) }
        if let updated, combination.indices.contains(updated), let sample = sources[updated].estimate.newest,
            sample.time > sources[updated].lastFed
        {
            feed(sample, updated)
        }
        learnTemperature(now)
        fusedWeights = weights(combination.indices, moment)
        guard let filter, let estimate = filter.estimate(at: moment, weights: fusedWeights) else { return }
        steadiness.note(
            frequency: estimate.frequency, deviation: estimate.frequencyDeviation, at: moment)
        temperature?.note(frequency: estimate.frequency, compensated: clock.compensation, at: moment)
        combination.offset = estimate.offset
        combination.offsetDeviation = max(estimate.offsetDeviation, 1e-9)
        combination.frequency = estimate.frequency
        // A standard deviation from few samples needs a wider margin to become a bound.
        combination.skew = min(margin(filter) * estimate.frequencyDeviation, Regression.unknownSkew)
    }

    private mutating func feed(_ sample: Sample, _ index: Int) {
        if filter == nil {
            // A skew bounds the frequency at high confidence; a third of it is a standard deviation.
            let skew = rebuildsFilter ? Discipline.unknownSkew : discipline.skew
            rebuildsFilter = false
            // What was told relative to the old filter means nothing to this one.
            for index in sources.indices { sources[index].confinements = [] }
            unseen = Unseen()
            filter = ClockFilter(
                time: sample.time, frequency: discipline.frequency.ratio,
                frequencyDeviation: max(skew.ratio / 3, 1e-9))
            learnWarmth(from: sample.time)
        }
        let scale = asymmetryScale(index)
        // In an hour, a tenth of what a path may be asymmetric by.
        let drift = scale * scale / 100 / 3600
        let floor = sample.stampDeviation ?? settings.precision.inSeconds + min(sample.dispersion, 1e-6)
        let variance =
            sample.deviation.map { $0 * $0 } ?? sources[index].path.variance(of: sample.delay, floor: floor)
        sources[index].lastFed = sample.time
        let expected = filter?.estimate(at: sample.time, of: sources[index].number)
        unseen.advance(
            by: max(sample.time - (filter?.time ?? sample.time), 0), rate: settings.maximumClockError.ratio,
            slope: -(expected?.frequency ?? 0))
        let carried = carried(sample)
        filter?.add(
            of: sources[index].number, at: sample.time, offset: carried.offset, variance: variance + carried.variance,
            drift: drift)
        noteConfinement(sample, variance, index, expected)
    }

    /// What a sample says of the filter's time: an interleaved answer is about the exchange before it, and other sources
    /// may have been heard since.
    private func carried(_ sample: Sample) -> (offset: Double, variance: Double) {
        let late = max((filter?.time ?? sample.time) - sample.time, 0)
        guard late > 1 else { return (sample.offset, 0) }
        let deviation = discipline.skew.ratio / 3 * late
        return (sample.offset - discipline.frequency.ratio * late, deviation * deviation)
    }

    /// By how much a path may be longer in one direction than in the other: near servers are better.
    private func asymmetryScale(_ index: Int) -> Double {
        guard sources[index].settings.kind != .referenceClock else {
            // No network is in between.
            return 0.02 * (sources[index].estimate.newest?.delay ?? 0) + 1e-8
        }
        return 0.02 * (sources[index].path.minimum ?? 0) + 1e-6
    }

    /// How much each source counts: less the longer its path, and the further it stands from the middle of all.
    private func weights(_ indices: [Int], _ moment: Double) -> [Int: Double] {
        let parts = indices.compactMap { index in
            filter?.estimate(at: moment, of: sources[index].number).map { (index: index, estimate: $0) }
        }
        let sorted = parts.map(\.estimate.offset).sorted()
        let middle = sorted.isEmpty ? 0 : (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
        var weights: [Int: Double] = [:]
        for (index, estimate) in parts {
            let scale = asymmetryScale(index)
            let apart = parts.count >= 3 ? estimate.offset - middle : 0
            let variance = scale * scale + apart * apart + estimate.offsetDeviation * estimate.offsetDeviation
            weights[sources[index].number] = 1 / max(variance, 1e-24)
        }
        return weights
    }
}

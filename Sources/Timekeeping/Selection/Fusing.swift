internal import Estimation
internal import TimeBase

/// How far one source stands from what all say together, in the long run: a path that is longer in one direction
/// shows as a constant offset, which its delay hides.
struct SourceBias: Equatable, Sendable {
    private(set) var mean = 0.0
    private(set) var variance = 0.0
    private(set) var count = 0
    /// What is taken off the source's offsets.
    var offset = 0.0

    /// Takes in by how much a sample stood apart.
    mutating func add(_ apart: Double) {
        count += 1
        let share = max(1 / Double(count), 1 / 64)
        let change = apart - mean
        mean += share * change
        variance = (1 - share) * (variance + share * change * change)
    }

    /// Standard deviation of the mean.
    var deviation: Double {
        (variance / Double(min(max(count, 1), 64))).squareRoot()
    }
}

/// From the samples of all sources that agree to one estimate of the clock that they share.
extension Timekeeper {
    /// What remains of a sample's error when its way was the shortest: stamping, and reading two clocks.
    private func noiseFloor(_ sample: Sample) -> Double {
        settings.precision.inSeconds + min(sample.dispersion, 1e-6)
    }

    /// Puts a new sample into the filter, and the filter's estimate into the combination.
    mutating func fuse(_ combination: inout Combination, because updated: Int?, _ moment: Double) {
        if filter == nil {
            begin(combination)
        } else if let updated, combination.indices.contains(updated), let sample = sources[updated].estimate.newest {
            feed(sample, updated)
        }
        guard let filter else { return }
        let estimate = filter.estimate(at: moment)
        combination.offset = estimate.offset
        combination.offsetDeviation = max(estimate.offsetDeviation, 1e-9)
        combination.frequency = estimate.frequency
        combination.skew = min(3 * estimate.frequencyDeviation, Regression.unknownSkew)
    }

    /// Starts the filter with all samples of the sources that agree, in the order in which they were taken.
    private mutating func begin(_ combination: Combination) {
        var samples: [(sample: Sample, index: Int)] = []
        for index in combination.indices {
            for sample in sources[index].estimate.window { samples.append((sample, index)) }
        }
        samples.sort { $0.sample.time < $1.sample.time }
        guard let first = samples.first else { return }
        // A drift file's skew bounds the frequency at high confidence; a third of it is a standard deviation.
        filter = ClockFilter(
            time: first.sample.time, offset: first.sample.offset, variance: variance(of: first.sample, first.index),
            frequency: discipline.frequency.ratio, frequencyDeviation: max(discipline.skew.ratio / 3, 1e-9))
        for (sample, index) in samples.dropFirst() {
            let variance = variance(of: sample, index)
            filter?.add(at: sample.time, offset: sample.offset, variance: variance)
        }
    }

    private func variance(of sample: Sample, _ index: Int) -> Double {
        sources[index].path.variance(of: sample.delay, floor: noiseFloor(sample))
    }

    private mutating func feed(_ sample: Sample, _ index: Int) {
        guard let before = filter?.estimate(at: sample.time) else { return }
        let variance = variance(of: sample, index)
        sources[index].bias.add(sample.offset - before.offset)
        filter?.add(at: sample.time, offset: sample.offset - sources[index].bias.offset, variance: variance)
    }
}

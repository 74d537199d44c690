extension ClockSeries {
    /// Mean fractional frequency from the first to the last sample: the best estimate where the noise is white
    /// frequency. nil with fewer than two samples, or when one of the two is missing.
    public var endPointFrequency: Double? {
        guard phases.count > 1, let first = phases.first, let last = phases.last, breaks.isEmpty else { return nil }
        let frequency = (last - first) / (Double(phases.count - 1) * interval) + rate
        return frequency.isFinite ? frequency : nil
    }

    /// The median of the slopes between all pairs of every `stride`-th sample (Theil 1950, Sen 1968): a fractional
    /// frequency that a third of the samples may lie about without moving it far.
    ///
    /// Time and memory go with the square of the number of samples that are looked at.
    /// - Returns: nil when fewer than two or more than 5,000 samples would be looked at. Missing ones are passed over.
    public func theilSenFrequency(stride: Int = 1) -> Double? {
        guard stride > 0, breaks.isEmpty, interval > 0, (phases.count - 1) / stride < 5000 else { return nil }
        let indices = Swift.stride(from: 0, to: phases.count, by: stride).filter { !phases[$0].isNaN }
        var slopes: [Double] = []
        slopes.reserveCapacity(indices.count * (indices.count - 1) / 2)
        for (position, later) in indices.enumerated() {
            for earlier in indices[..<position] {
                slopes.append((phases[later] - phases[earlier]) / Double(later - earlier))
            }
        }
        guard let middle = median(slopes) else { return nil }
        return middle / interval + rate
    }
}

/// The middle value, or the mean of the two middle ones.
func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/// A straight line of one quantity over another, such as frequency over temperature.
public struct Regression: Sendable, Equatable {
    /// Change of the second quantity per unit of the first.
    public let slope: Double
    /// The second quantity where the first is 0.
    public let intercept: Double
    /// Pearson's correlation, -1…1.
    public let correlation: Double

    /// nil unless there are at least three pairs, equally many of both, and both vary.
    public init?(of second: [Double], over first: [Double]) {
        guard first.count == second.count, first.count > 2 else { return nil }
        let n = Double(first.count)
        let meanX = first.reduce(0, +) / n
        let meanY = second.reduce(0, +) / n
        var xx = 0.0
        var xy = 0.0
        var yy = 0.0
        for (x, y) in zip(first, second) {
            xx += (x - meanX) * (x - meanX)
            xy += (x - meanX) * (y - meanY)
            yy += (y - meanY) * (y - meanY)
        }
        guard xx > 0, yy > 0, xx.isFinite, yy.isFinite else { return nil }
        slope = xy / xx
        intercept = meanY - slope * meanX
        correlation = xy / (xx * yy).squareRoot()
    }
}

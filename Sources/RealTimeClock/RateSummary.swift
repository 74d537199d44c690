internal import Recording
internal import TimeBase

/// The rate of the last two weeks, from spans of some hours.
struct RateSummary {
    /// How much it gains on the average.
    var frequency: Frequency
    /// Standard deviation of that, from the comparisons' errors and from how the spans scatter.
    var deviation: Frequency
    /// Standard deviation of one span's rate beyond its own error, s/s.
    var scatter: Double
    /// Seconds that were observed.
    var length: Double

    private static let memory = 14 * 86_400.0

    /// - Returns: nil if there are none.
    init?(_ spans: [RealTimeClockRecord.Span]) {
        guard let last = spans.last else { return nil }
        let recent = spans.filter { $0.start >= last.start - Self.memory && $0.length > 0 }
        let length = recent.reduce(0) { $0 + $1.length }
        guard length > 0 else { return nil }
        let mean = recent.reduce(0) { $0 + $1.gain } / length
        let variance = recent.reduce(0) { $0 + $1.deviation * $1.deviation } / (length * length)
        var spread = 0.0
        if recent.count >= 3 {
            var sum = 0.0
            var error = 0.0
            for span in recent {
                let part = span.length / length
                sum += part * (span.gain / span.length - mean) * (span.gain / span.length - mean)
                error += part * (span.deviation / span.length) * (span.deviation / span.length)
            }
            spread = max(sum - error, 0).squareRoot()
        }
        self.length = length
        scatter = spread
        frequency = Frequency(ratio: mean)
        // Rates follow the days: only whole days are independent of each other.
        let days = max(1, length / 86_400)
        deviation = Frequency(ratio: (variance + spread * spread / days).squareRoot())
    }
}

/// How the rate follows a temperature sensor of the machine, as a straight line.
struct TemperatureCoefficient {
    var perKelvin: Frequency
    var deviation: Frequency
    /// Mean temperature of the spans, °C.
    var mean: Double

    /// - Returns: nil where there is no sensor, or it has not shown enough change.
    init?(_ spans: [RealTimeClockRecord.Span]) {
        let points = spans.compactMap { span in
            span.celsius.map { (x: $0, y: span.gain / span.length, w: span.length) }
        }
        guard points.count >= 8 else { return nil }
        let weight = points.reduce(0) { $0 + $1.w }
        let meanX = points.reduce(0) { $0 + $1.w * $1.x } / weight
        let meanY = points.reduce(0) { $0 + $1.w * $1.y } / weight
        let xx = points.reduce(0) { $0 + $1.w * ($1.x - meanX) * ($1.x - meanX) } / weight
        let xy = points.reduce(0) { $0 + $1.w * ($1.x - meanX) * ($1.y - meanY) } / weight
        guard xx > 0.25 else { return nil }
        let slope = xy / xx
        let rest = points.reduce(0) { sum, point in
            let error = point.y - meanY - slope * (point.x - meanX)
            return sum + point.w * error * error
        }
        perKelvin = Frequency(ratio: slope)
        deviation = Frequency(ratio: (rest / weight / xx / Double(points.count - 2)).squareRoot())
        mean = meanX
    }
}

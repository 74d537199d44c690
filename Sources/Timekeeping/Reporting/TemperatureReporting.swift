internal import Control
internal import Estimation

extension Timekeeper {
    /// What the temperature does to the clock; nil without a sensor.
    var temperatureReport: TemperatureReport? {
        guard let settings = settings.temperature, let temperature else { return nil }
        var report = TemperatureReport()
        report.isLearned = settings.model == .learned
        report.reading = temperature.reading.map { report.isLearned ? $0 / 1000 : $0 }
        report.compensation = temperature.reading == nil ? nil : clock.compensation * 1e6
        guard report.isLearned else { return report }
        if let reference = temperature.reference, filter?.coefficients != nil || settings.known != nil {
            report.reference = reference
            report.linear = temperature.coefficients.linear * 1e6
            report.linearDeviation = temperature.coefficients.linearDeviation * 1e6
            report.quadratic = temperature.coefficients.quadratic * 1e6
        }
        let entries = temperature.entries
        guard let first = entries.first, let last = entries.last, last.time - first.time >= 3600 else { return report }
        report.span = last.time - first.time
        report.lowest = entries.map(\.celsius).min()
        report.highest = entries.map(\.celsius).max()
        report.variationWithout = Self.deviation(entries.map { $0.frequency + $0.compensated }) * 1e6
        report.variationWith = Self.deviation(entries.map(\.frequency)) * 1e6
        return report
    }

    private static func deviation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(max(values.count - 1, 1))).squareRoot()
    }
}

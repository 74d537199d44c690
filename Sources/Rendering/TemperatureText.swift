public import Control

/// What `timeball temperature` prints.
public enum TemperatureText {
    /// For people.
    public static func lines(_ report: TemperatureReport) -> [String] {
        var lines: [String] = []
        let unit = report.isLearned ? " °C" : " (in the sensor's unit)"
        lines.append("temperature   \(report.reading.map { number($0, 2) + unit } ?? "- (not read)")")
        lines.append("compensation  \(report.compensation.map { signed($0) + " ppm" } ?? "-")")
        guard report.isLearned else {
            lines.append(
                "The coefficients are those of tempcomp in the configuration. Next, to learn them: temperature FILE")
            return lines
        }
        if let linear = report.linear, let deviation = report.linearDeviation, let reference = report.reference {
            lines.append(
                "sensitivity   \(signed(linear)) ± \(number(2 * deviation, 4)) ppm/K (95 %) at "
                    + "\(number(reference, 1)) °C, \(signed(report.quadratic ?? 0)) ppm/K²")
        } else {
            lines.append("sensitivity   - (nothing is learned yet)")
        }
        lines.append(gain(report))
        return lines
    }

    /// What the compensation was worth, honestly.
    private static func gain(_ report: TemperatureReport) -> String {
        guard let span = report.span, let without = report.variationWithout, let with = report.variationWith,
            let lowest = report.lowest, let highest = report.highest
        else { return "What it is worth is told when the record is an hour long." }
        let hours =
            "In the last \(number(span / 3600, 1)) h, between \(number(lowest, 1)) and \(number(highest, 1)) °C, "
        let varied =
            "the frequency varied by \(number(without, 4)) ppm without compensation and by \(number(with, 4)) ppm with it"
        if with < without { return hours + varied + ": \(number(without / max(with, 1e-4), 1)) times less." }
        return hours + varied + ": it gains nothing. Next, to switch it off: temperature off"
    }

    /// One object.
    public static func json(_ report: TemperatureReport) -> JSON {
        .object([
            ("schema", .string("timeball.temperature/1")),
            ("learned", .bool(report.isLearned)),
            ("reading", value(report.reading)),
            ("compensation_ppm", value(report.compensation)),
            ("reference_celsius", value(report.reference)),
            ("linear_ppm_per_kelvin", value(report.linear)),
            ("linear_deviation_ppm_per_kelvin", value(report.linearDeviation)),
            ("quadratic_ppm_per_kelvin2", value(report.quadratic)),
            ("record_seconds", value(report.span)),
            ("lowest_celsius", value(report.lowest)),
            ("highest_celsius", value(report.highest)),
            ("variation_without_ppm", value(report.variationWithout)),
            ("variation_with_ppm", value(report.variationWith)),
        ])
    }

    private static func value(_ number: Double?) -> JSON { number.map { .number($0) } ?? .null }

    private static func signed(_ value: Double) -> String { (value >= 0 ? "+" : "") + number(value, 4) }

    private static func number(_ value: Double, _ decimals: Int) -> String {
        NumberText.fixed(value, decimals: decimals)
    }
}

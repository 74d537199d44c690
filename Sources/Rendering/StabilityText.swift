public import ClockStatistics

/// The stability of a clock, as `timeball study stats` shows it.
public enum StabilityText {
    /// One object; what is not known is null.
    public static func json(_ points: [StabilityPoint]) -> JSON {
        .object([
            (
                "points",
                .array(
                    points.map { point in
                        .object([
                            ("m", .integer(point.factor)),
                            ("tau", .number(point.tau)),
                            ("n", .integer(point.terms)),
                            ("dev", number(point.deviation)),
                            ("alpha", .known(point.noise)),
                            ("edf", number(point.degreesOfFreedom)),
                            ("lo68", number(point.interval68?.lowerBound)),
                            ("hi68", number(point.interval68?.upperBound)),
                            ("lo95", number(point.interval95?.lowerBound)),
                            ("hi95", number(point.interval95?.upperBound)),
                        ])
                    })
            )
        ])
    }

    private static func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

    /// A table for people.
    public static func lines(_ points: [StabilityPoint], of statistic: Statistic) -> [String] {
        let unit = statistic.isTime ? "\(statistic.rawValue) (s)" : statistic.rawValue
        var rows = [["m", "tau (s)", "n", unit, "68 % interval", "95 % interval", "noise"]]
        for point in points {
            rows.append([
                "\(point.factor)", scientific(point.tau), "\(point.terms)", scientific(point.deviation),
                interval(point.interval68), interval(point.interval95), point.noise.map(NoiseName.of) ?? "-",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }.joined(separator: "  ")
        }
    }

    private static func interval(_ range: ClosedRange<Double>?) -> String {
        range.map { scientific($0.lowerBound) + " … " + scientific($0.upperBound) } ?? "-"
    }

    /// With five significant digits: `1.2346e-09`.
    static func scientific(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "-" }
        guard value != 0 else { return "0" }
        var magnitude = value.magnitude
        var exponent = 0
        while magnitude >= 9.99995 {
            magnitude /= 10
            exponent += 1
        }
        while magnitude < 0.999995 {
            magnitude *= 10
            exponent -= 1
        }
        let digits = NumberText.fixed(magnitude, decimals: 4)
        let power = "\(exponent.magnitude)"
        return (value < 0 ? "-" : "") + digits + "e" + (exponent < 0 ? "-" : "+")
            + (power.count < 2 ? "0" : "") + power
    }
}

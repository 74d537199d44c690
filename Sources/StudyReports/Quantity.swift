internal import ClockStatistics
internal import ClockStudies

/// Quantities as reports write them: three digits, a unit of fitting size, and values as exact as their error lets them be.
enum Quantity {
    /// A number with as many decimals as its error justifies: two digits of the error, three where it begins with 1.
    static func measured(_ value: Double, _ error: Double) -> (value: String, error: String) {
        guard error > 0, error.isFinite, value.isFinite else { return (DecimalText.significant(value, digits: 6), "-") }
        var decimals = 0
        var scaled = error
        while scaled < 9.95, decimals < 12 {
            scaled *= 10
            decimals += 1
        }
        return (DecimalText.fixed(value, decimals: decimals), DecimalText.fixed(error, decimals: decimals))
    }

    /// `12.3 ms`.
    static func time(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        let unit = Unit.time(upTo: seconds.magnitude * 1.5)
        return three(seconds / unit.size) + " " + unit.name
    }

    /// `41.3 ppm`.
    static func frequency(_ frequency: Double) -> String {
        guard frequency.isFinite else { return "-" }
        let unit = Unit.frequency(upTo: frequency.magnitude)
        return three(frequency / unit.size) + " " + unit.name
    }

    /// A small fraction as it stands on a logarithmic axis: `1.2e-09`.
    static func fraction(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return "-" }
        guard value < 1e-3 else { return DecimalText.significant(value, digits: 3) }
        var exponent = 0
        var rest = value
        while rest < 0.9995, exponent < 400 {
            rest *= 10
            exponent += 1
        }
        return DecimalText.fixed(rest, decimals: 2) + (exponent < 10 ? "e-0" : "e-") + "\(exponent)"
    }

    /// `0.0502 ± 0.0004 ppm/K`, with one standard error.
    static func coefficient(_ estimate: ClockFit.Estimate) -> String {
        let text = measured(estimate.value * 1e6, estimate.error * 1e6)
        return "\(text.value) ± \(text.error) ppm/K"
    }

    /// `18 degrees`.
    static func degrees(_ freedom: Double) -> String {
        freedom < 1.5 ? "1 degree" : "\(DecimalText.fixed(min(freedom, 9999), decimals: 0)) degrees"
    }

    /// A length of time for people: `90 s`, `15 min`, `8 h`, `3.5 days`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "-" }
        let (size, name): (Double, String) =
            switch seconds {
            case ..<120: (1, "s")
            case ..<7200: (60, "min")
            case ..<172_800: (3600, "h")
            case ..<63_115_200: (86_400, "days")
            default: (31_557_600, "years")
            }
        return DecimalText.significant(seconds / size, digits: seconds < 1 ? 2 : 3) + " " + name
    }

    private static func three(_ value: Double) -> String {
        let magnitude = value.magnitude
        let text =
            magnitude < 0.1
            ? DecimalText.significant(magnitude, digits: 3)
            : DecimalText.fixed(magnitude, decimals: magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
        return value < 0 ? "−" + text : text
    }
}

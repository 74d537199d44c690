public import Control
public import TimeBase

/// How the served time is smoothed.
public enum SmoothingText {
    public static func lines(_ report: SmoothingReport) -> [String] {
        guard report.isActive else { return ["not active: what is served is this host's time"] }
        return [
            Labelled.line("active", report.isLeapOnly ? "for leap seconds only" : "yes"),
            Labelled.line("offset", "the served time is \(HumanText.size(report.offset)) from this host's"),
            Labelled.line("frequency", HumanText.frequency(report.frequency)),
            Labelled.line("remaining", HumanText.size(report.remainingTime)),
        ]
    }

    public static func json(_ report: SmoothingReport, at now: Instant<Realtime>) -> JSON {
        func known(_ value: JSON) -> JSON { report.isActive ? value : .null }
        return .object([
            ("schema", .string("timeball.smoothing/1")), ("time", .time(now)), ("active", .bool(report.isActive)),
            ("leap_only", .bool(report.isLeapOnly)), ("offset_seconds", known(.seconds(report.offset))),
            ("frequency_ppm", known(.ppm(report.frequency))), ("wander_ppm_per_second", known(.ppm(report.wander))),
            ("last_update_age_seconds", known(.seconds(report.lastUpdateAge))),
            ("remaining_seconds", known(.seconds(report.remainingTime))),
        ])
    }
}

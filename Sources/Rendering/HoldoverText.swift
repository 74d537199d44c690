public import Control
internal import TimeBase

/// How the bound would grow if all sources went now: from a status report to words and JSON.
public struct HoldoverForecast: Equatable, Sendable {
    /// The bound now.
    public let bound: Duration
    private let growth: Frequency
    private let afterHour: Duration
    private let afterDay: Duration

    /// - Returns: nil where nothing is known of the bound.
    public init?(_ report: StatusReport) {
        guard let bound = report.bound, let growth = report.boundGrowth, let hour = report.boundAfterHour,
            let day = report.boundAfterDay
        else { return nil }
        self.bound = bound
        self.growth = growth
        afterHour = hour
        afterDay = day
    }

    /// The bound so long after all sources went: never less than what the daemon would say, since it grows fastest at
    /// first, in the first hour, and afterwards at most with the power 3/2 of the time.
    public func bound(after time: Duration) -> Duration {
        let t = time.inSeconds
        let now = bound.inSeconds
        let (hour, day) = (afterHour.inSeconds, afterDay.inSeconds)
        let later: Double
        switch t {
        case ...3600: later = min(now + growth.ratio * max(t, 0), hour)
        case ...86400: later = hour + (day - hour) * (t - 3600) / (86400 - 3600)
        default: later = now + (day - now) * (t / 86400) * (t / 86400).squareRoot()
        }
        return Duration(clampingSeconds: later)
    }

    /// How long the bound stays within a budget: nil if it is beyond it already; at most a year.
    public func lasts(within budget: Duration) -> Duration? {
        guard bound <= budget else { return nil }
        var (low, high) = (0.0, 365.25 * 86400)
        if bound(after: .seconds(high)) <= budget { return Duration(clampingSeconds: high) }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if bound(after: Duration(clampingSeconds: middle)) <= budget { low = middle } else { high = middle }
        }
        return Duration(clampingSeconds: low)
    }

    /// The moments that are told of without a budget.
    static let moments: [(name: String, time: Duration)] = [
        ("10 min", .seconds(600)), ("1 h", .seconds(3600)), ("8 h", .seconds(28800)), ("1 day", .seconds(86400)),
        ("7 days", .seconds(7 * 86400)),
    ]
}

/// What `timeball holdover` prints.
public enum HoldoverText {
    /// For people.
    public static func lines(_ report: StatusReport, _ forecast: HoldoverForecast, budget: Duration?) -> [String] {
        var lines: [String] = []
        if let budget {
            if let lasts = forecast.lasts(within: budget) {
                lines.append(
                    "If all sources went now, the bound would stay within \(HumanText.size(budget)) for at least "
                        + "\(HumanText.least(lasts)).")
            } else {
                lines.append(
                    "The bound is \(HumanText.bound(forecast.bound)) already, more than \(HumanText.size(budget)).   "
                        + "timeball sources")
            }
        } else {
            lines.append("If all sources went now:")
            lines.append("  now      \(HumanText.bound(forecast.bound))")
            for (name, time) in HoldoverForecast.moments {
                let padded = name + String(repeating: " ", count: max(9 - name.utf8.count, 1))
                lines.append("  \(padded)\(HumanText.bound(forecast.bound(after: time)))")
            }
        }
        guard let span = report.recordSpan else {
            lines.append(
                "This rests on what any crystal may do: the record of this clock is shorter than 4 h, or there is none since "
                    + "the daemon started.")
            return lines
        }
        let past: [(String, Duration?)] = [
            ("1 h", report.worstAfterHour), ("8 h", report.worstAfterEightHours), ("1 day", report.worstAfterDay),
        ]
        let told = past.compactMap { name, worst in worst.map { "\(HumanText.size($0)) after \(name)" } }
        lines.append(
            "Replayed on this clock's last \(HumanText.size(span)), holdover would have been wrong by at most "
                + (told.isEmpty ? "- (the record is too short)" : told.joined(separator: ", ")) + ".")
        return lines
    }

    /// One object.
    public static func json(_ report: StatusReport, _ forecast: HoldoverForecast, budget: Duration?) -> JSON {
        .object([
            ("schema", .string("timeball.holdover/1")),
            ("bound_seconds", .seconds(forecast.bound)),
            (
                "forecast",
                .array(
                    HoldoverForecast.moments.map { moment in
                        .object([
                            ("after_seconds", .seconds(moment.time)),
                            ("bound_seconds", .seconds(forecast.bound(after: moment.time))),
                        ])
                    })
            ),
            ("budget_seconds", .seconds(budget)),
            ("lasts_seconds", .seconds(budget.flatMap { forecast.lasts(within: $0) })),
            ("record_seconds", .seconds(report.recordSpan)),
            ("worst_after_hour_seconds", .seconds(report.worstAfterHour)),
            ("worst_after_8_hours_seconds", .seconds(report.worstAfterEightHours)),
            ("worst_after_day_seconds", .seconds(report.worstAfterDay)),
        ])
    }
}

internal import Control
public import TimeBase

/// The list of sources as a table, as stories, and as JSON.
public enum SourcesText {
    public static func lines(_ rows: [SourceRow], verbose: Bool = false) -> [String] {
        guard !rows.isEmpty else { return ["No sources are configured.    timeball add server NAME"] }
        var table = Table(
            ["  ", "SOURCE", "KIND", "STRATUM", "LAST", "ANSWERS", "OUR CLOCK IS", "+/-", "USE"], right: [3, 4, 6, 7])
        for row in rows {
            let report = row.report
            table.add([
                " \(report.state.mark)", row.label, row.kind, row.hasSample ? "\(report.stratum)" : "-",
                HumanText.age(report.lastSampleAge), HumanText.answers(report.reach),
                row.hasSample ? HumanText.offset(report.adjustedOffset) : "-",
                row.hasSample ? HumanText.size(report.errorBound) : "-", row.use,
            ])
        }
        var lines = table.lines
        if verbose {
            for row in rows { lines += [""] + story(row) }
        }
        return lines
    }

    /// What became of one source, told at length.
    static func story(_ row: SourceRow) -> [String] {
        let report = row.report
        var title = row.label
        if title != row.addressText, report.address.ip != nil { title += " (\(row.addressText))" }
        let told = row.story.flatMap { $0.isEmpty ? nil : $0 } ?? "\(row.use)."
        var lines = ["\(title): \(told)"]
        // A name that was never resolved was never asked.
        if case .unresolved = report.address { return lines }
        let interval = HumanText.size(.interval(binaryLogarithm: Int(report.poll)))
        let count = HumanText.answerCount(report.reach)
        lines.append(
            report.mode == .referenceClock
                ? "  A sample every \(interval); there were \(count) of the last 8."
                : "  Asked every \(interval); answered \(count) of its last 8 requests.")
        if row.hasSample {
            lines.append(
                "  Its last sample, \(HumanText.age(report.lastSampleAge)) ago, says that our clock was "
                    + "\(HumanText.offset(report.originalOffset)); after corrections since then, "
                    + "\(HumanText.offset(report.adjustedOffset)), \(HumanText.bound(report.errorBound)).")
        }
        if let selection = row.selection, row.hasSample {
            lines.append(
                "  It allows our clock to be anything from \(HumanText.offset(selection.lowestOffset)) to "
                    + "\(HumanText.offset(selection.highestOffset)).")
        }
        return lines
    }

    public static func json(_ rows: [SourceRow], at now: Instant<Realtime>) -> JSON {
        .object([
            ("schema", .string("timeball.sources/1")),
            ("time", .time(now)),
            ("sources", .array(rows.map(json))),
        ])
    }

    private static func json(_ row: SourceRow) -> JSON {
        let report = row.report
        let has = row.hasSample
        return .object([
            ("name", .text(row.name)),
            ("address", report.address == .unspecified ? .null : .string(row.addressText)),
            ("kind", .string(row.kind)),
            ("state", .string(stateWord(report.state))),
            ("use", .string(row.use)),
            ("story", .text(row.story)),
            ("stratum", has ? .count(report.stratum) : .null),
            ("poll_interval_seconds", .seconds(.interval(binaryLogarithm: Int(report.poll)))),
            ("reach", .count(report.reach)),
            ("answers", .count(HumanText.answerCount(report.reach))),
            (
                "offset_seconds",
                .estimate(
                    has ? .seconds(report.adjustedOffset) : .null, bound: .seconds(report.errorBound),
                    age: report.lastSampleAge)
            ),
            ("measured_offset_seconds", has ? .seconds(report.originalOffset) : .null),
        ])
    }

    private static func stateWord(_ state: SourceReport.State) -> String {
        switch state {
        case .selected: "selected"
        case .nonselectable: "nonselectable"
        case .falseticker: "falseticker"
        case .jittery: "jittery"
        case .combined: "combined"
        case .selectable: "selectable"
        }
    }
}

extension Duration {
    /// 2^exponent seconds, of exponents from -30 to 30.
    static func interval(binaryLogarithm exponent: Int) -> Duration {
        let clamped = min(max(exponent, -30), 30)
        return Duration(clampingSeconds: Double(sign: .plus, exponent: clamped, significand: 1))
    }
}

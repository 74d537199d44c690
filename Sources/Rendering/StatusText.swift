internal import Control
internal import TimeBase

/// The status as lines, as one line, and as JSON.
public enum StatusText {
    public static func lines(_ view: StatusView) -> [String] {
        let report = view.report
        var lines = [verdict(view)]
        if let source = source(report) { lines.append(Labelled.line("source", source)) }
        if report.sourceCount > 0 || view.report.verdict != .agreed {
            lines.append(Labelled.line("sources", "\(report.usableSourceCount) usable of \(report.sourceCount)"))
        }
        if let frequency = report.frequency {
            let corrected = view.controlsClock.map { $0 ? ", corrected" : ", not corrected" } ?? ""
            lines.append(
                Labelled.line(
                    "crystal", "\(HumanText.frequency(frequency)), \(HumanText.skew(report.skew))\(corrected)"))
        }
        if report.boundAfterHour != nil || report.boundAfterDay != nil {
            lines.append(
                Labelled.line(
                    "no net?",
                    "\(HumanText.bound(report.boundAfterHour)) after 1 h, "
                        + "\(HumanText.bound(report.boundAfterDay)) after 1 day"))
        }
        if view.controlsClock == false {
            lines.append(Labelled.line("note", "the daemon only watches and does not touch the clock (-x)"))
        }
        switch report.leap {
        case .insertSecond: lines.append(Labelled.line("leap", "a second will be inserted at the end of the UTC day"))
        case .deleteSecond: lines.append(Labelled.line("leap", "a second will be left out at the end of the UTC day"))
        case .none, .unsynchronised: break
        }
        if !report.reason.isEmpty { lines.append(Labelled.line("why", report.reason)) }
        if !report.nextStep.isEmpty { lines.append(Labelled.line("next", report.nextStep)) }
        return lines
    }

    /// One line, for a prompt or a status bar.
    public static func short(_ view: StatusView) -> String {
        let report = view.report
        var text = report.verdict.word
        if let agreement = report.agreement { text += " to within \(HumanText.bound(agreement))" }
        if report.bound != nil { text += " " + HumanText.bound(report.bound) }
        if let offset = report.offset { text += ", " + HumanText.offset(offset) }
        if !report.sourceName.isEmpty { text += ", from \(report.sourceName)" }
        if report.sourceAge != nil { text += " \(HumanText.age(report.sourceAge)) ago" }
        return text
    }

    private static func verdict(_ view: StatusView) -> String {
        let report = view.report
        let bound = HumanText.bound(report.bound)
        let word = report.verdict.word
        let line =
            switch (report.verdict, report.bound) {
            case (.right, .some), (.holding, .some): "\(word) to within \(bound)"
            case (.settling, .some): "\(word), within \(bound)"
            case (.agreed, _): agreed(report)
            case (.unknown, .some): "\(word), within \(bound)"
            case (.right, nil), (.holding, nil), (.settling, nil): "\(word), bound not known"
            case (.unknown, nil): "\(word): nothing tells how wrong the clock is"
            }
        guard let offset = report.offset else { return line }
        let error = report.offsetError.map { " (\(HumanText.bound($0)), 95 %)" } ?? ""
        let action =
            switch view.controlsClock {
            case true?: offset == .zero ? "" : ", correcting"
            case false?: ", not corrected"
            case nil: ""
            }
        return "\(line)    now \(HumanText.offset(offset))\(error)\(action)"
    }

    /// How well this machine agrees with others, and what is known of the truth, apart.
    private static func agreed(_ report: StatusReport) -> String {
        let others =
            report.agreement.map { "with the other machines to within \(HumanText.bound($0))" }
            ?? "with the machines that follow it"
        let truth = report.bound.map { "the true time is known to within \(HumanText.bound($0))" }
        return "\(report.verdict.word) \(others); \(truth ?? "the true time is not known")"
    }

    private static func source(_ report: StatusReport) -> String? {
        let address = report.sourceAddress == .unspecified ? "" : "\(report.sourceAddress)"
        let name = report.sourceName == address ? "" : report.sourceName
        guard !address.isEmpty || !name.isEmpty else { return nil }
        var text = address.isEmpty ? name : name.isEmpty ? address : "\(address) (\(name))"
        if report.sourceStratum > 0 { text += "  stratum \(report.sourceStratum)" }
        if report.sourceAge != nil { text += ", \(HumanText.age(report.sourceAge)) ago" }
        text += ", \(HumanText.answerCount(UInt16(report.sourceReach))) of 8 replies"
        return text
    }

    public static func json(_ view: StatusView) -> JSON {
        let report = view.report
        let hasSource = report.sourceAddress != .unspecified || !report.sourceName.isEmpty
        return .object([
            ("schema", .string("timeball.status/1")),
            ("time", .time(view.now)),
            ("daemon", .string(view.daemon)),
            ("verdict", .string(report.verdict.word)),
            ("bound_seconds", .seconds(report.bound)),
            ("bound_growth_ppm", .ppm(report.boundGrowth)),
            (
                "offset_seconds",
                .estimate(.seconds(report.offset), bound: .seconds(report.offsetError), age: report.sourceAge)
            ),
            ("frequency_ppm", .estimate(.ppm(report.frequency), bound: .ppm(report.skew), age: report.sourceAge)),
            ("root_delay_seconds", .seconds(report.rootDelay)),
            ("root_dispersion_seconds", .seconds(report.rootDispersion)),
            ("stratum", report.stratum == 0 ? .null : .count(report.stratum)),
            ("leap", .string(LeapText.word(report.leap))),
            ("reference_time", .time(report.referenceTime)),
            (
                "reference_identifier",
                report.referenceIdentifier == .none
                    ? .null : .string(ReferenceText.text(report.referenceIdentifier))
            ),
            (
                "source",
                !hasSource
                    ? .null
                    : .object([
                        ("name", .text(report.sourceName)),
                        (
                            "address",
                            report.sourceAddress == .unspecified ? .null : .string("\(report.sourceAddress)")
                        ),
                        ("stratum", report.sourceStratum == 0 ? .null : .count(report.sourceStratum)),
                        ("age_seconds", .seconds(report.sourceAge)),
                        ("reach", .count(report.sourceReach)),
                        ("answers", .count(HumanText.answerCount(UInt16(report.sourceReach)))),
                    ])
            ),
            ("source_count", .count(report.sourceCount)),
            ("usable_source_count", .count(report.usableSourceCount)),
            ("bound_after_hour_seconds", .seconds(report.boundAfterHour)),
            ("bound_after_day_seconds", .seconds(report.boundAfterDay)),
            ("agreement_seconds", .seconds(report.agreement)),
            ("controls_clock", view.controlsClock.map(JSON.bool) ?? .null),
            ("reason", .text(report.reason)),
            ("next_step", .text(report.nextStep)),
        ])
    }
}

/// The leap indicator as a word.
enum LeapText {
    static func word(_ leap: LeapIndicator) -> String {
        switch leap {
        case .none: "none"
        case .insertSecond: "insert"
        case .deleteSecond: "delete"
        case .unsynchronised: "unsynchronised"
        }
    }
}

public import Control
public import TimeBase

/// How the clock is kept, as lines and as JSON.
public enum TrackingText {
    public static func lines(_ report: TrackingReport, at now: Instant<Realtime>) -> [String] {
        guard report.referenceIdentifier != .none else {
            return [
                Labelled.line("reference", "none: the clock follows nothing    timeball sources -v"),
                Labelled.line("crystal", frequency(report)),
            ]
        }
        var reference = ReferenceText.text(report.referenceIdentifier)
        if report.address != .unspecified { reference = "\(report.address) (\(reference))" }
        if report.referenceIdentifier == .local { reference = "our own clock (local)" }
        // What an island says of itself; no source has an address then.
        if report.referenceIdentifier.bits >> 16 == 0x4953, report.address == .unspecified {
            reference = "the common time of an island (\(ReferenceText.text(report.referenceIdentifier)))"
        }
        var lines = [Labelled.line("reference", "\(reference), we are stratum \(report.stratum)")]
        if let time = report.referenceTime {
            let interval =
                report.lastUpdateInterval == .zero
                ? "" : "; the update before that was \(HumanText.size(report.lastUpdateInterval)) earlier"
            lines.append(
                Labelled.line(
                    "updated", "\(CivilDate(time).rfc3339), \(HumanText.age(now - time)) ago\(interval)"))
        }
        if report.referenceIdentifier == .local {
            return lines + [Labelled.line("offset", "-: nothing to compare with; the true time is not known")]
        }
        lines += [
            Labelled.line("clock", "now \(HumanText.offset(report.correction)) against NTP time"),
            Labelled.line(
                "offset",
                "\(HumanText.offset(report.lastOffset)) at the last update, \(HumanText.size(report.rmsOffset)) RMS"),
            Labelled.line("crystal", frequency(report)),
            Labelled.line(
                "root",
                "delay \(HumanText.size(report.rootDelay)), dispersion \(HumanText.size(report.rootDispersion))"),
            Labelled.line("leap", LeapText.word(report.leap)),
        ]
        return lines
    }

    private static func frequency(_ report: TrackingReport) -> String {
        "\(HumanText.frequency(report.frequency)), \(HumanText.skew(report.skew)); "
            + "the last samples say \(HumanText.ppm(report.residualFrequency)) "
            + (report.residualFrequency.ratio < 0 ? "less" : "more")
    }

    public static func json(_ report: TrackingReport, at now: Instant<Realtime>) -> JSON {
        let isFollowing = report.referenceIdentifier != .none
        let age = report.referenceTime.map { now - $0 }
        func known(_ value: JSON) -> JSON { isFollowing ? value : .null }
        /// What chronyd says of its own clock when nothing confirms it are zeros that mean nothing.
        let isCompared = isFollowing && report.referenceIdentifier != .local
        func measured(_ value: JSON) -> JSON { isCompared ? value : .null }
        return .object([
            ("schema", .string("timeball.tracking/1")),
            ("time", .time(now)),
            (
                "reference_identifier",
                known(.string(ReferenceText.text(report.referenceIdentifier)))
            ),
            ("address", report.address == .unspecified ? .null : .string("\(report.address)")),
            ("stratum", known(.count(report.stratum))),
            ("leap", .string(LeapText.word(report.leap))),
            ("reference_time", .time(report.referenceTime)),
            ("offset_seconds", measured(.estimate(.seconds(report.correction), bound: .null, age: age))),
            ("last_offset_seconds", measured(.seconds(report.lastOffset))),
            ("rms_offset_seconds", measured(.seconds(report.rmsOffset))),
            ("frequency_ppm", measured(.estimate(.ppm(report.frequency), bound: .ppm(report.skew), age: age))),
            ("residual_frequency_ppm", measured(.ppm(report.residualFrequency))),
            ("root_delay_seconds", known(.seconds(report.rootDelay))),
            ("root_dispersion_seconds", known(.seconds(report.rootDispersion))),
            (
                "last_update_interval_seconds",
                report.lastUpdateInterval == .zero ? .null : .seconds(report.lastUpdateInterval)
            ),
        ])
    }
}

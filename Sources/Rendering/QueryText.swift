internal import Addresses
internal import NTPWire
public import TimeBase

/// What servers said of our clock, as lines and as JSON.
public enum QueryText {
    public static func lines(_ reports: [QueryReport]) -> [String] {
        var lines = reports.map(line)
        let answered = reports.compactMap(\.best)
        if answered.count > 1 { lines.append(together(answered)) }
        return lines
    }

    private static func line(_ report: QueryReport) -> String {
        var title = report.host
        if let endpoint = report.endpoint, "\(endpoint.address)" != report.host { title += " (\(endpoint.address))" }
        guard let best = report.best else {
            return "\(title): no time: \(report.failure ?? "no reply")"
        }
        return "\(title): our clock is \(HumanText.offset(best.offset)), \(HumanText.bound(best.bound))    "
            + "stratum \(best.header.stratum), reference \(reference(best.header)), "
            + "delay \(HumanText.size(best.delay)), best of \(report.answerCount) answers to \(report.sentCount) requests"
    }

    private static func reference(_ header: NTPHeader) -> String {
        header.stratum == 1
            ? ReferenceText.text(header.referenceIdentifier)
            : "\(IPAddress.v4(header.referenceIdentifier.bits))"
    }

    /// Each server allows an interval; the truth lies in all of them, if all are right.
    private static func together(_ samples: [QuerySample]) -> String {
        let lowest = samples.map { $0.offset - $0.bound }.max() ?? .zero
        let highest = samples.map { $0.offset + $0.bound }.min() ?? .zero
        guard lowest <= highest else {
            return "together: they contradict each other, so at least one is wrong"
        }
        let middle = Duration(clampingSeconds: (lowest + highest).inSeconds / 2)
        let half = Duration(clampingSeconds: (highest - lowest).inSeconds / 2)
        return "together: our clock is \(HumanText.offset(middle)), \(HumanText.bound(half)), if all are right"
    }

    public static func json(_ reports: [QueryReport], at now: Instant<Realtime>) -> JSON {
        .object([
            ("schema", .string("timeball.query/1")), ("time", .time(now)), ("hosts", .array(reports.map(json))),
        ])
    }

    private static func json(_ report: QueryReport) -> JSON {
        let best = report.best
        return .object([
            ("host", .string(report.host)),
            ("address", report.endpoint.map { .string("\($0.address)") } ?? .null),
            ("port", report.endpoint.map { .count($0.port) } ?? .null),
            ("requests", .count(report.sentCount)),
            ("answers", .count(report.answerCount)),
            (
                "offset_seconds",
                .estimate(.seconds(best?.offset), bound: .seconds(best?.bound), age: best == nil ? nil : .zero)
            ),
            ("delay_seconds", .seconds(best?.delay)),
            ("stratum", .known(best?.header.stratum)),
            ("reference_identifier", .text(best.map { reference($0.header) })),
            ("root_delay_seconds", .seconds(best?.header.rootDelay.duration)),
            ("root_dispersion_seconds", .seconds(best?.header.rootDispersion.duration)),
            ("failure", .text(best == nil ? report.failure ?? "no reply" : nil)),
        ])
    }
}

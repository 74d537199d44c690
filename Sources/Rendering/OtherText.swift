public import Control
public import TimeBase

/// Counts of sources.
public enum ActivityText {
    public static func lines(_ report: ActivityReport) -> [String] {
        [
            Labelled.line("online", "\(report.online)"), Labelled.line("offline", "\(report.offline)"),
            Labelled.line("burst", "\(report.burstOnline) then online, \(report.burstOffline) then offline"),
            Labelled.line("no name", "\(report.unresolved) with a name that has no address yet"),
        ]
    }

    public static func json(_ report: ActivityReport, at now: Instant<Realtime>) -> JSON {
        .object([
            ("schema", .string("timeball.activity/1")), ("time", .time(now)), ("online", .count(report.online)),
            ("offline", .count(report.offline)), ("burst_then_online", .count(report.burstOnline)),
            ("burst_then_offline", .count(report.burstOffline)), ("without_address", .count(report.unresolved)),
        ])
    }
}

/// How selection sees each source.
public enum SelectionText {
    public static func lines(_ rows: [(name: String?, report: SelectionReport)]) -> [String] {
        var table = Table(
            ["SOURCE", "AUTH", "OPTIONS", "LAST", "SCORE", "OUR CLOCK IS FROM", "TO", "LEAP", "USE"],
            right: [3, 4, 5, 6])
        for (name, report) in rows {
            let has = hasSample(report)
            table.add([
                label(name, report), report.isAuthenticated ? "yes" : "no", options(report.effectiveOptions),
                has ? HumanText.age(report.lastSampleAge) : "-",
                has ? NumberText.fixed(report.score, decimals: 1) : "-",
                has ? HumanText.offset(report.lowestOffset) : "-", has ? HumanText.offset(report.highestOffset) : "-",
                LeapText.word(report.leap), SelectionWords.words(report.state) ?? "-",
            ])
        }
        return table.lines
    }

    public static func json(
        _ rows: [(name: String?, report: SelectionReport)], at now: Instant<Realtime>
    ) -> JSON {
        .object([
            ("schema", .string("timeball.selectdata/1")), ("time", .time(now)),
            ("sources", .array(rows.map { json($0.name, $0.report) })),
        ])
    }

    private static func json(_ name: String?, _ report: SelectionReport) -> JSON {
        let has = hasSample(report)
        return .object([
            ("name", .text(name)),
            ("address", report.address == .unspecified ? .null : .string("\(report.address)")),
            ("reference_identifier", .string(ReferenceText.text(report.referenceIdentifier))),
            ("state", .string(String(Character(Unicode.Scalar(report.state))))),
            ("use", .text(SelectionWords.words(report.state))),
            ("authenticated", .bool(report.isAuthenticated)),
            ("options", .array(words(report.effectiveOptions).map(JSON.string))),
            ("last_sample_age_seconds", has ? .seconds(report.lastSampleAge) : .null),
            ("score", has ? .number(report.score) : .null),
            ("lowest_offset_seconds", has ? .seconds(report.lowestOffset) : .null),
            ("highest_offset_seconds", has ? .seconds(report.highestOffset) : .null),
            ("leap", .string(LeapText.word(report.leap))),
        ])
    }

    /// Without samples chronyd says that the age and both ends are 0.
    private static func hasSample(_ report: SelectionReport) -> Bool {
        report.lastSampleAge != nil && !(report.lowestOffset == .zero && report.highestOffset == .zero)
    }

    private static func label(_ name: String?, _ report: SelectionReport) -> String {
        if let name, !name.isEmpty { return name }
        return report.address == .unspecified
            ? ReferenceText.text(report.referenceIdentifier) : "\(report.address)"
    }

    private static func options(_ options: SelectOptions) -> String {
        let words = words(options)
        return words.isEmpty ? "-" : words.joined(separator: ",")
    }

    private static func words(_ options: SelectOptions) -> [String] {
        [
            (SelectOptions.noselect, "noselect"), (.prefer, "prefer"), (.trust, "trust"), (.require, "require"),
        ].filter { options.contains($0.0) }.map(\.1)
    }
}

/// The last packet of a server.
public enum NTPDataText {
    public static func lines(_ report: NTPDataReport) -> [String] {
        let title = "\(report.remoteAddress) port \(report.remotePort)"
        let counts = "\(report.sentCount) sent, \(report.receivedCount) received, \(report.validCount) valid"
        guard report.validCount > 0 || report.version > 0 else {
            return [title, Labelled.line("  packets", counts), Labelled.line("  answer", "none yet")]
        }
        let good = report.goodCount.map { ", \($0) good" } ?? ""
        return [
            title,
            Labelled.line("  packets", counts + good),
            Labelled.line(
                "  header",
                "version \(report.version), mode \(report.mode), stratum \(report.stratum), "
                    + "leap \(LeapText.word(report.leap)), reference \(ReferenceText.text(report.referenceIdentifier))"),
            Labelled.line(
                "  poll",
                "every \(HumanText.size(.interval(binaryLogarithm: Int(report.poll)))), precision "
                    + HumanText.size(.interval(binaryLogarithm: Int(report.precision)))),
            Labelled.line(
                "  root",
                "delay \(HumanText.size(report.rootDelay)), dispersion \(HumanText.size(report.rootDispersion))"),
            Labelled.line(
                "  offset",
                "our clock was \(HumanText.offset(report.offset)); delay \(HumanText.size(report.delay)), "
                    + "dispersion \(HumanText.size(report.dispersion)), "
                    + "held by the server for \(HumanText.size(report.responseTime))"),
            Labelled.line("  tests", tests(report.tests)),
            Labelled.line(
                "  stamps",
                "sending by \(stamp(report.transmitStamp)), receiving by \(stamp(report.receiveStamp))"
                    + (report.isInterleaved ? ", interleaved" : "") + (report.isAuthenticated ? ", authenticated" : "")),
        ]
    }

    public static func json(_ reports: [NTPDataReport], at now: Instant<Realtime>) -> JSON {
        .object([
            ("schema", .string("timeball.ntpdata/1")), ("time", .time(now)), ("sources", .array(reports.map(json))),
        ])
    }

    private static func json(_ report: NTPDataReport) -> JSON {
        let has = report.validCount > 0 || report.version > 0
        func answered(_ value: JSON) -> JSON { has ? value : .null }
        return .object([
            ("address", .string("\(report.remoteAddress)")), ("port", .count(report.remotePort)),
            ("local_address", answered(.string("\(report.localAddress)"))),
            ("sent", .count(report.sentCount)), ("received", .count(report.receivedCount)),
            ("valid", .count(report.validCount)), ("good", .known(report.goodCount)),
            ("version", answered(.count(report.version))), ("mode", answered(.count(report.mode))),
            ("stratum", answered(.count(report.stratum))), ("leap", answered(.string(LeapText.word(report.leap)))),
            (
                "reference_identifier",
                answered(.string(ReferenceText.text(report.referenceIdentifier)))
            ),
            ("reference_time", answered(.time(report.referenceTime))),
            ("poll_interval_seconds", answered(.seconds(.interval(binaryLogarithm: Int(report.poll))))),
            ("precision_seconds", answered(.seconds(.interval(binaryLogarithm: Int(report.precision))))),
            ("root_delay_seconds", answered(.seconds(report.rootDelay))),
            ("root_dispersion_seconds", answered(.seconds(report.rootDispersion))),
            ("offset_seconds", answered(.seconds(report.offset))), ("delay_seconds", answered(.seconds(report.delay))),
            ("dispersion_seconds", answered(.seconds(report.dispersion))),
            ("response_time_seconds", answered(.seconds(report.responseTime))),
            ("failed_tests", answered(.array(failedTests(report.tests).map(JSON.string)))),
            ("transmit_stamp", answered(.string(stamp(report.transmitStamp)))),
            ("receive_stamp", answered(.string(stamp(report.receiveStamp)))),
            ("interleaved", answered(.bool(report.isInterleaved))),
            ("authenticated", answered(.bool(report.isAuthenticated))),
        ])
    }

    private static func tests(_ tests: UInt16) -> String {
        let failed = failedTests(tests)
        return failed.isEmpty ? "all passed" : "failed: " + failed.joined(separator: " ")
    }

    private static func failedTests(_ tests: UInt16) -> [String] {
        zip("123567ABCD", (0..<10).reversed()).filter { tests >> UInt16($0.1) & 1 == 0 }.map { String($0.0) }
    }

    private static func stamp(_ letter: UInt8) -> String {
        switch letter {
        case UInt8(ascii: "D"): "the daemon"
        case UInt8(ascii: "K"): "the kernel"
        case UInt8(ascii: "H"): "the hardware"
        default: "-"
        }
    }
}

/// What the server did.
public enum ServerStatisticsText {
    public static func lines(_ report: ServerStatisticsReport) -> [String] {
        counters(report).map { name, count in
            name + String(repeating: " ", count: max(1, 32 - name.count)) + (count.map { "\($0)" } ?? "-")
        }
    }

    /// The keys are the table's words.
    public static func json(_ report: ServerStatisticsReport, at now: Instant<Realtime>) -> JSON {
        .object(
            [("schema", .string("timeball.serverstats/1")), ("time", .time(now))]
                + counters(report).map { name, count in
                    (String(name.lowercased().map { $0 == " " ? "_" : $0 }), .known(count))
                })
    }

    private static func counters(_ report: ServerStatisticsReport) -> [(String, UInt64?)] {
        [
            ("NTP requests", report.ntpHits), ("NTP requests dropped", report.ntpDrops),
            ("NTP requests authenticated", report.authenticatedHits),
            ("NTP requests interleaved", report.interleavedHits), ("control requests", report.commandHits),
            ("control requests dropped", report.commandDrops), ("key exchanges", report.keyExchangeHits),
            ("key exchanges dropped", report.keyExchangeDrops), ("client records dropped", report.logDrops),
            ("timestamps held", report.timestampsHeld), ("receive stamps by the kernel", report.kernelReceiveStamps),
            ("receive stamps by the daemon", report.daemonReceiveStamps),
            ("receive stamps by the hardware", report.hardwareReceiveStamps),
            ("transmit stamps by the kernel", report.kernelTransmitStamps),
            ("transmit stamps by the daemon", report.daemonTransmitStamps),
            ("transmit stamps by the hardware", report.hardwareTransmitStamps),
        ]
    }
}

public import Control
internal import TimeBase

/// Counts of sources.
public enum ActivityText {
    public static func lines(_ report: ActivityReport) -> [String] {
        [
            Labelled.line("online", "\(report.online)"), Labelled.line("offline", "\(report.offline)"),
            Labelled.line("burst", "\(report.burstOnline) then online, \(report.burstOffline) then offline"),
            Labelled.line("no name", "\(report.unresolved) with a name that has no address yet"),
        ]
    }
}

/// How selection sees each source.
public enum SelectionText {
    public static func lines(_ rows: [(name: String?, report: SelectionReport)]) -> [String] {
        var table = Table(
            ["SOURCE", "AUTH", "OPTIONS", "LAST", "SCORE", "OUR CLOCK IS FROM", "TO", "LEAP", "USE"],
            right: [3, 4, 5, 6])
        for (name, report) in rows {
            // Without samples chronyd says that the age and both ends are 0.
            let has =
                report.lastSampleAge != nil && !(report.lowestOffset == .zero && report.highestOffset == .zero)
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

    private static func label(_ name: String?, _ report: SelectionReport) -> String {
        if let name, !name.isEmpty { return name }
        return report.address == .unspecified
            ? ReferenceText.text(report.referenceIdentifier) : "\(report.address)"
    }

    private static func options(_ options: SelectOptions) -> String {
        let words = [
            (SelectOptions.noselect, "noselect"), (.prefer, "prefer"), (.trust, "trust"), (.require, "require"),
        ].filter { options.contains($0.0) }.map(\.1)
        return words.isEmpty ? "-" : words.joined(separator: ",")
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

    private static func tests(_ tests: UInt16) -> String {
        let failed = zip("123567ABCD", (0..<10).reversed()).filter { tests >> UInt16($0.1) & 1 == 0 }.map(\.0)
        return failed.isEmpty ? "all passed" : "failed: " + failed.map(String.init).joined(separator: " ")
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
        let counters: [(String, UInt64?)] = [
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
        return counters.map { name, count in
            name + String(repeating: " ", count: max(1, 32 - name.count)) + (count.map { "\($0)" } ?? "-")
        }
    }
}

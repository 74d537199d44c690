internal import Control
internal import TimeBase

/// Reports about the clock and the daemon, as lines for people and as fields for programs (-c).
enum SystemLines {
    private static func seconds(_ duration: Duration, plus: Bool = false) -> String {
        Columns.fixed(duration.inSeconds, 9, plus: plus)
    }

    // MARK: tracking

    static func tracking(_ report: TrackingReport, name: String) -> [String] {
        let correction = report.correction.inSeconds
        let frequency = report.frequency.ppm
        return [
            "Reference ID    : \(Columns.hexadecimal(report.referenceIdentifier.bits)) (\(name))",
            "Stratum         : \(report.stratum)",
            "Ref time (UTC)  : \(Moments.sentence(report.referenceTime))",
            "System time     : \(Columns.fixed(correction.magnitude, 9)) seconds "
                + "\(correction > 0 ? "slow" : "fast") of NTP time",
            "Last offset     : \(seconds(.zero - report.lastOffset, plus: true)) seconds",
            "RMS offset      : \(seconds(report.rmsOffset)) seconds",
            "Frequency       : \(Columns.fixed(frequency.magnitude, 3)) ppm \(frequency > 0 ? "fast" : "slow")",
            "Residual freq   : \(Columns.fixed(report.residualFrequency.ppm, 3, plus: true)) ppm",
            "Skew            : \(Columns.fixed(report.skew.ppm, 3)) ppm",
            "Root delay      : \(seconds(report.rootDelay)) seconds",
            "Root dispersion : \(seconds(report.rootDispersion)) seconds",
            "Update interval : \(Columns.fixed(report.lastUpdateInterval.inSeconds, 1)) seconds",
            "Leap status     : \(report.leap.consoleWords)",
        ]
    }

    static func trackingFields(_ report: TrackingReport, name: String) -> [String] {
        [
            Columns.hexadecimal(report.referenceIdentifier.bits), name, "\(report.stratum)",
            Moments.raw(report.referenceTime), seconds(report.correction), seconds(.zero - report.lastOffset),
            seconds(report.rmsOffset), Columns.fixed(report.frequency.ppm, 3),
            Columns.fixed(report.residualFrequency.ppm, 3), Columns.fixed(report.skew.ppm, 3),
            seconds(report.rootDelay), seconds(report.rootDispersion),
            Columns.fixed(report.lastUpdateInterval.inSeconds, 1), report.leap.consoleWords,
        ]
    }

    // MARK: activity

    static func activity(_ report: ActivityReport) -> [String] {
        [
            ControlStatus.success.consoleLine, "\(report.online) sources online", "\(report.offline) sources offline",
            "\(report.burstOnline) sources doing burst (return to online)",
            "\(report.burstOffline) sources doing burst (return to offline)",
            "\(report.unresolved) sources with unknown address",
        ]
    }

    static func activityFields(_ report: ActivityReport) -> [String] {
        [report.online, report.offline, report.burstOnline, report.burstOffline, report.unresolved].map { "\($0)" }
    }

    // MARK: rtcdata

    static func rtc(_ report: RTCReport) -> [String] {
        [
            "RTC ref time (UTC) : \(Moments.sentence(report.referenceTime))",
            "Number of samples  : \(report.sampleCount)",
            "Number of runs     : \(report.runCount)",
            "Sample span period : \(Columns.interval(report.span))",
            "RTC is fast by     : \(Columns.right(Columns.fixed(report.fast.inSeconds, 6), 12)) seconds",
            "RTC gains time at  : \(Columns.right(Columns.fixed(report.frequency.ppm, 3), 9)) ppm",
        ]
    }

    static func rtcFields(_ report: RTCReport) -> [String] {
        [
            Moments.raw(report.referenceTime), "\(report.sampleCount)", "\(report.runCount)", Columns.raw(report.span),
            Columns.fixed(report.fast.inSeconds, 6), Columns.fixed(report.frequency.ppm, 3),
        ]
    }

    // MARK: smoothing

    static func smoothing(_ report: SmoothingReport) -> [String] {
        [
            "Active         : \(report.isActive ? "Yes" : "No") \(leapOnly(report))",
            "Offset         : \(seconds(report.offset, plus: true)) seconds",
            "Frequency      : \(Columns.fixed(report.frequency.ppm, 6, plus: true)) ppm",
            "Wander         : \(Columns.fixed(report.wander.ppm, 6, plus: true)) ppm per second",
            "Last update    : \(Columns.fixed(report.lastUpdateAge.inSeconds, 1)) seconds ago",
            "Remaining time : \(Columns.fixed(report.remainingTime.inSeconds, 1)) seconds",
        ]
    }

    static func smoothingFields(_ report: SmoothingReport) -> [String] {
        [
            report.isActive ? "Yes" : "No", leapOnly(report), seconds(report.offset),
            Columns.fixed(report.frequency.ppm, 6), Columns.fixed(report.wander.ppm, 6),
            Columns.fixed(report.lastUpdateAge.inSeconds, 1), Columns.fixed(report.remainingTime.inSeconds, 1),
        ]
    }

    private static func leapOnly(_ report: SmoothingReport) -> String {
        report.isLeapOnly ? "(leap second only)" : ""
    }

    // MARK: manual list

    static func manual(_ entry: ManualListReport.Entry, _ index: Int) -> String {
        let numbers = [entry.slewedOffset, entry.originalOffset, entry.residual]
        return
            ([Columns.right(index, 2), Moments.columns(entry.time)]
            + numbers.map { Columns.right(Columns.fixed($0.inSeconds, 2), 10) }).joined(separator: " ")
    }

    static func manualFields(_ entry: ManualListReport.Entry, _ index: Int) -> [String] {
        ["\(index)", Moments.columns(entry.time)]
            + [entry.slewedOffset, entry.originalOffset, entry.residual].map { Columns.fixed($0.inSeconds, 2) }
    }

    static func manual(_ report: ManualTimestampReport) -> String {
        "Clock was \(Columns.fixed(report.fast.inSeconds, 2)) seconds fast.  "
            + "Frequency change = \(Columns.fixed(report.frequencyChange.ppm, 2))ppm, "
            + "new frequency = \(Columns.fixed(report.frequency.ppm, 2))ppm"
    }

    static func manualFields(_ report: ManualTimestampReport) -> [String] {
        [report.fast.inSeconds, report.frequencyChange.ppm, report.frequency.ppm].map { Columns.fixed($0, 2) }
    }

    // MARK: serverstats

    static func server(_ report: ServerStatisticsReport) -> [String] {
        counters(report).map { Columns.left($0, 27) + ": \(number($1))" }
    }

    static func serverFields(_ report: ServerStatisticsReport) -> [String] { counters(report).map { number($1) } }

    /// A daemon that does not count has nothing to say, and chronyc has no word for that.
    private static func number(_ count: UInt64?) -> String { "\(count ?? 0)" }

    private static func counters(_ report: ServerStatisticsReport) -> [(String, UInt64?)] {
        let all: [(String, UInt64?)] = [
            ("NTP packets received", report.ntpHits), ("NTP packets dropped", report.ntpDrops),
            ("Command packets received", report.commandHits), ("Command packets dropped", report.commandDrops),
            ("Client log records dropped", report.logDrops), ("NTS-KE connections accepted", report.keyExchangeHits),
            ("NTS-KE connections dropped", report.keyExchangeDrops),
            ("Authenticated NTP packets", report.authenticatedHits),
            ("Interleaved NTP packets", report.interleavedHits), ("NTP timestamps held", report.timestampsHeld),
            ("NTP timestamp span", report.timestampSpan), ("NTP daemon RX timestamps", report.daemonReceiveStamps),
            ("NTP daemon TX timestamps", report.daemonTransmitStamps),
            ("NTP kernel RX timestamps", report.kernelReceiveStamps),
            ("NTP kernel TX timestamps", report.kernelTransmitStamps),
            ("NTP hardware RX timestamps", report.hardwareReceiveStamps),
            ("NTP hardware TX timestamps", report.hardwareTransmitStamps),
        ]
        // The last six came with chrony 4.4.
        return Array(report.daemonReceiveStamps == nil ? all.prefix(11) : all[...])
    }
}

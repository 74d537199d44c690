import Recording
import Testing

@Suite("Lines of measurement logs")
struct LogLines {
    @Test(
        "chronyd's own lines are read and written octet for octet",
        arguments: [
            (
                ChronyLog.refclocks,
                "2026-11-30 07:11:16.936531 TST     0 N 0  5.000000e-04  1.497102e-03  2.000e-08"
            ),
            (.refclocks, "2026-11-30 07:11:18.000117 TST     - N -       -        1.499496e-03  2.057e-07"),
            (.selection, "2026-11-30 07:11:25 127.0.0.1       * -----  377  1.00  1.021e+00 -1.320e-06  1.127e-06"),
            (.selection, "2026-11-30 07:11:21 TST             M -----    1  1.00  2.873e+00 -7.246e-03  4.247e-03"),
            (.selection, "2026-11-30 07:11:28 127.0.0.2       s N-T--    0  1.00  0.000e+00  0.000e+00  0.000e+00"),
            (.tempcomp, "2026-11-30 07:11:15  4.0000e+04  2.5620e+00"),
            (.rtc, "2015-07-22 05:40:50      -0.037360 1       -0.037434       -37.948  12   5  120"),
            (
                .tracking,
                "2026-11-30 07:11:29 0.0.0.0          0      2.569      0.093  0.000e+00 ?  0  0.000e+00  6.498e-07  "
                    + "1.908e-06  2.233e-06  3.840e-06"
            ),
            (
                .measurements,
                "2026-11-30 07:11:17 127.0.0.1       N  3 111 111 0111   0  0 0.02 -3.835e-06  1.220e-07  2.021e-03  "
                    + "0.000e+00  0.000e+00 7F7F0101 4I K K"
            ),
            (
                .statistics,
                "2026-11-30 07:11:25 127.0.0.1        2.214e-07 -6.322e-08  1.387e-07 -1.664e-08  1.885e-07 7.6e-02  "
                    + "10   0   4  0.00"
            ),
        ])
    func roundTrip(log: ChronyLog, line: String) throws {
        let record = try read(log, line)
        #expect(record.log == log)
        #expect(record.text == line)
    }

    private func read(_ log: ChronyLog, _ line: String) throws(LogLineError) -> LogRecord {
        let line = line[...]
        return switch log {
        case .measurements: .measurement(try MeasurementLine(parsing: line))
        case .statistics: .statistics(try StatisticsLine(parsing: line))
        case .selection: .selection(try SelectionLine(parsing: line))
        case .tracking: .tracking(try TrackingLine(parsing: line))
        case .rtc: .realTimeClock(try RealTimeClockLine(parsing: line))
        case .refclocks: .referenceClock(try ReferenceClockLine(parsing: line))
        case .tempcomp: .temperature(try TemperatureLine(parsing: line))
        }
    }

    @Test(
        "A damaged line is refused with a reason, and never taken for another",
        arguments: [
            (ChronyLog.refclocks, "2026-11-30 07:11:16.93653 TST     0 N 0  5.000000e-04  1.497102e-03  2.000e-08"),
            (.refclocks, "2026-11-30 07:11:16 TST     0 N 0  5.000000e-04  1.497102e-03  2.000e-08"),
            (.refclocks, "2026-11-30 07:11:16.936531 TST     - N 0       -        1.497102e-03  2.000e-08"),
            (.selection, "2026-11-30 07:11:25 127.0.0.1       * -----  400  1.00  1.021e+00 -1.320e-06  1.127e-06"),
            (.selection, "2026-11-30 07:11:25 127.0.0.1       Y -----  377  1.00  1.021e+00 -1.320e-06  1.127e-06"),
            (.selection, "2026-11-30 07:11:25 127.0.0.1       * -X---  377  1.00  1.021e+00 -1.320e-06  1.127e-06"),
            (.selection, "2026-11-30 07:11:25 127.0.0.1       * -----  377  1.00  1.021e+00  1.320e-06  1.127e-06"),
            (.tempcomp, "2026-11-30 07:11:15  nan  2.5620e+00"), (.tempcomp, "2026-11-30 07:11:15  1"),
            (.tempcomp, ""),
        ])
    func damaged(log: ChronyLog, line: String) {
        #expect(throws: LogLineError.self) { try read(log, line) }
    }

    @Test("A banner is the heading between two rules of its length", arguments: ChronyLog.allCases)
    func banner(log: ChronyLog) {
        let lines = log.banner.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[3].isEmpty)
        #expect(lines[0] == lines[2] && lines[0].allSatisfy { $0 == "=" } && lines[0].count == lines[1].count)
        #expect(lines[1].hasPrefix("   Date (UTC) Time"))
    }
}

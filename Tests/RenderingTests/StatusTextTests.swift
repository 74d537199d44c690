import Addresses
import Control
import Testing
import TimeBase

@testable import Rendering

struct StatusTextTests {
    static let now = Instant<Realtime>(sinceEpoch: .seconds(1_618_300_000) + .nanoseconds(123_456_789))

    static var report: StatusReport {
        var report = StatusReport()
        report.verdict = .right
        report.leap = .none
        report.stratum = 2
        report.bound = Duration(clampingSeconds: 0.0186695)
        report.offset = .microseconds(62)
        report.frequency = Frequency(ppm: 5.97)
        report.skew = Frequency(ppm: 4.85)
        report.boundAfterHour = .milliseconds(36)
        report.boundAfterDay = .milliseconds(440)
        report.sourceAddress = .ip(.v4(0x55c7_d662))
        report.sourceName = "0.uk.pool.ntp.org"
        report.sourceStratum = 1
        report.sourceReach = 0xff
        report.sourceAge = .seconds(64)
        report.sourceCount = 4
        report.usableSourceCount = 3
        return report
    }

    @Test("A clock that is right is told so in its first line, with a bound")
    func right() {
        #expect(
            StatusText.lines(StatusView(Self.report, at: Self.now)) == [
                "Right to within +/-18.7 ms    now 62.0 us slow, correcting",
                "source    85.199.214.98 (0.uk.pool.ntp.org)  stratum 1, 64 s ago, 8 of 8 replies",
                "sources   3 usable of 4",
                "crystal   5.970 ppm fast, +/-4.850 ppm, corrected",
                "no net?   +/-36.0 ms after 1 h, +/-440 ms after 1 day",
            ])
        #expect(
            StatusText.short(StatusView(Self.report, at: Self.now))
                == "Right +/-18.7 ms, 62.0 us slow, from 0.uk.pool.ntp.org 64 s ago")
    }

    @Test("Members of an island agree to within a number, and what is known of the truth is another one")
    func agreed() {
        var report = StatusReport()
        report.verdict = .agreed
        report.sourceCount = 2
        report.agreement = .microseconds(82)
        let view = StatusView(report, at: Self.now)
        #expect(
            StatusText.lines(view)[0]
                == "Agreed with the other machines to within +/-82.0 us; the true time is not known")
        #expect(StatusText.short(view) == "Agreed to within +/-82.0 us")
        let json = StatusText.json(view).text
        #expect(json.contains(#""agreement_seconds":8.2e-05"#) && json.contains(#""bound_seconds":null"#))
        report.bound = .milliseconds(40)
        #expect(
            StatusText.lines(StatusView(report, at: Self.now))[0]
                == "Agreed with the other machines to within +/-82.0 us; the true time is known to within +/-40.0 ms")
        report.agreement = nil
        report.bound = nil
        #expect(
            StatusText.lines(StatusView(report, at: Self.now))[0]
                == "Agreed with the machines that follow it; the true time is not known")
    }

    @Test("A daemon that knows nothing makes no number appear, but a reason and a next step")
    func unknown() {
        var report = StatusReport()
        report.reason = "No source has answered"
        report.nextStep = "timeball sources -v"
        let lines = StatusText.lines(StatusView(report, at: Self.now))
        #expect(
            lines == [
                "Unknown: nothing tells how wrong the clock is",
                "sources   0 usable of 0",
                "why       No source has answered",
                "next      timeball sources -v",
            ])
        #expect(StatusText.short(StatusView(report, at: Self.now)) == "Unknown")
    }

    @Test("A daemon that only watches is not said to correct anything")
    func watching() {
        var report = Self.report
        report.controlsClock = false
        let text = StatusText.lines(StatusView(report, at: Self.now)).joined(separator: "\n")
        #expect(text.contains("now 62.0 us slow, not corrected"))
        #expect(text.contains("crystal   5.970 ppm fast, +/-4.850 ppm, not corrected"))
        #expect(text.contains("does not touch the clock"))
    }

    @Test(
        "Each verdict has a first line that begins with its word, with and without a bound",
        arguments: StatusReport.Verdict.allCases)
    func verdicts(verdict: StatusReport.Verdict) {
        var report = Self.report
        report.verdict = verdict
        #expect(StatusText.lines(StatusView(report, at: Self.now))[0].hasPrefix(verdict.word))
        #expect(StatusText.lines(StatusView(report, at: Self.now))[0].contains("+/-18.7 ms"))
        report.bound = nil
        let line = StatusText.lines(StatusView(report, at: Self.now))[0]
        #expect(line.hasPrefix(verdict.word))
        #expect(!line.contains("+/-"))
    }

    @Test("The JSON object is one line whose keys name their unit")
    func json() {
        let text = StatusText.json(StatusView(Self.report, at: Self.now)).text
        #expect(text.hasPrefix(#"{"schema":"timeball.status/1","time":"2021-04-13T07:46:40.123456789Z","#))
        #expect(text.contains(#""verdict":"Right","bound_seconds":0.0186695,"bound_growth_ppm":null"#))
        #expect(text.contains(#""offset_seconds":{"value":6.2e-05,"bound":null,"age_seconds":64.0}"#))
        #expect(text.contains(#""source":{"name":"0.uk.pool.ntp.org","address":"85.199.214.98","stratum":1,"#))
        #expect(text.contains(#""controls_clock":true,"reason":null,"next_step":null}"#))
    }

    @Test("In JSON what is not known is null")
    func jsonUnknown() {
        let text = StatusText.json(StatusView(StatusReport(), at: Self.now)).text
        for key in [
            "bound_seconds", "offset_seconds", "frequency_ppm", "root_delay_seconds", "stratum", "reference_time",
            "reference_identifier", "source", "bound_after_hour_seconds", "reason",
        ] { #expect(text.contains("\"\(key)\":null"), "\(key)") }
        #expect(text.contains(#""verdict":"Unknown""#))
    }

    @Test("JSON strings are escaped, and numbers that are none become null")
    func escaping() {
        #expect(JSON.string("a\"\\\n\t\u{1}é").text == #""a\"\\\n\t\u0001é""#)
        #expect(JSON.number(.nan).text == "null")
        #expect(JSON.array([.null, .bool(false), .integer(-3)]).text == "[null,false,-3]")
    }
}

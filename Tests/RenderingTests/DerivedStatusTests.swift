import Addresses
import Control
import Testing
import TimeBase

@testable import Rendering

/// What can be said of a clock that chronyd keeps.
struct DerivedStatusTests {
    static let now = StatusTextTests.now

    private static var tracking: TrackingReport {
        var report = TrackingReport()
        report.referenceIdentifier = ReferenceIdentifier(bits: 0xc000_0201)
        report.address = .ip(.v4(0xc000_0201))
        report.stratum = 2
        report.leap = .none
        report.correction = .milliseconds(-2)
        report.rootDelay = .milliseconds(20)
        report.rootDispersion = .milliseconds(1)
        report.frequency = Frequency(ppm: 1)
        report.skew = Frequency(ppm: 0.1)
        return report
    }

    private static func row(reach: UInt16, state: SourceReport.State = .selected) -> SourceRow {
        var report = SourceReport()
        report.address = .ip(.v4(0xc000_0201))
        report.reach = reach
        report.state = state
        report.stratum = 1
        report.lastSampleAge = .seconds(5)
        return SourceRow(report: report, name: "time.example")
    }

    private static func view(_ tracking: TrackingReport, _ rows: [SourceRow]) -> StatusView {
        StatusView(tracking: tracking, sources: rows, at: now)
    }

    @Test("The bound is what is left to correct, half the root delay, and the root dispersion")
    func bound() {
        let view = Self.view(Self.tracking, [Self.row(reach: 0xff)])
        #expect(view.report.verdict == .right)
        #expect(view.report.bound == .milliseconds(13))
        #expect(view.report.offset == .milliseconds(-2))
        #expect(view.report.sourceName == "time.example")
        #expect(view.controlsClock == nil)
        #expect(StatusText.lines(view)[0] == "Right to within +/-13.0 ms    now 2.00 ms fast")
    }

    @Test("A reference whose sources have all fallen silent is held, not right")
    func holding() {
        #expect(Self.view(Self.tracking, [Self.row(reach: 0)]).report.verdict == .holding)
        #expect(Self.view(Self.tracking, [Self.row(reach: 0x100)]).report.verdict == .holding)
    }

    @Test("Without a reference the clock settles if somebody answers, and is unknown otherwise; no bound is invented")
    func unsynchronised() {
        var tracking = TrackingReport()
        tracking.rootDelay = .seconds(1)
        tracking.rootDispersion = .seconds(1)
        let settling = Self.view(tracking, [Self.row(reach: 1, state: .nonselectable)]).report
        #expect(settling.verdict == .settling)
        #expect(settling.bound == nil && settling.rootDelay == nil && settling.offset == nil)
        let unknown = Self.view(tracking, [Self.row(reach: 0, state: .nonselectable)]).report
        #expect(unknown.verdict == .unknown)
        #expect(!unknown.nextStep.isEmpty)
        #expect(Self.view(tracking, []).report.verdict == .unknown)
    }

    @Test("A machine that serves its own clock agrees with others at best")
    func agreed() {
        var tracking = Self.tracking
        tracking.referenceIdentifier = .local
        let view = Self.view(tracking, [])
        #expect(view.report.verdict == .agreed)
        #expect(view.report.bound == nil)
        #expect(view.report.offset == nil)
        let lines = TrackingText.lines(tracking, at: Self.now).joined(separator: "\n")
        #expect(lines.contains("our own clock (local)"))
        #expect(!lines.contains("fast") && !lines.contains("slow"))
        #expect(TrackingText.json(tracking, at: Self.now).text.contains(#""offset_seconds":null"#))
    }

    @Test("Tracking tells signs in words and units with every number")
    func trackingLines() {
        var tracking = Self.tracking
        tracking.referenceTime = Self.now - .seconds(7)
        tracking.lastOffset = .microseconds(3)
        tracking.residualFrequency = Frequency(ppm: -0.002)
        tracking.lastUpdateInterval = .seconds(64)
        #expect(
            TrackingText.lines(tracking, at: Self.now) == [
                "reference 192.0.2.1 (C0000201), we are stratum 2",
                "updated   2021-04-13T07:46:33.123456789Z, 7 s ago; the update before that was 64.0 s earlier",
                "clock     now 2.00 ms fast against NTP time",
                "offset    3.00 us slow at the last update, 0 ns RMS",
                "crystal   1.000 ppm fast, +/-0.100 ppm; the last samples say 0.002 ppm less",
                "root      delay 20.0 ms, dispersion 1.00 ms",
                "leap      none",
            ])
    }
}

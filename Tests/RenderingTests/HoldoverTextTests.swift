import Control
import Testing
import TimeBase

@testable import Rendering

@Suite("How holdover is foretold")
struct HoldoverTextTests {
    private func report() -> StatusReport {
        var report = StatusReport()
        report.bound = .milliseconds(10)
        report.boundGrowth = Frequency(ppm: 2)
        report.boundAfterHour = .milliseconds(13)
        report.boundAfterDay = .milliseconds(30)
        return report
    }

    @Test("The bound passes through what the daemon says, and never shrinks")
    func forecast() throws {
        let forecast = try #require(HoldoverForecast(report()))
        #expect(forecast.bound(after: .zero) == .milliseconds(10))
        #expect((forecast.bound(after: .seconds(3600)).inSeconds - 0.013).magnitude < 1e-9)
        #expect((forecast.bound(after: .seconds(86400)).inSeconds - 0.030).magnitude < 1e-9)
        // In the first 1,024 s it grows by the whole 2 ppm.
        #expect(forecast.bound(after: .seconds(1024)).inSeconds > 0.012)
        var last = Duration.zero
        for step in 0..<2000 {
            let bound = forecast.bound(after: .seconds(step * 600))
            #expect(bound >= last)
            last = bound
        }
    }

    @Test("A budget lasts until just before the bound passes it", arguments: [11, 13, 20, 30, 200])
    func budget(milliseconds: Int) throws {
        let forecast = try #require(HoldoverForecast(report()))
        let budget = Duration.milliseconds(milliseconds)
        let lasts = try #require(forecast.lasts(within: budget))
        #expect(forecast.bound(after: lasts) <= budget)
        #expect(forecast.bound(after: lasts + .seconds(60)) > budget)
        #expect(forecast.lasts(within: .milliseconds(9)) == nil)
    }

    @Test("What is not known is not foretold, and a record that is too short is called so")
    func unknown() throws {
        #expect(HoldoverForecast(StatusReport()) == nil)
        let forecast = try #require(HoldoverForecast(report()))
        let lines = HoldoverText.lines(report(), forecast, budget: .milliseconds(40))
        #expect(lines[0].contains("within 40.0 ms for at least"))
        #expect(lines[1].contains("shorter than 4 h"))
        var known = report()
        known.recordSpan = .seconds(36000)
        known.worstAfterHour = .microseconds(250)
        let told = HoldoverText.lines(known, forecast, budget: .milliseconds(5))
        #expect(told[0].hasPrefix("The bound is +/-10.0 ms already, more than 5.00 ms."))
        #expect(told[1].contains("last 10.0 h") && told[1].contains("at most 250 us after 1 h."))
        #expect(HoldoverText.json(report(), forecast, budget: nil).text.contains("\"worst_after_day_seconds\":null"))
    }
}

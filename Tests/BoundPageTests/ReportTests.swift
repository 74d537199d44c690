import BoundPage
import Testing
import TimeBase

/// True time a second per second; 10 ms either way at 1000 s on the monotonic clock.
private func report(at seconds: Int64, leap: LeapIndicator = .none, rate: Double = 0, growth: Double = 0) -> BoundReport
{
    BoundReport(
        isKept: true, verdict: .right, leap: leap, taiOffset: nil, reference: Instant(sinceEpoch: .seconds(1000)),
        validUntil: Instant(sinceEpoch: .seconds(100_000)), suspended: .seconds(3), wallOffset: .seconds(0),
        tick: 10000,
        scaledFrequency: 0,
        knowledge: .init(
            estimate: Instant(sinceEpoch: .seconds(seconds)), rate: rate, below: .milliseconds(10),
            above: .milliseconds(10), growth: growth, deviation: .zero))
}

private func seconds(_ instant: Instant<UTC>) -> Double { instant.sinceEpoch.inSeconds }

extension BoundReport {
    fileprivate func read(_ moment: Double) throws(BoundReportError) -> TrueTime {
        try trueTime(at: Instant(sinceEpoch: Duration(clampingSeconds: moment)), suspended: .seconds(3))
    }
}

@Suite struct ReportTests {
    @Test("True time goes on at its rate, and the interval grows around it")
    func goingOn() throws {
        let time = try report(at: 500, rate: -1e-4, growth: 1e-6).read(11_000)
        #expect((seconds(time.estimate) - 10_499).magnitude < 1e-9)
        #expect((seconds(time.earliest) - (10_499 - 0.01 - 0.009999)).magnitude < 1e-9)
        #expect((seconds(time.latest) - (10_499 + 0.01 + 0.009999)).magnitude < 1e-9)
        // The wall clock is 0.3 s slow by this.
        let error = time.error(of: Instant(sinceEpoch: .seconds(10_499) - .milliseconds(300)))
        #expect((error.offset.inSeconds - 0.3).magnitude < 1e-9)
        #expect((error.bound.inSeconds - 0.319999).magnitude < 1e-9)
    }

    @Test("A moment after the report's life, or after a sleep of the machine, or without knowledge, is not told")
    func refusals() {
        let good = report(at: 500)
        #expect(throws: BoundReportError.expired(ago: .seconds(1))) { try good.read(100_001) }
        #expect(throws: Never.self) { try good.read(100_000) }
        #expect(throws: BoundReportError.suspended(.milliseconds(10))) {
            try good.trueTime(at: good.reference, suspended: .milliseconds(3010))
        }
        #expect(throws: Never.self) { try good.trueTime(at: good.reference, suspended: .milliseconds(3009)) }
        var empty = good
        empty.knowledge = nil
        #expect(throws: BoundReportError.unknown) { try empty.read(1000) }
    }

    @Test("An inserted second comes at the end of the day of the report, and while it may have come both are inside")
    func inserted() throws {
        let day = report(at: 86_390, leap: .insertSecond)
        let before = try day.read(1009.98)
        #expect((seconds(before.latest) - 86_399.99).magnitude < 1e-9)
        let astride = try day.read(1009.995)
        #expect((seconds(astride.earliest) - 86_398.985).magnitude < 1e-9)
        #expect((seconds(astride.latest) - 86_400.005).magnitude < 1e-9)
        #expect((seconds(astride.estimate) - 86_399.995).magnitude < 1e-9)
        let after = try day.read(1010.02)
        #expect((seconds(after.earliest) - 86_399.01).magnitude < 1e-9)
        #expect((seconds(after.estimate) - 86_399.02).magnitude < 1e-9)
        #expect((seconds(after.latest) - 86_399.03).magnitude < 1e-9)
    }

    @Test("A deleted second leaves out the last of the day")
    func deleted() throws {
        let day = report(at: 86_390, leap: .deleteSecond)
        #expect((seconds(try day.read(1008.98).latest) - 86_398.99).magnitude < 1e-9)
        let astride = try day.read(1009.005)
        #expect((seconds(astride.earliest) - 86_398.995).magnitude < 1e-9)
        #expect((seconds(astride.latest) - 86_400.015).magnitude < 1e-9)
        #expect((seconds(try day.read(1009.02).earliest) - 86_400.01).magnitude < 1e-9)
    }

    @Test("A step by others shows against the books")
    func steps() {
        let step = report(at: 500).stepByOthers(
            realtime: Instant(sinceEpoch: .seconds(1007)), at: Instant(sinceEpoch: .seconds(1000)))
        #expect(step == .seconds(7))
    }
}

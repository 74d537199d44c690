import BoundPage
import ExactStarts
import Testing
import TimeBase
import TimeZones

@Suite("When something is to start")
struct StartTimeTests {
    // 2026-11-24 12:00:00.25 UTC, 13:00 in Vienna.
    private static let now = Instant<UTC>(sinceEpoch: .seconds(1_795_521_600) + .milliseconds(250))

    private func resolve(_ text: String, _ zone: String = "CET-1CEST,M3.5.0,M10.5.0/3") throws -> Duration {
        try StartTime.resolve(text, now: Self.now, zone: Zone(rule: zone)).sinceEpoch - .seconds(1_795_521_600)
    }

    @Test(
        "Each form has its instant",
        arguments: [
            ("2026-11-24T12:00:10.5Z", Duration.milliseconds(10500)),
            ("2026-11-24T13:00:10.000000001+01:00", .nanoseconds(10_000_000_001)), ("@1795521601", .seconds(1)),
            ("@1795521601.125", .milliseconds(1125)), ("+10s", .milliseconds(10250)), ("+1.5min", .milliseconds(90250)),
            ("+20ms", .milliseconds(270)), ("13:01", .seconds(60)), ("13:00:01.5", .milliseconds(1500)),
            ("13:00:00", .seconds(86400)), ("12:00", .seconds(82800)), ("noon tomorrow", .seconds(82800)),
            ("13:05 tomorrow", .seconds(86700)),
        ])
    func forms(text: String, after: Duration) throws {
        #expect(try resolve(text) == after)
    }

    @Test(
        "What is no time is refused",
        arguments: ["", "+", "+x", "25:00", "12:60", "12:00:60", "12:00:0.", "yesterday", "@", "12:00:00:00"])
    func refused(text: String) {
        #expect(throws: StartTimeError.self) { try resolve(text) }
    }

    @Test("A time of day that the clocks skip is moved forward; one that comes twice is the next of the two")
    func clockChanges() throws {
        let zone = try Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        // 2026-03-28 12:00 UTC; the clocks go from 2:00 to 3:00 on the 29th.
        let spring = Instant<UTC>(sinceEpoch: .seconds(1_774_699_200))
        #expect(
            try StartTime.resolve("2:30:00.5", now: spring, zone: zone)
                == Instant(sinceEpoch: .seconds(1_774_747_800) + .milliseconds(500)))
        // 2026-10-25 00:45 UTC, 2:45 in summer: 2:30 comes again.
        let autumn = Instant<UTC>(sinceEpoch: .seconds(1_792_889_100))
        #expect(try StartTime.resolve("2:30", now: autumn, zone: zone) == Instant(sinceEpoch: .seconds(1_792_891_800)))
    }

    @Test(
        "Durations keep every digit",
        arguments: [
            ("5ms", Duration.milliseconds(5)), ("0.1", .milliseconds(100)),
            ("1.000000001s", .nanoseconds(1_000_000_001)),
            ("0.3us", .nanoseconds(300)), ("2 min", .seconds(120)), ("1.5h", .seconds(5400)), ("1d", .seconds(86400)),
        ])
    func durations(text: String, duration: Duration) {
        #expect(ExactDuration.parse(text) == duration)
    }

    @Test("No durations", arguments: ["", ".", "5.", "-1s", "1e3", "5 lightyears", "1000000000000d", "0x5", "1.5.2"])
    func noDurations(text: String) {
        #expect(ExactDuration.parse(text) == nil)
    }
}

@Suite("Ticks")
struct TickGridTests {
    private func instant(_ seconds: Double) -> Instant<UTC> { Instant(sinceEpoch: .seconds(seconds)) }

    @Test("Ticks are at whole periods since 1970, and the phase after them")
    func phase() throws {
        let grid = try #require(TickGrid(period: .seconds(2), phase: .milliseconds(500)))
        #expect(grid.instant(grid.next(after: instant(100), served: nil)) == instant(100.5))
        #expect(grid.instant(grid.next(after: instant(100.5), served: nil)) == instant(102.5))
        #expect(grid.instant(grid.next(after: instant(-0.25), served: nil)) == instant(0.5))
        #expect(grid.instant(grid.next(after: instant(-1.75), served: nil)) == instant(-1.5))
    }

    @Test("No tick comes twice, though the clock is set back")
    func once() throws {
        let grid = try #require(TickGrid(period: .seconds(2)))
        let first = grid.next(after: instant(1000), served: nil)
        let second = grid.next(after: instant(900), served: first)
        #expect(second == first + 1)
        #expect(grid.instant(second) == instant(1004))
    }

    @Test("No period under a millisecond, no phase beyond the period")
    func refused() {
        #expect(TickGrid(period: .microseconds(999)) == nil)
        #expect(TickGrid(period: .seconds(2), phase: .seconds(2)) == nil)
        #expect(TickGrid(period: .seconds(2), phase: .seconds(-1)) == nil)
    }
}

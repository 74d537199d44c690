import Estimation
import Testing
import TimeBase

@Suite struct InterfaceClockTrackerTests {
    /// A network card whose clock gains, read with noise.
    private struct Card {
        var gain: Double
        var started = Duration.seconds(1_700_000_000)
        var noise = 200e-9
        var random: RandomSource

        func clock(at raw: Duration) -> Duration { started + raw + Duration(clampingSeconds: raw.inSeconds * gain) }

        mutating func read(_ tracker: inout InterfaceClockTracker, at raw: Duration) -> Bool {
            let error = Duration(clampingSeconds: noise * (2 * random.uniform() - 1))
            return tracker.add(raw: raw + error, clock: clock(at: raw), uncertainty: .nanoseconds(200))
        }
    }

    @Test(
        "Where a card's clock gains, a stamp of it is told within a microsecond",
        arguments: [-900e-6, -40e-6, 0, 25e-6, 900e-6])
    func steady(gain: Double) throws {
        var card = Card(gain: gain, random: RandomSource(seed: 1))
        var tracker = InterfaceClockTracker(fewest: 2, most: 16, precision: 100e-9)
        #expect(tracker.raw(at: card.clock(at: .seconds(5))) == nil)
        for second in 1...200 {
            let isExpected = card.read(&tracker, at: .seconds(second))
            #expect(isExpected, "\(second)")
            guard second > 1 else { continue }
            let raw = Duration.seconds(second) + .milliseconds(3)
            let told = try #require(tracker.raw(at: card.clock(at: raw)))
            #expect((told - raw).magnitude < .microseconds(1), "\(told - raw)")
        }
        #expect(tracker.count == 16)
    }

    @Test("Where somebody sets the card's clock, nothing is told by it until it is understood anew")
    func stepped() throws {
        for step in [Duration.seconds(-37), .milliseconds(1), .seconds(100_000)] {
            var card = Card(gain: 20e-6, random: RandomSource(seed: 2))
            var tracker = InterfaceClockTracker(fewest: 3, most: 16, precision: 100e-9)
            for second in 1...20 { #expect(card.read(&tracker, at: .seconds(second))) }
            card.started += step
            #expect(!card.read(&tracker, at: .seconds(21)), "\(step)")
            #expect(tracker.raw(at: card.clock(at: .seconds(21))) == nil)
            for second in 22...30 { _ = card.read(&tracker, at: .seconds(second)) }
            let told = try #require(tracker.raw(at: card.clock(at: .seconds(30))))
            #expect((told - .seconds(30)).magnitude < .microseconds(1))
        }
    }

    @Test("A clock that stands still, or goes backwards, is never believed")
    func frozen() {
        var tracker = InterfaceClockTracker(fewest: 2, most: 16, precision: 100e-9)
        for second in 1...20 {
            tracker.add(raw: .seconds(second), clock: .seconds(1000), uncertainty: .nanoseconds(100))
            #expect(tracker.count == 1)
        }
        for second in 21...40 {
            tracker.add(raw: .seconds(second), clock: .seconds(1000 - second), uncertainty: .nanoseconds(100))
            #expect(tracker.count == 1)
        }
    }
}

import Testing
import TimeBase

@testable import Timekeeping

@Suite("The clock's own record of its frequency")
struct SteadinessTests {
    /// A record of so many hours, with a frequency for each moment.
    private func record(hours: Double, deviation: Double = 1e-9, _ frequency: (Double) -> Double) -> Steadiness {
        var record = Steadiness()
        for step in 0...Int(hours * 4) {
            let moment = Double(step) * 900
            record.note(frequency: frequency(moment), deviation: deviation, at: moment)
        }
        return record
    }

    @Test("Less than four hours support nothing")
    func tooShort() {
        #expect(record(hours: 3.5) { _ in 0 }.support == nil)
        #expect(record(hours: 3.5) { _ in 0 }.worstError(after: 3600) == nil)
        #expect(record(hours: 4) { _ in 0 }.support != nil)
    }

    @Test("The spread beyond the entries' own uncertainty counts three times")
    func spread() throws {
        let calm = try #require(record(hours: 10) { _ in 5e-6 }.support)
        #expect(calm.change == 0.02e-6)
        #expect(calm.span == 36000)
        let restless = try #require(record(hours: 10) { $0 < 18000 ? 5e-6 : 5.3e-6 }.support)
        #expect((restless.change - (3 * (0.3e-6 - 4e-9) + 0.02e-6)).magnitude < 1e-12)
        let vague = try #require(record(hours: 10, deviation: 1e-7) { $0 < 18000 ? 5e-6 : 5.3e-6 }.support)
        #expect(vague.change == 0.02e-6)
        #expect(record(hours: 10, deviation: 0.5e-6) { _ in 0 }.support == nil)
    }

    @Test("Replayed, a frequency that rises evenly leaves half its rise times the time squared")
    func replay() throws {
        let rate = 1e-11
        let record = record(hours: 12) { rate * $0 }
        for horizon in [3600.0, 28800] {
            let worst = try #require(record.worstError(after: horizon))
            #expect((worst / (rate * horizon * horizon / 2) - 1).magnitude < 0.01)
        }
        #expect(record.worstError(after: 86400) == nil)
    }

    @Test("In holdover the bound grows fast at first, then as the record supports, and never shrinks")
    func widening() {
        let known = Confirmation(
            time: 0, monotonic: .init(sinceEpoch: .zero), low: 0, high: 0, rate: 2e-6,
            steady: .init(rate: 1e-7, span: 20000))
        #expect(known.widening(after: 1000) == 2e-3)
        #expect((known.widening(after: 20000) - (2e-6 * 1024 + 1e-7 * (20000 - 1024))).magnitude < 1e-12)
        var last = 0.0
        for step in 0..<1000 {
            let elapsed = Double(step) * 300
            let here = known.widening(after: elapsed)
            #expect(here >= last)
            // What is promised for the time until the next stage is never less than what comes.
            let next = known.nextStage(after: elapsed) ?? 0
            #expect(here + known.rate(after: elapsed) * (next - elapsed) >= known.widening(after: next) - 1e-12)
            last = here
        }
    }
}

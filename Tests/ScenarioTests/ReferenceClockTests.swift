internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

@Suite("Reference clocks in simulated time")
struct ReferenceClockTests {
    private static func results(_ name: String, seeds: Int = 2) throws -> ScenarioResult {
        let scenario = try #require(Scenario.named(name))
        return ScenarioResult(name, (1...seeds).map { simulate(scenario, seed: UInt64($0)) })
    }

    @Test("With a noisy reference clock we do better than chrony's published figures, and are right sooner")
    func published() throws {
        let ours = try Self.results("refclk")
        let chrony = try #require(PublishedFigures.chrony("refclk"))
        #expect(ours.rms < chrony.rms)
        #expect(ours.rmsWorst < chrony.rmsWorst)
        #expect(try #require(ours.below1ms) < 30)
        #expect(try #require(ours.below100us) < 48)
        #expect(ours.insideBound == 1)
    }

    @Test(
        "A GPS receiver: the pulse makes the clock right to what its latency leaves, and the bound knows of the latency"
    )
    func pulseAndSentences() throws {
        let result = try Self.results("pps_nmea")
        // 2 µs at least, and 1 µs in the mean: what all pulses have in common nobody can see.
        #expect((2e-6...4e-6).contains(result.rms))
        #expect(result.insideBound == 1)
        #expect(try #require(result.medianBound) < 60e-6)
    }

    @Test("Pulses that servers number, and the offset that the sentences should have is found within 10 ms")
    func calibration() throws {
        let scenario = try #require(Scenario.named("pps_ntp"))
        let run = simulate(scenario, seed: 3)
        #expect(run.rms < 5e-6)
        let told = run.notes.compactMap { timed -> Duration? in
            if case .referenceClockOffset("NMEA", let needed, _, _, _) = timed.note { needed } else { nil }
        }
        #expect((try #require(told.last) - .milliseconds(180)).magnitude < .milliseconds(10))
    }

    @Test("Wild pulses and an outage of them do not harm")
    func wild() throws {
        let result = try Self.results("pps_wild")
        #expect(result.insideBound == 1)
        #expect(result.rms < 200e-6)
    }

    @Test("A hardware clock is followed to a fraction of the time that reading it takes")
    func hardwareClock() throws {
        let result = try Self.results("phc")
        #expect(result.rms < 300e-9)
        #expect(result.insideBound == 1)
    }

    @Test("A hardware clock that stops is left, and the clock goes on as it went")
    func stoppedClock() throws {
        let scenario = try #require(Scenario.named("phc_stops"))
        var verdict: Verdict?
        let run = simulate(scenario, seed: 1) { sample, _ in verdict = sample.verdict }
        #expect(verdict == .holding)
        #expect(run.maximum < 1e-3)
        #expect(run.inside == run.bounded)
    }
}

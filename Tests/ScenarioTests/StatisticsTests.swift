internal import Control
import Testing
internal import TimeBase
internal import Timekeeping

@testable internal import Simulation

@Suite struct StatisticsTests {
    @Test("The median counts what is missing as the largest, and is missing itself if half are")
    func medians() {
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 2, 3]) == 2.5)
        #expect(median([nil, 1, 2]) == 2)
        #expect(median([nil, 1, 2, 3]) == 2.5)
        #expect(median([nil, nil, 2, 3]) == nil)
        #expect(median([nil]) == nil)
    }

    @Test("A clock has settled from the first moment after which it stays below the limit for 600 s")
    func settling() {
        var watch = SettlingWatch(limit: 1e-3)
        for second in 1...2000 {
            // Below from 11 s on, but for one bad second at 500 s.
            let error = second <= 10 || second == 500 ? 2e-3 : 0.5e-3
            watch.add(error, at: .seconds(second))
            #expect((watch.settled == nil) == (second < 501 + 600))
        }
        #expect(watch.settled == 501)
    }

    private func sample(_ second: Int, _ error: Double, bound: Double? = nil) -> Sample {
        Sample(
            moment: .seconds(second), error: error, frequencyError: Frequency(ppm: 3), bound: bound,
            verdict: .right, poll: nil)
    }

    private func result(_ samples: [Sample], from: Int = 0) throws -> RunResult {
        var statistics = RunStatistics(from: .seconds(from), length: .seconds(1000))
        for sample in samples { statistics.add(sample) }
        let scenario = try #require(Scenario.named("lan10"))
        return statistics.result(of: SimulatedHost(scenario, seed: 1), seed: 1)
    }

    @Test("Errors count in the window only, by their size and not their sign")
    func window() throws {
        let outside = (1...9).map { sample($0, 1) }
        let inside = (10...109).map { sample($0, $0 == 50 ? -4 : $0.isMultiple(of: 2) ? 2 : -1) }
        let result = try result(outside + inside, from: 10)
        // 49 times 2, 50 times 1, once 4.
        #expect((result.rms - ((49 * 4 + 50 * 1 + 16) / 100.0).squareRoot()).magnitude < 1e-12)
        #expect(result.maximum == 4)
        #expect(result.p99 == 2)
        #expect((result.frequencyRMS.ppm - 3).magnitude < 1e-12)
    }

    @Test("The truth is outside the bound when the clock is too fast and when it is too slow, at any time of the run")
    func bound() throws {
        let samples = [
            sample(1, 5), sample(2, 0.5, bound: 1), sample(3, 1.5, bound: 1), sample(4, -1.5, bound: 1),
            sample(5, -0.5, bound: 1),
        ]
        let result = try result(samples, from: 5)
        #expect(result.bounded == 4)
        #expect(result.inside == 2)
        #expect(result.worstUseOfBound == 1.5)
        #expect(result.medianBound == 1)
        #expect(samples.map(\.isInside) == [true, true, false, false, true])
    }

    @Test("A scenario's result has the medians and the worst, and as JSON null for what never was")
    func aggregate() throws {
        let calm = try result([sample(1, 1e-3, bound: 1)])
        let rough = try result([sample(1, 3e-3, bound: 2e-3)])
        let both = ScenarioResult("x", [calm, rough, calm])
        #expect(both.rms == calm.rms)
        #expect(both.rmsWorst == rough.rms)
        #expect(both.insideBound == 2.0 / 3)
        let never = ScenarioResult("x", [try result([sample(1, 2)])])
        let json = """
            {"scenarios":[{"scenario":"x","seeds":1,"rms_seconds":2,"rms_worst_seconds":2,"p99_seconds":2,\
            "max_seconds":2,"frequency_rms_ppm":3,"below_1ms_seconds":null,"below_100us_seconds":null,\
            "packets_sent":0,"inside_bound":null,"coverage_95":null,"bound_excess_ratio":null,\
            "limit_rms_seconds":null,"limit_ratio":null,\
            "limit_below_1ms_seconds":null,"limit_below_100us_seconds":null}]}
            """
        #expect(ScenarioResult.json([never]) == json)
        var known = calm
        known.ideal = IdealRun(rms: 5e-4, below1ms: 3, below100us: 8)
        let limits = ScenarioResult("x", [known])
        #expect(limits.idealRatio == 2)
        #expect(ScenarioResult.json([limits]).contains(#""limit_below_1ms_seconds":3,"limit_below_100us_seconds":8}"#))
    }
}

internal import Control
import Testing
internal import TimeBase
internal import Timekeeping

@testable internal import Simulation

@Suite struct IdealFilterTests {
    @Test("With measurements at equal distances its error is the closed form's: sqrt(sqrt(2) q^(1/4) r^(3/4))")
    func steadyState() {
        // Kalman and Bucy: noise density r = variance * interval, q = wander^2, much slower than the interval.
        let (deviation, interval, wander) = (1e-3, 16.0, 1e-9)
        var random = RandomSource(seed: 5)
        var filter = IdealFilter(wander: wander)
        var (phase, frequency) = (0.0, 5e-5)
        /// Uniform with variance 1.
        func noise() -> Double { (random.uniform() * 2 - 1) * 3.0.squareRoot() }
        var squares = 0.0
        let (settling, count) = (5000, 400_000)
        for step in 1...(settling + count) {
            phase += frequency * interval
            frequency += wander * interval.squareRoot() * noise()
            let moment = Double(step) * interval
            filter.add(phase + deviation * noise(), variance: deviation * deviation, at: moment)
            let error = filter.gain(at: moment) - phase
            if step > settling { squares += error * error }
        }
        let q = wander * wander
        let r = deviation * deviation * interval
        let expected = (2.0.squareRoot() * q.squareRoot().squareRoot() * (r * r * r).squareRoot().squareRoot())
            .squareRoot()
        let measured = (squares / Double(count)).squareRoot()
        #expect((measured / expected - 1).magnitude < 0.06, "\(measured) and \(expected)")
    }

    @Test("It uses the same packets and is better than the daemon, whose error is not far above")
    func limit() throws {
        for name in ["lan10", "inet1"] {
            let runs = try (1...2).map { seed in
                simulate(try #require(Scenario.named(name)), seed: UInt64(seed))
            }
            for run in runs {
                let ideal = try #require(run.ideal?.rms)
                #expect(ideal < run.rms * 1.05, "\(name)")
                #expect(ideal > run.rms / 3, "\(name)")
            }
            let ratio = try #require(ScenarioResult(name, runs).idealRatio)
            #expect(ratio > 1)
        }
    }

    @Test("Where the noise is not of the kind that it knows, there is no ideal")
    func undefined() throws {
        var world = try #require(Scenario.named("hvac"))
        world.length = .seconds(1000)
        #expect(simulate(world, seed: 1).ideal == nil)
    }

    @Test("Of several servers it goes by the good ones, and settles before the daemon does")
    func severalServers() throws {
        var world = try #require(Scenario.named("false2of5"))
        world.length = .seconds(4000)
        world.statisticsFrom = .seconds(2000)
        for seed: UInt64 in 1...3 {
            let run = simulate(world, seed: seed)
            let ideal = try #require(run.ideal)
            #expect(ideal.rms > 0 && ideal.rms < 0.5e-3, "seed \(seed): \(ideal.rms)")
            let (settled, ours) = (try #require(ideal.below1ms), try #require(run.below1ms))
            #expect(settled <= ours, "seed \(seed): \(settled) and \(ours)")
        }
        world.servers = (1...3).map { Scenario.server($0, Scenario.inet1, .falseticker(.milliseconds(30))) }
        let ideal = try #require(simulate(world, seed: 1).ideal)
        #expect(ideal.below1ms == nil && (ideal.rms / 0.05 - 1).magnitude < 1e-9)
    }

    @Test("It is told what the temperature does")
    func temperature() throws {
        var world = try #require(Scenario.named("diurnal"))
        world.length = .seconds(6000)
        world.statisticsFrom = .seconds(2000)
        world.oscillator.temperature = .init(amplitude: Frequency(ppm: 20), period: .seconds(3600))
        let ideal = try #require(simulate(world, seed: 1).ideal)
        #expect(ideal.rms < 1e-3, "\(ideal.rms)")
    }

    @Test("Until a server has answered, its clock is as wrong as it was at the start")
    func unset() throws {
        var world = try #require(Scenario.named("holdover"))
        world.length = .seconds(3000)
        world.statisticsFrom = .seconds(1000)
        world.connectivity = .until(.zero)
        let ideal = try #require(simulate(world, seed: 1).ideal)
        #expect((ideal.rms / 0.05 - 1).magnitude < 1e-9)
        #expect(ideal.below1ms == nil && ideal.below100us == nil)
    }

    @Test("What is foreseen of a crystal is all but its frequency and its wander")
    func foreseen() {
        let settings = OscillatorSettings(
            frequency: Frequency(ppm: 50), temperature: .init(amplitude: Frequency(ppm: 1), period: .seconds(3600)),
            step: .init(change: Frequency(ppm: 2), at: .seconds(1000)))
        let length = Duration.seconds(5000)
        let crystal = SimulatedOscillator(settings, length: length, random: RandomSource(seed: 1))
        let foreseen = settings.foreseen(for: length)
        for second in stride(from: 0, through: 5000, by: 250) {
            let moment = Duration.seconds(second)
            let rest = crystal.gain(at: moment) - foreseen.gain(at: moment)
            #expect((rest - 50e-6 * Double(second)).magnitude < 1e-12)
        }
        #expect(foreseen.gain(at: .seconds(900)) > 1e-4)
    }

    @Test("Each genuine reply that came in is an exchange with delays of at least the path's shortest")
    func exchanges() throws {
        var world = try #require(Scenario.named("inet1"))
        world.length = .seconds(3000)
        var exchanges: [Exchange] = []
        let result = simulate(world, seed: 1) { _, host in exchanges = host.exchanges }
        #expect(exchanges.count == result.counts.received)
        #expect(exchanges.count > 10)
        for exchange in exchanges {
            #expect(exchange.arrived - exchange.sent >= .milliseconds(10))
            #expect(exchange.returned - exchange.arrived >= .milliseconds(10))
        }
    }

    @Test("Where the noise is stationary the estimate's own 95 % interval covers the truth in about 95 % of the time")
    func coverage() throws {
        for name in ["lan10_w7", "inet1_w8"] {
            let world = try #require(Scenario.named(name))
            let result = ScenarioResult(name, (1...4).map { simulate(world, seed: $0) })
            let coverage = try #require(result.coverage95)
            #expect((0.91...0.99).contains(coverage), "\(name): \(coverage)")
        }
    }

    @Test("The interval of the estimate is judged by its sign: an offset is positive when the clock is slow")
    func covered() {
        func sample(error: Double, offset: Double?) -> Sample {
            Sample(
                moment: .seconds(1), error: error, frequencyError: .zero, bound: nil, verdict: .right, poll: nil,
                offset: offset, deviation: 1e-3)
        }
        #expect(sample(error: 0.01, offset: -0.01).isCovered == true)
        #expect(sample(error: 0.01, offset: 0.01).isCovered == false)
        #expect(sample(error: 0.01, offset: -0.0081).isCovered == true)
        #expect(sample(error: 0.01, offset: -0.0080).isCovered == false)
        #expect(sample(error: 0, offset: nil).isCovered == nil)
    }
}

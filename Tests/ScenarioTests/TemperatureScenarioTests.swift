internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

@Suite("Day and night, with a thermometer and without") struct TemperatureScenarioTests {
    @Test("A thermometer makes a day of holdover five times better than a clock that has none")
    func holdover() throws {
        let seen = simulate(try #require(Scenario.named("holdtemp_sensor")), seed: 3)
        let blind = simulate(try #require(Scenario.named("holdtemp_blind")), seed: 3)
        #expect(seen.inside == seen.bounded)
        #expect(blind.inside == blind.bounded)
        #expect(seen.rms < 2.2e-3)
        #expect(5 * seen.rms < blind.rms)
    }

    @Test("A coarse sensor, a lag of minutes and a parabola do not make the clock wrong, nor the bound untrue")
    func coarse() throws {
        var world = try #require(Scenario.named("holdtemp_sensor"))
        world.oscillator.temperature?.curvature = -0.004e-6
        world.thermometer = .init(resolution: 0.5, lag: .seconds(300))
        world.length = .seconds(129_600)
        let result = simulate(world, seed: 1)
        #expect(result.inside == result.bounded)
        #expect(result.rms < 3e-3)
    }

    @Test("A sensor that has nothing to do with the crystal costs less than its clock's own error, and the bound holds")
    func unrelated() throws {
        func rms(_ changing: (inout Scenario) -> Void) throws -> Double {
            var world = try #require(Scenario.named("holdtemp_sensor"))
            world.connectivity = .always
            world.length = .seconds(43_200)
            world.statisticsFrom = .seconds(15_000)
            changing(&world)
            let result = simulate(world, seed: 2)
            #expect(result.inside == result.bounded)
            return result.rms
        }
        let without = try rms {
            $0.oscillator.temperature?.amplitude = .zero
            $0.settings.temperature = nil
        }
        let with = try rms { $0.oscillator.temperature?.amplitude = .zero }
        #expect(with < 2 * without)
    }
}

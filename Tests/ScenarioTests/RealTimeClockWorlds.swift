import Addresses
import Engine
import Simulation
import TimeBase
import Timekeeping

extension Scenario {
    /// A machine with a usual crystal and one server 8 ms away, whose RTCs a test adds.
    static func withServer(_ name: String, _ summary: String, seconds: Int, statisticsFrom: Int = 0) -> Scenario {
        let path = NetworkPath(base: 0.004, jitter: 0.0003)
        return Scenario(
            name, summary, length: seconds, statisticsFrom: statisticsFrom,
            oscillator: OscillatorSettings(frequency: Frequency(ppm: 12), wander: 1e-9),
            servers: [ServerSettings(address: .v4(0xc000_0201), toServer: path, fromServer: path)])
    }

    /// The machine after the scenario, with what it has saved.
    func lived(seed: UInt64) -> SimulatedHost {
        var host = SimulatedHost(self, seed: seed)
        var engine = Timekeeper(
            settings: settings, at: host.read(), kernelRate: host.clock.rate,
            random: RandomSource(seed: seed, stream: 9))
        run(&engine, on: &host)
        return host
    }
}

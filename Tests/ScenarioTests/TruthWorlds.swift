internal import Addresses
internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

/// The worlds in which the truth table's rows are seen.
extension Scenario {
    /// The one source, if no others are asked for, is a good server on a LAN.
    ///
    /// - Parameters:
    ///   - length: seconds.
    ///   - others: how many more servers there are.
    ///   - silent: seconds in which no packet gets through.
    static func truth(
        _ length: Int, _ condition: ServerSettings.Condition = .good, others: Int = 0, silent: Range<Int>? = nil,
        change: (inout Scenario) -> Void = { _ in }
    ) throws -> Scenario {
        let path = NetworkPath(base: 100e-6, jitter: 50e-6)
        let servers = (0...others).map { number in
            ServerSettings(
                address: .v4(0xc000_0201 + UInt32(number)), condition: condition, toServer: path, fromServer: path)
        }
        var scenario = Scenario(
            "truth", "a row of the truth table", length: length, statisticsFrom: length / 2,
            oscillator: OscillatorSettings(frequency: Frequency(ppm: 50), wander: 1e-9), servers: servers)
        scenario.settings.synchronisesRTC = true
        if let silent {
            scenario.connectivity = .outage(from: .seconds(silent.lowerBound), to: .seconds(silent.upperBound))
        }
        change(&scenario)
        return scenario
    }

    /// A member of an island: one source that may have true time, and two other members that are half a second fast.
    static func island(
        _ length: Int, members: ServerSettings.Condition = .member(.milliseconds(500)),
        change: (inout Scenario) -> Void = { _ in }
    ) throws -> Scenario {
        try truth(length, .dead, others: 2) { scenario in
            scenario.settings.island = IslandSettings()
            scenario.settings.sources[0].maximumPoll = 6
            for index in 1...2 { scenario.servers[index].phases = [.init(from: .zero, members)] }
            change(&scenario)
        }
    }

    /// A scenario with a leap second, cut short and with `rtcsync`.
    static func leap(_ name: String) throws -> Scenario {
        var scenario = try #require(Scenario.named(name))
        scenario.length = .seconds(24_000)
        scenario.settings.synchronisesRTC = true
        return scenario
    }
}

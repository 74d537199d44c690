internal import Addresses
internal import TimeBase
internal import Timekeeping

/// The worlds of the published comparison of time daemons, under the same names and with the same lengths and windows,
/// so that figures can be laid side by side.
extension Scenario {
    /// All scenarios of which there are published figures.
    public static let published: [Scenario] = lan + internet + starts + changing + gaps + liars + [refclk]

    private static let lan: [Scenario] = [
        Scenario(
            "lan10", "LAN, 10 µs jitter, wander 1e-9", length: 20000, statisticsFrom: 6000, oscillator: crystal(1e-9),
            servers: [server(1, lanPath(10e-6))]),
        Scenario(
            "lan50", "LAN, 50 µs jitter, wander 1e-9", length: 20000, statisticsFrom: 6000, oscillator: crystal(1e-9),
            servers: [server(1, lanPath(50e-6))]),
        Scenario(
            "lan10_w8", "LAN, 10 µs jitter, wander 1e-8", length: 20000, statisticsFrom: 6000,
            oscillator: crystal(1e-8), servers: [server(1, lanPath(10e-6))]),
        Scenario(
            "lan10_w7", "LAN, 10 µs jitter, wander 1e-7 (bad crystal, virtual machine)", length: 20000,
            statisticsFrom: 6000, oscillator: crystal(1e-7), servers: [server(1, lanPath(10e-6))]),
        Scenario(
            "lanfast", "LAN, 2 µs jitter, one request a second, wander 1e-9", length: 4000, statisticsFrom: 1000,
            oscillator: crystal(1e-9), servers: [server(1, lanPath(2e-6))]
        ).with { $0.pollEachSecond() },
        Scenario(
            "lanhw", "LAN, 10 ns jitter, packets stamped by the interface (read to 100 ns), one request a second",
            length: 4000, statisticsFrom: 1000, oscillator: crystal(1e-9, ppm: 10), initialError: .milliseconds(10),
            servers: [server(1, lanPath(10e-9))]
        ).with {
            $0.pollEachSecond()
            $0.interfaceClock = SimulatedInterfaceClockSettings(jitter: 100e-9)
        },
    ]

    private mutating func pollEachSecond() {
        for index in settings.sources.indices {
            settings.sources[index].minimumPoll = 0
            settings.sources[index].maximumPoll = 0
        }
    }

    private static let internet: [Scenario] = [
        Scenario(
            "inet1", "Internet, 10 ms away, 1 ms jitter, wander 1e-9", length: 100_000, statisticsFrom: 20000,
            oscillator: crystal(1e-9), servers: [server(1, inet1)]),
        Scenario(
            "inet1_w8", "Internet, 1 ms jitter, wander 1e-8", length: 100_000, statisticsFrom: 20000,
            oscillator: crystal(1e-8), servers: [server(1, inet1)]),
        Scenario(
            "inet1_w7", "Internet, 1 ms jitter, wander 1e-7", length: 60000, statisticsFrom: 20000,
            oscillator: crystal(1e-7), servers: [server(1, inet1)]),
        Scenario(
            "inet10", "Internet, 30 ms away, 10 ms jitter, wander 1e-9", length: 100_000, statisticsFrom: 20000,
            oscillator: crystal(1e-9), servers: [server(1, inet10)]),
        Scenario(
            "inet10x4", "4 servers, 10 ms jitter, wander 1e-9", length: 100_000, statisticsFrom: 20000,
            oscillator: crystal(1e-9), servers: (1...4).map { server($0, inet10) }),
        Scenario(
            "spikes", "1 ms jitter and 50 ms spikes on 20 % of replies", length: 60000, statisticsFrom: 10000,
            oscillator: crystal(1e-9),
            servers: [server(1, inet1) { $0.fromServer.spikes = .init(probability: 0.2, mean: 0.05) }]),
        Scenario(
            "congest", "1 ms jitter; each 3 h the way back is congested for 1 h: 40 ms and 20 ms jitter more",
            length: 100_000, statisticsFrom: 12000, oscillator: crystal(1e-9),
            servers: [
                server(1, inet1) {
                    $0.fromServer.congestion = .init(period: 10800, duration: 3600, base: 0.04, jitter: 0.02)
                }
            ]),
        Scenario(
            "loss30", "1 ms jitter, 30 % loss each way", length: 60000, statisticsFrom: 20000,
            oscillator: crystal(1e-9),
            servers: [
                server(1, inet1) {
                    $0.toServer.loss = 0.3
                    $0.fromServer.loss = 0.3
                }
            ]),
    ]

    private static let starts: [Scenario] = [
        Scenario(
            "freq100", "cold start, 100 ppm and 0.2 s fast, LAN 50 µs", length: 10000, statisticsFrom: 4000,
            oscillator: crystal(1e-9, ppm: 100), initialError: .milliseconds(200),
            servers: [server(1, lanPath(50e-6))]),
        Scenario(
            "off1s", "cold start, 20 ppm and 1 s fast, Internet 1 ms", length: 20000, statisticsFrom: 8000,
            oscillator: crystal(1e-9, ppm: 20), initialError: .seconds(1), servers: [server(1, inet1)]),
        Scenario(
            "off1s_neg", "cold start, 80 ppm and 0.9 s slow, LAN 50 µs", length: 20000, statisticsFrom: 8000,
            oscillator: crystal(1e-9, ppm: -80), initialError: .milliseconds(-900),
            servers: [server(1, lanPath(50e-6))]),
    ]

    private static let changing: [Scenario] = [
        Scenario(
            "hvac", "LAN 50 µs, air conditioning: ±0.1 ppm each 30 min", length: 40000, statisticsFrom: 10000,
            oscillator: crystal(1e-9) {
                $0.temperature = .init(amplitude: Frequency(ppm: 0.1), period: .seconds(1800))
            }, servers: [server(1, lanPath(50e-6))]),
        Scenario(
            "diurnal", "Internet 1 ms, day and night: ±1 ppm", length: 172_800, statisticsFrom: 43200,
            oscillator: crystal(1e-9) {
                $0.temperature = .init(amplitude: Frequency(ppm: 1), period: .seconds(86400))
            }, servers: [server(1, inet1)]),
        Scenario(
            "tstep", "LAN 50 µs, the frequency changes by 2 ppm at 12000 s", length: 20000, statisticsFrom: 11900,
            oscillator: crystal(1e-9) { $0.step = .init(change: Frequency(ppm: 2), at: .seconds(12000)) },
            servers: [server(1, lanPath(50e-6))]),
        Scenario(
            "extstep", "LAN 50 µs, somebody steps the clock by 0.3 s at 10000 s", length: 20000, statisticsFrom: 14000,
            oscillator: crystal(1e-9), servers: [server(1, lanPath(50e-6))]
        ).with { $0.stepsByOthers = [StepByOthers(at: .seconds(10000), by: .milliseconds(300))] },
    ]

    private static let gaps: [Scenario] = [
        Scenario(
            "interm", "LAN 50 µs, connected for 1200 s of each 10000 s", length: 100_000, statisticsFrom: 20000,
            oscillator: crystal(1e-9), servers: [server(1, lanPath(50e-6))]
        ).with { $0.connectivity = .periodic(period: .seconds(10000), connected: .seconds(1200)) },
        Scenario(
            "holdover", "8 h with a server, Internet 1 ms, then 24 h without; wander 1e-10", length: 115_200,
            statisticsFrom: 28800, oscillator: crystal(1e-10), servers: [server(1, inet1)]
        ).with { $0.connectivity = .until(.seconds(28800)) },
        Scenario(
            "holdtemp", "24 h with a server, LAN 50 µs, then 24 h without; ±0.3 ppm day and night", length: 172_800,
            statisticsFrom: 86400,
            oscillator: crystal(1e-9) {
                $0.temperature = .init(amplitude: Frequency(ppm: 0.3), period: .seconds(86400))
            }, servers: [server(1, lanPath(50e-6))]
        ).with { $0.connectivity = .until(.seconds(86400)) },
    ]

    private static let liars: [Scenario] = [
        Scenario(
            "false2of5", "5 servers, two of them 30 ms and 50 ms fast, Internet 1 ms", length: 40000,
            statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: (1...3).map { server($0, inet1) } + [
                server(4, inet1, .falseticker(.milliseconds(30))), server(5, inet1, .falseticker(.milliseconds(50))),
            ]),
        Scenario(
            "asym3", "3 servers, one with 20 ms more on the way there, Internet 1 ms", length: 40000,
            statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: [server(1, inet1), server(2, inet1), server(3, inet1) { $0.toServer.base += 0.02 }]),
    ]
}

/// Parts that scenarios are made of.
extension Scenario {
    static let inet1 = NetworkPath(base: 10e-3, jitter: 1e-3)
    static let inet10 = NetworkPath(base: 30e-3, jitter: 10e-3)

    /// 100 µs each way, and jitter.
    static func lanPath(_ jitter: Double) -> NetworkPath { NetworkPath(base: 100e-6, jitter: jitter) }

    /// 192.0.2.`number` (RFC 5737), the same path there and back but for what the closure changes.
    static func server(
        _ number: UInt32, _ path: NetworkPath, _ condition: ServerSettings.Condition = .good,
        later phases: [ServerSettings.Phase] = [], changing: (inout ServerSettings) -> Void = { _ in }
    ) -> ServerSettings {
        var server = ServerSettings(
            address: .v4(0xc000_0200 + number), condition: condition, later: phases, toServer: path, fromServer: path)
        changing(&server)
        return server
    }

    static func server(
        _ number: Int, _ path: NetworkPath, _ condition: ServerSettings.Condition = .good
    ) -> ServerSettings {
        server(UInt32(number), path, condition)
    }

    static func crystal(
        _ wander: Double, ppm: Double = 50, changing: (inout OscillatorSettings) -> Void = { _ in }
    ) -> OscillatorSettings {
        var settings = OscillatorSettings(frequency: Frequency(ppm: ppm), wander: wander)
        changing(&settings)
        return settings
    }
}

internal import Addresses
internal import TimeBase
internal import Timekeeping

/// Worlds of our own: attacks, failures, and networks that misbehave. There are no published figures of them;
/// what counts is that the clock stays right and the bound stays true.
extension Scenario {
    /// All scenarios, published ones first.
    public static let all: [Scenario] = published + own

    /// The scenario of a name.
    public static func named(_ name: String) -> Scenario? {
        all.first { $0.name == name }
    }

    public static let own: [Scenario] =
        attacks + failures + networks + leaps + leapModes + smears + temperatures
        + referenceClocks + [cutTheCable]

    private static let attacks: [Scenario] = [
        Scenario(
            "offpath_attack", "4 forged replies to each request, 0.5 s off, without knowing its origin timestamp",
            length: 20000, statisticsFrom: 8000, oscillator: crystal(1e-9), servers: (1...3).map { server($0, inet1) }
        ).with {
            $0.attacker = AttackerSettings(perRequest: 4, within: .milliseconds(40), shift: .milliseconds(500))
        },
        Scenario(
            "kod", "one of 3 servers says RATE to whoever asks sooner than each 100 s", length: 20000,
            statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: [server(1, inet1), server(2, inet1), server(3, inet1, .rateLimiting(.seconds(100)))]),
        Scenario(
            "turncoat", "one of 4 servers is 0.2 s fast from 10000 s on", length: 20000, statisticsFrom: 8000,
            oscillator: crystal(1e-9),
            servers: [
                server(1, inet1, later: [.init(from: .seconds(10000), .falseticker(.milliseconds(200)))]),
                server(2, inet1), server(3, inet1), server(4, inet1),
            ]),
        Scenario(
            "majority_lost", "two of 3 servers are 80 ms fast and 120 ms slow from 10000 s to 25000 s", length: 40000,
            statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: [
                server(1, inet1), server(2, inet1, later: liesBetween(.milliseconds(80))),
                server(3, inet1, later: liesBetween(.milliseconds(-120))),
            ]),
    ]

    private static func liesBetween(_ error: Duration) -> [ServerSettings.Phase] {
        [.init(from: .seconds(10000), .falseticker(error)), .init(from: .seconds(25000), .good)]
    }

    private static let failures: [Scenario] = [
        Scenario(
            "server_restart", "the only server is gone for 60 s each 4000 s, then unsynchronised for 120 s",
            length: 20000, statisticsFrom: 6000, oscillator: crystal(1e-9),
            servers: [
                server(
                    1, lanPath(50e-6),
                    later: (1...4).flatMap { round -> [ServerSettings.Phase] in
                        let start = Duration.seconds(4000 * round)
                        return [
                            .init(from: start, .refusing), .init(from: start + .seconds(60), .unsynchronised),
                            .init(from: start + .seconds(180), .good),
                        ]
                    })
            ]),
        Scenario(
            "dead_member", "a pool of 6 of which 2 are dead and one dies at 5000 s; 4 are used", length: 20000,
            statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: [
                server(1, inet1, .dead), server(2, inet1), server(3, inet1, .dead),
                server(4, inet1, later: [.init(from: .seconds(5000), .dead)]), server(5, inet1), server(6, inet1),
            ]
        ).with { scenario in
            scenario.names["pool.example"] = scenario.servers.map(\.address)
            var pool = SourceSettings(kind: .pool, name: "pool.example")
            pool.initialBurst = true
            scenario.settings.sources = [pool]
        },
        Scenario(
            "laptop", "the machine sleeps for 2 h at 6000 s, and the RTC is 0.4 s off", length: 30000,
            statisticsFrom: 16000, oscillator: crystal(1e-9), servers: (1...3).map { server($0, inet1) }
        ).with { $0.sleeps = [Sleep(at: .seconds(6000.5), duration: .seconds(7200), error: .milliseconds(-400))] },
        Scenario(
            "cable_out", "no network from 8000 s to 14000 s, and the kernel says so", length: 20000,
            statisticsFrom: 6000, oscillator: crystal(1e-9), servers: (1...3).map { server($0, inet1) }
        ).with {
            $0.connectivity = .outage(from: .seconds(8000), to: .seconds(14000))
            $0.reportsOutage = true
        },
    ]

    private static let networks: [Scenario] = [
        Scenario(
            "duplicates", "30 % of packets come twice and 10 % are overtaken by later ones", length: 20000,
            statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: [
                server(1, inet1) {
                    $0.toServer.duplication = 0.3
                    $0.fromServer.duplication = 0.3
                    $0.fromServer.spikes = .init(probability: 0.1, mean: 2)
                }
            ]),
        Scenario(
            "late_stamps", "LAN 50 µs, the kernel's stamps of sending come after the replies", length: 20000,
            statisticsFrom: 6000, oscillator: crystal(1e-9), servers: [server(1, lanPath(50e-6))]
        ).with { $0.stampsOfSending = .milliseconds(1) },
        Scenario(
            "no_stamps", "LAN 50 µs, the kernel does not stamp what is sent", length: 20000, statisticsFrom: 6000,
            oscillator: crystal(1e-9), servers: [server(1, lanPath(50e-6))]
        ).with { $0.stampsOfSending = nil },
    ]

    /// As `holdtemp`, on a crystal whose own wander allows a day's holdover, with a thermometer and without.
    private static let temperatures: [Scenario] = [
        Scenario(
            "holdtemp_sensor", "24 h with a server, LAN 50 µs, 24 h without; ±0.3 ppm day and night, and a thermometer",
            length: 172_800, statisticsFrom: 86400, oscillator: dayAndNight, servers: [server(1, lanPath(50e-6))]
        ).with {
            $0.connectivity = .until(.seconds(86400))
            $0.thermometer = Thermometer()
            $0.settings.temperature = TemperatureSettings(interval: .seconds(60), model: .learned)
        },
        Scenario(
            "holdtemp_blind", "the same without the thermometer", length: 172_800, statisticsFrom: 86400,
            oscillator: dayAndNight, servers: [server(1, lanPath(50e-6))]
        ).with { $0.connectivity = .until(.seconds(86400)) },
    ]

    private static let dayAndNight = crystal(1e-10) {
        $0.temperature = .init(amplitude: Frequency(ppm: 0.3), period: .seconds(86400))
    }

    /// It is 18:00 on a 30 June at the start, and the day ends with a leap second.
    private static func leap(_ kind: LeapIndicator) -> TrueTime {
        let day = CivilDate.daysSince1970(year: 2026, month: 6, day: 30)
        let at = kind == .insertSecond ? 21600 : 21599
        return TrueTime(
            epoch: Instant(sinceEpoch: .seconds(86400 * day + 64800)),
            leap: .init(at: .seconds(at), kind: kind, announced: .zero))
    }

    private static let leaps: [Scenario] = [
        Scenario(
            "leap_insert", "a second is inserted at 21600 s, 3 servers announce it", length: 30000,
            statisticsFrom: 8000, oscillator: crystal(1e-9), servers: (1...3).map { server($0, inet1) }
        ).with { $0.time = leap(.insertSecond) },
        Scenario(
            "leap_delete", "a second is left out at 21599 s, 3 servers announce it", length: 30000,
            statisticsFrom: 8000, oscillator: crystal(1e-9), servers: (1...3).map { server($0, inet1) }
        ).with { $0.time = leap(.deleteSecond) },
    ]

    /// chrony's own suggestion for a server that hides leap seconds: 17 hours and a half.
    static let slowSmear = SmoothTimeSettings(
        maximumFrequency: Frequency(ppm: 400), maximumWander: Frequency(ppm: 0.001), leapOnly: true)

    /// The leap second again, with the other ways to pass it.
    private static let leapModes: [Scenario] = [LeapSecondMode.step, .slew, .ignore].flatMap { mode in
        leaps.map { scenario in
            scenario.with {
                $0.name = "\(scenario.name)_\(mode.rawValue)"
                $0.summary += ", leapsecmode \(mode.rawValue)"
                $0.settings.leapSeconds.mode = mode
                if mode == .slew { $0.settings.maximumSlewRate = Frequency(ppm: 1000) }
            }
        }
    }

    private static let smears: [Scenario] = [
        Scenario(
            "smear_client", "3 servers announce no leap second, but work one of 21600 s off within 18 hours",
            length: 100_000, statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: (1...3).map { server($0, inet1) }
        ).with {
            $0.time = leap(.insertSecond)
            $0.time.smear = slowSmear
        },
        Scenario(
            "smear_server", "a server that hides the leap second of 21600 s from its clients (smoothtime leaponly)",
            length: 100_000, statisticsFrom: 8000, oscillator: crystal(1e-9),
            servers: (1...3).map { server($0, inet1) }
        ).with {
            $0.time = leap(.insertSecond)
            $0.settings.leapSeconds.mode = .slew
            $0.settings.maximumSlewRate = Frequency(ppm: 1000)
            $0.settings.smoothTime = slowSmear
        },
    ]

    /// What `timeball-sim demo` plays.
    public static let cutTheCable = Scenario(
        "cut_the_cable", "4 servers of which one lies; the network is gone from 3600 s to 10800 s", length: 14400,
        statisticsFrom: 1200, oscillator: crystal(1e-9),
        servers: [
            server(1, inet1), server(2, inet1), server(3, inet1, .falseticker(.milliseconds(250))), server(4, inet1),
        ]
    ).with { $0.connectivity = .outage(from: .seconds(3600), to: .seconds(10800)) }
}

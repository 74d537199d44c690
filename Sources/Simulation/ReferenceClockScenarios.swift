internal import TimeBase
internal import Timekeeping

/// Worlds with clocks of the machine's own.
extension Scenario {
    /// As published: nothing but a segment of shared memory, whose readings have a normal error.
    static let refclk = Scenario(
        "refclk", "a reference clock in shared memory, 1 µs noise, no network, wander 1e-9", length: 8000,
        statisticsFrom: 2000, oscillator: crystal(1e-9), initialError: .milliseconds(10), servers: []
    ).with { $0.attach(.init(.time(deviation: 1e-6)), sharedMemory(0)) }

    static let referenceClocks: [Scenario] = [
        Scenario(
            "pps_nmea", "a GPS receiver: pulses 2 µs late and more, numbered by sentences 180 ms late", length: 12000,
            statisticsFrom: 4000, oscillator: crystal(1e-9), initialError: .milliseconds(300), servers: []
        ).with {
            $0.attach(.init(.sentence(delay: 0.18, jitter: 0.02)), sharedMemory(0, "NMEA") { $0.noselect = true })
            $0.attach(.init(.pulse(latency: 2e-6, jitter: 1e-6)), pulse { $0.lock = .init(letters: "NMEA") })
        },
        Scenario(
            "pps_ntp", "pulses numbered by 3 servers, and sentences that are compared with them", length: 20000,
            statisticsFrom: 8000, oscillator: crystal(1e-9), servers: (1...3).map { server($0, inet1) }
        ).with {
            $0.attach(.init(.sentence(delay: 0.18, jitter: 0.02)), sharedMemory(0, "NMEA") { $0.noselect = true })
            $0.attach(.init(.pulse(latency: 2e-6, jitter: 1e-6)), pulse())
        },
        Scenario(
            "pps_wild", "pulses of which 5 % come up to 0.2 s late, and none from 6000 s to 9000 s", length: 16000,
            statisticsFrom: 4000, oscillator: crystal(1e-9), initialError: .milliseconds(20), servers: []
        ).with {
            $0.attach(
                .init(.sentence(delay: 0.18, jitter: 0.02)),
                sharedMemory(0, "NMEA") {
                    $0.noselect = true
                    $0.offset = .milliseconds(180)
                })
            var wild = SimulatedReferenceClockSettings(.pulse(latency: 2e-6, jitter: 1e-6))
            wild.wild = (0.05, 0.2)
            wild.outages = [.seconds(6000) ..< .seconds(9000)]
            $0.attach(wild, pulse { $0.lock = .init(letters: "NMEA") })
        },
        Scenario(
            "nmea", "sentences alone, 180 ms late, of which the configuration knows half a second", length: 20000,
            statisticsFrom: 8000, oscillator: crystal(1e-9), servers: []
        ).with {
            $0.attach(
                .init(.sentence(delay: 0.18, jitter: 0.02)),
                socket("NMEA") {
                    $0.delay = .milliseconds(500)
                    $0.isDelayGiven = true
                })
        },
        Scenario(
            "phc", "a PTP hardware clock that is read in 2 µs", length: 8000, statisticsFrom: 2000,
            oscillator: crystal(1e-9), initialError: .milliseconds(10), servers: []
        ).with { $0.attach(.init(.hardwareClock(reading: 2e-6, deviation: 50e-9)), hardwareClock) },
        Scenario(
            "phc_stops", "a PTP hardware clock that stands still from 4000 s on, as the only source", length: 10000,
            statisticsFrom: 2000, oscillator: crystal(1e-9), initialError: .milliseconds(10), servers: []
        ).with {
            var stopping = SimulatedReferenceClockSettings(.hardwareClock(reading: 2e-6, deviation: 50e-9))
            stopping.standsStillFrom = .seconds(4000)
            $0.attach(stopping, hardwareClock)
        },
    ]

    /// Adds a clock, and what the engine is told of it.
    mutating func attach(_ clock: SimulatedReferenceClockSettings, _ told: ReferenceClockSettings) {
        referenceClocks.append(clock)
        settings.referenceClocks.append(told)
    }

    private static func sharedMemory(
        _ unit: Int, _ letters: String = "SHM0", changing: (inout ReferenceClockSettings) -> Void = { _ in }
    ) -> ReferenceClockSettings {
        changed(.init(driver: .sharedMemory(unit: unit, permissions: 0o600), identifier: named(letters)), changing)
    }

    private static func pulse(
        changing: (inout ReferenceClockSettings) -> Void = { _ in }
    ) -> ReferenceClockSettings {
        changed(.init(driver: .pulse(path: "/dev/pps0", falling: false), identifier: named("PPS0")), changing)
    }

    private static func socket(
        _ letters: String, changing: (inout ReferenceClockSettings) -> Void
    ) -> ReferenceClockSettings {
        changed(.init(driver: .socket(path: "/run/chrony.ttyS0.sock"), identifier: named(letters)), changing)
    }

    private static let hardwareClock = ReferenceClockSettings(
        driver: .hardwareClock(.init(name: "/dev/ptp0")), identifier: named("PHC0"))

    private static func named(_ letters: String) -> ReferenceIdentifier { .init(letters: letters) ?? .none }

    private static func changed(
        _ settings: ReferenceClockSettings, _ change: (inout ReferenceClockSettings) -> Void
    ) -> ReferenceClockSettings {
        var settings = settings
        change(&settings)
        return settings
    }
}

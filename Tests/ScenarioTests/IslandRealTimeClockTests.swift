internal import Engine
internal import RealTimeClock
internal import Simulation
internal import Testing
internal import TimeBase
internal import Timekeeping

/// An island whose crystal runs away, on a machine with an RTC that was learned before.
@Suite("An island with a real-time clock") struct IslandRealTimeClockTests {
    /// Four hours with a server, and then none; half an hour later the crystal gains 60 ppm more at once.
    private func world(hours: Int, hasClock: Bool) -> Scenario {
        var scenario = Scenario.withServer(
            "island_rtc", "An island of one, with a DS3231", seconds: hours * 3600, statisticsFrom: 14_400)
        scenario.oscillator.step = .init(change: Frequency(ppm: 60), at: .seconds(16_200))
        scenario.connectivity = .until(.seconds(14_400))
        scenario.settings.island = IslandSettings()
        // It gives up holding on soon.
        scenario.settings.maximumDistance = .milliseconds(12)
        guard hasClock else { return scenario }
        var chip = SimulatedChipSettings(SimulatedRealTimeClock.Chip.ds3231)
        chip.offset = 0.15
        chip.isWrittenByKernel = false
        scenario.realTimeClocks = [chip]
        var settings = RealTimeClockSettings(RealTimeClockChip(named: "ds3231"))
        settings.name = "rtc0"
        settings.isWrittenByKernel = false
        scenario.settings.realTimeClocks = [settings]
        return scenario
    }

    /// The largest error, and of what the clock calls itself and what is noted.
    private func live(_ scenario: Scenario, seed: UInt64) -> (worst: Double, steps: Int, pulls: Int, agrees: Bool) {
        var (worst, steps, pulls, agrees) = (0.0, 0, 0, false)
        _ = simulate(scenario, seed: seed) { sample, host in
            worst = sample.moment > .seconds(14_400) ? max(worst, sample.error.magnitude) : 0
            steps = host.counts.steps
            pulls = host.notes.count { if case .islandPulled = $0.note { true } else { false } }
            agrees = sample.verdict == .agreed
        }
        return (worst, steps, pulls, agrees)
    }

    @Test(
        "The RTC brings the common time back by slewing, as far as it certainly is wrong",
        arguments: [1, 2] as [UInt64])
    func pulled(seed: UInt64) {
        let alone = live(world(hours: 12, hasClock: false), seed: seed)
        let kept = live(world(hours: 12, hasClock: true), seed: seed)
        #expect(alone.agrees && kept.agrees)
        #expect(alone.pulls == 0 && kept.pulls > 0)
        #expect(alone.worst > 1.3)
        #expect(kept.worst < 0.5, "\(kept.worst)")
        #expect(kept.steps == alone.steps)
    }

    /// A timekeeper on a machine where somebody sets the RTC five seconds fast after five hours.
    private struct Meddler: Engine {
        var engine: Timekeeper
        let moment: Instant<Monotonic>
        var isDone = false

        func nextWake(after now: ClockReading) -> Instant<Monotonic> { engine.nextWake(after: now) }

        mutating func wake(at now: ClockReading, effects: inout [Effect]) {
            engine.wake(at: now, effects: &effects)
            guard !isDone, now.monotonic >= moment else { return }
            isDone = true
            effects.append(.setRTC(0, second: Int(now.realtime.sinceEpoch.components.seconds) + 5))
        }

        mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
            engine.receive(event, at: now, effects: &effects)
        }

        mutating func finish(at now: ClockReading, effects: inout [Effect]) {
            engine.finish(at: now, effects: &effects)
        }
    }

    @Test("An RTC that somebody sets while the island lasts is not believed any more")
    func set() {
        var scenario = world(hours: 8, hasClock: true)
        scenario.oscillator.step = nil
        var (worst, pulls, sets) = (0.0, 0, 0)
        _ = simulate(scenario, seed: 1) { sample, host in
            worst = sample.moment > .seconds(14_400) ? max(worst, sample.error.magnitude) : 0
            pulls = host.notes.count { if case .islandPulled = $0.note { true } else { false } }
            sets = host.realTimeClocks[0].setCount
        } make: { now, rate, random in
            Meddler(
                engine: Timekeeper(settings: scenario.settings, at: now, kernelRate: rate, random: random),
                moment: now.monotonic + .seconds(18_000))
        } state: { engine, now in
            Claim(verdict: engine.engine.state(at: now).verdict, bound: nil)
        }
        #expect(sets == 1)
        #expect(pulls == 0)
        #expect(worst < 0.05, "\(worst)")
    }
}

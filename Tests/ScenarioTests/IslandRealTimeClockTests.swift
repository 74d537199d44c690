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

    /// A timekeeper on a machine where somebody does something once.
    private struct Meddler: Engine {
        var engine: Timekeeper
        let moment: Instant<Monotonic>
        let act: (inout Timekeeper, ClockReading, inout [Effect]) -> Void
        var isDone = false

        func nextWake(after now: ClockReading) -> Instant<Monotonic> { engine.nextWake(after: now) }

        mutating func wake(at now: ClockReading, effects: inout [Effect]) {
            engine.wake(at: now, effects: &effects)
            guard !isDone, now.monotonic >= moment else { return }
            isDone = true
            act(&engine, now, &effects)
        }

        mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
            engine.receive(event, at: now, effects: &effects)
        }

        mutating func finish(at now: ClockReading, effects: inout [Effect]) {
            engine.finish(at: now, effects: &effects)
        }
    }

    /// The same machine with somebody who does something after five hours: the largest error, how often an RTC moved the common
    /// time, how often it was set, and the error at the end.
    private func live(
        _ scenario: Scenario, act: @escaping (inout Timekeeper, ClockReading, inout [Effect]) -> Void
    ) -> (worst: Double, pulls: Int, sets: Int, last: Double) {
        var (worst, pulls, sets, last) = (0.0, 0, 0, 0.0)
        _ = simulate(scenario, seed: 1) { sample, host in
            worst = sample.moment > .seconds(14_400) ? max(worst, sample.error.magnitude) : 0
            pulls = host.notes.count { if case .islandPulled = $0.note { true } else { false } }
            sets = host.realTimeClocks[0].setCount
            last = sample.error
        } make: { now, rate, random in
            Meddler(
                engine: Timekeeper(settings: scenario.settings, at: now, kernelRate: rate, random: random),
                moment: now.monotonic + .seconds(18_000), act: act)
        } state: { engine, now in
            Claim(verdict: engine.engine.state(at: now).verdict, bound: nil)
        }
        return (worst, pulls, sets, last)
    }

    @Test("An RTC that somebody sets while the island lasts is not believed any more")
    func set() {
        var scenario = world(hours: 8, hasClock: true)
        scenario.oscillator.step = nil
        let run = live(scenario) { _, now, effects in
            effects.append(.setRTC(0, second: Int(now.realtime.sinceEpoch.components.seconds) + 5))
        }
        #expect(run.sets == 1)
        #expect(run.pulls == 0)
        #expect(run.worst < 0.05, "\(run.worst)")
    }

    @Test("What an operator has entered is not undone by an RTC")
    func entered() {
        var scenario = world(hours: 8, hasClock: true)
        scenario.oscillator.step = nil
        scenario.settings.acceptsManualTime = true
        let run = live(scenario) { engine, now, effects in
            // So little that the way there does not look as if somebody had set the RTC.
            let entered = now.realtime.sinceEpoch + .milliseconds(400)
            engine.enterTime(Instant(sinceEpoch: entered), at: now, effects: &effects)
        }
        #expect(run.pulls == 0)
        #expect((run.last - 0.4).magnitude < 0.05, "\(run.last)")
    }

    @Test("When there was true time again, the RTC has a say in the next island")
    func again() {
        // Four hours with the server, four without, and so on; the room makes the crystal another one meanwhile.
        var scenario = world(hours: 16, hasClock: true)
        scenario.oscillator.step = nil
        scenario.oscillator.temperature = .init(amplitude: Frequency(ppm: 60), period: .seconds(28_800))
        scenario.connectivity = .periodic(period: .seconds(28_800), connected: .seconds(14_400))
        var moments: [Duration] = []
        _ = simulate(scenario, seed: 1) { _, host in
            moments = host.notes.compactMap { if case .islandPulled = $0.note { $0.moment } else { nil } }
        }
        #expect(moments.contains { $0 < .seconds(28_800) })
        #expect(moments.contains { $0 > .seconds(43_200) })
    }
}

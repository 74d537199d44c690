import Engine
import Foundation
import RealTimeClock
import Recording
import Simulation
import Testing
import TimeBase
import Timekeeping

/// A machine on a network with a DS1307 and a DS3231 on its bus.
private func world(hours: Int) -> Scenario {
    var scenario = Scenario.withServer("rtcs", "A machine with two RTCs on a bus", seconds: hours * 3600)
    for (index, chip) in [SimulatedRealTimeClock.Chip.ds1307, .ds3231].enumerated() {
        var chipSettings = SimulatedChipSettings(chip)
        // So near that nobody could see from it that the kernel does not write it.
        chipSettings.offset = index == 0 ? 2.25 : 0.15
        chipSettings.away = .seconds(7 * 86_400)
        chipSettings.isWrittenByKernel = index == 0
        scenario.realTimeClocks.append(chipSettings)
        var settings = RealTimeClockSettings(RealTimeClockChip(named: chip.name))
        settings.name = "rtc\(index)"
        settings.isMain = index == 0
        settings.isWrittenByKernel = index == 0
        scenario.settings.realTimeClocks.append(settings)
    }
    scenario.settings.synchronisesRTC = true
    return scenario
}

/// A timekeeper, and which RTC it had read.
private struct ReadWatcher: Engine {
    var engine: Timekeeper
    var reads: [Int] = []

    private mutating func watch(_ effects: [Effect]) {
        for case .readRTC(let index) in effects { reads.append(index) }
    }

    func nextWake(after now: ClockReading) -> Instant<Monotonic> { engine.nextWake(after: now) }

    mutating func wake(at now: ClockReading, effects: inout [Effect]) {
        engine.wake(at: now, effects: &effects)
        watch(effects)
    }

    mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
        engine.receive(event, at: now, effects: &effects)
        watch(effects)
    }

    mutating func finish(at now: ClockReading, effects: inout [Effect]) { engine.finish(at: now, effects: &effects) }
}

@Suite("The daemon and two RTCs")
struct TwoRealTimeClocksTests {
    @Test(
        "It learns both, each as it is written or not, and a week later the DS3231 is the one to start by",
        arguments: ProcessInfo.processInfo.environment["TIMEBALL_LONG"] == nil ? [UInt64](1...1) : [UInt64](1...12))
    func learns(seed: UInt64) throws {
        let scenario = world(hours: 4)
        let host = scenario.lived(seed: seed)
        let end = host.now.inSeconds
        let epoch = Int(scenario.time.epoch.sinceEpoch.components.seconds)
        var evidence = BootEvidence(
            clock: scenario.time.epoch, build: BootEvidence.Floor("the build", scenario.time.epoch - .seconds(86_400)))
        var moments: [Double] = []
        for (index, chip) in host.realTimeClocks.enumerated() {
            let text = try #require(host.saved[.realTimeClock(index)])
            let record = try #require(try RealTimeClockRecord.read(text))
            #expect(record.device == "rtc\(index)" && record.chip == chip.clock.chip.name)
            #expect(record.isWrittenByKernel == (index == 0) && (record.kernelWrites > 15) == (index == 0))
            #expect((chip.kernelWriteCount > 15) == (index == 0) && chip.setCount == 0)
            let rate = chip.clock.frequency(at: 12_000)
            // A DS1307's rate goes with the temperature of the day.
            #expect((record.frequency.ratio - rate).magnitude < (index == 0 ? 2e-6 : 0.3e-6), "\(record.frequency.ppm)")
            #expect((record.offset - chip.clock.offset(at: end)).magnitude <= (record.offsetBound ?? 0) + 1e-4)
            #expect(record.changes.isEmpty, "\(record.changes)")
            let edge = chip.clock.edge(after: end + 7 * 86_400, epoch: epoch)
            moments.append(edge.time)
            evidence.realTimeClocks.append(
                .init(
                    record.device, RealTimeClockChip(named: record.chip),
                    .shows(
                        Instant(sinceEpoch: .seconds(edge.second)) + .seconds(moments[0] - edge.time),
                        uncertainty: .milliseconds(1))))
            evidence.realTimeClocks[index].record = record
        }
        let truth = scenario.time.epoch + .seconds(moments[0])
        let decision = BootDecision(evidence)
        #expect(decision.realTimeClock == 1, "\(decision.reasons)")
        #expect((decision.time - truth).magnitude <= (try #require(decision.bound)))
        #expect((decision.time - truth).magnitude < .milliseconds(200))
        // It lost its time meanwhile: the other one.
        evidence.realTimeClocks[1].reading = .fails("the RTC has lost its time")
        let other = BootDecision(evidence)
        #expect(other.realTimeClock == 0)
        #expect((other.time - truth).magnitude <= (try #require(other.bound)))
    }

    @Test("The edge of one is never looked for while that of the other is: a read of one would delay the other's")
    func oneAfterTheOther() {
        var scenario = world(hours: 1)
        scenario.length = .seconds(600)
        var host = SimulatedHost(scenario, seed: 4)
        var engine = ReadWatcher(
            engine: Timekeeper(
                settings: scenario.settings, at: host.read(), kernelRate: host.clock.rate,
                random: RandomSource(seed: 4, stream: 9)))
        run(&engine, on: &host)
        let turns = zip(engine.reads, engine.reads.dropFirst()).count { $0 != $1 }
        // One turn for each comparison at most.
        #expect(engine.reads.count > 300 && turns < 40, "\(turns) of \(engine.reads.count)")
    }

    @Test("An RTC that fails is said once, by its name, and the other is measured all the same")
    func failing() throws {
        var scenario = world(hours: 1)
        scenario.realTimeClocks.removeLast()
        let host = scenario.lived(seed: 3)
        #expect(host.saved[.realTimeClock(0)] != nil && host.saved[.realTimeClock(1)] == nil)
        let failures = host.notes.map(\.note).filter {
            if case .realTimeClockFailed = $0 { true } else { false }
        }
        #expect(failures == [.realTimeClockFailed(name: "rtc1", reason: "open: No such file or directory")])
        #expect(failures.first?.text.hasPrefix("The RTC rtc1 cannot be measured") ?? false)
    }

    @Test("An RTC that the kernel does not write, though it might, is found out and not taken for written")
    func spared() throws {
        var scenario = world(hours: 2)
        scenario.realTimeClocks[1].offset = -1.5
        scenario.settings.realTimeClocks[1].isWrittenByKernel = true
        let host = scenario.lived(seed: 1)
        let text = try #require(host.saved[.realTimeClock(1)])
        let record = try #require(try RealTimeClockRecord.read(text))
        #expect(!record.isWrittenByKernel && record.kernelWrites == 0)
        #expect((record.offset + 1.5).magnitude < 0.1 && record.changes.isEmpty)
    }
}

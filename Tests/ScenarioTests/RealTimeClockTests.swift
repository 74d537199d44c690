import BoundPage
import Engine
import RealTimeClock
import Recording
import Simulation
import Testing
import TimeBase
import Timekeeping

/// A machine on a network, for some hours, whose RTC the daemon itself measures.
private func world(_ chip: SimulatedRealTimeClock.Chip, rtcsync: Bool, hours: Int) -> Scenario {
    var scenario = Scenario.withServer("rtc", "A machine with an RTC on a bus", seconds: hours * 3600)
    var settings = SimulatedChipSettings(chip)
    settings.offset = 2.25
    settings.away = .seconds(7 * 86_400)
    scenario.realTimeClocks = [settings]
    scenario.settings.realTimeClocks = [RealTimeClockSettings(RealTimeClockChip(named: chip.name))]
    scenario.settings.synchronisesRTC = rtcsync
    scenario.settings.savesTime = true
    scenario.settings.logs = [.rtc]
    return scenario
}

@Suite("The daemon and its RTC")
struct RealTimeClockScenarioTests {
    @Test(
        "It learns the RTC by polling it, with rtcsync and without, and a week later the start is inside the bound",
        arguments: [false, true], [UInt64](1...2))
    func learns(rtcsync: Bool, seed: UInt64) throws {
        let scenario = world(.ds3231, rtcsync: rtcsync, hours: 10)
        let host = scenario.lived(seed: seed)
        let chip = try #require(host.realTimeClocks.first)
        #expect((chip.kernelWriteCount > 20) == rtcsync)
        #expect(chip.setCount == 0)
        let text = try #require(host.saved[.realTimeClock(0)])
        let record = try #require(try RealTimeClockRecord.read(text))
        #expect(record.isWrittenByKernel == rtcsync)
        let true0 = chip.clock.frequency(at: 30_000)
        #expect((record.frequency.ratio - true0).magnitude < 0.3e-6, "\(record.frequency.ppm) ppm")
        let end = host.now.inSeconds
        #expect((record.offset - chip.clock.offset(at: end)).magnitude <= (record.offsetBound ?? 0) + 1e-4)
        #expect(record.changes.isEmpty, "\(record.changes)")
        #expect(host.logged.count { $0.log == .rtc } > 50)
        let saved = try SavedTime(parsing: try #require(host.saved[.time]))
        #expect((saved.time - scenario.time.utc(at: host.now)).magnitude <= saved.bound + .milliseconds(1))

        let epoch = Int(scenario.time.epoch.sinceEpoch.components.seconds)
        let edge = chip.clock.edge(after: end + 7 * 86_400, epoch: epoch)
        let truth = scenario.time.epoch + .seconds(edge.time)
        var evidence = BootEvidence(
            clock: Instant(sinceEpoch: .seconds(edge.second)) + .milliseconds(200),
            build: BootEvidence.Floor("the build", scenario.time.epoch - .seconds(86_400)))
        evidence.realTimeClocks = [
            .init(
                "rtc0", RealTimeClockChip(named: "ds3231"),
                .shows(Instant(sinceEpoch: .seconds(edge.second)), uncertainty: .milliseconds(1)))
        ]
        evidence.realTimeClocks[0].record = record
        evidence.saved = saved
        let decision = BootDecision(evidence)
        let error = (decision.time - truth).magnitude
        #expect(error <= (try #require(decision.bound)))
        #expect(error < .milliseconds(200))
    }

    @Test("What the start of the machine told is published with its bound before any source answers, and grows")
    func initial() throws {
        var scenario = world(.ds3231, rtcsync: false, hours: 1)
        scenario.connectivity = .always
        scenario.servers = []
        scenario.settings.sources = []
        scenario.initialError = .milliseconds(300)
        scenario.settings.initialKnowledge = InitialKnowledge(bound: .milliseconds(500), origin: "the RTC")
        var bounds: [Double] = []
        let result = simulate(scenario, seed: 1) { sample, host in
            #expect(sample.isInside)
            #expect(sample.verdict == .holding)
            bounds.append(sample.bound ?? 0)
            #expect(host.published?.knowledge != nil)
        }
        #expect(result.bounded == 3600 && result.inside == 3600)
        #expect((bounds.first ?? 0) > 0.49 && (bounds.last ?? 0) > (bounds.first ?? 0) + 0.5)
    }
}

import Engine
import RealTimeClock
import Recording
import Simulation
import Testing
import TimeBase
import Timekeeping

@Suite("The daemon trims an RTC")
struct TrimmingTests {
    /// Two RTCs, both some seconds off, of which the first is to be trimmed.
    private var world: Scenario {
        var scenario = Scenario.withServer("trim", "A machine whose RTC is trimmed", seconds: 900)
        for (index, chip) in [SimulatedRealTimeClock.Chip.ds1307, .ds3231].enumerated() {
            var chipSettings = SimulatedChipSettings(chip)
            chipSettings.offset = 2.25 - 4 * Double(index)
            scenario.realTimeClocks.append(chipSettings)
            var settings = RealTimeClockSettings(RealTimeClockChip(named: chip.name))
            settings.name = "rtc\(index)"
            settings.isMain = index == 0
            settings.trimThreshold = .milliseconds(500)
            scenario.settings.realTimeClocks.append(settings)
        }
        return scenario
    }

    private func record(_ text: String?) throws -> RealTimeClockRecord {
        let text = try #require(text)
        let record = try RealTimeClockRecord.read(text)
        return try #require(record)
    }

    @Test("once, at the right moment of the second; what remains is measured and kept before the power can go")
    func residual() throws {
        var keptAt: Duration?
        var kept: String?
        let scenario = world
        var last: SimulatedHost?
        _ = simulate(scenario, seed: 1) { _, host in
            last = copy host
            let text = host.saved[.realTimeClock(0)]
            if host.realTimeClocks[0].setCount > 0, kept == nil, let text, text.contains(" timeball\n") {
                (kept, keptAt) = (text, host.now)
                let chip = host.realTimeClocks[0].clock
                do {
                    // A power cut now: the record alone tells what the RTC shows.
                    let saved = try record(text)
                    #expect(saved.offset.magnitude < 0.05, "\(saved.offset)")
                    let off = (saved.offset - chip.offset(at: host.now.inSeconds)).magnitude
                    #expect(off <= (saved.offsetBound ?? 0) + 1e-3)
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        let host = try #require(last)
        #expect(host.realTimeClocks.map(\.setCount) == [1, 0])
        #expect(try #require(keptAt) < .seconds(300), "it is not kept at once")
        // The second that was written began when it should: what remains is the time of a write.
        #expect(host.realTimeClocks[0].clock.offset(at: host.now.inSeconds).magnitude < 0.03)
        let changes = try record(kept).changes
        #expect(changes.count == 1 && changes.first?.author == .timeball, "\(changes)")
        #expect(((changes.first?.step ?? 0) + 2.25).magnitude < 0.05, "\(changes)")
        #expect(!host.notes.contains { if case .realTimeClockSet = $0.note { true } else { false } })
    }

    @Test("but not one that the kernel writes")
    func written() {
        var scenario = world
        scenario.settings.synchronisesRTC = true
        // One that the kernel leaves wrong by more than the threshold would be trimmed, if that were allowed.
        scenario.settings.realTimeClocks[0].trimThreshold = .milliseconds(10)
        var last: SimulatedHost?
        _ = simulate(scenario, seed: 2) { _, host in last = copy host }
        #expect(last?.realTimeClocks[0].setCount == 0)
        #expect(last?.realTimeClocks[0].kernelWriteCount ?? 0 > 0)
    }
}

import Configuration
import Daemon
import Linux
import RealTimeClock
import Recording
import TimeBase
import Timekeeping

/// What the machine knows before any source has answered (-s), and what was learned of its RTCs.
extension DaemonSettings {
    /// The RTCs that are meant, the main one first, as they are now.
    private var clocks: [RealTimeClockFacts] {
        realTimeClock.devices(present: RealTimeClockFacts.all().map(\.path)).map { RealTimeClockFacts(path: $0) }
    }

    /// Where this machine's knowledge lies.
    private var bootFacts: BootFacts {
        var facts = BootFacts()
        facts.devices = clocks.map(\.path)
        facts.recordFile = realTimeClock.file
        facts.timeFile = realTimeClock.timeFile
        facts.adjustmentFile = realTimeClock.adjustmentPath
        facts.trustedFiles = [driftFile, "/var/lib/systemd/timesync/clock", "/usr/lib/clock-epoch"].compactMap { $0 }
        if let zone = realTimeClock.zone {
            facts.zone = { OpenRealTimeClock.offset(in: zone, shown: $0) }
        }
        return facts
    }

    /// Sets the clock as well as the machine knows, while that is still permitted, and says what it did.
    ///
    /// - Returns: what is known of the time now; nil where nothing is promised.
    func setClockAtStart(_ log: Log) -> InitialKnowledge? {
        guard realTimeClock.setsClock else { return nil }
        var facts = bootFacts
        let evidence = facts.gather()
        for complaint in facts.complaints { log.write(complaint, .warning) }
        let decision = BootDecision(evidence)
        for reason in decision.reasons { log.write("Start: \(reason)") }
        var rest = decision.step
        if timekeeper.controlsClock, decision.step != .zero {
            do throws(SystemError) {
                try KernelClock().step(by: decision.step)
                rest = .zero
                log.write("Start: the clock was stepped by \(decision.step)")
            } catch {
                log.write("The clock could not be set: \(error)", .warning)
            }
        }
        guard let bound = decision.bound else { return nil }
        let clocks = evidence.realTimeClocks
        let name = decision.realTimeClock.flatMap { clocks.count > 1 ? " \(clocks[$0].name)" : nil } ?? ""
        return InitialKnowledge(bound: bound + rest.magnitude, origin: "the RTC\(name)")
    }

    /// Before this an island's time is not served; nil where there is no island.
    func timeFloor() -> TimeFloor? {
        guard timekeeper.island != nil else { return nil }
        var facts = bootFacts
        let floor = facts.floor()
        return TimeFloor(floor.time, name: floor.name)
    }

    /// What the engine is told of the RTCs that can be measured, and their devices; none where none is to be.
    func realTimeClockSettings(_ log: Log) -> (settings: [RealTimeClockSettings], open: [OpenRealTimeClock]) {
        guard let path = realTimeClock.file else { return ([], []) }
        let clocks = clocks
        let known = RealTimeClockRecords(path, of: clocks)
        for complaint in known.complaints { log.write(complaint, .warning) }
        let written = RealTimeClockFacts.writtenByKernel(among: clocks)
        var all: (settings: [RealTimeClockSettings], open: [OpenRealTimeClock]) = ([], [])
        for (index, clock) in clocks.enumerated() {
            var settings = RealTimeClockSettings(RealTimeClockChip(named: clock.name))
            settings.name = clock.clock
            settings.record = known.records[index]
            settings.isWrittenByKernel = written.contains(clock.clock)
            settings.isMain = index == 0
            settings.trimThreshold = realTimeClock.trimThreshold
            guard look(at: clock, &settings, log) else { continue }
            all.settings.append(settings)
            let file = index == 0 ? path : RealTimeClockFiles.path(beside: path, of: clock.clock)
            all.open.append(OpenRealTimeClock(path: clock.path, file: file, zone: realTimeClock.zone))
        }
        return all
    }

    /// - Returns: whether an RTC can be measured.
    private func look(at clock: RealTimeClockFacts, _ settings: inout RealTimeClockSettings, _ log: Log) -> Bool {
        do throws(SystemError) {
            let device = try RealTimeClockDevice(path: clock.path)
            if let warning = device.batteryWarning {
                log.write("\(clock.clock): \(warning)", .warning)
                settings.hasLostTime = warning.hasSuffix("lost its time")
            }
            settings.hasInterrupt = try device.enableUpdates()
            device.disableUpdates()
            return true
        } catch {
            log.write(
                "There is no RTC to be measured at \(clock.path): \(error)",
                error.number == SystemError.noSuchFile ? .information : .warning)
            return false
        }
    }

    /// Makes the directories of what is remembered, while that is still permitted.
    func makeStateDirectories(for user: RunUser, _ log: Log) {
        for path in [realTimeClock.file, realTimeClock.timeFile].compactMap({ $0 }) {
            do throws(StartError) {
                try StateDirectory.make(forFile: path, for: user)
            } catch {
                log.write(error.sentence, .warning)
            }
        }
    }
}

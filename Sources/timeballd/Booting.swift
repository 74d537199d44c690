import Configuration
import Daemon
import Linux
import RealTimeClock
import Recording
import TimeBase
import Timekeeping

/// What the machine knows before any source has answered (-s), and what was learned of its RTC.
extension DaemonSettings {
    /// Where this machine's knowledge lies.
    private var bootFacts: BootFacts {
        var facts = BootFacts()
        facts.device = realTimeClock.device
        facts.recordFile = realTimeClock.file
        facts.timeFile = realTimeClock.timeFile
        facts.adjustmentFile = realTimeClock.adjustmentPath
        facts.trustedFiles = [driftFile, "/var/lib/systemd/timesync/clock", "/usr/lib/clock-epoch"].compactMap { $0 }
        if let zone = OpenRealTimeClock(realTimeClock).zone {
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
        let (evidence, _) = facts.gather()
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
        return InitialKnowledge(bound: bound + rest.magnitude, origin: "the RTC")
    }

    /// Before this an island's time is not served; nil where there is no island.
    func timeFloor() -> TimeFloor? {
        guard timekeeper.island != nil else { return nil }
        var facts = bootFacts
        let floor = facts.floor()
        return TimeFloor(floor.time, name: floor.name)
    }

    /// What the engine is told of the RTC; nil where none is to be measured.
    func realTimeClockSettings(_ log: Log) -> RealTimeClockSettings? {
        guard let path = realTimeClock.file else { return nil }
        var settings = RealTimeClockSettings(
            RealTimeClockChip(named: RealTimeClockFacts(path: realTimeClock.device).name))
        settings.trimThreshold = realTimeClock.trimThreshold
        do throws(SystemError) {
            if let text = try AtomicFile.read(path, atMost: 1 << 18) {
                do throws(RealTimeClockRecordError) {
                    settings.record = try RealTimeClockRecord.read(text)
                } catch {
                    log.write("\(path) is not used: \(error.description)", .warning)
                }
            }
        } catch {
            log.write("Could not read what was learned of the RTC: \(error)", .warning)
        }
        do throws(SystemError) {
            let device = try RealTimeClockDevice(path: realTimeClock.device)
            if let warning = device.batteryWarning {
                log.write(warning, .warning)
                settings.hasLostTime = warning.hasSuffix("lost its time")
            }
            settings.hasInterrupt = try device.enableUpdates()
            device.disableUpdates()
        } catch {
            log.write(
                "There is no RTC to be measured at \(realTimeClock.device): \(error)",
                error.number == SystemError.noSuchFile ? .information : .warning)
            return nil
        }
        return settings
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

internal import CLinux
public import RealTimeClock
internal import Recording
public import TimeBase

/// Gathers what this machine knows of the time when it starts.
public struct BootFacts: Sendable {
    /// The RTC's device.
    public var device = "/dev/rtc0"
    /// What was learned of it; nil = nothing is read.
    public var recordFile: String?
    /// hwclock's record.
    public var adjustmentFile = "/etc/adjtime"
    /// The time that was saved; nil = nothing is read.
    public var timeFile: String?
    /// Files whose times of change have certainly passed.
    public var trustedFiles: [String] = []
    /// By how many seconds the RTC's local time is ahead of UTC, at seconds that it shows; nil where it keeps UTC.
    public var zone: (@Sendable (_ shown: Int) -> Int)?
    /// Whether to say what was the matter with the files.
    public private(set) var complaints: [String] = []

    /// The usual files of a machine.
    public init() {}

    /// No program of this kind is older: 2026-06-01.
    static let oldest = Instant<Realtime>(
        sinceEpoch: .seconds(86_400 * CivilDate.daysSince1970(year: 2026, month: 6, day: 1)))

    /// When this program was built, as the time of its file says where that can be.
    static var build: BootEvidence.Floor {
        let name = "the build of this program"
        guard let time = AtomicFile.modified("/proc/self/exe"), time > oldest,
            time - oldest < .seconds(20 * 366 * 86_400)
        else { return BootEvidence.Floor(name, oldest) }
        return BootEvidence.Floor(name, time)
    }

    /// Looks at everything, which takes up to some seconds where there is an RTC.
    ///
    /// - Returns: the evidence, and the moment to which it belongs.
    public mutating func gather() -> (evidence: BootEvidence, moment: Instant<Monotonic>) {
        var clock = KernelClock()
        var evidence = BootEvidence(clock: clock.read().realtime, build: Self.build)
        // Before the machine warms itself.
        evidence.celsius = RealTimeClockFacts.celsius()
        evidence.chip = RealTimeClockChip(named: RealTimeClockFacts(path: device).name)
        let files = trustedFiles + [recordFile, timeFile].compactMap { $0 }
        evidence.files = files.compactMap { path in
            AtomicFile.modified(path).map { BootEvidence.Floor(path, $0) }
        }
        if let path = recordFile { evidence.record = record(path) }
        if let path = timeFile { evidence.saved = savedTime(path) }
        if let text = try? AtomicFile.read(adjustmentFile) {
            evidence.adjustment = try? AdjustmentRecord(parsing: text)
        }
        let edge = lookAtDevice(&evidence)
        let now = clock.read()
        let moment = edge ?? now.monotonic
        evidence.clock = now.realtime - (now.monotonic - moment)
        return (evidence, moment)
    }

    /// The newest time that has certainly passed. The RTC is not looked at.
    public mutating func floor() -> BootEvidence.Floor {
        var clock = KernelClock()
        var evidence = BootEvidence(clock: clock.read().realtime, build: Self.build)
        let files = trustedFiles + [recordFile, timeFile].compactMap { $0 }
        evidence.files = files.compactMap { path in
            AtomicFile.modified(path).map { BootEvidence.Floor(path, $0) }
        }
        if let path = timeFile { evidence.saved = savedTime(path) }
        return BootDecision.floor(of: evidence)
    }

    private func lookAtDevice(_ evidence: inout BootEvidence) -> Instant<Monotonic>? {
        do throws(SystemError) {
            let device = try RealTimeClockDevice(path: device)
            if let warning = device.batteryWarning, warning.hasSuffix("lost its time") {
                evidence.realTimeClock = .fails(warning)
                return nil
            }
            let edge = try device.nextEdge()
            let seconds = edge.seconds - (zone?(edge.seconds) ?? 0)
            evidence.realTimeClock = .shows(
                Instant(sinceEpoch: .seconds(seconds)), uncertainty: edge.uncertainty)
            return edge.moment
        } catch {
            switch error.number {
            case SystemError.noSuchFile: evidence.realTimeClock = .absent
            case SystemError.invalid: evidence.realTimeClock = .fails("it says itself that it has lost its time")
            case SystemError.timedOut: evidence.realTimeClock = .fails("its seconds do not change")
            default: evidence.realTimeClock = .fails("\(error)")
            }
            return nil
        }
    }

    private mutating func record(_ path: String) -> RealTimeClockRecord? {
        do throws(SystemError) {
            guard let text = try AtomicFile.read(path, atMost: 1 << 18) else { return nil }
            do throws(RealTimeClockRecordError) {
                return try RealTimeClockRecord.read(text)
            } catch {
                complaints.append("\(path) is not used: \(error.description)")
            }
        } catch {
            complaints.append("\(error)")
        }
        return nil
    }

    private mutating func savedTime(_ path: String) -> SavedTime? {
        do throws(SystemError) {
            guard let text = try AtomicFile.read(path) else { return nil }
            do throws(SavedTime.Mistake) {
                return try SavedTime(parsing: text)
            } catch {
                complaints.append("\(path) is not used: \(error.description)")
            }
        } catch {
            complaints.append("\(error)")
        }
        return nil
    }
}

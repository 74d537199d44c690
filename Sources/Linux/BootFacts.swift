public import RealTimeClock
internal import Recording
internal import TimeBase

/// Gathers what this machine knows of the time when it starts.
public struct BootFacts: Sendable {
    /// The RTCs' devices, the main one first.
    public var devices = ["/dev/rtc0"]
    /// What was learned of the main one, with what was learned of others beside it; nil = nothing is read.
    public var recordFile: String?
    /// hwclock's record of the main one.
    public var adjustmentFile = "/etc/adjtime"
    /// The time that was saved; nil = nothing is read.
    public var timeFile: String?
    /// Files whose times of change have certainly passed.
    public var trustedFiles: [String] = []
    /// By how many seconds the RTCs' local time is ahead of UTC, at seconds that they show; nil where they keep UTC.
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

    /// What an RTC told, and when.
    private typealias Look = (reading: BootEvidence.Reading, moment: Instant<Monotonic>)

    /// Looks at everything. The RTC that is to be believed is watched until its seconds change, which takes up to some
    /// seconds; the others are only read.
    public mutating func gather() -> BootEvidence {
        var clock = KernelClock()
        var evidence = BootEvidence(clock: clock.read().realtime, build: Self.build)
        // Before the machine warms itself.
        evidence.celsius = RealTimeClockFacts.celsius()
        let files = trustedFiles + [recordFile, timeFile].compactMap { $0 }
        evidence.files = files.compactMap { path in
            AtomicFile.modified(path).map { BootEvidence.Floor(path, $0) }
        }
        if let path = timeFile { evidence.saved = savedTime(path) }
        let clocks = devices.map { RealTimeClockFacts(path: $0) }
        evidence.realTimeClocks = clocks.map {
            BootEvidence.RealTimeClock($0.clock, RealTimeClockChip(named: $0.name), .absent)
        }
        if let path = recordFile {
            let known = RealTimeClockRecords(path, of: clocks)
            complaints += known.complaints
            for index in clocks.indices { evidence.realTimeClocks[index].record = known.records[index] }
        }
        if !clocks.isEmpty, let text = try? AtomicFile.read(adjustmentFile) {
            evidence.realTimeClocks[0].adjustment = try? AdjustmentRecord(parsing: text)
        }
        var looks = clocks.map { look(at: $0.path, closely: false) }
        Self.put(looks, into: &evidence, clock.read())
        var seen: Set<Int> = []
        while let best = BootDecision(evidence).realTimeClock, seen.insert(best).inserted {
            looks[best] = look(at: clocks[best].path, closely: true)
            Self.put(looks, into: &evidence, clock.read())
        }
        return evidence
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

    /// Tells what the RTCs told at different moments as of one.
    private static func put(_ looks: [Look], into evidence: inout BootEvidence, _ now: ClockReading) {
        evidence.clock = now.realtime
        for (index, look) in looks.enumerated() {
            evidence.realTimeClocks[index].reading =
                if case .shows(let time, let uncertainty) = look.reading {
                    .shows(time + (now.monotonic - look.moment), uncertainty: uncertainty)
                } else {
                    look.reading
                }
        }
    }

    /// - Parameter closely: to wait until its seconds change; else it may be half a second off.
    private func look(at device: String, closely: Bool) -> Look {
        do throws(SystemError) {
            let device = try RealTimeClockDevice(path: device)
            if let warning = device.batteryWarning, warning.hasSuffix("lost its time") {
                return (.fails(warning), KernelClock.monotonic)
            }
            guard closely else {
                let reading = try device.read()
                let took = reading.ended - reading.began
                return (
                    .shows(inUTC(reading.seconds) + .milliseconds(500), uncertainty: .milliseconds(500) + took),
                    reading.began
                )
            }
            let edge = try device.nextEdge()
            return (.shows(inUTC(edge.seconds), uncertainty: edge.uncertainty), edge.moment)
        } catch {
            let now = KernelClock.monotonic
            switch error.number {
            case SystemError.noSuchFile: return (.absent, now)
            case SystemError.invalid: return (.fails("it says itself that it has lost its time"), now)
            case SystemError.timedOut: return (.fails("its seconds do not change"), now)
            default: return (.fails("\(error)"), now)
            }
        }
    }

    private func inUTC(_ seconds: Int) -> Instant<Realtime> {
        Instant(sinceEpoch: .seconds(seconds - (zone?(seconds) ?? 0)))
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

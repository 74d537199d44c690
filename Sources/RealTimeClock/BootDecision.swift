internal import Recording
public import TimeBase

/// To what a machine sets its clock when it starts, before anybody has told it the time.
public struct BootDecision: Equatable, Sendable {
    /// Where the time comes from.
    public enum Origin: Equatable, Sendable {
        case realTimeClock
        case savedTime
        /// The newest time that has certainly passed.
        case floor(String)
        /// The clock stays as it is.
        case clock
    }

    /// What the clock should show at the moment of the evidence.
    public var time: Instant<Realtime>
    public var origin: Origin
    /// How far true time can be from ``time``; nil where nothing is promised.
    public var bound: Duration?
    /// By how much the clock is to be stepped; zero if it stays.
    public var step: Duration
    /// Which of ``BootEvidence/realTimeClocks`` was believed; nil if none was.
    public var realTimeClock: Int?
    /// What was looked at, what was refused and why: sentences without a full stop.
    public var reasons: [String]

    /// Steps below this are for the daemon to slew away.
    private static let smallest = Duration.milliseconds(1)
    /// No machine is switched off for so long.
    static let longest = Duration.seconds(20 * 366 * 86_400)
    /// Before this the kernel had no time to do more than to copy the RTC's seconds.
    private static let kernelRounding = Duration.seconds(2)

    /// Decides.
    ///
    /// The best RTC, corrected, is taken if it is no earlier than all that has certainly passed and not absurdly late; else
    /// the next one; else the saved time; else the newest time that has passed. The clock goes backwards only where the
    /// kernel has just copied an RTC's uncorrected seconds into it, and never behind what has passed.
    public init(_ evidence: BootEvidence) {
        var reasons: [String] = []
        let floor = Self.floor(evidence, &reasons)
        let clock = evidence.clock
        if let best = BootCandidate.best(evidence, floor, &reasons) {
            let (index, time, bound) = (best.index, best.time, best.bound)
            let isCopy = evidence.realTimeClocks.contains { other in
                guard case .shows(let raw, _) = other.reading else { return false }
                return (clock - raw).magnitude < Self.kernelRounding
            }
            if clock <= time || isCopy || clock - time > Self.longest {
                self.init(time, .realTimeClock, index, bound: bound, clock, reasons)
                return
            }
            if let bound, clock - time <= bound {
                // Both may be right, and the clock is not put back.
                reasons.append("the clock stays, \(Self.words(clock - time)) ahead, for it does not go backwards")
                self.init(clock, .clock, index, bound: bound + (clock - time), clock, reasons)
                return
            }
            reasons.append(
                "the clock is \(Self.words(clock - time)) ahead of \(evidence.words(for: index)), and does not go "
                    + "backwards")
            self.init(clock, .clock, index, bound: nil, clock, reasons)
            return
        }
        if let saved = evidence.saved, saved.time >= floor.time, saved.time - evidence.build.time < Self.longest {
            if clock < saved.time || clock - saved.time > Self.longest {
                reasons.append("the time that was saved is the best that is known; nobody knows how long ago that was")
                self.init(saved.time, .savedTime, bound: nil, clock, reasons)
                return
            }
        } else if clock < floor.time || clock - floor.time > Self.longest {
            reasons.append("nothing later is known than \(floor.name)")
            self.init(floor.time, .floor(floor.name), bound: nil, clock, reasons)
            return
        }
        reasons.append("the clock stays as it is")
        self.init(clock, .clock, bound: nil, clock, reasons)
    }

    private init(
        _ time: Instant<Realtime>, _ origin: Origin, _ realTimeClock: Int? = nil, bound: Duration?,
        _ clock: Instant<Realtime>, _ reasons: [String]
    ) {
        let wanted = time - clock
        let step = wanted.magnitude < Self.smallest ? .zero : wanted
        self.step = step
        self.time = clock + step
        self.origin = origin
        self.realTimeClock = realTimeClock
        // What is left for the daemon to slew away.
        self.bound = bound.map { $0 + (wanted - step).magnitude }
        self.reasons = reasons
    }

    /// The newest time that has certainly passed, by what a machine knows.
    public static func floor(of evidence: BootEvidence) -> BootEvidence.Floor {
        var reasons: [String] = []
        return floor(evidence, &reasons)
    }

    private static func floor(_ evidence: BootEvidence, _ reasons: inout [String]) -> BootEvidence.Floor {
        var floor = evidence.build
        var candidates = evidence.files
        if let saved = evidence.saved { candidates.append(BootEvidence.Floor("the saved time", saved.earliest)) }
        for file in candidates {
            guard file.time - evidence.build.time < longest else {
                reasons.append("\(file.name) says \(date(file.time)), which is absurd")
                continue
            }
            if file.time > floor.time { floor = file }
        }
        return floor
    }

    static func date(_ time: Instant<Realtime>) -> String { CivilDate(time).dateText }

    static func words(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        if seconds < 0.1 { return "\((seconds * 1e5).rounded() / 100) ms" }
        if seconds < 300 { return "\((seconds * 1000).rounded() / 1000) s" }
        if seconds < 172_800 { return "\((seconds / 360).rounded() / 10) h" }
        return "\((seconds / 8640).rounded() / 10) days"
    }
}

public import Recording
public import TimeBase

/// All that a machine knows of the time when it starts.
public struct BootEvidence: Equatable, Sendable {
    /// What the real-time clock told.
    public enum RealTimeClock: Equatable, Sendable {
        /// At the moment of the evidence it was at this time (as if it kept UTC), and that can be off by this much: by half
        /// a second and more where the moment of its second is not known.
        case shows(Instant<Realtime>, uncertainty: Duration)
        /// It does not tell; a sentence without a full stop.
        case fails(String)
        /// There is none.
        case absent
    }

    /// A time of which it is known that it has passed.
    public struct Floor: Equatable, Sendable {
        /// What says so: "the build of this program", "/var/lib/timeball/drift".
        public var name: String
        public var time: Instant<Realtime>

        /// A time that has passed.
        public init(_ name: String, _ time: Instant<Realtime>) {
            self.name = name
            self.time = time
        }
    }

    /// What the system clock shows.
    public var clock: Instant<Realtime>
    public var realTimeClock: RealTimeClock
    public var chip: RealTimeClockChip
    /// What was learned of the RTC; nil where nothing was.
    public var record: RealTimeClockRecord?
    /// What hwclock knows of it.
    public var adjustment: AdjustmentRecord?
    /// The time that was saved before the stop.
    public var saved: SavedTime?
    /// When this program was built.
    public var build: Floor
    /// Files whose times can be trusted, such as the drift file.
    public var files: [Floor] = []
    /// What a sensor of the machine says, °C.
    public var celsius: Double?

    /// Evidence of a machine without anything.
    public init(clock: Instant<Realtime>, build: Floor) {
        self.clock = clock
        self.build = build
        realTimeClock = .absent
        chip = RealTimeClockChip(named: "")
    }
}

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
    /// What was looked at, what was refused and why: sentences without a full stop.
    public var reasons: [String]

    /// Steps below this are for the daemon to slew away.
    private static let smallest = Duration.milliseconds(1)
    /// No machine is switched off for so long.
    private static let longest = Duration.seconds(20 * 366 * 86_400)
    /// Before this the kernel had no time to do more than to copy the RTC's seconds.
    private static let kernelRounding = Duration.seconds(2)

    /// Decides.
    ///
    /// The corrected RTC is taken if it is no earlier than all that has certainly passed and not absurdly late; else the
    /// saved time; else the newest time that has passed. The clock goes backwards only where the kernel has just copied the
    /// RTC's uncorrected seconds into it, and never behind what has passed.
    public init(_ evidence: BootEvidence) {
        var reasons: [String] = []
        let floor = Self.floor(evidence, &reasons)
        let clock = evidence.clock
        if let (time, bound) = Self.corrected(evidence, floor, &reasons) {
            let isCopy: Bool
            if case .shows(let raw, _) = evidence.realTimeClock {
                isCopy = (clock - raw).magnitude < Self.kernelRounding
            } else {
                isCopy = false
            }
            if clock <= time || isCopy || clock - time > Self.longest {
                self.init(time, .realTimeClock, bound: bound, clock, reasons)
                return
            }
            if let bound, clock - time <= bound {
                // Both may be right, and the clock is not put back.
                reasons.append("the clock stays, \(Self.words(clock - time)) ahead, for it does not go backwards")
                self.init(clock, .clock, bound: bound + (clock - time), clock, reasons)
                return
            }
            reasons.append("the clock is \(Self.words(clock - time)) ahead of the RTC, and does not go backwards")
            self.init(clock, .clock, bound: nil, clock, reasons)
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
        _ time: Instant<Realtime>, _ origin: Origin, bound: Duration?, _ clock: Instant<Realtime>, _ reasons: [String]
    ) {
        let wanted = time - clock
        let step = wanted.magnitude < Self.smallest ? .zero : wanted
        self.step = step
        self.time = clock + step
        self.origin = origin
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

    /// True time by the RTC; nil if it is not believed.
    private static func corrected(
        _ evidence: BootEvidence, _ floor: BootEvidence.Floor, _ reasons: inout [String]
    ) -> (time: Instant<Realtime>, bound: Duration?)? {
        let shown: Instant<Realtime>
        let uncertainty: Duration
        switch evidence.realTimeClock {
        case .absent:
            reasons.append("there is no RTC")
            return nil
        case .fails(let sentence):
            reasons.append("the RTC is not believed: \(sentence)")
            return nil
        case .shows(let time, let doubt):
            (shown, uncertainty) = (time, doubt)
        }
        // What makes up for any drift: an RTC that far behind has not merely drifted.
        let slack = Duration.seconds(600)
        guard shown > floor.time - slack else {
            reasons.append(
                "the RTC is not believed: it shows \(date(shown)), which is before \(floor.name) (\(date(floor.time)))")
            return nil
        }
        guard shown - floor.time < longest else {
            reasons.append(
                "the RTC is not believed: it shows \(date(shown)), more than 20 years after \(floor.name) "
                    + "(\(date(floor.time)))")
            return nil
        }
        var (time, bound) = correction(evidence, shown, uncertainty, &reasons)
        if time < floor.time {
            guard let known = bound, time + known >= floor.time || floor.time - time < .seconds(2) else {
                reasons.append(
                    "the RTC is not believed: corrected it shows \(date(time)), which is before \(floor.name) "
                        + "(\(date(floor.time)))")
                return nil
            }
            // What has passed cannot come.
            bound = known + (floor.time - time)
            time = floor.time
        }
        return (time, bound)
    }

    private static func correction(
        _ evidence: BootEvidence, _ shown: Instant<Realtime>, _ uncertainty: Duration, _ reasons: inout [String]
    ) -> (time: Instant<Realtime>, bound: Duration?) {
        let seconds = shown.sinceEpoch.inSeconds
        if let record = evidence.record {
            let prediction = RealTimeClockPrediction(record, chip: evidence.chip)
            // By its own time less what it was ahead then: near enough to say how long ago that was.
            var offset = prediction.offset(at: seconds - record.offset, celsius: evidence.celsius)
            offset = prediction.offset(at: seconds - offset.offset, celsius: evidence.celsius)
            let away = seconds - offset.offset - record.reference
            reasons.append(
                "the RTC, measured \(words(.seconds(max(away, 0)))) ago, is taken to be "
                    + "\(words(.seconds(offset.offset.magnitude))) \(offset.offset < 0 ? "slow" : "fast")")
            return (
                shown - Duration(clampingSeconds: offset.offset),
                record.offsetBound == nil || away < 0 ? nil : Duration(clampingSeconds: offset.bound) + uncertainty
            )
        }
        if let adjustment = evidence.adjustment?.adjustment(at: seconds) {
            reasons.append("the RTC is corrected by /etc/adjtime, which promises nothing")
            return (shown + Duration(clampingSeconds: adjustment), nil)
        }
        reasons.append("the RTC is taken as it is, for nobody has measured it yet")
        return (shown, nil)
    }

    private static func date(_ time: Instant<Realtime>) -> String { CivilDate(time).dateText }

    private static func words(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        if seconds < 0.1 { return "\((seconds * 1e5).rounded() / 100) ms" }
        if seconds < 300 { return "\((seconds * 1000).rounded() / 1000) s" }
        if seconds < 172_800 { return "\((seconds / 360).rounded() / 10) h" }
        return "\((seconds / 8640).rounded() / 10) days"
    }
}

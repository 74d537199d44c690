public import RealTimeClock
public import Recording
internal import TimeBase

/// A machine learns its RTC for some days, loses power at the worst moment, lies in a room for a week, and starts.
///
/// It runs the daemon's own tracker, record and decision on a simulated chip; the system clock is a given, wrong by as much
/// as a good one is. (The whole daemon runs in `SimulatedHost` with an RTC.)
public struct PowerOffStudy: Sendable {
    /// What ends the first life.
    public enum End: CaseIterable, Sendable {
        /// Everything is saved.
        case shutdown
        /// At any moment.
        case powerCut
        /// Just after the kernel has written, before anybody compared again.
        case afterKernelWrite
        /// Just before the kernel would have written, an hour after the record was saved.
        case beforeKernelWrite
    }

    public var chip: SimulatedRealTimeClock.Chip
    /// Whether the kernel writes the RTC (`rtcsync`).
    public var isSynchronised: Bool
    public var end: End
    /// Seconds that it runs, and that it is off.
    public var running = 4 * 86_400.0
    public var away = 7 * 86_400.0
    public var surroundings = PoweredRealTimeClock.Surroundings()

    /// A study of one kind of chip.
    public init(_ chip: SimulatedRealTimeClock.Chip, isSynchronised: Bool, end: End) {
        self.chip = chip
        self.isSynchronised = isSynchronised
        self.end = end
    }

    /// What came of one seed.
    public struct Outcome: Sendable {
        /// By how many seconds the clock was fast after the start.
        public var error: Double
        /// What was promised, seconds; nil if nothing was.
        public var bound: Double?
        public var origin: BootDecision.Origin
        /// Which RTC was believed, by its place.
        public var realTimeClock: Int?
        /// What was learned of each RTC.
        public var records: [RealTimeClockRecord?] = []
        /// What the daemon makes of each RTC at the first comparison after the start.
        public var findings: [RealTimeClockTracker.Finding] = []
        public var reasons: [String]
        /// Of the main RTC.
        public var record: RealTimeClockRecord? { records.first ?? nil }
        public var finding: RealTimeClockTracker.Finding? { findings.first }
    }

    /// 2026-06-01 00:00:00 UTC.
    static let epoch = 86_400 * CivilDate.daysSince1970(year: 2026, month: 6, day: 1)

    /// Runs one seed.
    public func run(seed: UInt64) -> Outcome { Self.run([self], seed: seed) }

    /// Runs one seed on a machine with several RTCs, the main one first, whose times the others share.
    ///
    /// - Parameter lost: those that lose their time while the machine is off, and know it.
    public static func run(_ studies: [PowerOffStudy], lost: Set<Int> = [], seed: UInt64) -> Outcome {
        var outcome = Outcome(error: 0, bound: nil, origin: .clock, reasons: [])
        guard let main = studies.first else { return outcome }
        var random = RandomSource(seed: seed, stream: 41)
        let cut = main.running + random.uniform() * 3600
        let back = cut + main.away
        var evidence = BootEvidence(
            clock: instant(0), build: BootEvidence.Floor("the build of this program", instant(-200 * 86_400)))
        // The moment of the evidence: an edge of the main RTC.
        var moment = 0.0
        for (index, study) in studies.enumerated() {
            var clock = PoweredRealTimeClock(
                study.chip, study.surroundings, off: cut..<back, length: back + 7200,
                offset: (random.uniform() * 2 - 1) * 3,
                random: RandomSource(seed: seed, stream: 42 + 100 * UInt64(index)))
            let kind = RealTimeClockChip(named: study.chip.name)
            var life = FirstLife(
                tracker: RealTimeClockTracker(kind), isSynchronised: study.isSynchronised,
                random: index == 0 ? random : RandomSource(seed: seed, stream: 43 + 100 * UInt64(index)))
            let stop = life.run(&clock, until: cut, study.end)
            let record = stop.record.flatMap { try? RealTimeClockRecord.read($0.text) }
            // After the cut.
            let edge = clock.edge(after: back, epoch: epoch)
            let doubt = 0.6e-3
            let seen = edge.time + (life.random.uniform() * 2 - 1) * doubt
            if index == 0 {
                moment = seen
                // The kernel copied the RTC's seconds when the driver came, half a second rounded, if it shows any.
                let copy = Instant<Realtime>(sinceEpoch: .seconds(edge.second)) + .seconds(life.random.uniform() - 0.5)
                evidence.clock = lost.contains(0) ? Instant(sinceEpoch: .seconds(1)) : copy
                evidence.saved = stop.saved
                evidence.celsius = clock.sensor(at: back, isCold: true)
            }
            let shown = Instant<Realtime>(sinceEpoch: .seconds(edge.second)) + .seconds(moment - seen)
            evidence.realTimeClocks.append(
                BootEvidence.RealTimeClock(
                    "rtc\(index)", kind,
                    lost.contains(index)
                        ? .fails("the RTC has lost its time") : .shows(shown, uncertainty: .seconds(doubt))))
            evidence.realTimeClocks[index].record = record
            // Sources come, and the RTC is compared again.
            var second = RealTimeClockTracker(kind, record: record)
            let later = clock.edge(after: back + 120, epoch: epoch)
            let time = Double(epoch) + later.time
            let finding = second.add(
                RealTimeClockSample(time: time, offset: Double(later.second) - time, deviation: 1e-3, bound: 10e-3))
            outcome.findings.append(finding)
            outcome.records.append(record)
        }
        let decision = BootDecision(evidence)
        outcome.error = (decision.time - instant(moment)).inSeconds
        outcome.bound = decision.bound?.inSeconds
        outcome.origin = decision.origin
        outcome.realTimeClock = decision.realTimeClock
        outcome.reasons = decision.reasons
        return outcome
    }

    private static func instant(_ seconds: Double) -> Instant<Realtime> {
        Instant(sinceEpoch: .seconds(epoch) + Duration(clampingSeconds: seconds))
    }

    /// The days in which the RTC is learned.
    private struct FirstLife {
        var tracker: RealTimeClockTracker
        let isSynchronised: Bool
        var random: RandomSource
        /// The system clock's error, seconds: within its bound it goes where it will.
        var clockError = 0.0
        private static let clockBound = 12e-3

        init(tracker: RealTimeClockTracker, isSynchronised: Bool, random: RandomSource) {
            self.tracker = tracker
            self.isSynchronised = isSynchronised
            self.random = random
        }

        mutating func run(
            _ clock: inout PoweredRealTimeClock, until cut: Double, _ end: End
        ) -> (record: RealTimeClockRecord?, saved: SavedTime) {
            let epoch = Double(PowerOffStudy.epoch)
            var kernel = isSynchronised ? KernelWrites(from: 300) : nil
            var record: RealTimeClockRecord?
            var time = 300.0
            var saving = time + RealTimeClockTracker.savingInterval
            var stop = cut
            if isSynchronised { tracker.kernelWrites(true, at: epoch + time) }
            while true {
                let due = min(time, stop)
                // The kernel's writes until then, each a little late.
                while var writes = kernel, writes.next < due {
                    let late = random.exponential(mean: 0.4e-3) + (random.chance(0.05) ? random.uniform() * 0.015 : 0)
                    clock.set(offset: clockError - late, at: writes.next + late)
                    writes.advance(late: late)
                    kernel = writes
                    if end == .afterKernelWrite, stop == cut, writes.next > cut - 660 { stop = due }
                }
                if end == .beforeKernelWrite, stop == cut, let kernel, kernel.next > cut - 700 {
                    stop = kernel.next - 0.5
                }
                if due >= stop { break }
                if time >= saving, stop == cut {
                    record = tracker.record(at: epoch + time)
                    saving = time + RealTimeClockTracker.savingInterval
                    // As late as may be before the cut.
                    if end != .shutdown, saving > cut - 1 { saving = .infinity }
                }
                compare(&clock)
                time = tracker.nextComparison(after: epoch + time) - epoch
                func compare(_ clock: inout PoweredRealTimeClock) {
                    clockError = min(
                        max(clockError * 0.998 + 0.1e-3 * random.normal(), -Self.clockBound), Self.clockBound)
                    let edge = clock.edge(after: time, epoch: PowerOffStudy.epoch)
                    let doubt = 0.6e-3
                    let seen = edge.time + (random.uniform() * 2 - 1) * doubt
                    let system = epoch + seen + clockError
                    let sample = RealTimeClockSample(
                        time: system, offset: Double(edge.second) - system,
                        deviation: (doubt * doubt / 3 + 0.04e-6).squareRoot(), bound: doubt + Self.clockBound,
                        celsius: clock.sensor(at: time, isCold: false) + random.normal() * 0.5)
                    _ = tracker.add(sample)
                }
            }
            if end == .shutdown { record = tracker.record(at: epoch + stop) }
            let saved = SavedTime(
                time: PowerOffStudy.instant(stop - (end == .shutdown ? 0 : 800)),
                bound: Duration(clampingSeconds: Self.clockBound))
            return (record, saved)
        }
    }
}

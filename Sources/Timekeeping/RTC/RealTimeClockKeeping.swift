internal import Control
internal import RealTimeClock
internal import Recording
internal import TimeBase

/// A real-time clock as the timekeeper sees it: what is being done about it now, and what is known of it.
struct RealTimeClockKeeping {
    enum Phase: Equatable {
        /// Nothing until it is due.
        case idle
        /// Looking for the edge; the next look is at this moment, and nil while an answer is awaited.
        case finding(Instant<Monotonic>?)
        /// Waiting for the interrupt, at most until then.
        case waiting(until: Instant<Monotonic>)
        /// To be set to this second at this moment.
        case setting(RealTimeClockSetting, at: Instant<Monotonic>)
    }

    var settings: RealTimeClockSettings
    var tracker: RealTimeClockTracker
    var finder = EdgeFinder()
    var phase = Phase.idle
    var due: Instant<Monotonic>
    var saveDue: Instant<Monotonic>
    var failures = 0
    /// Comparisons that follow quickly, one a second, after it was set.
    var quickComparisons = 0
    /// What a sensor said last, °C.
    var celsius: Double?
    /// By how much an island's time was fast when it was looked at last.
    var lastLook: (moment: Instant<Monotonic>, fast: Double)?
    /// Whether nobody has set it since there was true time, as far as an island could see.
    var isTrustedByIsland = true

    init(_ settings: RealTimeClockSettings, at now: Instant<Monotonic>) {
        self.settings = settings
        tracker = RealTimeClockTracker(settings.chip, device: settings.name, record: settings.record)
        if settings.hasLostTime { tracker.noteLoss() }
        due = now + .seconds(1)
        saveDue = now + .seconds(RealTimeClockTracker.savingInterval)
    }

    var wake: Instant<Monotonic>? {
        switch phase {
        case .idle: min(due, saveDue)
        case .finding(let moment): moment
        case .waiting(let until): until
        case .setting(_, let moment): moment
        }
    }
}

extension Timekeeper {
    /// True time at a moment near now by the best estimate, seconds since 1970, how far that can be off, and its standard
    /// deviation; nil unless a source is followed.
    private func trueTime(
        at moment: Instant<Monotonic>, _ now: ClockReading
    ) -> (time: Instant<Realtime>, bound: Double, deviation: Double)? {
        guard case .following = standing(at: now), let error = clockError(at: now) else { return nil }
        return (
            clock.realtime(at: moment) + Duration(clampingSeconds: error.offset), error.bound, offsetDeviation(at: now)
        )
    }

    /// Does what is due about the RTCs.
    mutating func wakeRealTimeClocks(_ now: ClockReading, _ effects: inout [Effect]) {
        for index in realTimeClocks.indices { wakeRealTimeClock(index, now, &effects) }
    }

    private mutating func wakeRealTimeClock(_ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        var keeping = realTimeClocks[index]
        defer { realTimeClocks[index] = keeping }
        if keeping.saveDue <= now.monotonic {
            keeping.saveDue = now.monotonic + .seconds(RealTimeClockTracker.savingInterval)
            saveRealTimeClock(index, keeping, now, &effects)
        }
        switch keeping.phase {
        case .idle where keeping.due <= now.monotonic:
            // To read one takes a millisecond, which the edge of another must not wait for.
            guard !realTimeClocks.contains(where: { $0.phase != .idle }) else {
                keeping.due = now.monotonic + .milliseconds(700)
                return
            }
            // Only who knows the time can judge another clock.
            let time = trueTime(at: now.monotonic, now)
            guard time.map({ $0.bound < 0.25 }) ?? isAskedByIsland(keeping) else {
                keeping.due = now.monotonic + .seconds(16)
                return
            }
            if let time {
                keeping.tracker.kernelWrites(
                    keeping.settings.isWrittenByKernel && kernelStatus?.isSynchronised ?? false,
                    at: time.time.sinceEpoch.inSeconds)
            }
            if keeping.settings.hasInterrupt {
                keeping.phase = .waiting(until: now.monotonic + .seconds(3))
                effects.append(.watchRTC(index))
            } else {
                keeping.finder.begin(at: now.monotonic)
                search(index, &keeping, now, &effects)
            }
        case .finding(let moment?) where moment <= now.monotonic:
            search(index, &keeping, now, &effects)
        case .waiting(let until) where until <= now.monotonic:
            fail(index, &keeping, "it sends no update interrupts, and is polled instead", now, &effects)
            keeping.settings.hasInterrupt = false
        case .setting(let setting, let moment) where moment <= now.monotonic:
            effects.append(.setRTC(index, second: setting.second))
            keeping.tracker.noteSet(at: setting.moment.sinceEpoch.inSeconds)
            keeping.phase = .idle
            keeping.due = now.monotonic + .seconds(1)
            keeping.quickComparisons = 8
        default: break
        }
    }

    /// Goes on looking for the edge.
    private mutating func search(
        _ index: Int, _ keeping: inout RealTimeClockKeeping, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        switch keeping.finder.next(at: now.monotonic) {
        case .wait(let until):
            // A long wait is not worth the file that stays open.
            if until - now.monotonic > .milliseconds(100) { effects.append(.releaseRTC(index)) }
            keeping.phase = .finding(until)
        case .read:
            keeping.phase = .finding(nil)
            effects.append(.readRTC(index))
        case .found(let edge):
            effects.append(.releaseRTC(index))
            compare(index, &keeping, edge, now, &effects)
        case .failed(.standsStill): fail(index, &keeping, "its seconds do not change", now, &effects)
        case .failed(.jumps): fail(index, &keeping, "its seconds jump", now, &effects)
        }
    }

    private func fail(
        _ index: Int, _ keeping: inout RealTimeClockKeeping, _ why: String, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        effects.append(.releaseRTC(index))
        if keeping.failures == 0 {
            effects.append(.note(.realTimeClockFailed(name: keeping.settings.name, reason: why)))
        }
        keeping.failures += 1
        keeping.phase = .idle
        keeping.due = now.monotonic + .seconds(keeping.failures < 4 ? 60 : 900)
    }

    /// The host has read an RTC.
    mutating func readRealTimeClock(
        _ index: Int, _ reading: EdgeFinder.Reading, _ celsius: Double?, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        guard realTimeClocks.indices.contains(index), case .finding = realTimeClocks[index].phase else { return }
        var keeping = realTimeClocks[index]
        keeping.celsius = celsius ?? keeping.celsius
        keeping.finder.take(reading)
        search(index, &keeping, now, &effects)
        realTimeClocks[index] = keeping
    }

    /// The update interrupt has told of an edge.
    mutating func realTimeClockTurned(
        _ index: Int, _ edge: EdgeFinder.Edge, _ celsius: Double?, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard realTimeClocks.indices.contains(index), case .waiting = realTimeClocks[index].phase else { return }
        var keeping = realTimeClocks[index]
        keeping.celsius = celsius ?? keeping.celsius
        compare(index, &keeping, edge, now, &effects)
        realTimeClocks[index] = keeping
    }

    /// The host could not read or set it.
    mutating func realTimeClockRefused(
        _ index: Int, _ refusal: KernelRefusal, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard realTimeClocks.indices.contains(index) else { return }
        var keeping = realTimeClocks[index]
        fail(index, &keeping, "\(refusal.call): \(refusal.text)", now, &effects)
        realTimeClocks[index] = keeping
    }

    /// Compares an edge with true time.
    private mutating func compare(
        _ index: Int, _ keeping: inout RealTimeClockKeeping, _ edge: EdgeFinder.Edge, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        keeping.phase = .idle
        keeping.failures = 0
        keeping.due = now.monotonic + .seconds(16)
        // An edge from before a step cannot be placed.
        guard now.monotonic - edge.moment < .seconds(5) else { return }
        guard let known = trueTime(at: edge.moment, now) else {
            return compareWithIsland(&keeping, edge, now, &effects)
        }
        (keeping.lastLook, keeping.isTrustedByIsland) = (nil, true)
        let time = known.time.sinceEpoch.inSeconds
        let edgeDeviation = edge.uncertainty.inSeconds / 3.0.squareRoot()
        let sample = RealTimeClockSample(
            time: time, offset: (Duration.seconds(edge.seconds) - known.time.sinceEpoch).inSeconds,
            deviation: (edgeDeviation * edgeDeviation + known.deviation * known.deviation).squareRoot(),
            bound: edge.uncertainty.inSeconds + known.bound, celsius: keeping.celsius)
        let finding = keeping.tracker.add(sample)
        switch finding {
        case .asExpected: break
        case .wasSet(_, .kernel), .wasSet(_, .timeball): break
        case .wasSet(let step, .others):
            effects.append(
                .note(.realTimeClockSet(name: keeping.settings.name, by: Duration(clampingSeconds: step))))
        case .survived(let error, let bound):
            effects.append(
                .note(
                    .realTimeClockKept(
                        name: keeping.settings.name, error: Duration(clampingSeconds: error),
                        bound: Duration(clampingSeconds: bound))))
        }
        if keeping.quickComparisons > 0 {
            keeping.quickComparisons -= 1
            keeping.due = now.monotonic + .milliseconds(300)
        } else {
            keeping.due =
                now.monotonic + Duration(clampingSeconds: max(1, keeping.tracker.nextComparison(after: time) - time))
        }
        if keeping.settings.isMain { logRealTimeClock(sample, keeping, now, &effects) }
        if finding != .asExpected, finding != .wasSet(by: 0, .kernel), !keeping.tracker.isWrittenByKernel {
            saveRealTimeClock(index, keeping, now, &effects)
        }
        if keeping.settings.isMain, let threshold = keeping.settings.trimThreshold, !keeping.tracker.isWrittenByKernel,
            let estimate = keeping.tracker.estimate(at: time), estimate.samples >= 4,
            estimate.offset.magnitude > threshold.inSeconds
        {
            plan(&keeping, now)
        }
    }

    /// Plans to set it at the next second that can be met.
    private func plan(_ keeping: inout RealTimeClockKeeping, _ now: ClockReading) {
        guard let time = trueTime(at: now.monotonic, now) else { return }
        let setting = RealTimeClockSetting(keeping.settings.chip, after: time.time)
        keeping.phase = .setting(setting, at: now.monotonic + (setting.moment - time.time))
    }

    private func saveRealTimeClock(
        _ index: Int, _ keeping: RealTimeClockKeeping, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard let time = trueTime(at: now.monotonic, now),
            let record = keeping.tracker.record(at: time.time.sinceEpoch.inSeconds)
        else { return }
        effects.append(.save(.realTimeClock(index), record.text))
    }

    /// Last words.
    func finishRealTimeClocks(_ now: ClockReading, _ effects: inout [Effect]) {
        for (index, keeping) in realTimeClocks.enumerated() {
            effects.append(.releaseRTC(index))
            saveRealTimeClock(index, keeping, now, &effects)
        }
    }

    // MARK: The time for the next start

    /// How often it is saved.
    static let timeSavingInterval = Duration.seconds(900)

    /// Saves the time, if it is known.
    mutating func saveTime(_ now: ClockReading, _ effects: inout [Effect]) {
        guard settings.savesTime, let error = clockError(at: now), error.bound < 86_400 else { return }
        let saved = SavedTime(
            time: clock.realtime(at: now.monotonic) + Duration(clampingSeconds: error.offset),
            bound: Duration(clampingSeconds: error.bound))
        effects.append(.save(.time, saved.text))
    }

    /// Takes what the start of the machine has told as what was confirmed, until sources say more.
    mutating func takeInitialKnowledge(_ now: ClockReading) {
        guard let known = settings.initialKnowledge else { return }
        let bound = known.bound.inSeconds
        confirmed = Confirmation(
            time: seconds(at: now), monotonic: now.monotonic, low: -bound, high: bound,
            rate: discipline.skew.ratio + settings.maximumClockError.ratio, steady: nil)
        selectionReason = "no source has answered yet; the time is from \(known.origin)"
    }

    // MARK: Control

    func realTimeClockReport(at now: ClockReading) -> RTCReport? {
        guard let keeping = realTimeClocks.first(where: \.settings.isMain), let time = trueTime(at: now.monotonic, now),
            let estimate = keeping.tracker.estimate(at: time.time.sinceEpoch.inSeconds)
        else { return nil }
        var report = RTCReport()
        report.referenceTime = time.time
        report.sampleCount = UInt16(clamping: estimate.samples)
        report.runCount = UInt16(clamping: estimate.runs)
        report.span = Duration(clampingSeconds: estimate.span)
        report.fast = Duration(clampingSeconds: estimate.offset)
        report.frequency = estimate.frequency
        return report
    }

    /// Answers `rtcdata`, `writertc` and `trimrtc`, which speak of the main RTC; what was learned of the others is saved with it.
    mutating func answerRealTimeClock(
        _ request: ControlRequest, _ now: ClockReading, _ effects: inout [Effect]
    ) -> ControlReply {
        guard let main = realTimeClocks.firstIndex(where: \.settings.isMain) else { return .status(.noRTC) }
        var keeping = realTimeClocks[main]
        switch request {
        case .writeRTC:
            guard keeping.tracker.estimate(at: 0) != nil else { return .status(.failed) }
            for (index, keeping) in realTimeClocks.enumerated() { saveRealTimeClock(index, keeping, now, &effects) }
            return .status(.success)
        case .trimRTC:
            guard keeping.phase == .idle, !keeping.tracker.isWrittenByKernel else { return .status(.failed) }
            plan(&keeping, now)
            realTimeClocks[main] = keeping
            return .status(keeping.phase == .idle ? .failed : .success)
        default:
            guard let report = realTimeClockReport(at: now) else { return .status(.noRTC) }
            return .rtc(report)
        }
    }
}

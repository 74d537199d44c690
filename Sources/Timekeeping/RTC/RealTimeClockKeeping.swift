internal import Control
internal import RealTimeClock
internal import Recording
internal import TimeBase

/// The real-time clock as the timekeeper sees it: what is being done about it now, and what is known of it.
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

    init(_ settings: RealTimeClockSettings, at now: Instant<Monotonic>) {
        self.settings = settings
        tracker = RealTimeClockTracker(settings.chip, record: settings.record)
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

    /// Does what is due about the RTC.
    mutating func wakeRealTimeClock(_ now: ClockReading, _ effects: inout [Effect]) {
        guard var keeping = realTimeClock else { return }
        defer { realTimeClock = keeping }
        if keeping.saveDue <= now.monotonic {
            keeping.saveDue = now.monotonic + .seconds(RealTimeClockTracker.savingInterval)
            saveRealTimeClock(keeping, now, &effects)
        }
        switch keeping.phase {
        case .idle where keeping.due <= now.monotonic:
            // Only who knows the time can judge another clock.
            guard let time = trueTime(at: now.monotonic, now), time.bound < 0.25 else {
                keeping.due = now.monotonic + .seconds(16)
                return
            }
            keeping.tracker.kernelWrites(kernelStatus?.isSynchronised ?? false, at: time.time.sinceEpoch.inSeconds)
            if keeping.settings.hasInterrupt {
                keeping.phase = .waiting(until: now.monotonic + .seconds(3))
                effects.append(.watchRTC)
            } else {
                keeping.finder.begin(at: now.monotonic)
                search(&keeping, now, &effects)
            }
        case .finding(let moment?) where moment <= now.monotonic:
            search(&keeping, now, &effects)
        case .waiting(let until) where until <= now.monotonic:
            fail(&keeping, "it sends no update interrupts, and is polled instead", now, &effects)
            keeping.settings.hasInterrupt = false
        case .setting(let setting, let moment) where moment <= now.monotonic:
            effects.append(.setRTC(second: setting.second))
            keeping.tracker.noteSet(at: setting.moment.sinceEpoch.inSeconds)
            keeping.phase = .idle
            keeping.due = now.monotonic + .seconds(1)
            keeping.quickComparisons = 8
        default: break
        }
    }

    /// Goes on looking for the edge.
    private func search(_ keeping: inout RealTimeClockKeeping, _ now: ClockReading, _ effects: inout [Effect]) {
        switch keeping.finder.next(at: now.monotonic) {
        case .wait(let until):
            // A long wait is not worth the file that stays open.
            if until - now.monotonic > .milliseconds(100) { effects.append(.releaseRTC) }
            keeping.phase = .finding(until)
        case .read:
            keeping.phase = .finding(nil)
            effects.append(.readRTC)
        case .found(let edge):
            effects.append(.releaseRTC)
            compare(&keeping, edge, now, &effects)
        case .failed(.standsStill): fail(&keeping, "its seconds do not change", now, &effects)
        case .failed(.jumps): fail(&keeping, "its seconds jump", now, &effects)
        }
    }

    private func fail(
        _ keeping: inout RealTimeClockKeeping, _ why: String, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        effects.append(.releaseRTC)
        if keeping.failures == 0 { effects.append(.note(.realTimeClockFailed(reason: why))) }
        keeping.failures += 1
        keeping.phase = .idle
        keeping.due = now.monotonic + .seconds(keeping.failures < 4 ? 60 : 900)
    }

    /// The host has read the RTC.
    mutating func readRealTimeClock(
        _ reading: EdgeFinder.Reading, celsius: Double?, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard var keeping = realTimeClock, case .finding = keeping.phase else { return }
        keeping.celsius = celsius ?? keeping.celsius
        keeping.finder.take(reading)
        search(&keeping, now, &effects)
        realTimeClock = keeping
    }

    /// The update interrupt has told of an edge.
    mutating func realTimeClockTurned(
        _ edge: EdgeFinder.Edge, celsius: Double?, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard var keeping = realTimeClock, case .waiting = keeping.phase else { return }
        keeping.celsius = celsius ?? keeping.celsius
        compare(&keeping, edge, now, &effects)
        realTimeClock = keeping
    }

    /// The host could not read or set it.
    mutating func realTimeClockRefused(
        _ refusal: KernelRefusal, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard var keeping = realTimeClock else { return }
        fail(&keeping, "\(refusal.call): \(refusal.text)", now, &effects)
        realTimeClock = keeping
    }

    /// Compares an edge with true time.
    private func compare(
        _ keeping: inout RealTimeClockKeeping, _ edge: EdgeFinder.Edge, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        keeping.phase = .idle
        keeping.failures = 0
        keeping.due = now.monotonic + .seconds(16)
        // An edge from before a step cannot be placed.
        guard let known = trueTime(at: edge.moment, now), now.monotonic - edge.moment < .seconds(5) else { return }
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
            effects.append(.note(.realTimeClockSet(by: Duration(clampingSeconds: step))))
        case .survived(let error, let bound):
            effects.append(
                .note(
                    .realTimeClockKept(
                        error: Duration(clampingSeconds: error), bound: Duration(clampingSeconds: bound))))
        }
        if keeping.quickComparisons > 0 {
            keeping.quickComparisons -= 1
            keeping.due = now.monotonic + .milliseconds(300)
        } else {
            keeping.due =
                now.monotonic + Duration(clampingSeconds: max(1, keeping.tracker.nextComparison(after: time) - time))
        }
        logRealTimeClock(sample, keeping, now, &effects)
        if finding != .asExpected, finding != .wasSet(by: 0, .kernel), !keeping.tracker.isWrittenByKernel {
            saveRealTimeClock(keeping, now, &effects)
        }
        if let threshold = keeping.settings.trimThreshold, !keeping.tracker.isWrittenByKernel,
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
        _ keeping: RealTimeClockKeeping, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard let time = trueTime(at: now.monotonic, now),
            let record = keeping.tracker.record(at: time.time.sinceEpoch.inSeconds)
        else { return }
        effects.append(.save(.realTimeClock, record.text))
    }

    /// Last words.
    func finishRealTimeClock(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let keeping = realTimeClock else { return }
        effects.append(.releaseRTC)
        saveRealTimeClock(keeping, now, &effects)
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
        guard let keeping = realTimeClock, let time = trueTime(at: now.monotonic, now),
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

    /// Answers `rtcdata`, `writertc` and `trimrtc`.
    mutating func answerRealTimeClock(
        _ request: ControlRequest, _ now: ClockReading, _ effects: inout [Effect]
    ) -> ControlReply {
        guard var keeping = realTimeClock else { return .status(.noRTC) }
        switch request {
        case .writeRTC:
            guard keeping.tracker.estimate(at: 0) != nil else { return .status(.failed) }
            saveRealTimeClock(keeping, now, &effects)
            return .status(.success)
        case .trimRTC:
            guard keeping.phase == .idle, !keeping.tracker.isWrittenByKernel else { return .status(.failed) }
            plan(&keeping, now)
            realTimeClock = keeping
            return .status(keeping.phase == .idle ? .failed : .success)
        default:
            guard let report = realTimeClockReport(at: now) else { return .status(.noRTC) }
            return .rtc(report)
        }
    }
}

internal import Control
public import TimeBase

/// The times that somebody entered by hand (`settime`), and what they say of the clock.
struct ManualTime: Equatable {
    struct Entry: Equatable {
        /// When it was entered, and true time less oscillator time by it, as samples count them.
        var time: Double
        var offset: Double
        /// By how much our clock was fast by it, as it was then, seconds.
        var fast: Double
    }

    /// Whether times may be entered.
    var isEnabled: Bool
    /// Oldest first.
    private(set) var entries: [Entry] = []
    /// What was known of the frequency without the entries; nil before the first, and after a source has said more.
    var prior: Drift?

    /// So many are kept.
    static let most = 16
    /// Nobody enters a time more often, seconds.
    static let separation = 1.0
    /// People type whole seconds, and press the key when they hear the pips: standard deviation of an entry, seconds.
    static let deviation = 0.3

    init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    /// - Returns: false if it comes too soon after the last one.
    mutating func add(_ entry: Entry) -> Bool {
        if let last = entries.last, entry.time - last.time < Self.separation { return false }
        if entries.count == Self.most { entries.removeFirst() }
        entries.append(entry)
        return true
    }

    /// - Returns: false if there is no such entry.
    mutating func remove(at index: Int) -> Bool {
        guard entries.indices.contains(index) else { return false }
        entries.remove(at: index)
        return true
    }

    mutating func reset() { entries = [] }

    /// Offsets are counted from another base.
    mutating func shift(by seconds: Double) {
        for index in entries.indices { entries[index].offset += seconds }
    }

    /// How fast the offset grows, as the entries have it, and the standard deviation of that; nil for fewer than two.
    ///
    /// It is the middle one of the slopes between any two entries, which a slip of the finger does not pull away
    /// (Theil and Sen).
    var slope: (value: Double, deviation: Double)? {
        var slopes: [Double] = []
        for (index, later) in entries.enumerated() {
            for earlier in entries[..<index] {
                slopes.append((later.offset - earlier.offset) / (later.time - earlier.time))
            }
        }
        guard !slopes.isEmpty else { return nil }
        let mean = entries.reduce(0) { $0 + $1.time } / Double(entries.count)
        let spread = entries.reduce(0) { $0 + ($1.time - mean) * ($1.time - mean) }
        return (Self.middle(slopes), Self.deviation / max(spread, 1e-9).squareRoot())
    }

    /// By how much each entry misses the line through them, seconds: positive where our clock was faster by it.
    var residuals: [Double] {
        let slope = slope?.value ?? 0
        let level = Self.middle(entries.map { $0.offset - slope * $0.time })
        return entries.map { level + slope * $0.time - $0.offset }
    }

    private static func middle(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.indices.last else { return 0 }
        return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
    }
}

/// Keeping time by hand, on a machine that has no other source.
extension Timekeeper {
    /// What is further away is no time that anybody meant: an era of NTP, seconds.
    private static let farthest = 4_294_967_296.0

    /// `settime`, by somebody at this machine and without a control request.
    public mutating func enterTime(_ time: Instant<Realtime>, at now: ClockReading, effects: inout [Effect]) {
        _ = setTime(time, now, &effects)
    }

    /// `settime`
    ///
    /// The clock is corrected by what the newest entry says; its frequency by all of them, as far as they know it better
    /// than it was known: two that were typed within a minute know nothing of it.
    mutating func setTime(_ time: Instant<Realtime>, _ now: ClockReading, _ effects: inout [Effect]) -> ControlReply {
        guard manual.isEnabled else { return .status(.notEnabled) }
        let moment = seconds(at: now)
        let offset = (time.sinceEpoch - clock.oscillator(at: now.monotonic).sinceEpoch - offsetBase).inSeconds
        let fast = (bestTime(at: now) - time).inSeconds
        guard fast.magnitude < Self.farthest else { return .status(.invalidTimestamp) }
        guard manual.add(.init(time: moment, offset: offset, fast: fast)) else { return .status(.failed) }
        let before = discipline.frequency
        if island?.scale == nil { aim = Aim(time: moment, offset: offset) }
        adoptManualFrequency(now)
        discipline.note(offset: -fast, deviation: 0, at: now.monotonic)
        let isCommon = setIslandByHand(fast: fast, now, &effects)
        let duration = Duration(clampingSeconds: fast)
        effects.append(.note(.manualTime(fast: duration, frequency: discipline.frequency)))
        if !isCommon { correct(now, &effects, isUpdate: false) }
        var report = ManualTimestampReport()
        report.fast = duration
        report.frequencyChange = discipline.frequency - before
        report.frequency = discipline.frequency
        return .manualTimestamp(report)
    }

    /// Weighs what the entries say of the frequency against what was known.
    private mutating func adoptManualFrequency(_ now: ClockReading) {
        let prior = manual.prior ?? Drift(frequency: discipline.frequency, skew: discipline.skew)
        manual.prior = prior
        guard let slope = manual.slope else { return adopt(frequency: prior.frequency, skew: prior.skew, now) }
        // A skew bounds the frequency at high confidence; a third of it is a standard deviation.
        let known = max(prior.skew.ratio / 3, 1e-9)
        let gain = known * known / (known * known + slope.deviation * slope.deviation)
        let limit = settings.maximumDrift.ratio
        let measured = (-slope.value).clamped(to: -limit...limit)
        let frequency = prior.frequency.ratio + gain * (measured - prior.frequency.ratio)
        let left = known * (1 - gain).squareRoot() * 3
        adopt(frequency: Frequency(ratio: frequency), skew: Frequency(ratio: max(left, 1e-9)), now)
    }

    /// `manual on|off|reset`
    mutating func change(manual mode: ManualMode) -> ControlReply {
        switch mode {
        case .on: manual.isEnabled = true
        case .off: manual.isEnabled = false
        case .reset: manual.reset()
        }
        return .status(.success)
    }

    /// `manual delete`
    mutating func deleteManual(_ index: Int32, _ now: ClockReading, _ effects: inout [Effect]) -> ControlReply {
        guard manual.remove(at: Int(index)) else { return .status(.badSample) }
        adoptManualFrequency(now)
        correct(now, &effects, isUpdate: false)
        return .status(.success)
    }

    /// `manual list`
    var manualListReport: ManualListReport {
        var report = ManualListReport()
        for (entry, residual) in zip(manual.entries, manual.residuals) {
            let here = aim.map { $0.offset - discipline.frequency.ratio * (entry.time - $0.time) } ?? entry.offset
            let then = origin.sinceEpoch + offsetBase + Duration(clampingSeconds: entry.time + here)
            var shown = ManualListReport.Entry()
            shown.time = Instant(sinceEpoch: then)
            shown.slewedOffset = Duration(clampingSeconds: here - entry.offset)
            shown.originalOffset = Duration(clampingSeconds: entry.fast)
            shown.residual = Duration(clampingSeconds: residual)
            report.entries.append(shown)
        }
        return report
    }
}

public import Recording
public import TimeBase

/// Learns how a real-time clock goes, from comparisons with true time, though others set it meanwhile.
///
/// A write (the kernel's, every eleven minutes with `rtcsync`, or somebody's) is a step of the RTC and says nothing of its
/// rate. Only what it gained between two comparisons without a write counts, and that is added up over the days. Where the
/// kernel writes, its writes are expected: no two comparisons count across such a moment, whether a step is seen or not.
///
/// It is handed comparisons and reads no clock. Times are true times in seconds since 1970, offsets are how many seconds
/// the RTC is **fast**.
public struct RealTimeClockTracker: Sendable {
    /// What a comparison told.
    public enum Finding: Equatable, Sendable {
        /// It goes on as it was expected to.
        case asExpected
        /// The RTC was put forward by so many seconds since the last one.
        case wasSet(by: Double, RealTimeClockRecord.Change.Author)
        /// The first comparison after a start of the machine: over the time that the RTC was alone, its prediction was off
        /// by so many seconds (positive: it is faster than predicted), and could be off by this bound.
        case survived(error: Double, bound: Double)
    }

    /// The kernel writes again after 659 or 660 s: its timer counts from a whole second that is cut off.
    static let kernelPeriod = 659.5
    /// Seconds by which each of its periods may differ.
    static let kernelPeriodDoubt = 0.5
    /// Where the moment of its writes may be off by more, seconds, nobody knows it any more.
    static let lost = 160.0
    /// Beyond this, seconds, the step is looked for closely, if steps can be seen.
    private static let vague = 40.0
    /// Seconds to keep away from a moment at which the kernel writes.
    private static let guardTime = 15.0
    /// Seconds of one span of the record.
    private static let spanLength = 6 * 3600.0
    private static let mostSpans = 120
    private static let mostSamples = 64
    /// Its owner saves the record at least so often, seconds: what the kernel may have written since, a prediction allows for.
    public static let savingInterval = 3600.0

    /// What, of the offset after a write of the kernel's that surely came, the wall clock's own error cannot explain.
    private static let clearlyWrong = 0.5
    /// So many writes in a row that did not happen say that the kernel writes another RTC, or none.
    private static let mostMissedWrites = 3

    public let chip: RealTimeClockChip
    /// The kernel's name of it, for the record.
    public let device: String
    /// What is saved of it, but for what ``record(at:)`` puts in.
    private var kept: RealTimeClockRecord?
    /// Comparisons since the RTC was set last, oldest first.
    private var samples: [RealTimeClockSample] = []
    /// The comparison that the next one may be subtracted from.
    private var base: RealTimeClockSample?
    /// The span that is being filled.
    private var open: OpenSpan?
    private var spans: [RealTimeClockRecord.Span]
    private var gaps: [RealTimeClockRecord.Span]
    private var changes: [RealTimeClockRecord.Change]
    private var kernelWrites: Int
    private var losses: Int
    private var since: Double
    /// When the kernel wrote (true time), and how far that may be off, seconds; nil while it does not write.
    private var anchor: (time: Double, doubt: Double)?
    /// Whether a comparison was made since the start.
    private var isFresh = true
    private var announced: RealTimeClockRecord.Change.Author?
    /// Whether the kernel's last write could be seen as a step.
    private var seesSteps = false
    /// Writes of the kernel in a row that did not happen.
    private var missedWrites = 0

    private struct OpenSpan {
        var start: Double
        var length = 0.0
        var gain = 0.0
        var variance = 0.0
        var warmth = 0.0
        var warmthLength = 0.0
    }

    /// - Parameters:
    ///   - device: the kernel's name of it, `rtc0`.
    ///   - record: what was saved before the last stop.
    public init(_ chip: RealTimeClockChip, device: String = "", record: RealTimeClockRecord? = nil) {
        self.chip = chip
        self.device = device
        kept = record
        spans = record?.spans ?? []
        gaps = record?.gaps ?? []
        changes = record?.changes ?? []
        kernelWrites = record?.kernelWrites ?? 0
        losses = record?.losses ?? 0
        since = record?.since ?? 0
    }

    /// Whether the kernel writes the RTC (STA_UNSYNC is cleared) from a true time on, or no longer.
    public mutating func kernelWrites(_ writes: Bool, at time: Double) {
        if !writes {
            anchor = nil
        } else if anchor == nil, missedWrites < Self.mostMissedWrites {
            // At once, or when the next second comes round (kernel/time/ntp.c: it tries again after two seconds).
            anchor = (time + 1.5, 2.5)
            base = nil
        }
    }

    /// Whether the kernel writes it.
    public var isWrittenByKernel: Bool { anchor != nil }

    /// We set it just now: what was compared before is past.
    public mutating func noteSet(at time: Double) {
        announced = .timeball
        base = nil
    }

    /// It had lost its time when the machine started.
    public mutating func noteLoss() { losses += 1 }

    // MARK: Comparisons

    /// Takes a comparison in.
    public mutating func add(_ sample: RealTimeClockSample) -> Finding {
        if since == 0 { since = sample.time }
        defer { isFresh = false }
        if let announced {
            self.announced = nil
            let step = samples.last.map { sample.offset - $0.offset } ?? 0
            return restart(sample, step: step, announced)
        }
        if isFresh, let kept, let found = returned(sample, kept) { return found }
        guard let last = samples.last, sample.time > last.time else {
            samples = [sample]
            base = sample
            return .asExpected
        }
        let elapsed = sample.time - last.time
        let expected = last.offset + frequency.ratio * elapsed
        let noise = 5 * (sample.deviation * sample.deviation + last.deviation * last.deviation).squareRoot()
        let doubt = min(rateDoubt, RealTimeClockChip.greatestRate.ratio) * elapsed
        let error = sample.offset - expected
        guard error.magnitude <= noise + doubt else {
            // The kernel writes what the system clock shows: afterwards the RTC is nearly right.
            let isKernels = anchor != nil && sample.offset.magnitude <= chip.kernelWriteError.inSeconds + 0.01
            return restart(sample, step: error, isKernels ? .kernel : .others)
        }
        if isUnwritten(sample, since: last) {
            missedWrites += 1
            if missedWrites == Self.mostMissedWrites { anchor = nil }
        } else if anchor != nil, doubtOfWrite(at: sample.time) > Self.lost {
            // It may have been written in between, unseen.
            base = nil
            samples = []
        } else if crossesWrite(from: last.time, to: sample.time) {
            kernelWrites += 1
            missedWrites = 0
            seesSteps = false
            base = nil
            samples = []
        }
        if let base { accumulate(from: base, to: sample) }
        base = sample
        samples.append(sample)
        if samples.count > Self.mostSamples { samples.removeFirst(4) }
        return .asExpected
    }

    private mutating func restart(
        _ sample: RealTimeClockSample, step: Double, _ author: RealTimeClockRecord.Change.Author
    ) -> Finding {
        if author == .kernel {
            kernelWrites += 1
            missedWrites = 0
            seesSteps = true
            if let last = samples.last {
                let found = (time: (last.time + sample.time) / 2, doubt: (sample.time - last.time) / 2)
                if found.doubt < doubtOfWrite(at: sample.time) { anchor = found }
            }
        } else {
            changes.append(RealTimeClockRecord.Change(time: sample.time, step: step, author: author))
            if changes.count > 64 { changes.removeFirst() }
        }
        samples = [sample]
        base = sample
        return .wasSet(by: step, author)
    }

    /// The first comparison after a start: did the RTC go on alone, or was it set?
    private mutating func returned(
        _ sample: RealTimeClockSample, _ kept: RealTimeClockRecord
    ) -> Finding? {
        let prediction = RealTimeClockPrediction(kept, chip: chip)
        let away = sample.time - kept.reference
        guard away > 0 else { return nil }
        let expected = prediction.offset(at: sample.time, celsius: nil)
        let error = sample.offset - expected.offset
        samples = [sample]
        base = sample
        guard error.magnitude <= expected.bound + sample.bound else {
            changes.append(RealTimeClockRecord.Change(time: sample.time, step: error, author: .others))
            return .wasSet(by: error, .others)
        }
        // Where the kernel may have written after the last comparison, the rate is known only as well as that.
        let isWritten = kept.isWrittenByKernel
        let start = isWritten ? chip.kernelWriteError.inSeconds : kept.offsetBound ?? 0
        if away > 3600 {
            gaps.append(
                RealTimeClockRecord.Span(
                    start: kept.reference, length: away, gain: sample.offset - (isWritten ? 0 : kept.offset),
                    deviation: (start * start + sample.deviation * sample.deviation).squareRoot(),
                    celsius: sample.celsius))
            if gaps.count > 64 { gaps.removeFirst() }
        }
        return .survived(error: error, bound: expected.bound + sample.bound)
    }

    private mutating func accumulate(from base: RealTimeClockSample, to sample: RealTimeClockSample) {
        let length = sample.time - base.time
        var span = open ?? OpenSpan(start: base.time)
        // In a chain of comparisons only the first and the last one's errors remain.
        let isChain = samples.count > 1 && open != nil
        span.variance +=
            isChain
            ? sample.deviation * sample.deviation - base.deviation * base.deviation
            : base.deviation * base.deviation + sample.deviation * sample.deviation
        span.variance = max(span.variance, sample.deviation * sample.deviation)
        span.length += length
        span.gain += sample.offset - base.offset
        if let celsius = sample.celsius {
            span.warmth += celsius * length
            span.warmthLength += length
        }
        open = span
        if sample.time - span.start >= Self.spanLength { close() }
    }

    private mutating func close() {
        guard let span = closed(open) else { return }
        open = nil
        spans.append(span)
        if spans.count > Self.mostSpans { spans.removeFirst() }
    }

    private func closed(_ open: OpenSpan?) -> RealTimeClockRecord.Span? {
        guard let open, open.length > 0 else { return nil }
        return RealTimeClockRecord.Span(
            start: open.start, length: open.length, gain: open.gain, deviation: open.variance.squareRoot(),
            celsius: open.warmthLength > 0 ? open.warmth / open.warmthLength : nil)
    }

    // MARK: The kernel's writes

    /// How far the moment of the kernel's next write may be off, seconds.
    private func doubtOfWrite(at time: Double) -> Double {
        guard let anchor else { return .infinity }
        return anchor.doubt + ((time - anchor.time) / Self.kernelPeriod).magnitude * Self.kernelPeriodDoubt
    }

    /// The moments at which the kernel is expected to write next after a time, and their doubt.
    private func nextWrite(after time: Double) -> (time: Double, doubt: Double)? {
        guard let anchor else { return nil }
        let periods = max(0, ((time - anchor.time) / Self.kernelPeriod).rounded(.up))
        let moment = anchor.time + periods * Self.kernelPeriod
        return (moment, doubtOfWrite(at: moment))
    }

    private func crossesWrite(from: Double, to: Double) -> Bool {
        guard let anchor else { return false }
        let reach = doubtOfWrite(at: to) + 1
        let first = ((from - reach - anchor.time) / Self.kernelPeriod).rounded(.up)
        return anchor.time + first * Self.kernelPeriod <= to + reach
            && anchor.time + first * Self.kernelPeriod >= anchor.time
    }

    /// Whether a write of the kernel's was due, at the latest, between two comparisons, and did not happen: the RTC is still
    /// wrong.
    private func isUnwritten(_ sample: RealTimeClockSample, since last: RealTimeClockSample) -> Bool {
        guard let write = nextWrite(after: last.time - doubtOfWrite(at: last.time)),
            write.time + write.doubt < sample.time
        else { return false }
        return sample.offset.magnitude - sample.bound > chip.kernelWriteError.inSeconds + Self.clearlyWrong
    }

    /// When to compare next, in true time: often at first, then every four minutes, and where the kernel writes, shortly
    /// before and after it does.
    public func nextComparison(after time: Double) -> Double {
        let wait: Double =
            switch samples.count {
            case ..<4 where anchor == nil: 15
            case ..<6 where anchor == nil: 30
            case ..<10 where anchor == nil: 60
            case ..<14 where anchor == nil: 120
            default: 240
            }
        guard let write = nextWrite(after: time - Self.guardTime) else { return time + wait }
        guard write.doubt < Self.lost else { return time + (seesSteps ? 60 : 240) }
        let before = write.time - write.doubt - Self.guardTime
        let after = write.time + write.doubt + Self.guardTime
        if time + wait < before { return time + wait }
        if time < before - 1 { return before }
        return write.doubt > Self.vague && seesSteps ? min(max(after, time + 1), time + 20) : max(after, time + 1)
    }

    // MARK: What is believed

    /// All spans that tell about the rate, the unfinished one too.
    private var allSpans: [RealTimeClockRecord.Span] { spans + (closed(open).map { [$0] } ?? []) }

    /// How much it gains, by the last two weeks.
    public var frequency: Frequency {
        RateSummary(allSpans)?.frequency ?? kept?.frequency ?? .zero
    }

    /// How far the rate of the next minutes may be from ``frequency``, s/s.
    private var rateDoubt: Double {
        guard let summary = RateSummary(allSpans), summary.length > 60 else {
            guard let kept, let deviation = kept.frequencyDeviation else { return 200e-6 }
            return min(5 * deviation.ratio + 2e-6, 200e-6)
        }
        let daily = chip.crystal == .tuningFork ? 3e-6 : 0.5e-6
        return min(5 * summary.deviation.ratio + 5 * summary.scatter + daily, 200e-6)
    }

    /// What is believed now; nil before the first comparison.
    public func estimate(at time: Double) -> RealTimeClockEstimate? {
        guard let newest = samples.last else { return nil }
        let rate = frequency.ratio
        let doubt = rateDoubt
        // What all comparisons since the last set allow.
        var (low, high) = (-Double.infinity, Double.infinity)
        var signs = 0
        var previous: Bool?
        for sample in samples.reversed() where newest.time - sample.time < 1800 {
            let age = time - sample.time
            let carried = sample.offset + rate * age
            let width = sample.bound + doubt * age.magnitude
            let both = (max(low, carried - width), min(high, carried + width))
            guard both.0 <= both.1 else { break }
            (low, high) = both
            let isAbove = carried > newest.offset + rate * (time - newest.time)
            if isAbove != previous { signs += 1 }
            previous = isAbove
        }
        let summary = RateSummary(allSpans)
        return RealTimeClockEstimate(
            time: time, offset: (low + high) / 2, bound: (high - low) / 2, frequency: frequency,
            frequencyDeviation: summary?.deviation ?? kept?.frequencyDeviation ?? RealTimeClockChip.greatestRate,
            samples: samples.count, runs: signs, span: newest.time - samples[0].time)
    }

    /// What is to be saved; nil as long as nothing was compared and nothing was saved before.
    public func record(at time: Double) -> RealTimeClockRecord? {
        guard let estimate = estimate(at: time) else { return kept }
        var record = RealTimeClockRecord(
            reference: time.rounded(), offset: estimate.offset + estimate.frequency.ratio * (time.rounded() - time),
            frequency: estimate.frequency)
        record.offsetBound = estimate.bound
        record.frequencyDeviation = estimate.frequencyDeviation
        record.chip = chip.name
        record.device = device
        record.isWrittenByKernel = isWrittenByKernel
        record.spans = allSpans.suffix(Self.mostSpans)
        record.gaps = gaps
        record.changes = changes
        record.kernelWrites = kernelWrites
        record.losses = losses
        record.since = since
        record.coefficient = TemperatureCoefficient(record.spans).map { ($0.perKelvin.ppm, $0.deviation.ppm) }
        return record
    }
}

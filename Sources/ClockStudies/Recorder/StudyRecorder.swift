internal import ClockStatistics
public import Engine
public import TimeBase

/// Records a study: says when to compare, makes readings of the comparisons, and notices what happens to the clock.
///
/// It reads no clock and opens nothing, so a simulated crystal is recorded by the same code as a real one.
public struct StudyRecorder: Engine {
    /// What a host tells.
    public enum Event: Sendable, Equatable {
        /// The comparison that was asked for, and how the kernel steers the clock (nil where that cannot be asked).
        case compared(ClockComparison, SteeringState?)
        /// The comparison that was asked for failed; a sentence.
        case failed(String)
        /// The user wants to stop; the study can be resumed.
        case interrupted
    }

    /// What a host is to do.
    public enum Effect: Sendable, Equatable {
        /// Compare the two clocks and come back with ``Event/compared(_:_:)`` or ``Event/failed(_:)``.
        case compare
        /// Keep a reading.
        case record(Study.Reading)
        /// Keep a happening.
        case tell(Study.Happening)
        /// Keep the reference's anchor, which a resumed recording needs.
        case keepAnchor(Duration)
        /// The study is over.
        case stop
    }

    /// How to record.
    public struct Plan: Sendable, Equatable {
        /// Time from one reading to the next.
        public var interval: Duration
        /// From the first reading to the last.
        public var length: Duration
        /// Whether the reference counts from 1970. If not (a raw counter), its scale is anchored to the studied clock at the
        /// first reading.
        public var referenceCountsFrom1970: Bool
        /// Whether the reference tells time only by pulses or edges, one a second: then each comparison is asked for half a
        /// second before the edge that it will be made at.
        public var comparesAtEdges = false

        /// - Parameters:
        ///   - interval: positive.
        ///   - length: from the first reading to the last.
        public init(interval: Duration, length: Duration, referenceCountsFrom1970: Bool) {
            precondition(interval > .zero, "The time between readings is positive.")
            self.interval = interval
            self.length = length
            self.referenceCountsFrom1970 = referenceCountsFrom1970
        }
    }

    /// What a recording that was interrupted left.
    public struct Past: Sendable, Equatable {
        /// Time of the first reading, in seconds.
        public var first: Double
        /// Time of the last reading, in seconds.
        public var last: Double
        /// As ``Effect/keepAnchor(_:)`` told.
        public var anchor: Duration

        /// What is needed to go on.
        public init(first: Double, last: Double, anchor: Duration) {
            self.first = first
            self.last = last
            self.anchor = anchor
        }
    }

    /// How it records.
    public let plan: Plan
    /// What is added to the reference to count from 1970; nil before the first reading.
    public private(set) var anchor: Duration?
    /// Time of the first reading; nil before it.
    public private(set) var firstTime: Double?
    /// Time of the last reading; nil before it.
    public private(set) var lastTime: Double?
    /// Whether the end of the plan was reached.
    public private(set) var isComplete = false

    private let resumesAfter: Double?
    private var due: Instant<Monotonic>?
    private var started: Instant<Monotonic>?
    private var isWaiting = false
    private var isOver = false
    private var steering: SteeringState?
    private var wallOffset: Duration?
    private var failures = 0
    private var saidResumed = false

    /// A smaller step of the clock is not told from a disturbed reading of it.
    public static let smallestStep = Duration.microseconds(50)
    /// A smaller change of the rate is not told: kernel loops creep.
    public static let smallestRateChange = 1e-9
    /// The remark when STA_UNSYNC is cleared meanwhile.
    public static let synchronisedWords = "A daemon tells the kernel now that the clock is synchronised."

    /// - Parameter past: of a recording that is resumed; nil for a new one.
    public init(_ plan: Plan, resuming past: Past? = nil) {
        self.plan = plan
        anchor = past?.anchor ?? (plan.referenceCountsFrom1970 ? .zero : nil)
        firstTime = past?.first
        lastTime = past?.last
        resumesAfter = past?.last
    }

    public func nextWake(after now: ClockReading) -> Instant<Monotonic> {
        if isWaiting || isOver { return now.monotonic + .seconds(3600) }
        return due ?? now.monotonic
    }

    public mutating func wake(at now: ClockReading, effects: inout [Effect]) {
        guard !isWaiting, !isOver, due.map({ $0 <= now.monotonic }) ?? true else { return }
        let start = started ?? now.monotonic
        started = start
        // A reference that never answers does not keep it for ever; a clock that is far off is not cut short.
        if now.monotonic - start > plan.length + plan.length / 50 + plan.interval {
            isOver = true
            effects.append(.stop)
            return
        }
        // On the grid of the first one, so that the readings stay equally spaced; what was slept through is left out.
        var next = (due ?? now.monotonic) + plan.interval
        if next <= now.monotonic {
            let missed = ((now.monotonic - next) / plan.interval).rounded(.down)
            next += plan.interval * (Int(min(missed, 1e15)) + 1)
        }
        due = next
        isWaiting = true
        effects.append(.compare)
    }

    public mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
        switch event {
        case .compared(let comparison, let state):
            isWaiting = false
            take(comparison, state, now, &effects)
        case .failed(let words):
            isWaiting = false
            fail(words, now, &effects)
        case .interrupted: stop(now, &effects)
        }
    }

    public mutating func finish(at now: ClockReading, effects: inout [Effect]) {
        stop(now, &effects)
    }

    private mutating func stop(_ now: ClockReading, _ effects: inout [Effect]) {
        guard !isOver else { return }
        isOver = true
        if lastTime != nil { tell(.pause, "The recording was interrupted.", time(now), nil, &effects) }
        effects.append(.stop)
    }

    // MARK: Readings

    private mutating func take(
        _ comparison: ClockComparison, _ state: SteeringState?, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard !isOver else { return }
        if anchor == nil {
            let found = comparison.studied - comparison.reference
            anchor = found
            effects.append(.keepAnchor(found))
        } else if firstTime == nil, let anchor {
            effects.append(.keepAnchor(anchor))
        }
        let reference = comparison.reference + (anchor ?? .zero)
        let reading = Study.Reading(
            time: reference.inSeconds, phase: (comparison.studied - reference).inSeconds,
            uncertainty: comparison.uncertainty?.inSeconds, temperature: comparison.temperature)
        noticeGap(before: reading, &effects)
        if let lastTime, reading.time <= lastTime {
            return fail("The reference went back by \(lastTime - reading.time) s.", now, &effects)
        }
        if failures > 0 {
            tell(.remark, "Readings come again after \(failures) that failed.", reading.time, nil, &effects)
            failures = 0
        }
        noticeStep(reading, now, &effects)
        noticeSteering(state, reading, &effects)
        effects.append(.record(reading))
        firstTime = firstTime ?? reading.time
        lastTime = reading.time
        if plan.comparesAtEdges { due = now.monotonic + max(plan.interval, .seconds(1)) - .milliseconds(500) }
        // Half an interval of grace: the last reading may come a little early.
        if let firstTime, reading.time - firstTime >= (plan.length - plan.interval / 2).inSeconds {
            isComplete = true
            isOver = true
            effects.append(.stop)
        }
    }

    private mutating func noticeGap(before reading: Study.Reading, _ effects: inout [Effect]) {
        guard let lastTime else { return }
        let span = reading.time - lastTime
        if resumesAfter != nil, !saidResumed {
            saidResumed = true
            tell(.pause, "The recording went on after \(Self.seconds(span)).", reading.time, nil, &effects)
        }
        // An edge that was missed is taken a second later, which is no gap.
        guard span > plan.interval.inSeconds * 1.5 + (plan.comparesAtEdges ? 1.2 : 0) else { return }
        tell(.gap, "Nothing was recorded for \(Self.seconds(span)).", reading.time, span, &effects)
    }

    /// The first failure of a row is told, and then each doubling.
    private mutating func fail(_ words: String, _ now: ClockReading, _ effects: inout [Effect]) {
        failures += 1
        guard failures & (failures - 1) == 0 else { return }
        let sentence = failures == 1 ? words : "\(words) (\(failures) times in a row)"
        tell(.failure, sentence, time(now), nil, &effects)
    }

    // MARK: What happens to the clock

    /// The wall clock less the one that nobody steps changes by steps only: both are steered alike.
    private mutating func noticeStep(_ reading: Study.Reading, _ now: ClockReading, _ effects: inout [Effect]) {
        let offset = now.realtime.sinceEpoch - now.monotonic.sinceEpoch - now.suspended
        defer { wallOffset = offset }
        guard let wallOffset, (offset - wallOffset).magnitude >= Self.smallestStep else { return }
        let size = (offset - wallOffset).inSeconds
        tell(
            .step, "The clock was set \(size > 0 ? "forward" : "back") by \(Self.seconds(size.magnitude)).",
            reading.time, size, &effects)
    }

    private mutating func noticeSteering(
        _ state: SteeringState?, _ reading: Study.Reading, _ effects: inout [Effect]
    ) {
        guard let state else { return }
        guard let before = steering else {
            steering = state
            return
        }
        if state.isSynchronised != before.isSynchronised {
            let words =
                state.isSynchronised
                ? "A daemon tells the kernel now that the clock is synchronised."
                : "The kernel counts the clock as unsynchronised now."
            tell(.remark, words, reading.time, nil, &effects)
            steering?.isSynchronised = state.isSynchronised
        }
        let change = state.rate - before.rate
        guard change.magnitude >= Self.smallestRateChange else { return }
        steering = state
        tell(
            .rateChange,
            "The clock's rate was changed by \(Self.ppm(change)) to tick \(state.tick), frequency "
                + "\(state.scaledFrequency).", reading.time, change, &effects)
    }

    private func tell(
        _ kind: Study.Kind, _ words: String, _ time: Double, _ size: Double?, _ effects: inout [Effect]
    ) {
        effects.append(.tell(Study.Happening(time: time, kind: kind, words: words, size: size)))
    }

    /// On the readings' scale, but for what the studied clock has gained.
    private func time(_ now: ClockReading) -> Double { max(now.realtime.sinceEpoch.inSeconds, lastTime ?? -.infinity) }

    private static func seconds(_ value: Double) -> String { "\(DecimalText.significant(value, digits: 6)) s" }
    private static func ppm(_ ratio: Double) -> String {
        (ratio > 0 ? "+" : "") + "\(DecimalText.significant(ratio * 1e6, digits: 6)) ppm"
    }
}

public import Engine
internal import Estimation
public import TimeBase
public import Timekeeping

/// What the daemon clockspeed decides: it learns the crystal's rate from all measurements that come through `adjust`, or
/// that it makes itself, puts the rate into the kernel, and works off what the clock is wrong by.
public struct ClockspeedEngine: Engine, Sendable {
    private let settings: ClockspeedSettings
    private var clock: SteeredClock
    private var learner: RateLearner
    private var schedule: MeasuringSchedule
    /// The rate that takes the crystal's away, without any slew.
    private var base: KernelRate
    /// When the slew under way has done its work.
    private var slewEnd: Instant<Monotonic>?
    private var due: Instant<Monotonic>?
    private var isMeasuring = false
    private var lastLook: Instant<Monotonic>

    /// Longer corrections are cut to this, as clockspeed does.
    static let mostCorrection = Duration.microseconds(99_999_999)
    /// adjtime(3) slews by 500 ppm; so do we.
    static let slewRate = 500e-6
    static let shortestSlew = Duration.seconds(60)
    /// Suspension and steps by others are looked for so often.
    static let look = Duration.seconds(60)

    /// - Parameters:
    ///   - now: all clocks at the start.
    ///   - rate: what the kernel's clock is set to.
    ///   - counter: what the unsteered counter shows now.
    ///   - boot: which start of the machine this is.
    ///   - history: measurements from before this start of the program; those of other boots are passed over.
    ///   - known: how much the crystal gains by etc/atto; nil if there is none.
    public init(
        at now: ClockReading, rate: KernelRate, counter: Duration, boot: String, history: [ClockMark],
        known: Frequency?, settings: ClockspeedSettings
    ) {
        self.settings = settings
        clock = SteeredClock(at: now, rate: rate)
        base = known.map { KernelRate(nearest: Self.counter(to: $0)) } ?? rate
        let begin = clock.oscillator(at: now.monotonic)
        let marks = history.filter { $0.boot == boot && $0.counter <= counter && $0.suspended == now.suspended }
            .map { mark in
                let moment = begin - (counter - mark.counter)
                return (moment, mark.realtime.sinceEpoch + mark.offset - moment.sinceEpoch, mark.deviation)
            }
        // Without a saved rate, whatever the kernel runs at is the best guess, and crystals are within 100 ppm.
        learner = RateLearner(
            from: marks.first?.0 ?? begin,
            frequency: known ?? Self.counter(to: rate.frequency), deviation: known == nil ? 100e-6 : 1e-6)
        for (moment, offset, deviation) in marks {
            _ = learner.add(at: moment, offset: offset, deviation: deviation)
        }
        schedule = MeasuringSchedule(interval: settings.interval)
        due = settings.measures ? now.monotonic : nil
        lastLook = now.monotonic
        // Held from the start: then looked after at the first wake.
        slewEnd = settings.steers ? now.monotonic : nil
    }

    /// The rate that takes a gain away.
    private static func counter(to gain: Frequency) -> Frequency {
        Frequency(ratio: 1 / (1 + gain.ratio) - 1)
    }

    /// How much the crystal gains, and the standard deviation of that.
    public var crystal: (gain: Frequency, deviation: Frequency) { learner.crystal }

    public func nextWake(after now: ClockReading) -> Instant<Monotonic> {
        var next = lastLook + Self.look
        if let slewEnd { next = min(next, slewEnd) }
        if let due = measuringDue { next = min(next, due) }
        return next
    }

    /// When to measure next; not in the last moments of a slew, which would end late if the other side does not answer.
    private var measuringDue: Instant<Monotonic>? {
        guard let due, !isMeasuring else { return nil }
        guard let slewEnd, slewEnd > due, slewEnd - due < .seconds(15) else { return due }
        return slewEnd
    }

    public mutating func wake(at now: ClockReading, effects: inout [ClockspeedEffect]) {
        lookBehind(at: now, &effects)
        if let end = slewEnd, end <= now.monotonic { steer(at: now, &effects) }
        if let due = measuringDue, due <= now.monotonic {
            isMeasuring = true
            effects.append(.measure)
        }
    }

    public mutating func receive(
        _ event: ClockspeedEvent, at now: ClockReading, effects: inout [ClockspeedEffect]
    ) {
        lookBehind(at: now, &effects)
        switch event {
        case .mark(let offset, let deviation):
            take(offset, deviation ?? settings.deviation, isOwn: deviation != nil, at: now, &effects)
        case .failed(let reason):
            isMeasuring = false
            let wait = schedule.failed()
            due = now.monotonic + wait
            effects.append(.say("no measurement: \(reason); the next try is in \(Int(wait.inSeconds)) s"))
        case .nonsense(let octets):
            effects.append(.say("\(octets) octets came that are no measurement of 16; they are dropped"))
        case .refused(let rate):
            clock.refused(rate)
            slewEnd = nil
        }
    }

    public mutating func finish(at now: ClockReading, effects: inout [ClockspeedEffect]) {
        // No slew may go on for ever.
        if settings.steers, clock.rate != base { set(base, at: now, &effects) }
    }

    // MARK: Steps

    private mutating func take(
        _ offset: Duration, _ deviation: Double, isOwn: Bool, at now: ClockReading, _ effects: inout [ClockspeedEffect]
    ) {
        effects.append(.keepMark(offset: offset, deviation: deviation))
        let moment = clock.oscillator(at: now.monotonic)
        let truth = now.realtime.sinceEpoch + offset - moment.sinceEpoch
        if isOwn { isMeasuring = false }
        switch learner.add(at: moment, offset: truth, deviation: deviation) {
        case .doubted(let surprise):
            effects.append(
                .say("a measurement is \(words(surprise)) from what was expected; it waits for a second one"))
            if isOwn { due = now.monotonic + schedule.failed() }
            return
        case .replaced: effects.append(.say("two measurements agree against what was expected: they are followed"))
        case .taken: break
        }
        if let octets = learner.knowsRate ? TickRate.octets(learner.crystal.gain) : nil {
            effects.append(.saveRate(octets))
        }
        if isOwn {
            let learner = learner
            let wait = schedule.succeeded(target: settings.target) { learner.expectedError(at: moment + $0) }
            due = now.monotonic + wait
            effects.append(.saveInterval(wait))
        }
        steer(at: now, &effects)
    }

    /// Sets the rate that keeps the clock right, and works off what it is wrong by.
    private mutating func steer(at now: ClockReading, _ effects: inout [ClockspeedEffect]) {
        slewEnd = nil
        guard settings.steers else { return }
        base = KernelRate(nearest: Self.counter(to: learner.crystal.gain))
        let moment = clock.oscillator(at: now.monotonic)
        guard let estimate = learner.estimate(at: moment) else { return set(base, at: now, &effects) }
        let wrong = moment.sinceEpoch + estimate.offset - now.realtime.sinceEpoch
        let correction = min(max(wrong, .zero - Self.mostCorrection), Self.mostCorrection)
        // What is less than a fifth of the doubt is left alone, so that slews come to an end.
        guard correction.magnitude.inSeconds > max(2e-6, estimate.deviation / 5) else {
            return set(base, at: now, &effects)
        }
        let time = max(Self.shortestSlew.inSeconds, correction.magnitude.inSeconds / Self.slewRate)
        let slew = Frequency(ratio: correction.inSeconds / time)
        set(KernelRate(nearest: base.frequency + slew), at: now, &effects)
        slewEnd = now.monotonic + Duration(clampingSeconds: time)
    }

    private mutating func set(_ rate: KernelRate, at now: ClockReading, _ effects: inout [ClockspeedEffect]) {
        guard rate != clock.rate else { return }
        clock.set(rate, at: now.monotonic)
        effects.append(.setRate(rate))
    }

    /// Sees whether the machine slept, or somebody set the clock.
    private mutating func lookBehind(at now: ClockReading, _ effects: inout [ClockspeedEffect]) {
        lastLook = now.monotonic
        let (step, slept) = clock.lookForSteps(at: now)
        if slept > .zero {
            // The kernel put the clock forward by what an RTC told, good to a second at best: only the rate is still known.
            learner.forgetOffset()
            effects.append(
                .say("the machine slept for \(words(slept)): the rate is kept, the time must be measured anew"))
            if settings.measures, !isMeasuring { due = now.monotonic }
            if slewEnd != nil { slewEnd = now.monotonic }
        } else if step != .zero {
            effects.append(.say("somebody set the clock \(words(step)) \(step > .zero ? "forward" : "back")"))
            if settings.steers, learner.knowsTime { slewEnd = now.monotonic }
        }
    }

    private func words(_ duration: Duration) -> String { ClockMark.text(duration.magnitude) + " s" }
}

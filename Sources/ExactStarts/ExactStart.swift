internal import BoundPage
public import Engine
public import TimeBase

/// What the machine tells an ``ExactStart``.
public enum StartEvent: Equatable, Sendable {
    /// The answer to ``StartEffect/look``.
    case known(KnownTime)
    /// The process is prepared, as was asked or less.
    case prepared(Preparation)
    /// The process was let go at this moment.
    case released(at: Instant<Monotonic>)
    /// The prepared process woke too late, and waits.
    case wokeLate
    /// It could not be prepared or started: why.
    case failed(String)
    /// Somebody has stepped the wall clock, or the machine was suspended.
    case clockWasSet
    /// Somebody wants this to end.
    case interrupted
}

/// What an ``ExactStart`` asks of the machine.
public enum StartEffect: Equatable, Sendable {
    /// Tell what is known of true time now.
    case look
    /// The instant is near: see to it that waking is exact, and that what is needed lies in memory.
    case getReady
    /// Prepare the process.
    case prepare
    /// Let the prepared process go by itself at a moment, unless it should wake only after `latest`. A later one of
    /// these takes the place of an earlier one.
    case aim(at: Instant<Monotonic>, latest: Instant<Monotonic>)
    /// Let it go, or start it, now.
    case go
    /// End the prepared process, if it has not gone.
    case cancel
    /// It is decided.
    case finish(StartOutcome)
}

/// Decides about one start: when to look at the clock, when to prepare, when to let go, and whether at all.
///
/// It goes by true time alone; the wall clock may be stepped as anybody likes, as long as there is something better. It
/// asks for ``StartEffect/go`` or ``StartEffect/finish(_:)`` once, whatever happens.
public struct ExactStart: Engine, Sendable {
    private enum State: Equatable {
        case waiting
        case preparing
        case prepared
        /// It was told to go, or has gone by itself.
        case going
        case finished
    }

    public let plan: StartPlan
    private var state = State.waiting
    private var isReady = false
    private var preparation: Preparation
    private var nextLook: Instant<Monotonic>?
    private var aimed: Instant<Monotonic>?
    private var lastKnown: KnownTime?
    private var sleepAtStart: Duration?

    /// What was known of true time when it was let go, or else last.
    public private(set) var known: KnownTime?

    public init(_ plan: StartPlan) {
        self.plan = plan
        preparation = plan.preparation
    }

    public var isFinished: Bool { state == .finished }

    public func nextWake(after now: ClockReading) -> Instant<Monotonic> {
        switch state {
        case .going, .finished: now.monotonic + .seconds(60)
        default: nextLook ?? now.monotonic
        }
    }

    public mutating func wake(at now: ClockReading, effects: inout [StartEffect]) {
        guard isUndecided else { return }
        if let start = sleepAtStart {
            let slept = now.suspended - start
            if slept >= BoundReport.noticeableSleep, plan.policy == .abort { return refuse(.slept(slept), &effects) }
        } else {
            sleepAtStart = now.suspended
        }
        // Until the answer comes there is nothing to wake for.
        nextLook = now.monotonic + .seconds(1)
        effects.append(.look)
    }

    public mutating func receive(_ event: StartEvent, at now: ClockReading, effects: inout [StartEffect]) {
        switch event {
        case .known(let known): if isUndecided { decide(known, &effects) }
        case .clockWasSet: if isUndecided { nextLook = now.monotonic }
        case .prepared(let reached):
            guard state == .preparing else { return }
            state = .prepared
            preparation = reached
            nextLook = now.monotonic
        case .released:
            // One that goes by itself may have gone while it was decided that it must not: it has.
            guard state != .finished else { return }
            state = .finished
            effects.append(.finish(.ran))
        case .wokeLate: if isUndecided { nextLook = now.monotonic }
        case .failed(let why): if state != .finished { refuse(.failed(why), &effects) }
        case .interrupted: if isUndecided { refuse(.interrupted, &effects) }
        }
    }

    public mutating func finish(at now: ClockReading, effects: inout [StartEffect]) {
        if isUndecided { refuse(.interrupted, &effects) }
    }

    // MARK: Deciding

    private var isUndecided: Bool { state != .going && state != .finished }

    private mutating func decide(_ known: KnownTime, _ effects: inout [StartEffect]) {
        defer { lastKnown = known }
        self.known = known
        if plan.policy == .abort, let step = step(to: known), step.magnitude > plan.limit ?? StartPlan.patience {
            return refuse(.stepped(by: step), &effects)
        }
        let target = known.moment(of: plan.aim)
        let left = target - known.moment
        if left > plan.preparationTime {
            // A prepared process that goes by itself must learn that it has more time now.
            if state == .prepared, preparation == .forked {
                aim(target, left, plan.tolerance(bound: known.bound), known, &effects)
            }
            // Not in one sleep: what is known of true time changes meanwhile.
            nextLook = known.moment + min(left - plan.preparationTime, .seconds(60))
            return
        }
        let bound = known.bound(at: max(target, known.moment))
        if let limit = plan.limit, bound.map({ $0 > limit }) ?? true {
            return refuse(.bound(bound, limit: limit), &effects)
        }
        let tolerance = plan.tolerance(bound: bound)
        if Duration.zero - left > tolerance, plan.policy != .run {
            return refuse(.late(by: Duration.zero - left), &effects)
        }
        if !isReady {
            isReady = true
            effects.append(.getReady)
        }
        switch (state, preparation) {
        case (.waiting, .none): approach(target, left, known, &effects)
        case (.waiting, _):
            state = .preparing
            nextLook = known.moment + .seconds(1)
            effects.append(.prepare)
        case (.prepared, .loaded), (.prepared, .none): approach(target, left, known, &effects)
        case (.prepared, .forked): aim(target, left, tolerance, known, &effects)
        case (.preparing, _), (.going, _), (.finished, _): nextLook = known.moment + .seconds(1)
        }
    }

    /// Sleeps until shortly before the instant, then looks again and again, and lets go.
    private mutating func approach(
        _ target: Instant<Monotonic>, _ left: Duration, _ known: KnownTime, _ effects: inout [StartEffect]
    ) {
        if left <= .zero {
            state = .going
            effects.append(.go)
        } else if left > plan.wakingTime {
            nextLook = target - plan.wakingTime
        } else {
            nextLook = known.moment
        }
    }

    /// Tells the prepared process when to go, and goes on looking: half of the time that is left, each time.
    private mutating func aim(
        _ target: Instant<Monotonic>, _ left: Duration, _ tolerance: Duration, _ known: KnownTime,
        _ effects: inout [StartEffect]
    ) {
        // Late, and yet it is to run: the process must not refuse again.
        let latest = plan.policy == .run ? target + .seconds(1_000_000) : target + tolerance
        if aimed.map({ ($0 - target).magnitude > .microseconds(1) }) ?? true || left <= .zero {
            aimed = target
            effects.append(.aim(at: target, latest: latest))
        }
        nextLook = left > .milliseconds(2) ? known.moment + left / 2 : known.moment + .milliseconds(50)
    }

    private mutating func refuse(_ refusal: StartRefusal, _ effects: inout [StartEffect]) {
        state = .finished
        effects += [.cancel, .finish(.refused(refusal))]
    }

    /// By how much what is known of true time has changed, beyond what it said before.
    private func step(to known: KnownTime) -> Duration? {
        guard let lastKnown else { return nil }
        return known.estimate - lastKnown.estimate(at: known.moment)
    }
}

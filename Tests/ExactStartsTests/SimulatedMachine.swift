import BoundPage
import Engine
import ExactStarts
import TimeBase

/// A machine whose clocks do what they are told, for one exact start.
struct SimulatedMachine: Host {
    /// What happens to it at a moment of true time.
    enum Happening {
        /// Somebody steps the wall clock.
        case step(by: Duration)
        /// It sleeps.
        case sleep(Duration)
        /// The bound of the clock becomes this.
        case bound(Duration?)
        /// The wake that waits for this moment comes so much later.
        case delay(Duration)
        case interrupt
    }

    static let epoch = Duration.seconds(1_800_000_000)

    /// True time since ``epoch``.
    private(set) var now = Duration.zero
    private var slept = Duration.zero
    private var wall = Duration.zero
    private var bound: Duration?
    private let hasPage: Bool
    /// What the monotonic clock gains on true time.
    private let gain: Double
    private var happenings: [(at: Duration, what: Happening)]
    private var queue: [StartEvent] = []
    private var aimed: (at: Duration, latest: Duration)?
    private var hasGoneByItself = false
    private var isCancelled = false
    private var isWokenLate = false

    /// When something was started: true time since ``epoch``.
    private(set) var starts: [Duration] = []
    private(set) var outcomes: [StartOutcome] = []
    private(set) var looks = 0

    init(
        hasPage: Bool, bound: Duration? = .milliseconds(1), gain: Double = 0,
        _ happenings: [(at: Duration, what: Happening)] = []
    ) {
        self.hasPage = hasPage
        self.bound = bound
        self.gain = gain
        self.happenings = happenings.sorted { $0.at < $1.at }
    }

    var isStopping: Bool { !outcomes.isEmpty || looks > 100_000 }

    private var monotonic: Duration { .seconds(1000) + scaled(now - slept) }
    private func scaled(_ duration: Duration) -> Duration { duration + .seconds(duration.inSeconds * gain) }

    mutating func read() -> ClockReading {
        now += .microseconds(1)
        return ClockReading(
            realtime: Instant(sinceEpoch: Self.epoch + now + wall), monotonic: Instant(sinceEpoch: monotonic),
            suspended: slept)
    }

    mutating func next(before deadline: Instant<Monotonic>) -> StartEvent? {
        if !queue.isEmpty { return queue.removeFirst() }
        while true {
            if let event = child() { return event }
            let left = deadline.sinceEpoch - monotonic
            guard left > .zero else { return nil }
            // What ends the waiting: the deadline, the child, or a happening.
            var until = now + .seconds(left.inSeconds / (1 + gain)) + .nanoseconds(1)
            if let aimed, !hasGoneByItself, !isCancelled, !isWokenLate {
                until = min(
                    until, now + .seconds(max(0, (aimed.at - monotonic).inSeconds) / (1 + gain)) + .nanoseconds(1))
            }
            guard let first = happenings.first, first.at <= until else {
                now = max(now, until)
                continue
            }
            now = max(now, first.at)
            happenings.removeFirst()
            switch first.what {
            case .step(let by):
                wall += by
                return .clockWasSet
            case .sleep(let duration):
                now += duration
                slept += duration
                return .clockWasSet
            case .bound(let new): bound = new
            case .delay(let by):
                now += by
                return nil
            case .interrupt: return .interrupted
            }
        }
    }

    /// The prepared process, which goes by itself.
    private mutating func child() -> StartEvent? {
        guard let aimed, !hasGoneByItself, !isCancelled, !isWokenLate, monotonic >= aimed.at else {
            return nil
        }
        guard monotonic <= aimed.latest else {
            isWokenLate = true
            return .wokeLate
        }
        hasGoneByItself = true
        starts.append(now)
        return .released(at: Instant(sinceEpoch: monotonic))
    }

    mutating func perform(_ effect: StartEffect) {
        switch effect {
        case .look:
            looks += 1
            now += .nanoseconds(500)
            queue.append(.known(known))
        case .getReady: break
        case .prepare:
            now += .milliseconds(3)
            queue.append(.prepared(preparation))
        case .aim(let target, let latest):
            isWokenLate = false
            aimed = (target.sinceEpoch, latest.sinceEpoch)
        case .go:
            starts.append(now)
            queue.append(.released(at: Instant(sinceEpoch: monotonic)))
        case .cancel: isCancelled = true
        case .finish(let outcome): outcomes.append(outcome)
        }
    }

    var preparation = Preparation.none

    private var known: KnownTime {
        KnownTime(
            moment: Instant(sinceEpoch: monotonic),
            estimate: Instant(sinceEpoch: Self.epoch + now + (hasPage ? .zero : wall)), bound: bound,
            rate: hasPage ? 1 / (1 + gain) - 1 : 0, source: hasPage ? .page : .kernel)
    }
}

/// What came of a start on a machine.
struct SimulatedResult {
    var starts: [Duration]
    var outcome: StartOutcome?
    var outcomeCount: Int
    var looks: Int

    /// - Parameter planned: seconds of true time after ``SimulatedMachine/epoch``.
    init(
        planned: Duration, limit: Duration? = nil, policy: LatePolicy = .skip, preparation: Preparation = .none,
        on machine: SimulatedMachine
    ) {
        var machine = machine
        machine.preparation = preparation
        var engine = ExactStart(
            StartPlan(
                planned: Instant(sinceEpoch: SimulatedMachine.epoch + planned), limit: limit, policy: policy,
                preparation: preparation))
        run(&engine, on: &machine)
        starts = machine.starts
        outcome = machine.outcomes.last
        outcomeCount = machine.outcomes.count
        looks = machine.looks
    }
}

public import BoundPage
public import TimeBase

/// What becomes of a start that cannot happen when it was planned: because its time was over when that was noticed (a
/// clock that was stepped, a machine that slept, a wake that came late).
public enum LatePolicy: String, CaseIterable, Hashable, Sendable {
    /// It does not happen, and that is said. Of a series, the next one does.
    case skip
    /// It happens at once, and it is said how late.
    case run
    /// It does not happen, nor does what is left of a series. A clock that is stepped beyond the limit, or a sleep of
    /// the machine, is enough, even if there would be time left.
    case abort
}

/// How far a process is prepared before its instant.
public enum Preparation: String, CaseIterable, Hashable, Sendable {
    /// Not at all: it is started at the instant.
    case none
    /// Forked, with everything set, and it goes by itself: it executes the program at the instant.
    case forked
    /// The program is loaded and linked, and stands before its first own instruction.
    case loaded
}

/// One start that is to happen at an instant of true time.
public struct StartPlan: Equatable, Sendable {
    public var planned: Instant<UTC>
    /// How far the start may be from the instant: the bound of the clock, and lateness, together. nil: nobody asks.
    public var limit: Duration?
    public var policy: LatePolicy
    public var preparation: Preparation
    /// By how much earlier it is let go, because it is known what starting takes.
    public var lead: Duration
    /// How long before the instant the process is prepared, and the decision falls.
    public var preparationTime: Duration
    /// How long before the instant sleeping ends, because waking takes time itself.
    public var wakingTime: Duration

    public init(
        planned: Instant<UTC>, limit: Duration? = nil, policy: LatePolicy = .skip, preparation: Preparation = .none,
        lead: Duration = .zero, preparationTime: Duration = .seconds(1), wakingTime: Duration = .microseconds(500)
    ) {
        self.planned = planned
        self.limit = limit
        self.policy = policy
        self.preparation = preparation
        self.lead = lead
        self.preparationTime = preparationTime
        self.wakingTime = wakingTime
    }

    /// When it is let go.
    public var aim: Instant<UTC> { planned - lead }

    /// How late a start may be where nobody says how exact it is to be.
    public static let patience = Duration.seconds(1)

    /// How late it may be, with a clock that is known so well.
    public func tolerance(bound: Duration?) -> Duration {
        guard let limit else { return Self.patience }
        return max(.zero, limit - (bound ?? .zero))
    }
}

/// Why a start did not happen.
public enum StartRefusal: Equatable, Sendable {
    /// The clock can be farther off than the limit; nil: nothing tells how far.
    case bound(Duration?, limit: Duration)
    /// It was noticed only so long after the instant.
    case late(by: Duration)
    /// The wall clock, which nothing better stands for, was stepped by so much meanwhile (policy abort).
    case stepped(by: Duration)
    /// The machine slept for so long meanwhile (policy abort).
    case slept(Duration)
    /// The process could not be prepared or started.
    case failed(String)
    /// Somebody asked for its end.
    case interrupted
}

/// What came of a plan.
public enum StartOutcome: Equatable, Sendable {
    /// It went.
    case ran
    /// It did not.
    case refused(StartRefusal)
}

public import ExactStarts
public import TimeBase

/// What is to be done for a start at an exact instant.
public enum ExactAct: Hashable, Sendable {
    /// Answered by ``ExactNews/known(_:)``.
    case look
    /// Start a process that waits for its instant; answered by ``ExactNews/prepared(_:)`` or
    /// ``Event/startFailed(_:reason:)``. With `isLoaded` its program is loaded and held before its first instruction,
    /// where that is possible.
    case prepare(RunNumber, Launch, isLoaded: Bool)
    /// Let it go by itself at a moment, unless it should wake only after `latest`. A later one of these takes the place of
    /// an earlier one. Answered by ``ExactNews/released(_:process:at:began:)`` when it went.
    case aim(RunNumber, at: Instant<Monotonic>, latest: Instant<Monotonic>)
    /// End it without having gone; answered by ``ExactNews/cancelled(_:)``, or, if it went just now, by
    /// ``ExactNews/released(_:process:at:began:)``.
    case cancel(RunNumber)
}

/// What the host says of starts at an exact instant.
public enum ExactNews: Sendable {
    case known(KnownTime)
    case prepared(RunNumber)
    /// It went, and when its first instruction ran (nil is not known).
    case released(RunNumber, process: Int32, at: Instant<Monotonic>, began: Instant<Monotonic>?)
    case cancelled(RunNumber)
}

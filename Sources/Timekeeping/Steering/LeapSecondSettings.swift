public import AtomicTime

/// What is done to the clock at a leap second (`leapsecmode`).
public enum LeapSecondMode: String, CaseIterable, Hashable, Sendable {
    /// The kernel steps it.
    case system
    /// We step it.
    case step
    /// It runs fast or slow until it agrees again.
    case slew
    /// Nothing, until the next measurement shows that it is a second off.
    case ignore
}

/// How leap seconds are known and what is done at them.
public struct LeapSecondSettings: Equatable, Sendable {
    public var mode = LeapSecondMode.system
    /// When they are (`leapsectz`, `leapseclist`), as it was read at the start; nil where only the sources tell.
    public var table: LeapHistory?
    /// Whether there is a file that the host can read again.
    public var isReadAgain = false

    public init() {}
}

public import ExactStarts

/// That a job starts at the instant itself, and not when somebody gets round to it (`start=` and `late=` of a table).
public struct ExactPolicy: Hashable, Sendable {
    /// How far its process is prepared before: ``Preparation/forked`` or ``Preparation/loaded``.
    public var preparation: Preparation
    /// What becomes of a start whose instant is over when that is noticed.
    public var late = LatePolicy.skip

    public init(_ preparation: Preparation) { self.preparation = preparation }
}

/// What clocks on the wall show during some stretch of time.
public struct LocalTimeType: Hashable, Sendable {
    /// Seconds to add to UTC; positive east of Greenwich.
    public var offset: Int

    /// Whether it is called daylight saving time there.
    public var isDaylight: Bool

    /// `CET`, `-03`
    public var abbreviation: String

    public init(offset: Int, isDaylight: Bool, abbreviation: String) {
        self.offset = offset
        self.isDaylight = isDaylight
        self.abbreviation = abbreviation
    }
}

/// A change of what clocks on the wall show.
public struct Transition: Hashable, Sendable {
    /// Seconds since 1970-01-01 00:00:00 UTC of the first second of ``after``.
    public var instant: Int
    public var before: LocalTimeType
    public var after: LocalTimeType

    /// Seconds by which clocks are put forward; negative if they are put back.
    public var shift: Int { after.offset - before.offset }
}

/// The instants at which clocks on the wall show a given local time.
public enum LocalResolution: Hashable, Sendable {
    /// Exactly one, as nearly always.
    case one(Int)
    /// The clocks were put back: it is shown twice (or more often; these are the first and the last).
    case fold(first: Int, last: Int)
    /// The clocks were put forward over it: it is never shown.
    case gap(Transition)
}

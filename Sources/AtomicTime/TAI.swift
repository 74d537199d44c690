public import TimeBase

/// International atomic time: seconds since 1970-01-01 00:00:00 TAI. Every second counts, leap seconds too.
public enum TAI: Timescale {}

/// How far a value that follows from a table of leap seconds is to be believed; the later cases less.
public enum LeapCertainty: Hashable, Comparable, Sendable {
    /// The table says so, and is in force.
    case known
    /// The table has expired before that moment: its last value is given, but a leap second may have come since.
    case expired
    /// Before 1972-01-01 UTC had no whole leap seconds; 10 s are taken, as the TAI64 programs do.
    case beforeLeapSeconds
}

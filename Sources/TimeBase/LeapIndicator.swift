/// What a clock says of the last minute of this month (RFC 5905 figure 9).
public enum LeapIndicator: UInt8, Hashable, Sendable {
    case none = 0
    /// The last minute has 61 seconds.
    case insertSecond = 1
    /// The last minute has 59 seconds.
    case deleteSecond = 2
    /// The clock has never been set, or has lost its reference.
    case unsynchronised = 3
}

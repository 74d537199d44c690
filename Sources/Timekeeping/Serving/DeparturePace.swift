public import TimeBase

/// How long sending one answer takes, at least: answers that are sent together leave one after the other, and each is to
/// say when *it* left.
///
/// The least that was seen counts, because then no answer claims to have left later than it did, and it is forgotten
/// slowly, because machines change their speed.
public struct DeparturePace: Sendable {
    /// In 2^-32 s. No more than 10 us: what takes longer was interrupted.
    private var pace: UInt64 = 0
    private static let most: UInt64 = 42_950

    public init() {}

    /// When the answer of this place in a line leaves.
    ///
    /// - Parameters:
    ///   - place: 0 for the first.
    ///   - start: what the clock shows before the line is sent.
    public func departure(_ place: Int, after start: NTPTimestamp) -> NTPTimestamp {
        NTPTimestamp(bits: start.bits &+ UInt64(clamping: place) &* pace)
    }

    /// A line of answers was made and sent.
    public mutating func learn(count: Int, from start: NTPTimestamp, to end: NTPTimestamp) {
        // A few alone say little: their time is the system call's.
        guard count >= 4, start.isBefore(end) else { return }
        let seen = min((end.bits &- start.bits) / UInt64(clamping: count), Self.most)
        if pace == 0 || seen < pace { pace = seen } else { pace = min(pace &+ pace / 256 &+ 1, Self.most) }
    }
}

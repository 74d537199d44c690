public import TimeBase

/// Between which two values the other clock less ours must lie, by all exchanges so far.
///
/// A reply says that the other clock was at most `arrived - sent` ahead when the query went out, and at least
/// `left - received` when the reply came in. The best of each may come from different exchanges.
public struct OffsetInterval: Hashable, Sendable {
    public private(set) var least: Duration
    public private(set) var most: Duration
    /// Exchanges that were taken in.
    public private(set) var count = 0

    /// Two days each way, beyond which clockspeed's programs measure nothing.
    public init(reach: Duration = .seconds(172_800)) {
        least = .zero - reach
        most = reach
    }

    /// - Parameters:
    ///   - sent, received: when the query left and the reply came, by our clock.
    ///   - arrived, left: when the query came and the reply left, by the other.
    public mutating func narrow<Scale>(
        sent: Instant<Scale>, arrived: Instant<Scale>, left: Instant<Scale>, received: Instant<Scale>
    ) {
        count += 1
        let upper = arrived - sent
        let lower = left - received
        // A bound counts only if it leaves something.
        if upper < most, upper >= least { most = upper }
        if lower > least, lower <= most { least = lower }
    }

    public var width: Duration { most - least }

    /// The middle; to the attosecond below.
    public var middle: Duration {
        let sum = (least + most).attoseconds
        return Duration(attoseconds: (sum - (sum & 1)) / 2)
    }

    /// The offset to add to our clock, if it is known to within a second.
    public var offset: Duration? { count > 0 && width <= .seconds(2) ? middle : nil }

    /// Standard deviation that the middle is taken to have, seconds: queues empty now and then in ten exchanges, so that
    /// it is well inside the interval. Never below 10 µs.
    public var deviation: Double { max(width.inSeconds / 8, 10e-6) }
}

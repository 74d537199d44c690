public import BoundPage
public import TimeBase

/// Instants at equal distances, counted from 1970: the same on every machine whose clock is right.
public struct TickGrid: Equatable, Sendable {
    /// At least 1 ms.
    public let period: Duration
    /// How long after whole periods the ticks are; at least 0, and less than the period.
    public let phase: Duration

    public init?(period: Duration, phase: Duration = .zero) {
        guard period >= .milliseconds(1), phase >= .zero, phase < period else { return nil }
        self.period = period
        self.phase = phase
    }

    /// The instant of a tick.
    public func instant(_ index: Int64) -> Instant<UTC> {
        Instant(sinceEpoch: phase + period * Int(index))
    }

    /// The first tick after an instant that is not one that was served already: none comes twice, whatever the clock
    /// does.
    public func next(after instant: Instant<UTC>, served: Int64?) -> Int64 {
        let elapsed = instant.sinceEpoch - phase
        let quotient = elapsed.attoseconds / period.attoseconds
        let floored = elapsed < .zero && quotient * period.attoseconds != elapsed.attoseconds ? quotient - 1 : quotient
        let next = Int64(clamping: floored) + 1
        return max(next, served.map { $0 + 1 } ?? next)
    }
}

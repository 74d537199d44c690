public import TimeBase

/// What UTC really is in a simulated world, as computers count it: with a leap second, it jumps.
public struct TrueTime: Equatable, Sendable {
    /// A leap second at the end of a UTC day.
    public struct Leap: Equatable, Sendable {
        /// When UTC jumps, true time since the start: for an inserted second the first midnight, for a deleted one a
        /// second before midnight.
        public var at: Duration
        /// ``LeapIndicator/insertSecond`` or ``LeapIndicator/deleteSecond``.
        public var kind: LeapIndicator
        /// From when on the servers announce it.
        public var announced: Duration

        public init(at: Duration, kind: LeapIndicator, announced: Duration) {
            self.at = at
            self.kind = kind
            self.announced = announced
        }

        /// By how much UTC jumps.
        var step: Duration { kind == .insertSecond ? .seconds(-1) : .seconds(1) }
    }

    /// UTC at the start.
    public var epoch = SimulatedClock.epoch
    public var leap: Leap?

    public init(epoch: Instant<Realtime> = SimulatedClock.epoch, leap: Leap? = nil) {
        self.epoch = epoch
        self.leap = leap
    }

    /// UTC at a moment.
    public func utc(at moment: Duration) -> Instant<Realtime> {
        guard let leap, moment >= leap.at else { return epoch + moment }
        return epoch + moment + leap.step
    }

    /// UTC by which a clock is judged. No two clocks pass a leap second at the same moment, and an inserted second has the
    /// same numbers as the one before; so within a second of it, both readings count as right.
    ///
    /// - Parameter passed: whether the clock has made the jump.
    func utc(at moment: Duration, forClockThatPassed passed: Bool) -> Instant<Realtime> {
        guard let leap, (moment - leap.at).magnitude < .seconds(1) else { return utc(at: moment) }
        return epoch + moment + (passed ? leap.step : .zero)
    }

    /// What a good server announces at a moment.
    func announcement(at moment: Duration) -> LeapIndicator {
        guard let leap, moment >= leap.announced, moment < leap.at else { return .none }
        return leap.kind
    }
}

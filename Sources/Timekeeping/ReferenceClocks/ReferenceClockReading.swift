public import TimeBase

/// What a driver of a reference clock found, once.
public struct ReferenceClockReading: Equatable, Sendable {
    /// What is known of the time at the stamp.
    public enum Content: Equatable, Sendable {
        /// True time less what the wall clock showed, and what the clock says of the last minute of the month.
        case time(offset: Duration, leap: LeapIndicator)
        /// As of a time, but whole periods of the pulse are not known: only the rest counts.
        case pulse(offset: Duration)
    }

    /// Position of the clock in ``TimekeeperSettings/referenceClocks``.
    public var clock: Int
    /// The moment, as the wall clock showed it.
    public var stamp: Instant<Realtime>
    public var content: Content
    /// How far the stamp may be from the moment that it stands for: half of the time that reading took.
    public var uncertainty: Duration
    /// How far the driver says that its clock may be wrong; zero where it does not say.
    public var claimed: Duration

    public init(
        clock: Int, stamp: Instant<Realtime>, _ content: Content, uncertainty: Duration = .zero,
        claimed: Duration = .zero
    ) {
        self.clock = clock
        self.stamp = stamp
        self.content = content
        self.uncertainty = uncertainty
        self.claimed = claimed
    }

    /// A pulse that came when the wall clock showed this: it stands for the nearest full second.
    public static func pulse(of clock: Int, at stamp: Instant<Realtime>, uncertainty: Duration = .zero) -> Self {
        let second = Int128(1_000_000_000_000_000_000)
        let fraction = stamp.sinceEpoch.attoseconds % second
        return Self(
            clock: clock, stamp: stamp, .pulse(offset: Duration(attoseconds: 0 - fraction)), uncertainty: uncertainty)
    }
}

/// A way of counting time. Two instants can be subtracted only if they count in the same way.
public protocol Timescale: Sendable {}

/// The kernel's wall clock as it is read (CLOCK_REALTIME): seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
/// It is slewed by us and stepped by us or by others.
public enum Realtime: Timescale {}

/// The kernel's monotonic clock (CLOCK_MONOTONIC): seconds since some moment near boot.
/// It runs at the same (steered) rate as ``Realtime`` and is never stepped; it stands still during suspend.
public enum Monotonic: Timescale {}

/// The machine's oscillator as it would count if nobody steered it: ``Monotonic`` with every rate that the kernel
/// was told taken out again. Measurements live here, so that no correction of ours disturbs their history.
public enum Oscillator: Timescale {}

/// A moment, counted in one timescale.
public struct Instant<Scale: Timescale>: InstantProtocol, Sendable {
    /// Time since the timescale's epoch.
    public var sinceEpoch: Duration

    public init(sinceEpoch: Duration) {
        self.sinceEpoch = sinceEpoch
    }

    public func advanced(by duration: Duration) -> Instant {
        Instant(sinceEpoch: sinceEpoch + duration)
    }

    public func duration(to other: Instant) -> Duration {
        other.sinceEpoch - sinceEpoch
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.sinceEpoch < right.sinceEpoch
    }

    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(sinceEpoch: instant.sinceEpoch + duration)
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(sinceEpoch: instant.sinceEpoch - duration)
    }

    public static func - (later: Instant, earlier: Instant) -> Duration {
        later.sinceEpoch - earlier.sinceEpoch
    }

    public static func += (instant: inout Instant, duration: Duration) {
        instant.sinceEpoch += duration
    }
}

/// The machine's clocks, read at one moment.
public struct ClockReading: Equatable, Sendable {
    /// What the wall clock shows.
    public var realtime: Instant<Realtime>

    /// The same moment on the clock that nobody steps.
    public var monotonic: Instant<Monotonic>

    /// How long the machine has been suspended since boot (CLOCK_BOOTTIME - CLOCK_MONOTONIC); zero where not known.
    public var suspended: Duration

    public init(realtime: Instant<Realtime>, monotonic: Instant<Monotonic>, suspended: Duration = .zero) {
        self.realtime = realtime
        self.monotonic = monotonic
        self.suspended = suspended
    }
}

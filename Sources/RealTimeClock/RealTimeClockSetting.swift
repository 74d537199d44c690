public import TimeBase

/// When to write which second into a real-time clock, so that it is right.
public struct RealTimeClockSetting: Equatable, Sendable {
    /// The second to write, since 1970 (UTC, or local time where the RTC keeps that).
    public var second: Int
    /// True time at which the write must take effect.
    public var moment: Instant<Realtime>

    /// The next chance.
    ///
    /// - Parameters:
    ///   - now: true time.
    ///   - notice: how long it takes at least to get ready.
    ///   - zone: seconds that the RTC's local time is ahead of UTC; 0 where it keeps UTC.
    public init(
        _ chip: RealTimeClockChip, after now: Instant<Realtime>, notice: Duration = .milliseconds(20), zone: Int = 0
    ) {
        let ready = now + notice - chip.writeDelay
        let (seconds, rest) = ready.sinceEpoch.components
        let next = Int(seconds) + (rest > 0 ? 1 : 0)
        second = next + zone
        moment = Instant(sinceEpoch: .seconds(next)) + chip.writeDelay
    }
}

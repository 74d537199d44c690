/// When the next measurement is due: at intervals that double from ten minutes to a quarter of a year, as in the
/// services that people run around clockspeed, but only as far as the clock stays good enough without one, and soon
/// again after one that failed.
public struct MeasuringSchedule: Hashable, Sendable {
    public static let first = Duration.seconds(600)
    public static let longest = Duration.seconds(7_884_000)
    static let retry = Duration.seconds(60)

    /// The interval that was used last.
    public private(set) var interval: Duration
    /// Failures since the last success.
    public private(set) var failures = 0

    /// - Parameter interval: where it was before a restart; ten minutes if not known.
    public init(interval: Duration = Self.first) {
        self.interval = min(max(interval, Self.first), Self.longest)
    }

    /// After a success.
    ///
    /// - Parameters:
    ///   - target: how wrong the clock may become, as a standard deviation.
    ///   - predicted: that deviation so long after now.
    /// - Returns: how long to wait.
    public mutating func succeeded(target: Duration, predicted: (Duration) -> Duration) -> Duration {
        failures = 0
        var next = min(interval * 2, Self.longest)
        while next > Self.first, predicted(next) > target { next = next / 2 }
        interval = max(next, Self.first)
        return interval
    }

    /// After a failure: a minute, then twice as long each time, but never longer than an hour or the interval.
    public mutating func failed() -> Duration {
        failures += 1
        var wait = Self.retry
        for _ in 1..<min(max(failures, 1), 8) { wait = wait * 2 }
        return min(wait, .seconds(3600), interval)
    }
}

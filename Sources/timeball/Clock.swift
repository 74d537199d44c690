import Linux
import TimeBase

/// The machine's clocks.
enum Clock {
    static func realtime() -> Instant<Realtime> { KernelClock.realtime }
    static func monotonic() -> Instant<Monotonic> { KernelClock.monotonic }

    /// CLOCK_REALTIME - CLOCK_MONOTONIC, from the least disturbed of a few readings.
    static func wallOffset() -> Duration {
        var best: (width: Duration, offset: Duration)?
        for _ in 0..<5 {
            let before = monotonic()
            let wall = realtime()
            let width = monotonic() - before
            if best.map({ width < $0.width }) ?? true {
                best = (width, wall.sinceEpoch - before.sinceEpoch - width / 2)
            }
        }
        return best?.offset ?? .zero
    }
}

internal import AtomicTime
public import TimeBase

/// etc/atto of clockspeed: how long one tick of the machine's counter really is, as a difference of 16 octets with
/// seconds 0. Our tick is one nanosecond of the unsteered counter (CLOCK_MONOTONIC_RAW), so that it tells a rate.
public enum TickRate {
    /// clockspeed takes nothing above 0.2 s.
    static let most = Duration.milliseconds(200)

    /// The 16 octets for a counter that gains so much.
    public static func octets(_ frequency: Frequency) -> [UInt8]? {
        let attoseconds = 1e9 / (1 + frequency.ratio)
        guard attoseconds.isFinite, attoseconds > 0, attoseconds < 2e17 else { return nil }
        return TAIDifference.octets(Duration(attoseconds: Int128(attoseconds.rounded())))
    }

    /// The length of a tick in such a file; nil if it is none.
    public static func tick(_ octets: [UInt8]) -> Duration? {
        guard octets.count == TAIDifference.size, let tick = TAIDifference.duration(octets), tick > .zero, tick <= most
        else { return nil }
        return tick
    }

    /// How much a counter of nanoseconds gains by such a file. Nil where the file's tick is no nanosecond within 1 %: it
    /// was written on a machine whose counter has another unit.
    public static func frequency(_ octets: [UInt8]) -> Frequency? {
        guard let tick = tick(octets) else { return nil }
        let ratio = 1e9 / Double(tick.attoseconds) - 1
        return ratio.magnitude < 0.01 ? Frequency(ratio: ratio) : nil
    }
}

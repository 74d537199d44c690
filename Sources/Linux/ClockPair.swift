internal import CLinux
public import TimeBase

/// Clocks of this machine that the wall clock can be compared with.
public enum MachineClock: Int32, Sendable, CaseIterable {
    /// CLOCK_MONOTONIC: steered as the wall clock is, never stepped.
    case monotonic = 1
    /// CLOCK_MONOTONIC_RAW: the clock source's counter as nobody steers it.
    case raw = 4
    /// CLOCK_TAI: the wall clock and the TAI offset that the kernel was told.
    case tai = 11
}

/// The wall clock and another clock at one moment.
public struct ClockPair: Sendable, Hashable {
    /// CLOCK_REALTIME.
    public var realtime: Instant<Realtime>
    /// The other clock, since its own epoch.
    public var other: Duration
    /// How far the two may be from the same moment: half of the time that reading took.
    public var uncertainty: Duration

    /// Reads the other clock between two readings of the wall clock, `attempts` times; the shortest attempt counts.
    /// - Throws: EINVAL where the kernel has no such clock.
    public static func read(_ clock: MachineClock, attempts: Int = 9) throws(SystemError) -> ClockPair {
        try read(number: clock.rawValue, attempts: attempts)
    }

    /// - Parameter first: the clock in the wall clock's place.
    static func read(
        number: Int32, attempts: Int, against first: Int32 = Int32(CLINUX_REALTIME.rawValue)
    ) throws(SystemError) -> ClockPair {
        var best: (width: Duration, before: Duration, other: Duration)?
        for _ in 0..<max(1, attempts) {
            var before = clinux_time()
            var between = clinux_time()
            var after = clinux_time()
            try SystemError.check("clock_gettime", unsafe clinux_clock_read(first, &before))
            try SystemError.check("clock_gettime", unsafe clinux_clock_read(number, &between))
            try SystemError.check("clock_gettime", unsafe clinux_clock_read(first, &after))
            let width = Duration(after) - Duration(before)
            // Negative when the wall clock was stepped meanwhile.
            guard width >= .zero, best.map({ width < $0.width }) ?? true else { continue }
            best = (width, Duration(before), Duration(between))
        }
        guard let best else { throw SystemError(call: "clock_gettime", number: SystemError.tryAgain) }
        return ClockPair(
            realtime: Instant(sinceEpoch: best.before + best.width / 2), other: best.other,
            uncertainty: best.width / 2)
    }

    /// Of many readings those that took hardly longer than the shortest, as one; nil if none makes sense.
    public static func shortest(_ pairs: [ClockPair]) -> ClockPair? {
        // Negative when the wall clock was stepped meanwhile.
        let sound = pairs.filter { $0.uncertainty >= .zero }
        guard let shortest = sound.min(by: { $0.uncertainty < $1.uncertainty }) else { return nil }
        let short = sound.filter { $0.uncertainty <= shortest.uncertainty * 5 / 4 }
        let differences = short.map { $0.other - $0.realtime.sinceEpoch }.reduce(.zero, +)
        let widest = short.map(\.uncertainty).max() ?? shortest.uncertainty
        let last = short.last ?? shortest
        return ClockPair(
            realtime: last.realtime, other: last.realtime.sinceEpoch + differences / short.count, uncertainty: widest)
    }
}

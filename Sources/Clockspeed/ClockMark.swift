public import TimeBase

/// One measurement that came through `adjust`, as it is kept in etc/marks: a line of text.
public struct ClockMark: Hashable, Sendable {
    /// Which start of the machine it belongs to; the oscillator scale begins anew with each.
    public var boot: String
    /// What the wall clock showed.
    public var realtime: Instant<Realtime>
    /// The same moment by the unsteered counter (CLOCK_MONOTONIC_RAW), since its own epoch.
    public var counter: Duration
    /// Time spent in suspend so far, which the counter knows nothing of.
    public var suspended: Duration
    /// What was to be added to the wall clock.
    public var offset: Duration
    /// Standard deviation of the offset, seconds.
    public var deviation: Double

    public init(
        boot: String, realtime: Instant<Realtime>, counter: Duration, suspended: Duration, offset: Duration,
        deviation: Double
    ) {
        self.boot = boot
        self.realtime = realtime
        self.counter = counter
        self.suspended = suspended
        self.offset = offset
        self.deviation = deviation
    }

    /// What the first line of the file says.
    public static let heading =
        "# boot, wall clock, counter, suspended, offset, deviation: seconds; offset is what to add to the wall clock\n"

    /// One line, with its end.
    public var line: String {
        let numbers = [
            Self.text(realtime.sinceEpoch), Self.text(counter), Self.text(suspended), Self.text(offset), "\(deviation)",
        ]
        return ([boot] + numbers).joined(separator: " ") + "\n"
    }

    /// Reads one line; nil for a heading, and for what is none.
    public init?(line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count == 6, words[0] != "#", words[0].utf8.count <= 64, let realtime = Self.duration(words[1]),
            let counter = Self.duration(words[2]), let suspended = Self.duration(words[3]),
            let offset = Self.duration(words[4]), let deviation = Double(words[5]), deviation.isFinite, deviation > 0
        else { return nil }
        self.init(
            boot: String(words[0]), realtime: Instant(sinceEpoch: realtime), counter: counter, suspended: suspended,
            offset: offset, deviation: deviation)
    }

    /// Seconds with nine decimals, rounded down to them.
    static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.inNanoseconds
        let digits = String(nanoseconds.magnitude)
        let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        return (nanoseconds < 0 ? "-" : "") + padded.dropLast(9) + "." + padded.suffix(9)
    }

    private static func duration(_ text: some StringProtocol) -> Duration? {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let seconds = Int64(parts[0]), parts[1].utf8.count == 9, let rest = Int64(parts[1]),
            seconds >= 0, seconds < 1 << 40, rest >= 0
        else { return nil }
        let size = Duration.seconds(seconds) + .nanoseconds(rest)
        return isNegative ? .zero - size : size
    }
}

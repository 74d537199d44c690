public import TimeBase

/// True time: seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted. No clock shows it; it is estimated.
public enum UTC: Timescale {}

/// All that the daemon tells other programs about true time, in terms of CLOCK_MONOTONIC, so that it holds until the
/// daemon says something else, whatever anybody does to the wall clock meanwhile.
public struct BoundReport: Equatable, Sendable {
    /// What is known of true time at ``reference``.
    public struct Knowledge: Equatable, Sendable {
        /// True time at the reference, by the best estimate.
        public var estimate: Instant<UTC>
        /// By how much true time gains on CLOCK_MONOTONIC, seconds per second: minus what the kernel's clock gains.
        /// It holds until the kernel is given another rate, and then there is another report.
        public var rate: Double
        /// True time at the reference was not earlier than the estimate less this; never negative.
        public var below: Duration
        /// True time at the reference was not later than the estimate plus this; never negative.
        public var above: Duration
        /// By how much ``below`` and ``above`` grow, seconds per second of the estimate.
        public var growth: Double
        /// Standard deviation of the estimate, assuming that paths are symmetric. Not a promise.
        public var deviation: Duration

        public init(
            estimate: Instant<UTC>, rate: Double, below: Duration, above: Duration, growth: Double, deviation: Duration
        ) {
            self.estimate = estimate
            self.rate = rate
            self.below = below
            self.above = above
            self.growth = growth
            self.deviation = deviation
        }
    }

    /// Whether a daemon keeps the report up to date. After it has ended, the report holds on until ``validUntil``.
    public var isKept: Bool
    public var verdict: Verdict
    /// A leap second at the end of the UTC day of the estimate.
    public var leap: LeapIndicator
    /// TAI - UTC in seconds; nil where nobody told.
    public var taiOffset: Int32?
    /// The moment to which the values belong.
    public var reference: Instant<Monotonic>
    /// After this moment nobody may believe the report.
    public var validUntil: Instant<Monotonic>
    /// Time spent in suspend until the reference (CLOCK_BOOTTIME - CLOCK_MONOTONIC). Where it has grown since, the
    /// machine slept, and the oscillator was not counted.
    public var suspended: Duration
    /// CLOCK_REALTIME - CLOCK_MONOTONIC, as the daemon last knew it; it changes when somebody steps the wall clock.
    public var wallOffset: Duration
    /// The kernel's rate: microseconds per tick (adjtimex(2)), nominally 10000.
    public var tick: Int64
    /// The kernel's rate: 65536 is 1 ppm.
    public var scaledFrequency: Int64
    /// nil where nothing is known of true time.
    public var knowledge: Knowledge?

    public init(
        isKept: Bool, verdict: Verdict, leap: LeapIndicator, taiOffset: Int32?, reference: Instant<Monotonic>,
        validUntil: Instant<Monotonic>, suspended: Duration, wallOffset: Duration, tick: Int64, scaledFrequency: Int64,
        knowledge: Knowledge?
    ) {
        self.isKept = isKept
        self.verdict = verdict
        self.leap = leap
        self.taiOffset = taiOffset
        self.reference = reference
        self.validUntil = validUntil
        self.suspended = suspended
        self.wallOffset = wallOffset
        self.tick = tick
        self.scaledFrequency = scaledFrequency
        self.knowledge = knowledge
    }
}

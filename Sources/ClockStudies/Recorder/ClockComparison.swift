/// One comparison of the studied clock with its reference, as whoever made it hands it over.
public struct ClockComparison: Sendable, Equatable {
    /// What the reference showed, since its own epoch.
    public var reference: Duration
    /// What the studied clock showed at the same moment, since 1970-01-01 00:00:00 UTC.
    public var studied: Duration
    /// How far the two may be from the same moment; nil when unknown.
    public var uncertainty: Duration?
    /// Degrees Celsius; nil when there is no sensor.
    public var temperature: Double?

    /// What both showed at one moment.
    public init(
        reference: Duration, studied: Duration, uncertainty: Duration? = nil, temperature: Double? = nil
    ) {
        self.reference = reference
        self.studied = studied
        self.uncertainty = uncertainty
        self.temperature = temperature
    }
}

/// How the kernel lets the studied clock run (adjtimex(2)).
public struct SteeringState: Sendable, Equatable {
    /// Microseconds that each of the 100 ticks a second is worth; 10000 is the nominal rate, and 1 more is 100 ppm.
    public var tick: Int
    /// 65536 is 1 ppm faster.
    public var scaledFrequency: Int
    /// Whether STA_UNSYNC is cleared: some daemon says that it keeps the clock.
    public var isSynchronised: Bool

    /// As adjtimex(2) tells it.
    public init(tick: Int, scaledFrequency: Int, isSynchronised: Bool) {
        self.tick = tick
        self.scaledFrequency = scaledFrequency
        self.isSynchronised = isSynchronised
    }

    /// How much faster the clock is made to run, fractional.
    public var rate: Double { Double(tick - 10_000) * 1e-4 + Double(scaledFrequency) / 65_536e6 }

    /// A clock that nobody steers.
    public static let nominal = SteeringState(tick: 10_000, scaledFrequency: 0, isSynchronised: false)
}

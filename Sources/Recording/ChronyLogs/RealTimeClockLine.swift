/// One line of chrony's `rtc.log`: a reading of the real-time clock (chrony.conf(5), `log rtc`).
public struct RealTimeClockLine: Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Int
    /// Seconds that the RTC is **fast** of the system clock.
    public var offset: Double
    /// Whether the regression behind the next two is good.
    public var isEstimateValid: Bool
    /// What the regression says instead of `offset`, seconds.
    public var estimatedOffset: Double
    /// ppm that the RTC gains on the system clock.
    public var frequency: Double
    /// Samples.
    public var samples: Int
    /// Runs of residuals with the same sign.
    public var runs: Int
    /// Seconds between readings.
    public var interval: Int

    /// - Parameters: as the properties of these names.
    public init(
        time: Int, offset: Double, isEstimateValid: Bool, estimatedOffset: Double, frequency: Double, samples: Int,
        runs: Int, interval: Int
    ) {
        self.time = time
        self.offset = offset
        self.isEstimateValid = isEstimateValid
        self.estimatedOffset = estimatedOffset
        self.frequency = frequency
        self.samples = samples
        self.runs = runs
        self.interval = interval
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 9)
        time = try fields.time()
        offset = try fields.number("offset of the RTC")
        isEstimateValid = try fields.flags("validity", count: 1) == [true]
        estimatedOffset = try fields.number("estimated offset")
        frequency = try fields.number("rate")
        samples = try fields.integer("number of samples", in: 0...1_000_000)
        runs = try fields.integer("number of runs", in: 0...1_000_000)
        interval = try fields.integer("interval", in: 0...1_000_000)
    }

    /// As chrony writes it.
    public var text: String {
        "\(LogColumn.time(time)) \(LogColumn.fixed(offset, width: 14, decimals: 6)) \(isEstimateValid ? 1 : 0)"
            + "  \(LogColumn.fixed(estimatedOffset, width: 14, decimals: 6))"
            + "  \(LogColumn.fixed(frequency, width: 12, decimals: 3))"
            + "  \(LogColumn.integer(samples, 2))  \(LogColumn.integer(runs, 2)) \(LogColumn.integer(interval, 4))"
    }
}

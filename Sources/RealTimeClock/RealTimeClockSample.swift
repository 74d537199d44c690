public import TimeBase

/// One comparison of a real-time clock with true time, at the moment at which its seconds changed.
public struct RealTimeClockSample: Equatable, Sendable {
    /// True time, seconds since 1970.
    public var time: Double
    /// Seconds that the RTC was **fast**.
    public var offset: Double
    /// Standard deviation of the offset, seconds.
    public var deviation: Double
    /// How far the offset can be off, seconds: a promise.
    public var bound: Double
    /// What a sensor of the machine said, °C; nil where there is none.
    public var celsius: Double?

    /// A comparison.
    public init(time: Double, offset: Double, deviation: Double, bound: Double, celsius: Double? = nil) {
        self.time = time
        self.offset = offset
        self.deviation = deviation
        self.bound = bound
        self.celsius = celsius
    }
}

/// What is believed of a real-time clock at one moment.
public struct RealTimeClockEstimate: Equatable, Sendable {
    /// True time to which the offset belongs, seconds since 1970.
    public var time: Double
    /// Seconds that the RTC is **fast**.
    public var offset: Double
    /// How far that can be off, seconds.
    public var bound: Double
    /// How much it gains.
    public var frequency: Frequency
    /// Standard deviation of that.
    public var frequencyDeviation: Frequency
    /// Comparisons since it was set last, runs of residuals of one sign, and seconds from the first to the last.
    public var samples: Int
    public var runs: Int
    public var span: Double
}

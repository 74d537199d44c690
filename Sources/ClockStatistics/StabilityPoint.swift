/// A statistic of a series at one averaging time. What is not known is nil.
public struct StabilityPoint: Sendable, Equatable {
    /// Averaging factor m.
    public let factor: Int
    /// m τ₀, in seconds.
    public let tau: Double
    /// How many terms went in.
    public let terms: Int
    /// The deviation: a fractional frequency, or seconds for `tdev`, `ttotdev`, `mtie`, `tierms`. nil without terms.
    public var deviation: Double?
    /// The noise type taken: the exponent α of S_y(f) ~ f^α.
    public var noise: Int?
    /// Equivalent degrees of freedom of the variance.
    public var degreesOfFreedom: Double?
    /// Where the true deviation lies with 68.27 % (one standard deviation of a normal distribution).
    public var interval68: ClosedRange<Double>?
    /// Where the true deviation lies with 95 %.
    public var interval95: ClosedRange<Double>?
}

/// Why a statistic cannot be had.
public enum StabilityError: Error, Equatable {
    /// Samples are missing, and only `gradev` bears that.
    case gaps(Int)
    /// The time between samples is not a positive number.
    case interval
    /// Some reading is infinite, or squares of differences overflow.
    case overflow
}

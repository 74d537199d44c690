/// Something in a record that its noise does not explain.
public struct Fault: Sendable, Equatable {
    /// What it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// One reading that lies apart from its neighbours on both sides.
        case outlier
        /// From this reading on the phase is another: the clock, or the reference, was set.
        case step
        /// From this reading on the frequency is another.
        case frequencyJump = "frequency jump"
    }

    public var kind: Kind
    /// Of the first reading that it concerns.
    public var index: Int
    /// Seconds for an outlier and a step, fractional frequency for a jump; positive when the clock is ahead of what was to
    /// be expected, or gains more.
    public var size: Double
    /// Standard error of the size.
    public var error: Double
    /// How many standard deviations it stands out from the noise.
    public var significance: Double

    public init(kind: Kind, index: Int, size: Double, error: Double, significance: Double) {
        self.kind = kind
        self.index = index
        self.size = size
        self.error = error
        self.significance = significance
    }
}

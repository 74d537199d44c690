/// How noisy a clock and its readings are, as the strengths of the three kinds of noise that a clock study meets.
///
/// The clock: dx = y dt + √q₁ dW₁, dy = √q₂ dW₂, with x its phase and y its frequency; each reading of x adds an error of its
/// own with variance σ². So the Allan variance is 3σ²/τ² + q₁/τ + q₂τ/3.
public struct NoiseModel: Sendable, Equatable {
    /// σ²: variance of one reading (white phase noise), in s².
    public var phase: Double
    /// q₁: white frequency noise, in s²/s.
    public var frequency: Double
    /// q₂: random walk of the frequency, in (s/s)²/s.
    public var walk: Double
    /// How far q₂ may be off: its standard error, also where it is 0.
    public var walkError: Double
    /// How well the three are known, as degrees of freedom of a chi-squared distribution.
    public var phaseFreedom: Double
    public var frequencyFreedom: Double
    public var walkFreedom: Double

    /// Known exactly, unless said otherwise.
    public init(
        phase: Double, frequency: Double = 0, walk: Double = 0, walkError: Double = 0, phaseFreedom: Double = 1000,
        frequencyFreedom: Double = 1000, walkFreedom: Double = 1000
    ) {
        self.phase = phase
        self.frequency = frequency
        self.walk = walk
        self.walkError = walkError
        self.phaseFreedom = phaseFreedom
        self.frequencyFreedom = frequencyFreedom
        self.walkFreedom = walkFreedom
    }

    /// The Allan deviation that such a clock shows over an averaging time in seconds.
    public func allanDeviation(_ tau: Double) -> Double {
        (3 * phase / (tau * tau) + frequency / tau + walk * tau / 3).squareRoot()
    }

    /// The exponent α of the kind that is strongest over an averaging time: 2, 0 or -2.
    public func kind(_ tau: Double) -> Int {
        let white = 3 * phase / (tau * tau)
        let middle = frequency / tau
        let walk = walk * tau / 3
        return white >= middle && white >= walk ? 2 : middle >= walk ? 0 : -2
    }
}

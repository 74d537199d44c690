/// What kind of noise a series shows at one averaging time, as the exponent α of its frequency spectrum S_y(f) ~ f^α:
/// 2 white phase, 1 flicker phase, 0 white frequency, -1 flicker frequency, -2 random walk frequency.
///
/// By the lag-1 autocorrelation (W. Riley and C. Greenhall, Power Law Noise Identification Using the Lag 1
/// Autocorrelation, 2004).
public struct NoiseEstimate: Sendable, Equatable {
    /// α before rounding.
    public let exponent: Double
    /// α rounded to a whole number, not limited to any range.
    public let rounded: Int
    /// How often the phases were differenced before they looked stationary.
    public let differences: Int
    /// r / (1 + r), with r the lag-1 autocorrelation of what was left.
    public let rho: Double
    /// How many averaged phases it was made from.
    public let count: Int

    /// Fewer averaged phases than these say nothing.
    static let leastCount = 30

    /// - Parameters:
    ///   - phases: Equally spaced, none missing.
    ///   - factor: Averaging factor m: every m-th phase is looked at.
    ///   - mostDifferences: 2 for Allan's statistics, 3 for Hadamard's.
    /// - Returns: nil with fewer than 30 phases, or when nothing is left but a parabola.
    public init?(phases: Span<Double>, factor m: Int, mostDifferences: Int = 2) {
        guard m > 0, (phases.count - 1) / m + 1 >= Self.leastCount else { return nil }
        var z: [Double] = []
        z.reserveCapacity((phases.count - 1) / m + 1)
        var index = 0
        while index < phases.count {
            z.append(phases[index])
            index += m
        }
        count = z.count
        z = Polynomial(fitting: z, degree: 2).residuals(of: z)
        var differences = 0
        while true {
            guard let r = autocorrelation(z), r > -1 else { return nil }
            let rho = r / (1 + r)
            if rho < 0.25 || differences >= mostDifferences {
                guard rho.magnitude < 1000 else { return nil }
                self.differences = differences
                self.rho = rho
                exponent = 2 - 2 * (rho + Double(differences))
                rounded = 2 - 2 * differences - Int((2 * rho).rounded(.toNearestOrEven))
                return
            }
            z = zip(z.dropFirst(), z).map { $0 - $1 }
            differences += 1
        }
    }
}

/// The lag-1 autocorrelation of a sequence about its mean; nil when it does not vary.
func autocorrelation(_ z: [Double]) -> Double? {
    guard z.count > 2 else { return nil }
    let mean = z.reduce(0, +) / Double(z.count)
    var square = 0.0
    var product = 0.0
    var previous = 0.0
    for value in z {
        let deviation = value - mean
        square += deviation * deviation
        product += deviation * previous
        previous = deviation
    }
    guard square > 0, square.isFinite else { return nil }
    return product / square
}

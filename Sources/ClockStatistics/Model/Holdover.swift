/// How far a clock goes wrong that was right, and corrected for its rate, when its reference was lost.
///
/// The variance after t is P₁₁ + 2tP₁₂ + t²P₂₂ + q₁t + q₂t³/3, with P the covariance of phase and frequency at the end of the
/// record; to that come the ageing's error and the doubt about the reference's own rate. q₂ is taken one standard error
/// greater than it was measured: a record cannot show what happens over longer times than its own.
public struct Holdover: Sendable, Equatable {
    private let end: ClockFit.Ending
    private let noise: NoiseModel
    /// Change of the frequency per second that is corrected for as well; 0 when it is not.
    public let ageing: Double
    private let ageingError: Double
    /// How far the reference's rate may be off, fractional; 0 when unknown.
    public let referenceDoubt: Double

    /// - Parameter ageing: Where it is known well enough to be corrected for.
    public init(
        from end: ClockFit.Ending, noise: NoiseModel, ageing: ClockFit.Estimate? = nil, referenceDoubt: Double = 0
    ) {
        self.end = end
        self.noise = noise
        self.ageing = ageing?.value ?? 0
        ageingError = ageing?.error ?? 0
        self.referenceDoubt = referenceDoubt
    }

    /// What the clock gains in some seconds if nobody corrects it.
    public func gain(after time: Double) -> Double { end.frequency * time + ageing * time * time / 2 }

    /// Standard deviation of the error after some seconds of a clock that is corrected for its rate, in seconds; the
    /// reference's own doubt is not in it.
    public func deviation(after time: Double) -> Double {
        let walk = noise.walk + noise.walkError
        let square = time * time
        let aged = ageingError * square / 2
        let variance =
            end.phaseVariance + 2 * time * end.covariance + square * end.frequencyVariance + noise.frequency * time
            + walk * square * time / 3 + aged * aged
        return max(0, variance).squareRoot()
    }

    /// Half the width of the interval that holds the error with 68 % (factor 1) or 95 % (1.96).
    /// - Parameter ofTrueTime: Against true time rather than the reference: the doubt about the reference's rate is added in full,
    ///   since nobody knows how likely it is.
    public func bound(after time: Double, factor: Double, ofTrueTime: Bool = false) -> Double {
        factor * deviation(after: time) + (ofTrueTime ? referenceDoubt * time : 0)
    }

    /// For how many seconds the error stays within a budget.
    /// - Parameters:
    ///   - budget: In seconds.
    ///   - factor: 1 for 68 %, 1.96 for 95 %.
    ///   - ofTrueTime: As in `bound`.
    /// - Returns: 0 when it is not even within it now; nil when it stays so for a hundred years.
    public func duration(within budget: Double, factor: Double, ofTrueTime: Bool = false) -> Double? {
        guard bound(after: 0, factor: factor, ofTrueTime: ofTrueTime) <= budget else { return 0 }
        var low = 0.0
        var high = 1.0
        while bound(after: high, factor: factor, ofTrueTime: ofTrueTime) <= budget {
            low = high
            high *= 2
            if high > 3.2e9 { return nil }
        }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if bound(after: middle, factor: factor, ofTrueTime: ofTrueTime) <= budget {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }
}

/// Follows a quantile of a stream in constant memory: each value moves the estimate by a small step towards itself,
/// with odds that balance at the quantile (stochastic approximation, Robbins and Monro 1951).
public struct QuantileTracker: Equatable, Sendable {
    private let quantile: Double
    private let smallestStep: Double
    private var step: Double
    /// The estimate; nil before the first value.
    public private(set) var value: Double?

    /// - Parameters:
    ///   - quantile: 0 … 1.
    ///   - step: the smallest step, in the unit of the values.
    public init(quantile: Double, step: Double) {
        self.quantile = min(max(quantile, 0), 1)
        self.smallestStep = max(step, 1e-12)
        self.step = self.smallestStep
    }

    /// Half a step: how much above the estimate a value may lie and still count as below the quantile.
    public var tolerance: Double { step / 2 }

    public mutating func add(_ sample: Double) {
        guard sample.isFinite else { return }
        guard let old = value else {
            value = sample
            return
        }
        let up = sample > old
        let distance = (sample - old).magnitude
        // A value far away lets the step grow, one nearby lets it shrink.
        step = max(smallestStep, min(step * (distance > 4 * step ? 1.5 : 0.75), distance))
        value = old + (up ? quantile * step : -(1 - quantile) * step)
    }
}

internal import Glibc

/// The mean of ratios: twice as good and twice as bad cancel out. Values that are no ratio (zero, infinite) don't count.
struct GeometricMean: CustomStringConvertible {
    let value: Double

    /// nil if there is nothing to take the mean of.
    init?(_ ratios: [Double]) {
        let logarithms = ratios.filter { $0 > 0 && $0.isFinite }.map { log($0) }
        guard !logarithms.isEmpty else { return nil }
        value = exp(logarithms.reduce(0, +) / Double(logarithms.count))
    }

    var description: String { String(value, decimals: 3) }
}

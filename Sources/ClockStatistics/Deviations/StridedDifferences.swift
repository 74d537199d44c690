/// Σ of squared differences of samples that lie m apart, without overlap: what `adev` (order 2) and `hdev` (order 3)
/// are made of.
func stridedDifferenceSquares(_ x: Span<Double>, factor m: Int, order: Int, terms: Int) -> Double {
    var sum = 0.0
    for term in 0..<terms {
        let i = term * m
        let difference =
            order == 2
            ? x[i] - 2 * x[i + m] + x[i + 2 * m]
            : x[i + 3 * m] - x[i] + 3 * (x[i + m] - x[i + 2 * m])
        sum += difference * difference
    }
    return sum
}

/// Σ (x[i+2m] - 2x[i+m] + x[i])² over those terms of which all three samples are there, and how many they are.
func gapResistantSquares(_ x: Span<Double>, factor m: Int) -> (sum: Double, terms: Int) {
    var sum = 0.0
    var terms = 0
    guard m > 0, m <= x.count / 2 else { return (0, 0) }
    for i in 0..<(x.count - 2 * m) {
        let difference = x[i] - 2 * x[i + m] + x[i + 2 * m]
        if !difference.isNaN {
            sum += difference * difference
            terms += 1
        }
    }
    return (sum, terms)
}

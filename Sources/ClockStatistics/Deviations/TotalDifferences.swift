/// Σ (x*[i-m] - 2x[i] + x*[i+m])² over all inner samples, where x* is the series extended by inverted reflection about
/// both ends: x*[-j] = 2x[0] - x[j] (SP 1065, 5.2.11). Nothing is copied.
func totalDifferenceSquares(_ x: Span<Double>, factor m: Int) -> Double {
    let last = x.count - 1
    guard m > 0, m <= last, last > 1 else { return 0 }
    func reflected(_ i: Int) -> Double {
        let before = i >= m ? x[i - m] : 2 * x[0] - x[m - i]
        let after = i + m <= last ? x[i + m] : 2 * x[last] - x[2 * last - i - m]
        let difference = before - 2 * x[i] + after
        return difference * difference
    }
    guard m <= last - m else { return (1..<last).reduce(0) { $0 + reflected($1) } }
    var sum = secondDifferenceSquares(x, factors: [m])[0]
    // The middle of the first whole term is m.
    for i in 1..<m { sum += reflected(i) }
    // The whole terms have their middle at m through last - m.
    for i in (last - m + 1)..<last { sum += reflected(i) }
    return sum
}

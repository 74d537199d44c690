/// Σ_i (Σ_k ((m-1)/2 - k) (x[i+k] - x[i+m+k]))² over the N - 2m terms of the parabolic variance: squared differences of
/// frequencies that were each fitted by least squares over m samples.
///
/// With D[i] = x[i] - x[i+m] and c = (m-1)/2, the weighted sum over D follows from the one before:
/// A[i+1] = A[i] - c (D[i] + D[i+m]) + Σ_{k=1..m-1} D[i+k]. Both sums are begun afresh every few m terms.
func parabolicDifferenceSquares(_ x: Span<Double>, factor m: Int) -> Double {
    let terms = Statistic.pdev.terms(factor: m, of: x.count)
    let centre = Double(m - 1) / 2
    var sum = 0.0
    var start = 0
    while start < terms {
        let end = min(start + runLength(factor: m) / 4, terms)
        var weighted = 0.0
        var inner = 0.0
        for k in 0..<m {
            let difference = x[start + k] - x[start + m + k]
            weighted += (centre - Double(k)) * difference
            if k > 0 { inner += difference }
        }
        sum += weighted * weighted
        var i = start
        while i + 1 < end {
            let leaving = x[i] - x[i + m]
            let entering = x[i + m] - x[i + 2 * m]
            weighted += inner - centre * (leaving + entering)
            // Σ_{k=1..m-1} D[i+k] becomes Σ_{k=2..m} D[i+k].
            if m > 1 { inner += entering - (x[i + 1] - x[i + 1 + m]) }
            sum += weighted * weighted
            i += 1
        }
        start = end
    }
    return sum
}

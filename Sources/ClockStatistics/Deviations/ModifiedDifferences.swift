// The modified Allan variance squares second differences of phases that were averaged over m samples. Each term
// follows from the one before by a third difference, so all terms of one m cost O(N). Rounding errors of such a running
// sum grow with its length; it is therefore begun afresh from time to time, seldom enough to cost little.

/// How many terms a running sum over m samples may be carried on.
func runLength(factor m: Int) -> Int { max(1024, 16 * m) }

/// Σ (Σ_{i=j..j+m-1} (x[i+2m] - 2x[i+m] + x[i]))² over the N - 3m + 1 terms, for each m.
func modifiedDifferenceSquares(_ x: Span<Double>, factors: [Int]) -> [Double] {
    factors.map { m in
        let terms = Statistic.mdev.terms(factor: m, of: x.count)
        var sum = 0.0
        var start = 0
        while start < terms {
            let end = min(start + runLength(factor: m), terms)
            sum += modifiedRunSquares(x, factor: m, from: start, to: end)
            start = end
        }
        return sum
    }
}

/// The squares of the terms from one index to before another, the first computed afresh.
private func modifiedRunSquares(_ x: Span<Double>, factor m: Int, from start: Int, to end: Int) -> Double {
    var value = 0.0
    for i in start..<(start + m) { value += x[i] - 2 * x[i + m] + x[i + 2 * m] }
    var first = value * value
    let n = end - start - 1
    let a = x.extracting(start..<(start + n))
    let b = x.extracting((start + m)..<(start + m + n))
    let c = x.extracting((start + 2 * m)..<(start + 2 * m + n))
    let d = x.extracting((start + 3 * m)..<(start + 3 * m + n))
    guard a.count == n, b.count == n, c.count == n, d.count == n else { return .nan }
    // Four steps at a time, summed in pairs: only one addition in four waits for the value before.
    var low = SIMD2<Double>.zero
    var high = SIMD2<Double>.zero
    var i = 0
    while i &+ 3 < n {
        let lowStep =
            SIMD2(d[i], d[i &+ 1]) - SIMD2(a[i], a[i &+ 1])
            + 3 * (SIMD2(b[i], b[i &+ 1]) - SIMD2(c[i], c[i &+ 1]))
        let highStep =
            SIMD2(d[i &+ 2], d[i &+ 3]) - SIMD2(a[i &+ 2], a[i &+ 3])
            + 3 * (SIMD2(b[i &+ 2], b[i &+ 3]) - SIMD2(c[i &+ 2], c[i &+ 3]))
        let lowSums = SIMD2(lowStep[0], lowStep[0] + lowStep[1])
        let highSums = SIMD2(highStep[0], highStep[0] + highStep[1]) + lowSums[1]
        let lowValues = lowSums + value
        let highValues = highSums + value
        low += lowValues * lowValues
        high += highValues * highValues
        value = highValues[1]
        i &+= 4
    }
    while i < n {
        value += d[i] - a[i] + 3 * (b[i] - c[i])
        first += value * value
        i &+= 1
    }
    return first + (low + high).sum()
}

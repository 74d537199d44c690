// The modified Allan variance squares second differences of phases that were averaged over m samples. Each term
// follows from the one before by a third difference, so all terms of one m cost O(N). Rounding errors of such a running
// sum grow with its length; it is therefore begun afresh from time to time, seldom enough to cost little. All factors
// walk over the series together, block by block, so that it passes through the cache once.

private let blockLength = 1024

/// How many terms a running sum over m samples may be carried on: whole blocks.
func runLength(factor m: Int) -> Int { max(1, m / 64) * blockLength }

/// Σ (Σ_{i=j..j+m-1} (x[i+2m] - 2x[i+m] + x[i]))² over the N - 3m + 1 terms, for each m.
func modifiedDifferenceSquares(_ x: Span<Double>, factors: [Int]) -> [Double] {
    var sums = [Double](repeating: 0, count: factors.count)
    var values = [Double](repeating: 0, count: factors.count)
    let terms = factors.map { Statistic.mdev.terms(factor: $0, of: x.count) }
    var start = 0
    while start < (terms.max() ?? 0) {
        for (index, m) in factors.enumerated() where start < terms[index] {
            var value = values[index]
            if start % runLength(factor: m) == 0 {
                value = 0
                for i in start..<(start + m) { value += x[i] - 2 * x[i + m] + x[i + 2 * m] }
            } else {
                value += step(x, m, start - 1)
            }
            let count = min(blockLength, terms[index] - start)
            sums[index] += runSquares(x, factor: m, from: start, count: count, value: &value)
            values[index] = value
        }
        start += blockLength
    }
    return sums
}

/// By how much the term after index i differs from that at i.
@inline(__always)
private func step(_ x: Span<Double>, _ m: Int, _ i: Int) -> Double {
    x[i + 3 * m] - x[i] + 3 * (x[i + m] - x[i + 2 * m])
}

/// The squares of so many terms, of which the first is given; leaves the last.
private func runSquares(
    _ x: Span<Double>, factor m: Int, from start: Int, count: Int, value last: inout Double
) -> Double {
    var value = last
    var first = value * value
    let n = count - 1
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
    last = value
    return first + (low + high).sum()
}

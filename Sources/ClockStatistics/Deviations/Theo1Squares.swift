/// Σ_i Σ_{d < m/2} (x[i] - x[i-d+m/2] + x[i+m] - x[i+d+m/2])² / (m/2 - d), for even m (SP 1065, 5.2.15). O(N m).
func theo1Squares(_ x: Span<Double>, factor m: Int) -> Double {
    guard m > 0, m % 2 == 0, m < x.count else { return 0 }
    let half = m / 2
    let blockLength = 2048
    var ends = [Double](repeating: 0, count: blockLength)
    var total = 0.0
    var start = 0
    while start < x.count - m {
        let count = min(blockLength, x.count - m - start)
        for i in 0..<count { ends[i] = x[start + i] + x[start + i + m] }
        let outer = ends.span.extracting(0..<count)
        for d in 0..<half {
            let early = x.extracting((start + half - d)..<(start + half - d + count))
            let late = x.extracting((start + half + d)..<(start + half + d + count))
            total += differenceOfSums(outer, early, late) / Double(half - d)
        }
        start += count
    }
    return total
}

/// Σ (a - (b + c))² over three stretches of equal length.
@inline(__always)
private func differenceOfSums(_ a: Span<Double>, _ b: Span<Double>, _ c: Span<Double>) -> Double {
    guard a.count == b.count, b.count == c.count else { return .nan }
    var even = SIMD2<Double>.zero
    var odd = SIMD2<Double>.zero
    var i = 0
    while i &+ 3 < a.count {
        let first = SIMD2(a[i], a[i &+ 1]) - (SIMD2(b[i], b[i &+ 1]) + SIMD2(c[i], c[i &+ 1]))
        let second =
            SIMD2(a[i &+ 2], a[i &+ 3]) - (SIMD2(b[i &+ 2], b[i &+ 3]) + SIMD2(c[i &+ 2], c[i &+ 3]))
        even += first * first
        odd += second * second
        i &+= 4
    }
    var sum = (even + odd).sum()
    while i < a.count {
        let difference = a[i] - (b[i] + c[i])
        sum += difference * difference
        i &+= 1
    }
    return sum
}

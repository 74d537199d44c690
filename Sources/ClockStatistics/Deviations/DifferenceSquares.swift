// Sums of squared phase differences, for many averaging factors in one walk over the series: a block of samples is
// used for all factors while it is in the cache. Two sums run side by side in each lane so that additions need not
// wait for one another.

/// Samples per block: with one block for each octave of a long series, still within a first-level cache.
private let blockLength = 64

/// Σ (x[i+2m] - 2x[i+m] + x[i])² for each m.
func secondDifferenceSquares(_ x: Span<Double>, factors: [Int]) -> [Double] {
    inBlocks(x, factors: factors, order: 2) { x, m, range in
        let a = x.extracting(range)
        let b = x.extracting((range.lowerBound + m)..<(range.upperBound + m))
        let c = x.extracting((range.lowerBound + 2 * m)..<(range.upperBound + 2 * m))
        return secondDifferenceSquares(a, b, c)
    }
}

/// Σ (x[i+3m] - 3x[i+2m] + 3x[i+m] - x[i])² for each m.
func thirdDifferenceSquares(_ x: Span<Double>, factors: [Int]) -> [Double] {
    inBlocks(x, factors: factors, order: 3) { x, m, range in
        let a = x.extracting(range)
        let b = x.extracting((range.lowerBound + m)..<(range.upperBound + m))
        let c = x.extracting((range.lowerBound + 2 * m)..<(range.upperBound + 2 * m))
        let d = x.extracting((range.lowerBound + 3 * m)..<(range.upperBound + 3 * m))
        return thirdDifferenceSquares(a, b, c, d)
    }
}

/// Σ (x[i+m] - x[i])² for each m.
func firstDifferenceSquares(_ x: Span<Double>, factors: [Int]) -> [Double] {
    inBlocks(x, factors: factors, order: 1) { x, m, range in
        let a = x.extracting(range)
        let b = x.extracting((range.lowerBound + m)..<(range.upperBound + m))
        guard a.count == b.count else { return .nan }
        var even = SIMD2<Double>.zero
        var odd = SIMD2<Double>.zero
        var i = 0
        while i &+ 3 < a.count {
            let first = SIMD2(b[i], b[i &+ 1]) - SIMD2(a[i], a[i &+ 1])
            let second = SIMD2(b[i &+ 2], b[i &+ 3]) - SIMD2(a[i &+ 2], a[i &+ 3])
            even += first * first
            odd += second * second
            i &+= 4
        }
        var sum = (even + odd).sum()
        while i < a.count {
            let difference = b[i] - a[i]
            sum += difference * difference
            i &+= 1
        }
        return sum
    }
}

/// Walks over the terms of all factors block by block. A factor with no term gives 0.
@inline(__always)
private func inBlocks(
    _ x: Span<Double>, factors: [Int], order: Int, _ sum: (Span<Double>, Int, Range<Int>) -> Double
) -> [Double] {
    var sums = [Double](repeating: 0, count: factors.count)
    var start = 0
    while start < x.count {
        for (index, m) in factors.enumerated() where m > 0 && m <= x.count / order {
            let end = min(start + blockLength, x.count - order * m)
            if end > start { sums[index] += sum(x, m, start..<end) }
        }
        start += blockLength
    }
    return sums
}

/// Σ (c - 2b + a)² over three stretches of equal length.
@inline(__always)
func secondDifferenceSquares(_ a: Span<Double>, _ b: Span<Double>, _ c: Span<Double>) -> Double {
    guard a.count == b.count, b.count == c.count else { return .nan }
    var even = SIMD2<Double>.zero
    var odd = SIMD2<Double>.zero
    var i = 0
    while i &+ 3 < a.count {
        let first = SIMD2(a[i], a[i &+ 1]) - 2 * SIMD2(b[i], b[i &+ 1]) + SIMD2(c[i], c[i &+ 1])
        let second =
            SIMD2(a[i &+ 2], a[i &+ 3]) - 2 * SIMD2(b[i &+ 2], b[i &+ 3]) + SIMD2(c[i &+ 2], c[i &+ 3])
        even += first * first
        odd += second * second
        i &+= 4
    }
    var sum = (even + odd).sum()
    while i < a.count {
        let difference = a[i] - 2 * b[i] + c[i]
        sum += difference * difference
        i &+= 1
    }
    return sum
}

/// Σ (d - 3c + 3b - a)² over four stretches of equal length.
@inline(__always)
func thirdDifferenceSquares(
    _ a: Span<Double>, _ b: Span<Double>, _ c: Span<Double>, _ d: Span<Double>
) -> Double {
    guard a.count == b.count, b.count == c.count, c.count == d.count else { return .nan }
    var even = SIMD2<Double>.zero
    var odd = SIMD2<Double>.zero
    var i = 0
    while i &+ 3 < a.count {
        let inner = SIMD2(b[i], b[i &+ 1]) - SIMD2(c[i], c[i &+ 1])
        let first = SIMD2(d[i], d[i &+ 1]) - SIMD2(a[i], a[i &+ 1]) + 3 * inner
        let nextInner = SIMD2(b[i &+ 2], b[i &+ 3]) - SIMD2(c[i &+ 2], c[i &+ 3])
        let second = SIMD2(d[i &+ 2], d[i &+ 3]) - SIMD2(a[i &+ 2], a[i &+ 3]) + 3 * nextInner
        even += first * first
        odd += second * second
        i &+= 4
    }
    var sum = (even + odd).sum()
    while i < a.count {
        let difference = d[i] - a[i] + 3 * (b[i] - c[i])
        sum += difference * difference
        i &+= 1
    }
    return sum
}

/// The greatest peak-to-peak excursion of the phase within any m + 1 successive samples, for each m, in seconds.
///
/// The extremes over 2ᵏ samples come from those over 2ᵏ⁻¹ by doubling; a window of any other length is two such
/// windows that overlap. Exact; O(N log m) for all factors together, 2N numbers of memory.
func maximumIntervalErrors(_ x: Span<Double>, factors: [Int]) -> [Double] {
    let count = x.count
    var results = [Double](repeating: 0, count: factors.count)
    let wanted = factors.indices.filter { factors[$0] > 0 && factors[$0] < count }
        .sorted { factors[$0] < factors[$1] }
    var highs: [Double] = []
    highs.reserveCapacity(count)
    for i in 0..<count { highs.append(x[i]) }
    var lows = highs
    var next = 0
    var width = 1
    while next < wanted.count {
        let valid = count - width + 1
        while next < wanted.count, factors[wanted[next]] + 1 < 2 * width {
            let shift = factors[wanted[next]] + 1 - width
            results[wanted[next]] = widest(highs.span, lows.span, shift: shift, count: valid - shift)
            next += 1
        }
        guard next < wanted.count else { break }
        join(&highs, &lows, shift: width, count: valid - width)
        width *= 2
    }
    return results
}

/// The greatest difference of extremes over windows that are joined from two, `shift` samples apart.
private func widest(_ highs: Span<Double>, _ lows: Span<Double>, shift: Int, count: Int) -> Double {
    let highA = highs.extracting(0..<count)
    let highB = highs.extracting(shift..<(shift + count))
    let lowA = lows.extracting(0..<count)
    let lowB = lows.extracting(shift..<(shift + count))
    guard highA.count == count, highB.count == count, lowA.count == count, lowB.count == count else { return .nan }
    var widest = SIMD2<Double>.zero
    var i = 0
    while i &+ 1 < count {
        let high = greater(SIMD2(highA[i], highA[i &+ 1]), SIMD2(highB[i], highB[i &+ 1]))
        let low = lesser(SIMD2(lowA[i], lowA[i &+ 1]), SIMD2(lowB[i], lowB[i &+ 1]))
        widest = greater(widest, high - low)
        i &+= 2
    }
    if i < count {
        let difference = max(highA[i], highB[i]) - min(lowA[i], lowB[i])
        widest[0] = max(widest[0], difference)
    }
    return max(widest[0], widest[1])
}

/// Doubles the windows in place: each extreme becomes that of its own window and of the one `shift` further on.
private func join(_ highs: inout [Double], _ lows: inout [Double], shift: Int, count: Int) {
    var high = highs.mutableSpan
    var low = lows.mutableSpan
    guard count > 0, shift > 0, shift + count <= high.count, high.count == low.count else { return }
    var i = 0
    // What is read ahead has not been written yet.
    while i &+ 1 < count {
        let j = i &+ shift
        let nextHigh = greater(SIMD2(high[i], high[i &+ 1]), SIMD2(high[j], high[j &+ 1]))
        let nextLow = lesser(SIMD2(low[i], low[i &+ 1]), SIMD2(low[j], low[j &+ 1]))
        high[i] = nextHigh[0]
        high[i &+ 1] = nextHigh[1]
        low[i] = nextLow[0]
        low[i &+ 1] = nextLow[1]
        i &+= 2
    }
    if i < count {
        high[i] = max(high[i], high[i + shift])
        low[i] = min(low[i], low[i + shift])
    }
}

@inline(__always)
private func greater(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
    a.replacing(with: b, where: a .< b)
}

@inline(__always)
private func lesser(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
    a.replacing(with: b, where: a .> b)
}

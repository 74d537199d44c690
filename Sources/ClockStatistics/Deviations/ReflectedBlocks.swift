/// Mean over all blocks of 3m samples of the mean square of 6m second differences of m-sample means, each block freed
/// of its slope and reflected (uninverted) at both ends: what the modified total variance is made of on phases, and the
/// Hadamard total variance on frequencies (SP 1065, 5.2.12 and 5.2.14).
///
/// The reflected block repeats after 6m samples and is symmetric about both of its ends, so that of the 6m differences
/// those within half a block of the start tell all. In terms of running sums each is one third difference. Time is
/// O(N m): no shorter way is known.
func reflectedBlockSquares(_ x: Span<Double>, factor m: Int) -> Double {
    let length = 3 * m
    guard m > 0, x.count >= length else { return .nan }
    let half = length / 2
    // From the middle of one half to the middle of the other, the middle sample of an odd block belonging to none.
    let distance = Double((length + 1) / 2)
    let blocks = x.count - length + 1
    // sums[half + k] = Σ of the first k samples of the block, k reaching half a block beyond either end.
    var sums = [Double](repeating: 0, count: length + 2 * half + 1)
    var total = 0.0
    for block in 0..<blocks {
        let base = x[block + half]
        var running = 0.0
        for k in 0..<length {
            running += x[block + k] - base
            sums[half + k + 1] = running
        }
        let first = sums[2 * half]
        let second = sums[half + length] - sums[length]
        let slope = (second - first) / Double(half) / distance
        for k in 1...length { sums[half + k] -= slope * (Double(k) * Double(k - 1) / 2) }
        let whole = 2 * sums[half + length]
        for k in 1...half {
            sums[half - k] = -sums[half + k]
            sums[half + length + k] = whole - sums[half + length - k]
        }
        let u = sums.span
        total += 2 * modifiedSquares(u, factor: m, count: 2 * half + 1)
        // In an even block the outermost differences are their own mirror images, and count once.
        if length % 2 == 0 {
            let start = u[3 * m] - 3 * u[2 * m] + 3 * u[m] - u[0]
            let end = u[6 * m] - 3 * u[5 * m] + 3 * u[4 * m] - u[3 * m]
            total -= start * start + end * end
        }
    }
    let mean = Double(m)
    return total / (Double(blocks) * 6 * mean * mean * mean)
}

/// Σ (u[i+3m] - 3u[i+2m] + 3u[i+m] - u[i])² over the first so many terms.
private func modifiedSquares(_ u: Span<Double>, factor m: Int, count: Int) -> Double {
    thirdDifferenceSquares(
        u.extracting(0..<count), u.extracting(m..<(m + count)),
        u.extracting((2 * m)..<(2 * m + count)), u.extracting((3 * m)..<(3 * m + count)))
}

extension ClockSeries {
    /// The strengths of the noise, from squares of third differences at octaves of the averaging factor (the Hadamard
    /// variance, which sees neither a constant frequency nor its drift).
    ///
    /// The expected square at m is 20σ² + 6q₁τ + q₂τ³. The three are fitted by maximum likelihood with the degrees of
    /// freedom of each variance, none below 0. Missing readings leave out their terms.
    /// - Parameter robust: By medians instead of means, so that some outliers and steps do no harm; less exact.
    /// - Returns: nil with fewer than 16 readings.
    public func noiseModel(robust: Bool) -> NoiseModel? {
        guard interval > 0, breaks.isEmpty, phases.count - missing >= 16 else { return nil }
        var levels: [Level] = []
        var m = 1
        while 3 * m < phases.count {
            if let level = level(m, robust: robust) { levels.append(level) }
            m *= 2
        }
        guard levels.count > 1 else { return nil }
        return NoiseFit(levels, interval: interval, count: phases.count).model
    }

    private func level(_ m: Int, robust: Bool) -> Level? {
        // So many suffice for a median, and sorting more would take long.
        let stride = robust ? max(1, phases.count / 40_000) : 1
        var sum = 0.0
        var terms = 0
        var squares: [Double] = []
        let x = phases.span
        var index = 0
        while index + 3 * m < x.count {
            let difference = x[index + 3 * m] - 3 * (x[index + 2 * m] - x[index + m]) - x[index]
            index += stride
            guard !difference.isNaN else { continue }
            terms += 1
            if robust { squares.append(difference * difference) } else { sum += difference * difference }
        }
        guard terms > 2 else { return nil }
        let mean = sum / Double(terms)
        // The median of chi-squared with one degree of freedom is 0.4549.
        guard robust, let middle = median(squares) else { return Level(m: m, square: mean, terms: terms * stride) }
        if middle > 0 { return Level(m: m, square: middle / 0.454936, terms: terms * stride * 37 / 100) }
        let average = squares.reduce(0, +) / Double(squares.count)
        return Level(m: m, square: average, terms: terms * stride)
    }

    struct Level {
        var m: Int
        /// Mean square of the third differences, in s².
        var square: Double
        var terms: Int
    }
}

/// Fits the three strengths to the levels.
private struct NoiseFit {
    private let levels: [ClockSeries.Level]
    private let interval: Double
    private let count: Int
    /// 20σ², 6q₁τ₀ and q₂τ₀³.
    private var parts: [Double] = [0, 0, 0]
    private var information: [[Double]] = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]

    init(_ levels: [ClockSeries.Level], interval: Double, count: Int) {
        self.levels = levels
        self.interval = interval
        self.count = count
        fit()
    }

    private static func shape(_ m: Int) -> [Double] {
        let m = Double(m)
        return [1, m, m * m * m]
    }

    private func expected(_ parts: [Double], _ m: Int) -> Double {
        zip(parts, Self.shape(m)).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Degrees of freedom of a level, by the kind of noise that is strongest in it.
    private func freedom(_ level: ClockSeries.Level, _ parts: [Double]) -> Double {
        let shares = zip(parts, Self.shape(level.m)).map { $0 * $1 }
        let strongest = shares.indices.max { shares[$0] < shares[$1] } ?? 0
        let edf =
            DegreesOfFreedom(
                alpha: [2, 0, -2][strongest], order: 3, factor: level.m, count: count, overlapping: true,
                modified: false
            ).value ?? 1
        let whole = Double(max(1, count - 3 * level.m))
        return max(0.5, edf * min(1, Double(level.terms) / whole))
    }

    /// Maximum likelihood: each part is multiplied by the ratio of what pulls it up to what pulls it down (Lee and Seung's
    /// updates for the Itakura-Saito divergence, which the likelihood of a variance is). No part becomes negative, and the
    /// likelihood never falls.
    private mutating func fit() {
        guard let last = levels.last, levels.contains(where: { $0.square > 0 }) else { return }
        // Each begins at the most that the levels allow.
        parts = [
            levels[0].square, levels.map { $0.square / Double($0.m) }.min() ?? 0, last.square / Self.shape(last.m)[2],
        ]
        let least = (levels.map(\.square).filter { $0 > 0 }.min() ?? 1) * 1e-6
        for index in parts.indices where parts[index] <= 0 { parts[index] = least / Self.shape(last.m)[index] }
        var edf = levels.map { freedom($0, parts) }
        for round in 0..<1000 {
            if round % 50 == 49 { edf = levels.map { freedom($0, parts) } }
            let change = update(edf)
            if round % 10 == 9 {
                dropSmall()
                if change < 1e-6 { break }
            }
        }
        let model = levels.map { max(expected(parts, $0.m), least) }
        edf = levels.map { freedom($0, parts) }
        for (index, level) in levels.enumerated() {
            let shape = Self.shape(level.m)
            let weight = edf[index] / (2 * model[index] * model[index])
            for i in 0..<3 { for j in 0..<3 { information[i][j] += weight * shape[i] * shape[j] } }
        }
    }

    /// One round; plain loops, since this is done a thousand times.
    /// - Returns: The greatest relative change of a part.
    private mutating func update(_ edf: [Double]) -> Double {
        var (up0, up1, up2, down0, down1, down2) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        var index = 0
        while index < levels.count {
            let m = Double(levels[index].m)
            let cube = m * m * m
            let model = parts[0] + parts[1] * m + parts[2] * cube
            let down = edf[index] / model
            let up = down * levels[index].square / model
            up0 += up
            up1 += up * m
            up2 += up * cube
            down0 += down
            down1 += down * m
            down2 += down * cube
            index += 1
        }
        var change = 0.0
        for (index, ratio) in [up0 / down0, up1 / down1, up2 / down2].enumerated() {
            guard parts[index] > 0, ratio.isFinite else { continue }
            parts[index] *= ratio
            change = max(change, (ratio - 1).magnitude)
        }
        return change
    }

    /// A part that is nowhere more than a thousandth is on its way to 0.
    private mutating func dropSmall() {
        for index in parts.indices where parts[index] > 0 {
            let most = levels.map { parts[index] * Self.shape($0.m)[index] / expected(parts, $0.m) }.max() ?? 0
            if most < 1e-3 { parts[index] = 0 }
        }
    }

    var model: NoiseModel {
        // What the record could tell of the walk while the other two are free as well.
        let covariance = SmallMatrix.inverse(information)
        func freedom(_ index: Int) -> Double {
            guard let variance = covariance?[index][index], variance > 0, parts[index] > 0 else { return 1 }
            return min(1e6, max(1, 2 * parts[index] * parts[index] / variance))
        }
        let cube = interval * interval * interval
        let walkVariance = covariance?[2][2] ?? 0
        return NoiseModel(
            phase: parts[0] / 20, frequency: parts[1] / (6 * interval), walk: parts[2] / cube,
            walkError: max(0, walkVariance).squareRoot() / cube, phaseFreedom: freedom(0), frequencyFreedom: freedom(1),
            walkFreedom: freedom(2))
    }
}

/// Systems of a few linear equations.
enum SmallMatrix {
    /// Solves a system whose last column is the right side, with scaling; nil when it is singular.
    static func solve(_ augmented: [[Double]]) -> [Double]? {
        let n = augmented.count
        let scale = (0..<n).map { augmented[$0][$0] > 0 ? 1 / augmented[$0][$0].squareRoot() : 1 }
        var a = augmented
        for i in 0..<n {
            for j in 0..<n { a[i][j] *= scale[i] * scale[j] }
            for j in n..<a[i].count { a[i][j] *= scale[i] }
        }
        for column in 0..<n {
            guard let pivot = (column..<n).max(by: { a[$0][column].magnitude < a[$1][column].magnitude }),
                a[pivot][column].magnitude > 1e-13
            else { return nil }
            a.swapAt(column, pivot)
            for row in 0..<n where row != column {
                let factor = a[row][column] / a[column][column]
                guard factor != 0 else { continue }
                for j in column..<a[row].count { a[row][j] -= factor * a[column][j] }
            }
        }
        return (0..<n).map { a[$0][n] / a[$0][$0] * scale[$0] }
    }

    static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
        let n = matrix.count
        var columns: [[Double]] = []
        for column in 0..<n {
            let system = (0..<n).map { row in matrix[row] + [row == column ? 1.0 : 0] }
            guard let solution = solve(system) else { return nil }
            columns.append(solution)
        }
        return (0..<n).map { row in (0..<n).map { columns[$0][row] } }
    }
}

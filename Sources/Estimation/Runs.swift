/// The runs test: whether the signs of residuals alternate as often as chance would have it
/// (Wald and Wolfowitz 1940, in its form for signs that are equally likely).
enum Runs {
    /// Runs of equal sign in a series.
    static func count(_ values: ArraySlice<Double>) -> Int {
        var runs = 0
        var previous: Bool?
        for value in values {
            let sign = value < 0
            if sign != previous { runs += 1 }
            previous = sign
        }
        return runs
    }

    /// The fewest runs among `count` residuals that chance explains at 5 %: fewer mean that a line does not fit.
    ///
    /// Between neighbours the sign changes with probability one half, so runs - 1 follow a binomial distribution.
    static func critical(_ count: Int) -> Int {
        criticalValues[min(count, criticalValues.count - 1)]
    }

    private static let criticalValues: [Int] = (0...128).map { count in
        guard count > 1 else { return 1 }
        let changes = count - 1
        // P(k changes) = C(changes, k) / 2^changes, summed until it passes 5 %.
        var probability = 1.0
        for _ in 0..<changes { probability /= 2 }
        var sum = 0.0
        for k in 0...changes {
            sum += probability
            if sum > 0.05 { return k + 1 }
            probability *= Double(changes - k) / Double(k + 1)
        }
        return count
    }
}

/// Student's t distribution.
enum Student {
    /// The factor from a standard deviation, estimated with so many degrees of freedom, to a bound that is exceeded
    /// on each side with probability 0.0005 (standard tables).
    static func bound(degreesOfFreedom: Int) -> Double {
        table[min(max(degreesOfFreedom, 1), table.count) - 1]
    }

    private static let table: [Double] = [
        636.62, 31.60, 12.92, 8.610, 6.869, 5.959, 5.408, 5.041, 4.781, 4.587, 4.437, 4.318, 4.221, 4.140, 4.073,
        4.015, 3.965, 3.922, 3.883, 3.850, 3.819, 3.792, 3.768, 3.745, 3.725, 3.707, 3.690, 3.674, 3.659, 3.646,
        3.633, 3.622, 3.611, 3.601, 3.591, 3.582, 3.574, 3.566, 3.558, 3.551,
    ]
}

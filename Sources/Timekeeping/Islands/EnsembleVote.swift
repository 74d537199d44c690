/// Whom a member of an ensemble goes by, and where to.
struct EnsembleVote {
    /// What is to be added to our scale; nil if there is nobody to go by.
    private(set) var aim: Double?
    private(set) var falsetickers: Set<Int> = []
    /// Whether we ourselves are the one that differs from the majority.
    private(set) var isOutvoted = false

    private struct Voter {
        /// Nil for ourselves.
        var number: Int?
        var difference: Double
        var smoothed: Double
        var weight: Double
    }

    /// - Parameter peers: number, difference now, smoothed difference, claim.
    init(
        own: EnsembleScale.Claim, peers: [(Int, Double, Double, EnsembleScale.Claim)],
        settings: EnsembleScale.Settings
    ) {
        // Who belongs to it decides; if nobody does yet, all do.
        let settled = peers.filter { $0.3.isSettled }
        let counted = settled.isEmpty && !own.isSettled ? peers : settled
        var voters = counted.map {
            Voter(number: $0.0, difference: $0.1, smoothed: $0.2, weight: 1 / ($0.3.wander * $0.3.wander))
        }
        if own.isSettled || settled.isEmpty {
            voters.append(Voter(number: nil, difference: 0, smoothed: 0, weight: 1 / (own.wander * own.wander)))
        }
        guard voters.contains(where: { $0.number != nil }) else { return }
        // In a fixed order, so that sums are the same on each run.
        voters.sort { ($0.number ?? -1) < ($1.number ?? -1) }
        let middle = Self.median(voters.map(\.smoothed))
        let spread = 1.4826 * Self.median(voters.map { ($0.smoothed - middle).magnitude })
        let limit = max(5 * spread, 2 * settings.noise)
        let good = voters.filter { ($0.smoothed - middle).magnitude <= limit }
        falsetickers = Set(voters.filter { ($0.smoothed - middle).magnitude > limit }.compactMap(\.number))
        isOutvoted = !good.contains { $0.number == nil }
        let weights = Self.capped(good.map(\.weight), at: settings.mostWeight)
        aim = zip(good, weights).reduce(0) { $0 + $1.0.difference * $1.1 }
    }

    /// Weights whose sum is 1, and of which none is above a part of it (or above an equal part, if they are too few).
    static func capped(_ weights: [Double], at most: Double) -> [Double] {
        let limit = max(most, 1 / Double(max(weights.count, 1)))
        var result = Self.normal(weights)
        for _ in weights.indices {
            let excess = result.reduce(0) { $0 + max($1 - limit, 0) }
            guard excess > 1e-12 else { break }
            let free = result.reduce(0) { $0 + ($1 < limit ? $1 : 0) }
            guard free > 0 else { break }
            result = result.map { $0 < limit ? $0 * (1 + excess / free) : limit }
        }
        return Self.normal(result)
    }

    private static func normal(_ weights: [Double]) -> [Double] {
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }
}

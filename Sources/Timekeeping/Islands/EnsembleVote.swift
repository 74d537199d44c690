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
        var uncertainty: Double
        var slew: Double
        var weight: Double
    }

    /// The setting by hand that those follow whom we go by.
    private(set) var setting: EnsembleScale.HandSetting
    /// Whether one of them is on its way.
    private(set) var isMoving = false
    /// By how much all of them are being moved, s/s. Zero where we count ourselves: all would go on for ever by what all do.
    private(set) var slew = 0.0

    /// What is known of a member.
    struct Ballot {
        var number: Int
        /// Its scale less ours, now and smoothed.
        var difference: Double
        var smoothed: Double
        /// By how much it is being moved, s/s.
        var slew: Double
        /// How far one comparison may be wrong.
        var uncertainty: Double
        var claim: EnsembleScale.Claim
    }

    init(own: EnsembleScale.Claim, ballots: [Ballot], settings: EnsembleScale.Settings) {
        // In a fixed order, so that sums are the same on each run.
        let sorted = ballots.sorted { $0.number < $1.number }
        // Who belongs to it decides; if nobody does yet, all do.
        let settled = sorted.filter(\.claim.isSettled)
        let everybody = settled.isEmpty && !own.isSettled ? sorted : settled
        // Of those, whoever follows the latest setting by hand.
        let base = own.isSettled ? own.setting : everybody.first?.claim.setting ?? own.setting
        let latest = everybody.map(\.claim.setting).max { base.distance(to: $0) < base.distance(to: $1) } ?? base
        setting = base.distance(to: latest) > 0 ? latest : base
        let counted = everybody.filter { [setting] in $0.claim.setting == setting }
        isMoving = counted.contains(where: \.claim.isSlewing)
        var voters = counted.map {
            Voter(
                number: $0.number, difference: $0.difference, smoothed: $0.smoothed, uncertainty: $0.uncertainty,
                slew: $0.slew, weight: 1 / ($0.claim.wander * $0.claim.wander))
        }
        let counts = own.isSettled ? own.setting == setting : settled.isEmpty
        if counts {
            voters.insert(
                Voter(
                    number: nil, difference: 0, smoothed: 0, uncertainty: 0, slew: 0,
                    weight: 1 / (own.wander * own.wander)), at: 0)
        }
        guard voters.contains(where: { $0.number != nil }) else { return }
        let majority = Self.majority(voters.map(\.smoothed), within: 2 * settings.noise)
        let middle = majority ?? Self.median(voters.map(\.smoothed))
        // Without a majority that agrees, as after a division by halves, whoever is not far from the middle.
        let spread = majority == nil ? 1.4826 * Self.median(voters.map { ($0.smoothed - middle).magnitude }) : 0
        let limit = max(5 * spread, 2 * settings.noise)
        // Nobody is blamed for what the way between us may have done. Who comes near the limit counts less already: who
        // lies a little more each time has no say left when it is found out.
        func share(_ voter: Voter) -> Double {
            let distance = (voter.smoothed - middle) / max(limit, voter.uncertainty)
            return distance.magnitude < 1 ? (1 - distance * distance) * (1 - distance * distance) : 0
        }
        let good = voters.filter { share($0) > 0 }
        falsetickers = Set(voters.filter { share($0) == 0 }.compactMap(\.number))
        isOutvoted = counts && !good.contains { $0.number == nil }
        let capped = Self.capped(good.map(\.weight), at: settings.mostWeight)
        let weights = Self.normal(zip(good, capped).map { share($0) * $1 })
        aim = zip(good, weights).reduce(0) { $0 + $1.0.difference * $1.1 }
        if !counts { slew = zip(good, weights).reduce(0) { $0 + $1.0.slew * $1.1 } }
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

    /// The middle of the strict majority that lies closest together; nil if even that is wider than a width.
    static func majority(_ values: [Double], within width: Double) -> Double? {
        let sorted = values.sorted()
        let count = sorted.count / 2 + 1
        let best = (0...max(sorted.count - count, 0)).map { sorted[$0..<min($0 + count, sorted.count)] }.min {
            ($0.last ?? 0) - ($0.first ?? 0) < ($1.last ?? 0) - ($1.first ?? 0)
        }
        guard let best, let low = best.first, let high = best.last, high - low <= width else { return nil }
        return (low + high) / 2
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }
}

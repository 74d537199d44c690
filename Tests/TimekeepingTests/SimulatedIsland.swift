import TimeBase
import Timekeeping

/// Some machines on one network without any reference: crystals that are off and wander, and comparisons of each with each
/// that are noisy. Everything follows from the seed, crystals and noise apart, so that two runs can be compared.
struct SimulatedIsland {
    struct Member {
        /// What the oscillator shows less true time.
        var oscillator: Double
        /// How much it gains.
        var gain: Double
        var wander: Double
        var scale: EnsembleScale
        var isRunning = true
        /// Which part of a divided network it is in.
        var part = 0
        /// What it adds to its scale when it tells others: a liar.
        var lie: (Double) -> Double = { _ in 0 }
        var nextComparison: Double
        var crystal: RandomSource
        var noise: RandomSource
    }

    private(set) var time = 0.0
    var members: [Member] = []
    let jitter: Double
    /// Seconds from one look at everybody to the next.
    private static let tick = 4.0
    /// Of the scales less true time, at each look.
    private(set) var rows: [(time: Double, errors: [Double])] = []

    init(gains: [Double], wander: Double, jitter: Double, spread: Double, seed: UInt64) {
        self.jitter = jitter
        var random = RandomSource(seed: seed)
        for (index, gain) in gains.enumerated() {
            let oscillator = spread * (random.uniform() - 0.5)
            members.append(
                Member(
                    oscillator: oscillator, gain: gain, wander: wander, scale: EnsembleScale(at: oscillator),
                    nextComparison: random.uniform() * 16, crystal: RandomSource(seed: seed, stream: UInt64(index) + 1),
                    noise: RandomSource(seed: seed, stream: UInt64(index) + 1001)))
        }
    }

    /// Nearly normal with a standard deviation of 1, and cheap: how many of 64 random bits are set, smoothed.
    private static func gaussian(_ random: inout RandomSource) -> Double {
        (Double(random.next().nonzeroBitCount) - 32.5 + random.uniform()) / 4.0104
    }

    /// What a member's scale shows less true time.
    func error(_ index: Int) -> Double {
        let member = members[index]
        return member.oscillator + member.scale.offset(at: time + member.oscillator)
    }

    /// Lets time pass up to a moment.
    mutating func run(until end: Double) {
        while time < end {
            time += Self.tick
            for index in members.indices {
                members[index].oscillator += members[index].gain * Self.tick
                members[index].gain +=
                    members[index].wander * Self.tick.squareRoot() * Self.gaussian(&members[index].crystal)
            }
            for index in members.indices where members[index].isRunning { step(index) }
            rows.append((time, members.indices.map(error)))
        }
    }

    private mutating func step(_ index: Int) {
        if members[index].nextComparison <= time {
            members[index].nextComparison = time + 16
            for other in members.indices where other != index {
                // Drawn also where nobody answers, so that runs with and without an incident have the same noise.
                let noise = jitter * Self.gaussian(&members[index].noise)
                guard members[other].isRunning, members[other].part == members[index].part else { continue }
                let moment = time + members[index].oscillator
                let difference = error(other) + members[other].lie(time) - error(index) + noise
                members[index].scale.compare(
                    with: other, at: moment, difference: difference, claim: members[other].scale.claim)
            }
        }
        let moment = time + members[index].oscillator
        if members[index].scale.due <= moment { members[index].scale.correct(at: moment) }
    }

    /// The widest difference between any two of some members since a moment.
    func widest(_ who: [Int], since begin: Double) -> Double {
        rows.filter { $0.time >= begin }.map { row in
            let errors = who.map { row.errors[$0] }
            return (errors.max() ?? 0) - (errors.min() ?? 0)
        }.max() ?? .infinity
    }

    /// How far some members are moved from where they are in another run of the same seed, at most, within a time.
    func moved(_ who: [Int], from other: SimulatedIsland, _ times: ClosedRange<Double>) -> Double {
        zip(rows, other.rows).filter { times.contains($0.0.time) }.map { one, two in
            who.map { (one.errors[$0] - two.errors[$0]).magnitude }.max() ?? 0
        }.max() ?? .infinity
    }
}

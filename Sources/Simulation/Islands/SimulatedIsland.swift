internal import TimeBase
public import Timekeeping

/// Some machines on one network without any reference: crystals that are off and wander, and comparisons of each with each
/// that are noisy. Everything follows from the seed, crystals and noise apart, so that two runs can be compared.
public struct SimulatedIsland<Scale: IslandScale>: Sendable {
    public struct Member: Sendable {
        /// What the oscillator shows less true time.
        public var oscillator: Double
        /// How much it gains.
        public var gain: Double
        /// How much the gain changes, per square root of a second.
        public var wander: Double
        public var scale: Scale
        public var isRunning = true
        /// Whether it hears anybody, and is heard.
        public var isConnected = true
        /// Which part of a divided network it is in.
        public var part = 0
        /// Half of how much longer the way from it is than the way to it: how much it seems behind.
        public var asymmetry = 0.0
        /// What it adds to its scale when it tells others: a liar.
        public var lie: @Sendable (Double) -> Double = { _ in 0 }
        var nextComparison: Double
        var crystal: RandomSource
        var noise: RandomSource
    }

    public private(set) var time = 0.0
    public var members: [Member] = []
    let jitter: Double
    private let make: @Sendable (_ number: Int, _ moment: Double, _ offset: Double) -> Scale
    /// Seconds from one look at everybody to the next.
    private static var tick: Double { 4 }
    /// Of the scales less true time, at each look.
    public private(set) var rows: [(time: Double, errors: [Double])] = []

    /// - Parameters:
    ///   - gains: how much each crystal gains, s/s.
    ///   - wander: how much its gain changes, per square root of a second.
    ///   - jitter: standard deviation of a comparison.
    ///   - spread: how far the oscillators can be apart at the beginning.
    ///   - make: a member's scale when it starts, by its number, its oscillator, and what it shows more than that.
    public init(
        gains: [Double], wander: Double, jitter: Double, spread: Double, seed: UInt64,
        make: @escaping @Sendable (_ number: Int, _ moment: Double, _ offset: Double) -> Scale
    ) {
        self.jitter = jitter
        self.make = make
        var random = RandomSource(seed: seed)
        for (index, gain) in gains.enumerated() {
            let oscillator = spread * (random.uniform() - 0.5)
            members.append(
                Member(
                    oscillator: oscillator, gain: gain, wander: wander, scale: make(index, oscillator, 0),
                    nextComparison: random.uniform() * 16, crystal: RandomSource(seed: seed, stream: UInt64(index) + 1),
                    noise: RandomSource(seed: seed, stream: UInt64(index) + 1001)))
        }
    }

    /// Nearly normal with a standard deviation of 1, and cheap: how many of 64 random bits are set, smoothed.
    private static func gaussian(_ random: inout RandomSource) -> Double {
        (Double(random.next().nonzeroBitCount) - 32.5 + random.uniform()) / 4.0104
    }

    /// What a member's scale shows less true time.
    public func error(_ index: Int) -> Double {
        let member = members[index]
        return member.oscillator + member.scale.offset(at: moment(of: index))
    }

    /// A member's oscillator now.
    public func moment(of index: Int) -> Double { time + members[index].oscillator }

    /// Starts a member anew, so much ahead of what it shows.
    public mutating func restart(_ index: Int, ahead: Double) {
        let moment = moment(of: index)
        members[index].scale = make(index, moment, members[index].scale.offset(at: moment) + ahead)
    }

    /// Lets time pass up to a moment.
    public mutating func run(until end: Double) {
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
            members[index].nextComparison = time + members[index].scale.comparisonInterval
            for other in members.indices where other != index {
                // Drawn also where nobody answers, so that runs with and without an incident have the same noise.
                let noise = jitter * Self.gaussian(&members[index].noise)
                guard hears(index, other) else {
                    members[index].scale.miss(other, at: moment(of: index))
                    continue
                }
                members[index].scale.hear(
                    other, at: moment(of: index), difference: difference(index, other) + noise,
                    claim: members[other].scale.claim)
            }
        }
        deliver(members[index].scale.act(at: moment(of: index)), from: index)
    }

    private func hears(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (members[one], members[other])
        return other.isRunning && other.part == one.part && one.isConnected && other.isConnected
    }

    /// How much another one seems ahead.
    private func difference(_ index: Int, _ other: Int) -> Double {
        error(other) + members[other].lie(time) - error(index) - members[other].asymmetry + members[index].asymmetry
    }

    /// At once; answers, too.
    private mutating func deliver(_ messages: [IslandMessage<Scale.Message>], from sender: Int) {
        for message in messages {
            for other in members.indices where other != sender && message.receiver ?? other == other {
                guard members[other].isRunning, hears(other, sender) else { continue }
                // Whoever tells time does it once: the noise is that of one way.
                let answers = members[other].scale.receive(
                    message.content, from: sender, at: moment(of: other), difference: difference(other, sender))
                deliver(answers, from: other)
            }
        }
    }

    /// The widest difference between any two of some members since a moment.
    public func widest(_ who: [Int], since begin: Double) -> Double {
        rows.filter { $0.time >= begin }.map { row in
            let errors = who.map { row.errors[$0] }
            return (errors.max() ?? 0) - (errors.min() ?? 0)
        }.max() ?? .infinity
    }

    /// How far some members are moved from where they are in another run of the same seed, at most, within a time.
    public func moved(_ who: [Int], from other: SimulatedIsland, _ times: ClosedRange<Double>) -> Double {
        zip(rows, other.rows).filter { times.contains($0.0.time) }.map { one, two in
            who.map { (one.errors[$0] - two.errors[$0]).magnitude }.max() ?? 0
        }.max() ?? .infinity
    }

    /// The greatest rate at which one of some members goes from one look to the next since a moment, s/s.
    public func fastest(_ who: [Int], since begin: Double) -> Double {
        let late = rows.filter { $0.time >= begin }
        return zip(late, late.dropFirst()).map { one, two in
            who.map { (two.errors[$0] - one.errors[$0]).magnitude / (two.time - one.time) }.max() ?? 0
        }.max() ?? 0
    }
}

extension SimulatedIsland where Scale == EnsembleScale {
    public init(gains: [Double], wander: Double, jitter: Double, spread: Double, seed: UInt64) {
        self.init(gains: gains, wander: wander, jitter: jitter, spread: spread, seed: seed) { _, moment, offset in
            EnsembleScale(at: moment, offset: offset)
        }
    }
}

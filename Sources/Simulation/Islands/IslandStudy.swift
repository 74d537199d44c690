internal import TimeBase
internal import Timekeeping

/// The ways to keep an isolated network together that are compared.
public enum IslandScheme: String, CaseIterable, Sendable {
    /// Ours.
    case ensemble
    /// BSD's, as it was.
    case timed
    /// BSD's algorithm with as many and as fine comparisons as ours has.
    case finerTimed = "timed-finer"
    /// chrony's `local … orphan`.
    case orphan = "orphan"
}

/// Runs the same network, with the same crystals and the same noise, by one scheme or another.
public struct IslandStudy: Sendable {
    public let scheme: IslandScheme
    public let members: Int
    public let seed: UInt64

    /// Crystals are 5 to 50 ppm off.
    private static let gains = 5e-6...50e-6
    /// They wander by so much per square root of a second.
    private static let wander = 1e-8
    /// Standard deviation of a comparison.
    private static let jitter = 50e-6

    public init(_ scheme: IslandScheme, members: Int = 10, seed: UInt64) {
        self.scheme = scheme
        self.members = members
        self.seed = seed
    }

    /// What an incident does; nil where the network is too small for it.
    public func outcome(of incident: IslandIncident) -> IslandOutcome? {
        guard incident.isPossible(members: members) else { return nil }
        return switch scheme {
        case .ensemble: outcome(of: incident, to: island(Self.ensemble))
        case .timed: outcome(of: incident, to: island(Self.timed(.init(), seed)))
        case .finerTimed: outcome(of: incident, to: island(Self.timed(.finer, seed)))
        case .orphan: outcome(of: incident, to: island(orphan))
        }
    }

    /// How the network does by itself, and how much it wanders.
    ///
    /// - Parameter badCrystal: whether the last member's crystal wanders ten times as much as the others'.
    public func course(badCrystal: Bool = false) -> IslandCourse {
        switch scheme {
        case .ensemble: course(of: island(Self.ensemble), badCrystal)
        case .timed: course(of: island(Self.timed(.init(), seed)), badCrystal)
        case .finerTimed: course(of: island(Self.timed(.finer, seed)), badCrystal)
        case .orphan: course(of: island(orphan), badCrystal)
        }
    }

    // MARK: The network

    private static let ensemble: @Sendable (Int, Double, Double) -> EnsembleScale = { _, moment, offset in
        EnsembleScale(at: moment, offset: offset)
    }

    private static func timed(
        _ settings: TimedScale.Settings, _ seed: UInt64
    ) -> @Sendable (Int, Double, Double) -> TimedScale {
        { number, moment, offset in
            var random = RandomSource(seed: seed, stream: 2001 + UInt64(number))
            return TimedScale(at: moment, offset: offset, chance: random.uniform(), settings: settings)
        }
    }

    /// Whose address is the smallest has nothing to do with its crystal.
    private var orphan: @Sendable (Int, Double, Double) -> OrphanScale {
        { number, moment, offset in OrphanScale(number: number, at: moment, offset: offset) }
    }

    private func island<Scale: IslandScale>(
        _ make: @escaping @Sendable (Int, Double, Double) -> Scale
    ) -> SimulatedIsland<Scale> {
        var random = RandomSource(seed: seed, stream: 99)
        let width = Self.gains.upperBound - Self.gains.lowerBound
        let gains = (0..<members).map { _ in
            (random.uniform() < 0.5 ? -1 : 1) * (Self.gains.lowerBound + width * random.uniform())
        }
        return SimulatedIsland(
            gains: gains, wander: Self.wander, jitter: Self.jitter, spread: 2, seed: seed, make: make)
    }

    // MARK: Incidents

    private func outcome<Scale: IslandScale>(
        of incident: IslandIncident, to network: SimulatedIsland<Scale>
    ) -> IslandOutcome {
        var island = network
        let everyone = Array(0..<members)
        let half = Set(everyone.prefix(incident == .fourMeetSix ? 4 : members / 2))
        if incident == .islandsMeet {
            for index in half {
                island.members[index].part = 1
                island.members[index].oscillator += 5
                island.restart(index, ahead: 0)
            }
        }
        island.run(until: 3600)
        let victim = victim(of: incident, in: island)
        var untouched = island
        var ended: Set<Int> = []
        var begin = 3600.0
        switch incident {
        case .fourEnd:
            var random = RandomSource(seed: seed, stream: 4)
            ended = Set(everyone.shuffled(using: &random).prefix(4))
        case .leaderEnds: ended = [victim]
        case .halvesMeet, .fourMeetSix:
            for index in half { island.members[index].part = 1 }
            begin = 5400
            island.run(until: begin)
            untouched = island
            for index in half { island.members[index].part = 0 }
        case .islandsMeet:
            for index in half { island.members[index].part = 0 }
        case .leaderRuns, .anotherRuns: island.members[victim].gain += 200e-6
        case .leaderLiesBySeconds, .anotherLiesBySeconds: island.members[victim].lie = { _ in 0.5 }
        case .leaderLies, .anotherLies: island.members[victim].lie = { _ in 400e-6 }
        case .leaderLiesMore, .anotherLiesMore: island.members[victim].lie = { ($0 - 3600) * 1e-6 }
        case .oneJoins: island.restart(victim, ahead: 7000)
        case .oneIsLost:
            island.members[victim].isConnected = false
            island.run(until: 4200)
            island.members[victim].isConnected = true
        case .oneIsAsymmetric: island.members[victim].asymmetry = 100e-6
        }
        for index in ended { island.members[index].isRunning = false }
        let end = begin + incident.length
        island.run(until: end)
        untouched.run(until: end)
        let honest = incident.honest(everyone, victim: victim, ended: ended)
        let measured = begin...(begin + incident.measured)
        return IslandOutcome(
            moved: island.moved(honest, from: untouched, measured), widest: island.widest(honest, since: end - 600),
            fastest: island.fastest(honest, since: begin))
    }

    private func victim<Scale: IslandScale>(of incident: IslandIncident, in island: SimulatedIsland<Scale>) -> Int {
        let leader = island.members.firstIndex(where: \.scale.leads)
        guard !incident.concernsLeader else { return leader ?? 0 }
        return island.members.indices.dropFirst(members / 2).first { $0 != leader } ?? members - 1
    }

    // MARK: Without incidents

    private func course<Scale: IslandScale>(
        of network: SimulatedIsland<Scale>, _ badCrystal: Bool
    ) -> IslandCourse {
        var island = network
        if badCrystal { island.members[members - 1].wander = 10 * Self.wander }
        let everyone = Array(0..<members)
        let counted = badCrystal ? Array(everyone.dropLast()) : everyone
        func mean(_ value: (Int) -> Double) -> Double { counted.map(value).reduce(0, +) / Double(counted.count) }
        func common() -> Double { mean { island.error($0) } }
        func crystal() -> Double { mean { island.members[$0].oscillator } }
        island.run(until: 3600)
        let early = (common: common(), crystal: crystal())
        island.run(until: 4 * 3600)
        let drift = ((common() - early.common) / (3 * 3600), (crystal() - early.crystal) / (3 * 3600))
        let widest = island.widest(counted, since: 3600)
        // How much each crystal's and the common frequency changes from half an hour to the next, from six hours on.
        island.run(until: 6 * 3600)
        var phases: [Double] = []
        var crystals: [[Double]] = []
        for step in 0...16 {
            island.run(until: Double(6 * 3600 + step * 1800))
            phases.append(common())
            crystals.append(island.members.map(\.oscillator))
        }
        return IslandCourse(
            widest: widest, drift: drift.0, crystalDrift: drift.1, commonWander: Self.wander(phases),
            bestWander: everyone.map { index in Self.wander(crystals.map { $0[index] }) }.min() ?? 0)
    }

    /// Root mean square of the changes of the frequency, of a phase each half an hour.
    private static func wander(_ phases: [Double]) -> Double {
        let changes = phases.indices.dropFirst().dropLast().map { phases[$0 + 1] - 2 * phases[$0] + phases[$0 - 1] }
        let square = changes.reduce(0) { $0 + $1 * $1 } / Double(max(changes.count, 1))
        return square.squareRoot() / 1800
    }
}

import Simulation
import Testing
import TimeBase

@testable import Timekeeping

/// The figures that are asked of isolated networks, with ten members on crystals that are 5 to 50 ppm off, wander by 1e-8, and
/// 50 µs of jitter in each comparison.
@Suite("Ten machines without a reference")
struct EnsembleScaleTests {
    private static let everyone = Array(0..<10)

    private func island(_ seed: UInt64) -> SimulatedIsland<EnsembleScale> {
        var random = RandomSource(seed: seed, stream: 99)
        let gains = Self.everyone.map { _ in (random.uniform() < 0.5 ? -1 : 1) * (5 + 45 * random.uniform()) * 1e-6 }
        return SimulatedIsland(gains: gains, wander: 1e-8, jitter: 50e-6, spread: 2, seed: seed)
    }

    /// The network after an hour, and the same network when nothing happens for another hour.
    private func hour(_ seed: UInt64) -> (now: SimulatedIsland<EnsembleScale>, later: SimulatedIsland<EnsembleScale>) {
        var island = island(seed)
        island.run(until: 3600)
        var later = island
        later.run(until: 7200)
        return (island, later)
    }

    @Test("As long as nobody else belongs to it there is no agreement, though somebody near is about to join")
    func nobody() throws {
        var scale = EnsembleScale(at: 0, isSettled: true)
        func hear(isSettled: Bool, at moment: Double) {
            scale.compare(
                with: 1, at: moment, difference: 1e-4, uncertainty: 2e-4,
                claim: EnsembleScale.Claim(wander: 1e-8, isSettled: isSettled))
        }
        hear(isSettled: false, at: 10)
        #expect(scale.agreement(at: 11) == nil)
        hear(isSettled: true, at: 26)
        let agreement = try #require(scale.agreement(at: 26))
        #expect((agreement - 3e-4).magnitude < 1e-6)
    }

    @Test("After an hour any two agree within 100 µs, and stay so", arguments: [1, 2, 3, 4] as [UInt64])
    func agreement(seed: UInt64) {
        var island = island(seed)
        island.run(until: 4 * 3600)
        let widest = island.widest(Self.everyone, since: 3600)
        #expect(widest < 100e-6, "\(widest)")
        #expect(island.members.allSatisfy { $0.scale.isSettled })
        #expect(island.members.allSatisfy { $0.scale.falsetickers.isEmpty })
    }

    @Test(
        "Any four end: nobody else moves by a millisecond, nobody jumps, and they agree on",
        arguments: [1, 3, 7] as [UInt64])
    func four(seed: UInt64) {
        let (now, later) = hour(seed)
        var random = RandomSource(seed: seed, stream: 4)
        let ended = Set(Self.everyone.shuffled(using: &random).prefix(4))
        let rest = Self.everyone.filter { !ended.contains($0) }
        var island = now
        for index in ended { island.members[index].isRunning = false }
        island.run(until: 7200)
        #expect(island.widest(rest, since: 3600) < 150e-6)
        #expect(island.moved(rest, from: later, 3600...4800) < 1e-3)
        #expect(island.moved(rest, from: later, 3600...3660) < 50e-6)
    }

    @Test(
        "The network is divided for half an hour, by halves or four from six, and heals: they slew together",
        arguments: [4, 5] as [Int])
    func partition(size: Int) {
        for seed in 1...2 as ClosedRange<UInt64> {
            var island = hour(seed).now
            for index in 0..<size { island.members[index].part = 1 }
            island.run(until: 5400)
            let apart = island.widest(Self.everyone, since: 5390)
            var divided = island
            divided.run(until: 7200)
            for index in 0..<size { island.members[index].part = 0 }
            island.run(until: 7200)
            #expect(island.widest(Self.everyone, since: 7000) < 100e-6)
            // Nobody goes much further than they were apart, and the majority hardly moves.
            let majority = Array(size..<10)
            #expect(island.moved(Self.everyone, from: divided, 5400...6000) < apart + 1e-3)
            #expect(island.moved(majority, from: divided, 5400...6000) < 1e-3)
        }
    }

    @Test(
        "One crystal goes 200 ppm off at once: it follows, and nobody else moves by a millisecond",
        arguments: [1, 2, 3] as [UInt64])
    func runaway(seed: UInt64) {
        let (now, later) = hour(seed)
        var island = now
        island.members[3].gain += 200e-6
        island.run(until: 7200)
        let honest = Self.everyone.filter { $0 != 3 }
        #expect(island.moved(honest, from: later, 3600...7200) < 1e-3)
        #expect(island.widest(Self.everyone, since: 7000) < 100e-6)
    }

    @Test(
        "One lies by half a second, by 400 µs, or a little more each second: nobody honest moves by a millisecond",
        arguments: [0.5, 4e-4, 0] as [Double])
    func liar(lie: Double) {
        for seed in 1...2 as ClosedRange<UInt64> {
            let (now, later) = hour(seed)
            var island = now
            island.members[3].lie = { lie == 0 ? ($0 - 3600) * 1e-6 : lie }
            island.run(until: 7200)
            let honest = Self.everyone.filter { $0 != 3 }
            #expect(island.moved(honest, from: later, 3600...7200) < 1e-3)
            #expect(island.widest(honest, since: 3600) < 150e-6)
            #expect(honest.allSatisfy { island.members[$0].scale.falsetickers == [3] })
        }
    }

    @Test("A member that joins hours off steps to the others, and none of them moves")
    func joining() {
        let (now, later) = hour(2)
        var island = now
        let moment = island.time + island.members[3].oscillator
        island.members[3].scale = EnsembleScale(at: moment, offset: island.members[3].scale.offset(at: moment) + 7000)
        island.run(until: 7200)
        let others = Self.everyone.filter { $0 != 3 }
        #expect(island.moved(others, from: later, 3600...3700) < 50e-6)
        #expect(island.moved(others, from: later, 3600...7200) < 1e-3)
        #expect(island.widest(Self.everyone, since: 6000) < 100e-6)
    }

    @Test("The common frequency wanders less than the best member's, though a bad one is among them")
    func steadiness() {
        // Each member's and the ensemble's frequency over half an hour, and how it changes to the next.
        var common = 0.0
        var best = 0.0
        for seed in 1...3 as ClosedRange<UInt64> {
            var island = island(seed)
            for index in Self.everyone { island.members[index].wander = index == 9 ? 1e-7 : 1e-8 }
            island.run(until: 6 * 3600)
            var alone = island
            for index in Self.everyone { alone.members[index].isRunning = false }
            var means: [Double] = []
            var oscillators: [[Double]] = []
            for step in 0...16 {
                let until = Double(6 * 3600 + step * 1800)
                island.run(until: until)
                means.append(Self.everyone.dropLast().map { island.error($0) }.reduce(0, +) / 9)
                oscillators.append(Self.everyone.map { island.members[$0].oscillator })
            }
            common += Self.change(means)
            best += Self.everyone.map { index in Self.change(oscillators.map { $0[index] }) }.min() ?? 0
        }
        #expect(common < best, "\(common) \(best)")
    }

    /// Mean square of second differences.
    private static func change(_ values: [Double]) -> Double {
        let changes = values.indices.dropFirst().dropLast().map { values[$0 + 1] - 2 * values[$0] + values[$0 - 1] }
        return changes.reduce(0) { $0 + $1 * $1 } / Double(changes.count)
    }

    @Test("No weight is above its limit, and all together are one")
    func weights() {
        #expect(EnsembleVote.capped([1, 1, 1, 1], at: 0.25) == [0.25, 0.25, 0.25, 0.25])
        let capped = EnsembleVote.capped([1000, 1, 1, 1, 1, 1], at: 0.25)
        #expect((capped[0] - 0.25).magnitude < 1e-9 && (capped.reduce(0, +) - 1).magnitude < 1e-12)
        #expect(EnsembleVote.capped([5, 1], at: 0.25) == [0.5, 0.5])
        #expect(EnsembleVote.median([3, 1, 2]) == 2 && EnsembleVote.median([4, 1, 2, 3]) == 2.5)
    }
}

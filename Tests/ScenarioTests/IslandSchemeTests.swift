import Testing

@testable import Simulation

/// What our ensemble is compared with does what it is said to do.
@Suite("Other ways to keep machines without a reference together")
struct IslandSchemeTests {
    @Test("A slew comes to its end, another one takes its place, and a step ends it")
    func slewing() {
        var clock = SlewingClock(at: 100, offset: 1)
        clock.setRate(10e-6, at: 100)
        clock.slew(by: 0.01, within: 20, at: 100)
        #expect((clock.offset(at: 110) - 1.0051).magnitude < 1e-12)
        #expect((clock.remaining(at: 110) - 0.005).magnitude < 1e-12)
        #expect((clock.offset(at: 200) - 1.011).magnitude < 1e-12)
        clock.slew(by: -0.01, within: 10, at: 110)
        #expect((clock.offset(at: 200) - (1.0051 - 0.01 + 0.0009)).magnitude < 1e-12)
        clock.step(by: 5, at: 110)
        #expect((clock.offset(at: 200) - (6.0051 + 0.0009)).magnitude < 1e-12)
        #expect(clock.remaining(at: 110) == 0)
    }

    @Test("timed averages the largest set of clocks that lie within the range")
    func mean() {
        #expect(TimedScale.mean([0, 0.01, 0.02, 0.5], within: 0.02) == 0.01)
        #expect(TimedScale.mean([0, 3, 3.01], within: 0.02) == 3.005)
        #expect(TimedScale.mean([0, 0.019, 0.021, 0.04], within: 0.02) == (0.021 + 0.04) / 2)
        #expect(TimedScale.mean([7], within: 0.02) == 7)
    }

    @Test("timed: one leads, all come within what crystals do in a round, and another leads when that one ends")
    func election() {
        var island = island { number, moment, offset in
            TimedScale(at: moment, offset: offset, chance: Double(number) / 5)
        }
        island.run(until: 7200)
        let leaders = island.members.indices.filter { island.members[$0].scale.leads }
        #expect(leaders.count == 1)
        #expect(island.widest(Array(0..<5), since: 3600) < 40e-3)
        island.members[leaders[0]].isRunning = false
        island.run(until: 9000)
        let rest = Array(0..<5).filter { $0 != leaders[0] }
        #expect(rest.filter { island.members[$0].scale.leads }.count == 1)
        #expect(island.widest(rest, since: 8700) < 40e-3)
    }

    @Test("timed: of two masters that meet one remains, and its slaves are all")
    func masters() {
        var island = island { number, moment, offset in
            TimedScale(at: moment, offset: offset, chance: Double(number) / 5, settings: .finer)
        }
        for index in 0..<2 { island.members[index].part = 1 }
        island.run(until: 1800)
        #expect(island.members.filter(\.scale.leads).count == 2)
        for index in 0..<2 { island.members[index].part = 0 }
        island.run(until: 7200)
        #expect(island.members.filter(\.scale.leads).count == 1)
        #expect(island.widest(Array(0..<5), since: 6000) < 5e-3)
    }

    @Test("Orphan mode: all follow the smallest number, and the next one when that one ends")
    func orphans() {
        var island = island { number, moment, offset in OrphanScale(number: number, at: moment, offset: offset) }
        island.run(until: 7200)
        #expect(island.members.map { $0.scale.claim.stratum } == [10, 11, 11, 11, 11])
        #expect(island.widest(Array(0..<5), since: 3600) < 300e-6)
        // Nobody corrects the one that is followed.
        #expect(island.members[0].scale.offset(at: island.moment(of: 0)) == 0)
        island.members[0].isRunning = false
        island.run(until: 10_800)
        #expect(island.members.dropFirst().map { $0.scale.claim.stratum } == [10, 11, 11, 11])
        #expect(island.widest([1, 2, 3, 4], since: 10_000) < 300e-6)
    }

    @Test("The same seed gives the same crystals and the same noise to each scheme, and the same figures each time")
    func repeatable() {
        let study = IslandStudy(.timed, members: 3, seed: 5)
        #expect(study.outcome(of: .leaderEnds) == study.outcome(of: .leaderEnds))
        #expect(study.outcome(of: .fourEnd) == nil)
        let crystals = [IslandScheme.timed, .orphan].map { IslandStudy($0, members: 3, seed: 5).course().bestWander }
        #expect(crystals[0] == crystals[1])
    }

    private func island<Scale: IslandScale>(
        _ make: @escaping @Sendable (Int, Double, Double) -> Scale
    ) -> SimulatedIsland<Scale> {
        SimulatedIsland(
            gains: [40e-6, -20e-6, 10e-6, -45e-6, 30e-6], wander: 1e-8, jitter: 50e-6, spread: 2, seed: 3, make: make)
    }
}

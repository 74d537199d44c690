internal import Simulation
internal import Testing
internal import TimeBase

/// What becomes of a path that turns out shorter than all that was seen of it.
@Suite("The end of a congestion") struct ShortPathTests {
    /// The machine starts in an hour of congestion, which adds 40 ms and more to the way back.
    @Test(
        "The first short answers set the clock right, and it stays so: the end is not taken for a frequency",
        arguments: [1, 2, 3] as [UInt64])
    func congestion(seed: UInt64) throws {
        var world = try #require(Scenario.named("congest"))
        world.length = .seconds(4800)
        world.statisticsFrom = .seconds(3600)
        var worst = 0.0
        var firstGood: Double?
        _ = simulate(world, seed: seed) { sample, _ in
            if sample.moment >= .seconds(3600), sample.error.magnitude < 1e-3, firstGood == nil {
                firstGood = sample.moment.inSeconds
            }
            guard sample.moment >= .seconds(3900) else { return }
            worst = max(worst, sample.error.magnitude)
        }
        // It is asked every 192 s while it may be congested.
        #expect(try #require(firstGood) < 3600 + 192 + 10)
        #expect(worst < 1e-3, "\(worst)")
    }

    @Test("Packets that the interface stamps are trusted beyond the precision of our own clock")
    func hardware() throws {
        var world = try #require(Scenario.named("lanhw"))
        world.length = .seconds(2000)
        let run = simulate(world, seed: 1)
        #expect(run.rms < 22e-9, "\(run.rms)")
        #expect(run.bounded > 900 && run.inside == run.bounded)
    }
}

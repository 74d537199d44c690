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
        var frequencies: [Double] = []
        _ = simulate(world, seed: seed) { sample, _ in
            if sample.moment >= .seconds(3600), sample.error.magnitude < 1e-3, firstGood == nil {
                firstGood = sample.moment.inSeconds
            }
            if let firstGood, (firstGood...firstGood + 120).contains(sample.moment.inSeconds) {
                frequencies.append(sample.frequencyError.magnitude.ppm)
            }
            guard sample.moment >= .seconds(3900) else { return }
            worst = max(worst, sample.error.magnitude)
        }
        // It is asked every 192 s while it may be congested.
        #expect(try #require(firstGood) < 3600 + 192 + 10)
        #expect(worst < 1e-3, "\(worst)")
        // Half of the time it is slewed at most; told again, the congested samples would make it 7 ppm.
        #expect(frequencies.sorted()[frequencies.count / 2] < 3, "\(frequencies.sorted()[frequencies.count / 2])")
    }

    @Test("A near server is asked every ten minutes at least, a calm crystal or not, and a far one less often")
    func near() throws {
        func longest(_ name: String) throws -> Double {
            let world = try #require(Scenario.named(name))
            var gaps: [Double] = []
            _ = simulate(world, seed: 1) { sample, host in
                guard sample.moment == world.length - .seconds(1) else { return }
                gaps = zip(host.exchanges, host.exchanges.dropFirst()).map { ($1.sent - $0.sent).inSeconds }
            }
            return try #require(gaps.max())
        }
        let (near, far) = try (longest("lan50"), longest("off1s"))
        #expect((500...620).contains(near), "\(near)")
        // Each interval is two per cent more or less, by chance.
        #expect((700...945).contains(far), "\(far)")
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

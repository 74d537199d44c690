internal import Engine
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite("Time that jumps for all sources") struct JumpTests {
    /// As after an unnoticed pause of a virtual machine. It was once taken for a frequency of 150 ppm, by which the sources then
    /// disagreed for ever.
    @Test("It is followed, and the frequency stays what it was", arguments: [2, 3, 5], [-0.02, 0.02, 0.2])
    func all(count: UInt32, jump: Double) {
        var bench = bench(count)
        bench.run(for: .seconds(3000))
        let frequency = bench.keeper.discipline.frequency.ppm
        for number in 1...count { bench.servers[address(number)] = server(fastBy: Duration(clampingSeconds: jump)) }
        bench.run(for: .seconds(3000))
        #expect((bench.error + jump).magnitude < 20e-6)
        #expect((bench.keeper.discipline.frequency.ppm - frequency).magnitude < 0.1)
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
        #expect(bench.keeper.sources.allSatisfy { $0.selection == .selected || $0.selection == .combined })
    }

    /// As where the drift file is another board's. Carried on by a wrong frequency, sources that were asked at different times
    /// disagree.
    @Test("A drift file that is wrong by 150 ppm is got over", arguments: [1, 2, 4], [true, false])
    func wrongDrift(count: UInt32, burst: Bool) {
        var bench = bench(count) { settings in
            settings.initialDrift = Drift(frequency: Frequency(ppm: 150), skew: Frequency(ppm: 0.02))
            for index in settings.sources.indices { settings.sources[index].initialBurst = burst }
        }
        bench.run(for: .seconds(6000))
        #expect(bench.error.magnitude < 20e-6)
        #expect(bench.keeper.discipline.frequency.ppm.magnitude < 0.1)
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
    }
}

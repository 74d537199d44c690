internal import Addresses
internal import Engine
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite("Sources that fall silent") struct SilenceTests {
    @Test("One that is silent while others answer is unreachable, and counts again when it answers")
    func silentAlone() {
        var bench = bench(3)
        bench.run(for: .seconds(2000))
        bench.servers[address(2)] = nil
        bench.run(for: .seconds(20_000))
        #expect(bench.keeper.sources.map { $0.selection == .unreachable } == [false, true, false])
        #expect(bench.keeper.sources[1].story.hasPrefix("It has not answered for "))
        bench.servers[address(2)] = server()
        bench.run(for: .seconds(4000))
        #expect(!bench.keeper.sources.contains { $0.selection == .unreachable })
    }

    @Test("Where nobody answers, all count as before")
    func allSilent() {
        var bench = bench(3)
        bench.run(for: .seconds(2000))
        bench.servers = [:]
        bench.run(for: .seconds(20_000))
        #expect(bench.keeper.sources.allSatisfy { $0.reach == 0 })
        #expect(!bench.keeper.sources.contains { $0.selection == .unreachable })
    }
}

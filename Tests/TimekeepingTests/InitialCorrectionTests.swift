internal import Addresses
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct InitialCorrectionTests {
    private func bench(slowBy error: Duration, answers: Bool = true) -> Bench {
        var bench = Bench(
            settings(2) {
                $0.initialCorrection = InitialCorrectionSettings(
                    threshold: .seconds(30), names: [address(8).description, "clock.example"])
            }, slowBy: error)
        bench.names = ["clock.example": [address(9)]]
        for number in [1, 2] as [UInt32] { bench.servers[address(number)] = server() }
        if answers { for number in [8, 9] as [UInt32] { bench.servers[address(number)] = server() } }
        return bench
    }

    @Test("A clock that is far off is stepped by a few servers before the sources start, and they are left")
    func step() {
        var bench = bench(slowBy: .seconds(100))
        bench.run(for: .seconds(3600))
        #expect(bench.steps.count == 1)
        #expect(bench.error.magnitude < 1e-4)
        #expect(bench.notes.contains { if case .initialOffset(_, willStep: true) = $0 { true } else { false } })
        let asked = bench.requests.map(\.to.address)
        let firstOfSources = asked.firstIndex(of: address(1)) ?? 0
        #expect(firstOfSources > 0)
        #expect(asked[..<firstOfSources].allSatisfy { $0 == address(8) || $0 == address(9) })
        #expect(asked[firstOfSources...].allSatisfy { $0 == address(1) || $0 == address(2) })
        #expect(bench.keeper.sources.map { $0.endpoint?.address } == [address(1), address(2)])
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
    }

    @Test("Nearer than the threshold it is slewed")
    func slew() {
        var bench = bench(slowBy: .seconds(20))
        bench.run(for: .seconds(3600))
        #expect(bench.steps == [])
        #expect(bench.error.magnitude < 1e-4)
        #expect(bench.keeper.sources.count == 2)
    }

    @Test("Where nobody answers the sources start all the same, and the log says so")
    func silence() {
        var bench = bench(slowBy: .seconds(100), answers: false)
        bench.run(for: .seconds(19))
        #expect(!bench.requests.contains { $0.to.address == address(1) })
        bench.run(for: .seconds(3600))
        #expect(bench.notes.contains(.noInitialSource))
        #expect(bench.steps == [])
        #expect(bench.error.magnitude < 1e-4)
    }
}

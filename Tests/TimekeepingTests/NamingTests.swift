internal import Addresses
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// A bench with one `pool` line of four, or one `server` line by name.
private func named(_ kind: SourceSettings.Kind, _ addresses: ClosedRange<UInt32>, good: [UInt32]) -> Bench {
    var settings = TimekeeperSettings()
    var source = SourceSettings(kind: kind, name: "time.example")
    source.initialBurst = true
    settings.sources = [source]
    var bench = Bench(settings)
    bench.names = ["time.example": addresses.map(address)]
    for number in good { bench.servers[address(number)] = server() }
    return bench
}

extension Bench {
    fileprivate var used: Set<IPAddress> { Set(keeper.sources.compactMap { $0.endpoint?.address }) }
}

@Suite struct NamingTests {
    @Test("A pool uses four of its addresses, a server one, and each is asked")
    func counts() {
        var pool = named(.pool, 1...6, good: [1, 2, 3, 4, 5, 6])
        pool.run(for: .seconds(30))
        #expect(pool.used.count == 4)
        #expect(Set(pool.requests.map(\.to.address)) == pool.used)
        var server = named(.server, 1...6, good: [1, 2, 3, 4, 5, 6])
        server.run(for: .seconds(30))
        #expect(server.used == [address(1)])
    }

    @Test("A name without an address is not said to have been asked")
    func neverAsked() throws {
        var settings = TimekeeperSettings()
        settings.sources = [
            SourceSettings(kind: .server, name: "time.example"), SourceSettings(kind: .server, name: "192.0.2.9"),
        ]
        var bench = Bench(settings)
        bench.run(for: .seconds(2000))
        let unresolved = try #require(bench.keeper.sources.first { $0.endpoint == nil })
        #expect(unresolved.story == "Its name has no address yet.")
        let reasons = bench.notes.compactMap { if case .cannotSynchronise(let reason) = $0 { reason } else { nil } }
        #expect(reasons == ["no source answers (1 of 2 asked)"])
    }

    @Test("A pool's members that never answer make room for others")
    func deadFromTheStart() {
        var bench = named(.pool, 1...6, good: [2, 4, 5, 6])
        bench.run(for: .seconds(1500))
        #expect(bench.used == [address(2), address(4), address(5), address(6)])
        #expect(bench.notes.contains { if case .sourceReplaced = $0 { true } else { false } })
    }

    @Test("A member that dies later is replaced, and its place starts afresh")
    func diesLater() {
        var bench = named(.pool, 1...5, good: [1, 2, 3, 4, 5])
        bench.run(for: .seconds(2000))
        #expect(bench.used.contains(address(1)))
        bench.servers[address(1)] = nil
        bench.run(for: .seconds(40_000))
        #expect(!bench.used.contains(address(1)))
        #expect(bench.used.count == 4)
        #expect(bench.keeper.sources.allSatisfy { $0.reach != 0 })
    }

    @Test("A member that lies is replaced by one that does not")
    func liar() {
        var bench = named(.pool, 1...5, good: [1, 2, 3, 4, 5])
        bench.servers[address(2)] = server(fastBy: .seconds(3))
        bench.run(for: .seconds(1000))
        #expect(!bench.used.contains(address(2)))
        #expect(bench.used.count == 4)
        #expect(bench.notes.contains(.falseticker(source: "192.0.2.2 (time.example)")))
        #expect(bench.error.magnitude < 1e-4)
    }

    @Test("A name that stops resolving keeps its last good address")
    func resolutionFails() {
        var bench = named(.server, 1...1, good: [1])
        bench.run(for: .seconds(300))
        bench.names = [:]
        bench.servers = [:]
        bench.forget()
        bench.run(for: .seconds(20_000))
        #expect(bench.used == [address(1)])
        let questions = bench.effects.count { if case .resolve = $0 { true } else { false } }
        #expect(questions > 2)
        #expect(questions < 200)
        // It answers again, and is followed again.
        bench.servers[address(1)] = server()
        bench.forgetRequests()
        bench.run(for: .seconds(4000))
        #expect(bench.requests.allSatisfy { $0.to.address == address(1) })
        #expect(bench.keeper.sources[0].reach != 0)
    }

    @Test("A server whose name moves is found at its new address")
    func moves() {
        var bench = named(.server, 1...1, good: [1])
        bench.run(for: .seconds(300))
        bench.names = ["time.example": [address(7)]]
        bench.servers = [address(7): server()]
        bench.run(for: .seconds(60_000))
        #expect(bench.used == [address(7)])
        #expect(bench.keeper.sources[0].reach != 0)
    }

    @Test("A name that does not resolve yet is asked for again, ever more rarely, and found when it does")
    func lateName() {
        var bench = named(.server, 1...1, good: [1])
        let names = bench.names
        bench.names = [:]
        bench.run(for: .seconds(2000))
        #expect(bench.requests.isEmpty)
        #expect(bench.notes.count { $0 == .unresolved(name: "time.example") } == 1)
        let questions = bench.effects.count { if case .resolve = $0 { true } else { false } }
        #expect((4...12).contains(questions))
        bench.names = names
        bench.receive(.signal(.refresh))
        bench.run(for: .seconds(30))
        #expect(bench.keeper.sources[0].reach != 0)
    }

    @Test("Answers to a question that was never asked, or is answered already, change nothing")
    func strayAnswers() {
        var bench = named(.pool, 1...6, good: [1, 2, 3, 4])
        bench.run(for: .seconds(30))
        let used = bench.used
        for number in 0..<50 as Range<UInt64> {
            bench.receive(.resolved(ResolutionToken(number: number), [address(77)]))
        }
        #expect(bench.used == used)
    }

    @Test("Only addresses of the family that was asked for are used, and none twice")
    func family() {
        var settings = TimekeeperSettings()
        var source = SourceSettings(kind: .pool, name: "time.example")
        source.family = .ipv6
        settings.sources = [source]
        var bench = Bench(settings)
        bench.names = ["time.example": [address(1), .v6(1, 1), .v6(1, 1), .v6(1, 2)]]
        bench.run(for: .seconds(5))
        #expect(bench.used == [.v6(1, 1), .v6(1, 2)])
        #expect(bench.keeper.sources.count { $0.endpoint != nil } == 2)
    }
}

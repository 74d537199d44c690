internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct PollingTests {
    @Test(
        "iburst asks four times 2 s apart, then less and less often, down to the poll interval; a far server more often",
        arguments: [false, true])
    func initialBurst(isFar: Bool) throws {
        var bench = bench(1)
        if isFar { bench.delay = .milliseconds(20) }
        let start = bench.now.monotonic
        var times: [Double] = []
        for _ in 0..<2000 {
            let before = bench.requests.count
            bench.run(for: .milliseconds(100))
            if bench.requests.count > before { times.append((bench.now.monotonic - start).inSeconds) }
        }
        #expect(times.count >= 8)
        #expect(try #require(times.first) <= 0.4)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(gaps.prefix(3).allSatisfy { (1.9...2.2).contains($0) })
        let expected: [ClosedRange<Double>] =
            isFar ? [5.9...6.5, 11.9...12.7, 23.9...24.9, 39.9...41.5] : [9.9...10.5, 29.9...31, 63.9...66]
        for (gap, range) in zip(gaps.dropFirst(3), expected) { #expect(range.contains(gap)) }
    }

    @Test("No wake is for nothing, also when several sources are due at nearly the same time")
    func noIdleWake() throws {
        var bench = bench(4)
        bench.servers = [:]
        bench.run(for: .milliseconds(1))  // the first wake only starts
        var idle = 0
        for _ in 0..<500 {
            bench.forget()
            bench.run(for: bench.keeper.nextWake(after: bench.now) - bench.now.monotonic)
            if bench.effects.isEmpty { idle += 1 }
        }
        #expect(bench.requests.count > 100)
        #expect(idle == 0)
    }

    @Test("A request tells nothing of us: everything but version, mode, poll and the random number is fixed")
    func dataMinimisation() throws {
        var bench = bench(3)
        bench.run(for: .seconds(200))
        var cookies: Set<UInt64> = []
        for (_, octets, _) in bench.requests {
            let header = NTPHeader(octets.span)
            let request = try #require(header)
            #expect(request.mode == .client)
            #expect(request.version == 4)
            #expect(request.stratum == 0)
            #expect(request.origin == .unknown)
            #expect(request.receive == .unknown)
            #expect(request.referenceTime == .unknown)
            #expect(request.rootDelay.bits == 0)
            #expect(request.referenceIdentifier == .none)
            #expect(octets.count == 48)
            // It does not look like our clock.
            #expect((request.transmit.since(NTPTimestamp(bench.now.realtime))).magnitude > .seconds(1000))
            cookies.insert(request.transmit.bits)
        }
        #expect(cookies.count == bench.requests.count)
        #expect(Set(bench.requests.map(\.token)).count == bench.requests.count)
    }

    @Test("With a quiet line the poll interval grows far beyond its minimum")
    func pollGrows() {
        var bench = bench(1)
        bench.run(for: .seconds(40_000))
        #expect(bench.keeper.sources[0].poll >= 8)
        bench.forgetRequests()
        bench.run(for: .seconds(10_240))
        #expect((9...64).contains(bench.requests.count))
    }

    @Test("Poll intervals stay within what was configured", arguments: [(4, 4), (6, 7), (-2, 3), (10, 10)])
    func limits(minimum: Int, maximum: Int) {
        var settings = settings(1)
        settings.sources[0].minimumPoll = minimum
        settings.sources[0].maximumPoll = maximum
        var bench = Bench(settings)
        bench.servers[address(1)] = server()
        var seen: Set<Int> = []
        for _ in 0..<200 {
            bench.run(for: .poll(minimum))
            seen.insert(bench.keeper.sources[0].poll)
        }
        #expect(seen.allSatisfy { (minimum...maximum).contains($0) })
    }

    @Test("Without an answer each request's socket is closed, reach empties, and silence is no busy loop")
    func silence() {
        var bench = bench(2)
        bench.run(for: .seconds(1000))
        bench.servers = [:]
        bench.forgetRequests()
        bench.run(for: .seconds(20_000))
        #expect(bench.keeper.sources.allSatisfy { $0.reach == 0 })
        #expect(bench.open.count <= 2)
        #expect((20...700).contains(bench.requests.count))
        let state = bench.keeper.state(at: bench.now)
        #expect(state.verdict == .holding)
        #expect(state.reason.contains("No source has answered"))
    }

    @Test("In holdover the bound only grows, and holds")
    func holdover() throws {
        var bench = bench(3)
        bench.run(for: .seconds(4000))
        bench.servers = [:]
        var last = Duration.zero
        bench.run(for: .seconds(1000))
        for _ in 0..<50 {
            bench.run(for: .seconds(1000))
            let bound = try #require(bench.keeper.state(at: bench.now).bound)
            #expect(bound > last)
            #expect(bound.inSeconds >= bench.error.magnitude)
            last = bound
        }
        // 2 ppm over 50,000 s at least.
        #expect(last > .milliseconds(100))
    }

    @Test("A source that cannot be sent to goes offline where auto_offline says so, else it is tried again")
    func sendFailed() {
        for automatic in [true, false] {
            var settings = settings(1)
            settings.sources[0].autoOffline = automatic
            var bench = Bench(settings)
            bench.run(for: .milliseconds(500))
            let token = bench.requests[0].token
            bench.receive(
                .sendFailed(token, KernelRefusal(call: "sendmsg", number: 101, text: "Network is unreachable")))
            #expect(!bench.open.contains(token))
            #expect(bench.keeper.sources[0].isOnline == !automatic)
            bench.forgetRequests()
            bench.run(for: .seconds(500))
            #expect(bench.requests.isEmpty == automatic)
        }
    }

    @Test("An offline source is not asked")
    func offline() {
        var settings = settings(2)
        settings.sources[1].offline = true
        var bench = Bench(settings)
        bench.run(for: .seconds(500))
        #expect(bench.requests.allSatisfy { $0.to.address == address(1) })
    }

    @Test("Requests to different servers are apart, so that they do not disturb each other")
    func separation() {
        var bench = bench(6)
        var last: Duration?
        for _ in 0..<3000 {
            let before = bench.requests.count
            bench.run(for: .milliseconds(10))
            guard bench.requests.count > before else { continue }
            #expect(bench.requests.count == before + 1)
            if let last { #expect(bench.monotonic - last >= .milliseconds(190)) }
            last = bench.monotonic
        }
    }

    @Test("A server that follows us from one moment on is let go with its first answer that says so")
    func loop() throws {
        var bench = bench(1)
        bench.run(for: .seconds(200))
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
        bench.servers[address(1)] = server { header in
            header.stratum = 2
            // The bench's own address.
            header.referenceIdentifier = ReferenceIdentifier(bits: 0xcb00_7101)
        }
        let before = bench.keeper.sources[0].outcomes[ReplyOutcome.loop.rawValue]
        while bench.keeper.sources[0].outcomes[ReplyOutcome.loop.rawValue] == before { bench.run(for: .seconds(1)) }
        #expect(bench.keeper.sources[0].selection == .unsynchronised)
        #expect(bench.keeper.state(at: bench.now).verdict == .holding)
    }
}

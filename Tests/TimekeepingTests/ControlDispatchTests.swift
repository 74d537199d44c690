internal import Addresses
internal import Control
import Testing
internal import TimeBase

@testable internal import Timekeeping

extension Bench {
    /// Asks, and gives the reply back, or that the responder was asked.
    fileprivate mutating func ask(
        _ request: ControlRequest, _ authority: ControlAuthority = .unixSocket
    ) -> ControlReply? {
        forget()
        receive(.control(request.octets(sequence: 7), from: ControlClient(number: 3), authority))
        for case .reply(let octets, ControlClient(number: 3)) in effects {
            return ControlReply(octets, to: request.command, sequence: 7)
        }
        return nil
    }

    fileprivate var askedResponder: Bool {
        effects.contains { if case .askResponder = $0 { true } else { false } }
    }
}

@Suite struct ControlDispatchTests {
    private static let changes: [ControlRequest] = [
        .online(.all), .offline(.all), .burst(.all, good: 1, total: 2), .onOffline, .deleteSource(.ip(address(1))),
        .modify(.ip(address(1)), .maximumPoll(4)), .refresh, .reloadSources, .resetSources, .reselect, .makeStep,
        .modifyMakeStep(threshold: .seconds(1), limit: 3), .modifyMaximumUpdateSkew(Frequency(ppm: 3)),
        .changeFrequency(Frequency(ppm: 3)), .changeOffset(.seconds(1)), .local(LocalReference()), .dump, .rekey,
        .cycleLogs, .shutdown, .setTime(Instant(sinceEpoch: .seconds(1))), .manual(.on), .manualDelete(index: 0),
        .smoothTime(.activate), .access(.time, .unspecified, bits: 0, allowed: true, all: false),
        .addSource(SourceAddition(kind: .server, name: "192.0.2.9")), .checkAccess(.time, .ip(address(1))),
    ]

    @Test("Over UDP every command that changes something is refused, and nothing changes")
    func udp() {
        var bench = bench(2)
        bench.run(for: .seconds(300))
        for authority in [ControlAuthority.loopback, .network] {
            for request in Self.changes {
                let sources = bench.keeper.sources.map(\.number)
                let discipline = bench.keeper.discipline
                #expect(bench.ask(request, authority) == .status(.unauthorised), "\(request)")
                #expect(bench.effects.count == 1)
                #expect(bench.keeper.sources.map(\.number) == sources)
                #expect(bench.keeper.discipline == discipline)
                #expect(!bench.askedResponder)
            }
        }
    }

    @Test(
        "A reply by UDP is never longer than its request, whatever is asked, and however its octets are cut or changed")
    func neverLonger() {
        var bench = bench(3)
        bench.run(for: .seconds(100))
        var responder = Responder(rateLimit: nil, random: RandomSource(seed: 1))
        var commands = AccessTable()
        var random = RandomSource(seed: 12)
        var (replied, refused) = (0, 0)
        let questions: [ControlRequest] = [
            .sourceCount, .source(index: 1), .sourceStatistics(index: 1), .tracking, .activity, .rtc, .smoothing,
            .manualList, .serverStatistics, .ntpData(.ip(address(1))), .authentication(.ip(address(1))),
            .selection(index: 1), .sourceName(.ip(address(1))), .status, .story(index: 1),
            .clientAccesses(first: 0, count: 8, minimumHits: 0, reset: false), .checkAccess(.time, .ip(address(1))),
        ]
        for round in 0..<20_000 {
            var octets = questions[round % questions.count].octets(sequence: UInt32(round))
            switch random.next() % 4 {
            case 0: octets.removeLast(Int(random.next() % UInt64(octets.count)))
            case 1: octets += (0..<random.next() % 64).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            case 2:
                // The command too, or its length.
                octets[4 + Int(random.next() % UInt64(octets.count - 4))] = UInt8(truncatingIfNeeded: random.next())
                octets[4] = 0
            default: break
            }
            bench.forget()
            bench.receive(.control(octets, from: ControlClient(number: 3), .loopback))
            for effect in bench.effects {
                var reply: [UInt8]?
                if case .reply(let octets, _) = effect { reply = octets }
                if case .askResponder(let request, _) = effect {
                    reply = responder.control(request, commands: &commands, commandHits: 1, now: bench.now.realtime)
                }
                guard let reply else { continue }
                replied += 1
                if reply.count == 28 { refused += 1 }
                if reply.count > octets.count { Issue.record("\(reply.count) octets for \(octets.count): \(octets)") }
            }
        }
        #expect(replied > 10_000 && refused > 500 && replied - refused > 5000)
    }

    @Test("Sources come and go with the lines of the source directories; one that is there already stays as it is")
    func reload() throws {
        var bench = bench(2)
        bench.run(for: .seconds(300))
        #expect(bench.ask(.reloadSources) == .status(.success))
        #expect(bench.effects.contains(.reloadSources))
        bench.servers[address(3)] = server()
        let kept = try #require(bench.keeper.sources.last)
        let removed = try #require(bench.keeper.sources.first).settings
        let added = [3, 2].map { SourceSettings(kind: .server, name: "192.0.2.\($0)") }
        bench.forget()
        bench.receive(.sourcesReloaded(added: added, removed: [removed]))
        #expect(bench.keeper.sources.map { $0.endpoint?.address } == [address(2), address(3)])
        #expect(bench.keeper.sources.first?.number == kept.number)
        #expect(bench.notes.contains(.sourceRemoved("192.0.2.1")) && bench.notes.contains(.sourceAdded("192.0.2.3")))
        bench.forgetRequests()
        bench.run(for: .seconds(300))
        #expect(Set(bench.requests.map(\.to.address)) == [address(2), address(3)])
    }

    @Test("Over the Unix socket the same commands are not refused for lack of right")
    func unixSocket() {
        var bench = bench(2)
        bench.run(for: .seconds(300))
        for request in Self.changes {
            var copy = bench
            let reply = copy.ask(request)
            #expect(reply != .status(.unauthorised), "\(request)")
            #expect(reply != nil || copy.askedResponder, "\(request)")
        }
    }

    @Test("Monitoring is open over UDP as the configuration says")
    func openCommands() {
        var standard = bench(1)
        standard.run(for: .seconds(100))
        #expect(standard.ask(.sourceCount, .network) == .sourceCount(1))
        #expect(standard.ask(.serverStatistics, .network) == .status(.unauthorised))
        var open = bench(1) { $0.openCommands = ["serverstats"] }
        #expect(open.ask(.serverStatistics, .network) == nil)
        #expect(open.askedResponder)
        #expect(open.ask(.sourceCount, .network) == .status(.unauthorised))
    }

    @Test("tracking, sources and status tell what the engine knows, with its signs")
    func reports() throws {
        var bench = bench(2, slowBy: .milliseconds(400))
        bench.refuses = true
        bench.run(for: .seconds(300))
        guard case .tracking(let tracking)? = bench.ask(.tracking, .loopback) else {
            Issue.record("no tracking report")
            return
        }
        #expect(tracking.stratum == 2)
        #expect(tracking.leap == LeapIndicator.none)
        guard case .statusReport(let status)? = bench.ask(.status, .loopback) else {
            Issue.record("no status report")
            return
        }
        #expect((try #require(status.offset) - .milliseconds(400)).magnitude < .microseconds(20))
        #expect(try #require(status.bound) >= .milliseconds(400))
        #expect(!status.controlsClock)
        #expect(bench.ask(.sourceCount) == .sourceCount(2))
        #expect(bench.ask(.source(index: 2)) == .status(.noSuchSource))
        #expect(bench.ask(.source(index: .max)) == .status(.noSuchSource))
        #expect(bench.ask(.sourceName(.ip(address(77)))) == .status(.noSuchSource))
        #expect(bench.ask(.sourceName(.ip(address(2)))) == .sourceName("192.0.2.2"))
    }

    @Test("Sources are added, set offline and online, and deleted while it runs")
    func sources() {
        var bench = bench(1)
        bench.servers[address(9)] = server()
        bench.run(for: .seconds(100))
        var addition = SourceAddition(kind: .server, name: "192.0.2.9")
        addition.options = [.online, .initialBurst]
        #expect(bench.ask(.addSource(addition)) == .status(.success))
        #expect(bench.ask(.addSource(addition)) == .status(.sourceAlreadyKnown))
        bench.run(for: .seconds(100))
        #expect(bench.keeper.sources.count == 2)
        #expect(bench.keeper.sources[1].selection == .combined || bench.keeper.sources[1].selection == .selected)
        #expect(bench.ask(.offline(.all)) == .status(.success))
        bench.forgetRequests()
        bench.run(for: .seconds(300))
        #expect(bench.requests.isEmpty)
        #expect(bench.ask(.online(.all)) == .status(.success))
        bench.run(for: .seconds(10))
        #expect(bench.requests.count >= 2)
        #expect(bench.ask(.deleteSource(.ip(address(1)))) == .status(.success))
        #expect(bench.ask(.deleteSource(.ip(address(1)))) == .status(.noSuchSource))
        bench.run(for: .seconds(300))
        #expect(bench.keeper.sources.map(\.endpoint?.address) == [address(9)])
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
    }

    @Test("makestep steps what is left of a slew at once, and shutdown ends the program")
    func clockCommands() {
        var bench = bench(1, slowBy: .seconds(30))
        #expect(bench.ask(.makeStep) == .status(.failed))
        bench.run(for: .seconds(20))
        #expect(bench.error > 25)
        #expect(bench.ask(.makeStep) == .status(.success))
        #expect(bench.error.magnitude < 1e-3)
        #expect(bench.rate.frequency.magnitude.ppm < 200)
        bench.run(for: .seconds(500))
        #expect(bench.error.magnitude < 1e-4)
        #expect(!bench.notes.contains { if case .steppedByOthers = $0 { true } else { false } })
        #expect(bench.ask(.shutdown) == .status(.success))
        #expect(bench.exitStatus == 0)
    }

    @Test("An absurd frequency is brought to the largest that is believed, and a slew without room waits")
    func absurdFrequency() {
        for sign in [1.0, -1] {
            var bench = bench(1)
            bench.run(for: .seconds(100))
            #expect(bench.ask(.changeFrequency(Frequency(ppm: sign * 1e9))) == .status(.success))
            #expect(bench.keeper.discipline.frequency.ppm.magnitude <= 100_000.1)
            #expect(bench.ask(.changeOffset(.seconds(sign))) == .status(.success))
            // The bench ends the test if it is woken again and again at one moment.
            bench.servers = [:]
            bench.run(for: .seconds(1000))
            #expect(bench.rate.frequency.ppm.magnitude <= 100_000.1)
        }
    }

    /// Requests of every kind, with numbers that are extreme.
    private static func wild(_ random: inout RandomSource) -> ControlRequest {
        let number = Int32(truncatingIfNeeded: random.next())
        let seconds = Duration(
            clampingSeconds: [0, -1, 1e-9, 1e9, -1e12, 1e15, .nan, Double(number)][Int(random.next() % 8)])
        let ppm = Frequency(ppm: [0, 1, -1, 1e6, -1e9, 1e300, -.infinity, .nan][Int(random.next() % 8)])
        let source = SourceAddress.ip(address(UInt32(random.next() % 4)))
        var addition = SourceAddition(
            kind: random.next() % 2 == 0 ? .server : .pool, name: "192.0.2.\(random.next() % 9)")
        addition.minimumPoll = number
        addition.maximumPoll = number &+ 3
        addition.maximumDelay = seconds
        addition.offset = seconds
        addition.options = [.online, .initialBurst]
        let all: [ControlRequest] =
            changes + [
                .changeFrequency(ppm), .changeOffset(seconds), .modifyMaximumUpdateSkew(ppm),
                .modifyMakeStep(threshold: seconds, limit: number), .burst(.all, good: number, total: number),
                .modify(source, .minimumPoll(number)), .modify(source, .maximumPoll(number % 30)),
                .modify(source, .pollTarget(number)), .modify(source, .maximumDelay(seconds)),
                .modify(source, .minimumStratum(number)), .modify(source, .maximumDelayRatio(seconds.inSeconds)),
                .modifyOffset(source, .none, seconds), .addSource(addition), .source(index: UInt32(bitPattern: number)),
                .tracking, .status, .activity, .selection(index: 0), .sourceStatistics(index: 1), .ntpData(source),
                .story(index: 0), .source(index: 0), .setTime(Instant(sinceEpoch: seconds)), .manual(.on),
                .manual(.reset),
                .manualDelete(index: number), .manualDelete(index: 0), .manualList, .smoothTime(.reset), .smoothing,
                .local(LocalReference(stratum: number, distance: seconds, orphan: number < 0, activate: seconds)),
            ]
        return all[Int(random.next() % UInt64(all.count))]
    }

    @Test("Whatever is asked by whomever, between answers and silence, the engine lives and its clock stays finite")
    func wildRequests() {
        for seed in 0..<4 as Range<UInt64> {
            var bench = bench(3)
            var random = RandomSource(seed: seed)
            for _ in 0..<400 {
                let request = Self.wild(&random)
                if request == .shutdown { continue }
                _ = bench.ask(request)
                if random.next() % 4 == 0 { bench.run(for: .milliseconds(Int(random.next() % 500))) }
            }
            #expect(bench.rate.frequency.magnitude.ppm <= 100_000)
            #expect(!bench.keeper.state(at: bench.now).reason.isEmpty)
            bench.finish()
        }
    }

    @Test("20,000 datagrams of chance, and of requests spoilt by chance, by every door, never trap")
    func hostile() {
        var bench = bench(2)
        bench.run(for: .seconds(300))
        var random = RandomSource(seed: 4)
        var replies = 0
        for round in 0..<20_000 {
            var octets =
                round % 3 == 0
                ? (0..<Int(random.next() % 500)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                : Self.wild(&random).octets(sequence: 1)
            for _ in 0..<Int(random.next() % 6) where !octets.isEmpty {
                octets[Int(random.next() % UInt64(octets.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            var keeper = bench.keeper
            var effects: [Effect] = []
            let authority = [ControlAuthority.unixSocket, .loopback, .network][
                round % 3 == 2 ? 0 : Int(random.next() % 3)]
            keeper.receive(
                .control(octets, from: ControlClient(number: 1), authority), at: bench.now, effects: &effects)
            for case .reply(let reply, _) in effects {
                replies += 1
                if reply.count > octets.count { Issue.record("\(reply.count) octets for \(octets.count)") }
            }
            if authority == .unixSocket { keeper.wake(at: bench.now, effects: &effects) }
        }
        #expect(replies > 3000)
    }
}

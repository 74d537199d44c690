internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// A bench with one source by name, whose addresses answer.
private func named(
    _ kind: SourceSettings.Kind, _ addresses: ClosedRange<UInt32>, refresh: Duration = .seconds(1_209_600)
) -> Bench {
    var settings = TimekeeperSettings()
    var source = SourceSettings(kind: kind, name: "time.example")
    source.initialBurst = true
    settings.sources = [source]
    settings.refreshInterval = refresh
    var bench = Bench(settings)
    bench.names = ["time.example": addresses.map(address)]
    for number in 1...9 as ClosedRange<UInt32> { bench.servers[address(number)] = server() }
    return bench
}

extension Bench {
    fileprivate var used: Set<IPAddress> { Set(keeper.sources.compactMap { $0.endpoint?.address }) }

    fileprivate var questions: Int {
        effects.count { if case .resolve = $0 { true } else { false } }
    }

    fileprivate mutating func ask(_ request: ControlRequest) -> ControlReply? {
        forget()
        receive(.control(request.octets(sequence: 7), from: ControlClient(number: 3), .unixSocket))
        for case .reply(let octets, _) in effects {
            return ControlReply(octets, to: request.command, sequence: 7)
        }
        return nil
    }
}

@Suite struct RefreshTests {
    @Test("After refresh a server is asked at the address that its name has now, though the old one answers")
    func moved() {
        var bench = named(.server, 1...2)
        bench.run(for: .seconds(600))
        #expect(bench.used == [address(1)])
        // The address is one of those that the name has: it stays.
        bench.names = ["time.example": [address(2), address(1)]]
        #expect(bench.ask(.refresh) == .status(.success))
        bench.run(for: .seconds(60))
        #expect(bench.used == [address(1)])
        bench.names = ["time.example": [address(2)]]
        bench.run(for: .seconds(3000))
        #expect(bench.used == [address(1)])
        #expect(bench.ask(.refresh) == .status(.success))
        bench.run(for: .seconds(60))
        #expect(bench.used == [address(2)])
        #expect(bench.notes.contains(.sourceReplaced(old: "192.0.2.1", new: "192.0.2.2 (time.example)")))
        bench.run(for: .seconds(600))
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
    }

    @Test("Without being asked, a name is looked up again when the interval is over, and never if that is 0")
    func periodic() {
        var bench = named(.server, 1...1, refresh: .seconds(10_000))
        bench.run(for: .seconds(100))
        bench.names = ["time.example": [address(5)]]
        bench.run(for: .seconds(9500))
        #expect(bench.used == [address(1)] && bench.questions == 1)
        bench.run(for: .seconds(1000))
        #expect(bench.used == [address(5)] && bench.questions == 2)
        bench.run(for: .seconds(20_500))
        #expect(bench.questions == 4)
        var never = named(.server, 1...1, refresh: .zero)
        never.run(for: .seconds(100_000))
        #expect(never.questions == 1)
    }

    @Test("A resolver that knows nothing costs no source, and is not asked in a hurry")
    func unknown() {
        var bench = named(.server, 1...1, refresh: .seconds(1000))
        bench.run(for: .seconds(100))
        bench.names = [:]
        bench.run(for: .seconds(10_000))
        #expect(bench.used == [address(1)] && bench.questions < 20)
        bench.names = ["time.example": [address(2)]]
        bench.run(for: .seconds(3600))
        #expect(bench.used == [address(2)])
    }

    @Test("Of a pool one member moves at a time")
    func pool() {
        var bench = named(.pool, 1...4)
        bench.run(for: .seconds(600))
        bench.names = ["time.example": (5...8 as ClosedRange<UInt32>).map(address)]
        for moved in 1...4 {
            #expect(bench.ask(.refresh) == .status(.success))
            bench.run(for: .seconds(100))
            #expect(bench.used.filter { (5...8).map(address).contains($0) }.count == moved)
            #expect(bench.used.count == 4)
        }
    }
}

@Suite struct RouteTests {
    @Test("onoffline has the host look for routes, and sets each source as it finds")
    func routes() {
        var bench = bench(3)
        bench.run(for: .seconds(100))
        #expect(bench.ask(.onOffline) == .status(.success))
        let endpoints = (1...3).map { Endpoint(address: address($0), port: 123) }
        #expect(bench.effects.contains(.testRoutes(endpoints)))
        bench.receive(.routesTested(reachable: [endpoints[1]], unreachable: [endpoints[0], endpoints[2]]))
        #expect(bench.keeper.sources.map(\.isOnline) == [false, true, false])
        bench.forgetRequests()
        bench.run(for: .seconds(300))
        #expect(Set(bench.requests.map(\.to.address)) == [address(2)])
        bench.receive(.routesTested(reachable: endpoints, unreachable: []))
        bench.run(for: .seconds(300))
        #expect(Set(bench.requests.map(\.to.address)).count == 3)
    }
}

@Suite struct RunTimeChangeTests {
    @Test("A source that is offline makes the burst that it is told to, and is offline again")
    func burst() {
        var bench = bench(2)
        bench.run(for: .seconds(100))
        _ = bench.ask(.offline(.all))
        bench.run(for: .seconds(100))
        bench.forgetRequests()
        #expect(bench.ask(.burst(SourceSelector(address(1)), good: 3, total: 8)) == .status(.success))
        guard case .activity(let activity)? = bench.ask(.activity) else { return #expect(Bool(false)) }
        #expect(activity.burstOffline == 1 && activity.offline == 1)
        bench.run(for: .seconds(600))
        #expect(bench.requests.count == 3 && bench.requests.allSatisfy { $0.to.address == address(1) })
        guard case .activity(let after)? = bench.ask(.activity) else { return #expect(Bool(false)) }
        #expect(after.offline == 2 && after.burstOffline == 0)
    }

    @Test("reselectdist, selectopts, offset and the limits of a source change what they name")
    func numbers() {
        var bench = bench(2)
        bench.run(for: .seconds(100))
        let first = SourceAddress.ip(address(1))
        #expect(bench.ask(.reselectDistance(.milliseconds(500))) == .status(.success))
        #expect(bench.keeper.reselectDistance == .milliseconds(500))
        #expect(
            bench.ask(.modifySelectOptions(first, .none, mask: [.prefer, .noselect], options: [.prefer]))
                == .status(.success))
        #expect(bench.keeper.sources[0].settings.prefer && !bench.keeper.sources[0].settings.noselect)
        let identifier = ReferenceIdentifier(bits: address(2).identifier)
        #expect(bench.ask(.modifyOffset(.unspecified, identifier, .milliseconds(250))) == .status(.success))
        #expect(bench.keeper.sources[1].settings.offset == .milliseconds(250))
        for (modification, isChanged) in [
            (SourceModification.minimumPoll(3), { $0.minimumPoll == 3 }), (.maximumPoll(5), { $0.maximumPoll == 5 }),
            (.minimumStratum(2), { $0.minimumStratum == 2 }), (.pollTarget(12), { $0.pollTarget == 12 }),
            (.maximumDelay(.milliseconds(125)), { $0.maximumDelay == .milliseconds(125) }),
            (.maximumDelayRatio(2), { $0.maximumDelayRatio == 2 }),
            (.maximumDelayDeviationRatio(4), { $0.maximumDelayDeviationRatio == 4 }),
        ] as [(SourceModification, (SourceSettings) -> Bool)] {
            #expect(bench.ask(.modify(first, modification)) == .status(.success))
            #expect(isChanged(bench.keeper.sources[0].settings), "\(modification)")
            #expect(bench.ask(.modify(.ip(address(99)), modification)) == .status(.noSuchSource))
        }
    }

    @Test(
        "Every command of the protocol is known: none is answered that it is invalid",
        arguments: ControlCommand.allCases)
    func known(command: ControlCommand) {
        var bench = bench(2)
        bench.run(for: .seconds(100))
        // The least that a client can send: all zeros, as long as the command is to be.
        var octets = ControlRequest.tracking.octets(sequence: 7)
        octets += [UInt8](repeating: 0, count: 860 - octets.count)
        octets.removeLast(octets.count - command.requestLength)
        octets[4] = UInt8(truncatingIfNeeded: command.rawValue >> 8)
        octets[5] = UInt8(truncatingIfNeeded: command.rawValue)
        bench.forget()
        bench.receive(.control(octets, from: ControlClient(number: 3), .unixSocket))
        let replies = bench.effects.filter { if case .reply = $0 { true } else { false } }
        let asked = bench.effects.contains { if case .askResponder = $0 { true } else { false } }
        #expect(replies.count == 1 || asked)
        // An empty kind of source is no source.
        guard command != .addSource, case .reply(let reply, _)? = replies.first else { return }
        #expect(reply[9] != ControlStatus.invalid.rawValue, "\(command)")
    }
}

internal import Addresses
internal import Estimation
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// Two timekeepers that are peers of each other, 2 ms apart; the left one is the reference of both.
private struct Pair {
    var left: Bench
    var right: Bench
    static let endpoints = [Endpoint(address: address(1), port: 123), Endpoint(address: address(2), port: 123)]
    /// True time since the start.
    private var now = Duration.zero
    private let started: (left: Instant<Realtime>, right: Instant<Realtime>)
    /// Packets on their way.
    private var flying: [(at: Duration, toRight: Bool, octets: [UInt8])] = []
    /// Those that were sent, by side.
    private(set) var sent: [(fromLeft: Bool, header: NTPHeader)] = []

    init(key: UInt32? = nil, isInterleaved: Bool = false, asksMonotonicRoot: Bool = false) {
        func settings(_ other: IPAddress) -> TimekeeperSettings {
            var settings = TimekeeperSettings()
            var peer = SourceSettings(kind: .peer, name: other.description)
            (peer.minimumPoll, peer.maximumPoll, peer.key, peer.initialBurst) = (2, 4, key, true)
            (peer.isInterleaved, peer.asksMonotonicRoot) = (isInterleaved, asksMonotonicRoot)
            settings.sources = [peer]
            return settings
        }
        var first = settings(address(2))
        first.local = LocalReferenceSettings()
        left = Bench(first, keys: Toy.ring(3))
        right = Bench(settings(address(1)), keys: Toy.ring(3), seed: 2)
        started = (left.trueTime, right.trueTime)
    }

    /// A bench's own clocks run as fast as its kernel was told, so true time is what both share.
    private static func run(_ bench: inout Bench, until moment: Instant<Realtime>) {
        let rest = (moment - bench.trueTime).inSeconds * (1 + bench.rate.frequency.ratio)
        bench.run(for: Duration(clampingSeconds: rest))
    }

    mutating func run(for duration: Duration, forging: ((Bool, [UInt8]) -> [UInt8])? = nil) {
        let end = now + duration
        while now < end {
            now += .milliseconds(2)
            Self.run(&left, until: started.left + now)
            Self.run(&right, until: started.right + now)
            for (isLeft, effects) in [(true, left.effects), (false, right.effects)] {
                for case .sendToPeer(let token, let octets, let to) in effects {
                    #expect(to == Self.endpoints[isLeft ? 1 : 0])
                    if let header = NTPHeader(octets.span) { sent.append((isLeft, header)) }
                    flying.append((now + .milliseconds(2), isLeft, forging?(isLeft, octets) ?? octets))
                    let stamp = Stamp(time: isLeft ? left.now.realtime : right.now.realtime, kind: .kernel)
                    if isLeft { left.receive(.sent(token, at: stamp)) } else { right.receive(.sent(token, at: stamp)) }
                }
            }
            left.forget()
            right.forget()
            for packet in flying where packet.at <= now {
                let from = Self.endpoints[packet.toRight ? 0 : 1]
                let stamp = Stamp(time: packet.toRight ? right.now.realtime : left.now.realtime, kind: .kernel)
                let to = Self.endpoints[packet.toRight ? 1 : 0].address
                let event = Event.peerDatagram(octets: packet.octets, from: from, to: to, at: stamp)
                if packet.toRight { right.receive(event) } else { left.receive(event) }
            }
            flying.removeAll { $0.at <= now }
        }
    }
}

@Suite struct PeerTests {
    @Test("A peer with a reference is followed by one without, closely", arguments: [nil, 3] as [UInt32?])
    func followed(key: UInt32?) throws {
        var pair = Pair(key: key)
        pair.run(for: .seconds(120))
        #expect(pair.right.keeper.sources[0].selection == .selected)
        #expect(pair.right.keeper.servedState?.stratum == 11)
        // Packets wait for the bench's next step, which makes their delays uneven.
        #expect((pair.right.now.realtime - pair.left.now.realtime).magnitude < .milliseconds(2))
        // Now and then two packets cross.
        #expect(pair.right.keeper.sources[0].reach.nonzeroBitCount >= 7)
        #expect(pair.left.keeper.sources[0].reach.nonzeroBitCount >= 7)
        #expect(pair.sent.allSatisfy { $0.header.mode == .symmetricActive })
        // Never faster than the poll interval says.
        #expect(pair.sent.count < 2 * 120 / 4 + 6)
    }

    @Test(
        "Interleaved packets tell when the one before really left, with a key too, and each exchange counts once",
        arguments: [nil, 3] as [UInt32?])
    func interleaved(key: UInt32?) throws {
        var pair = Pair(key: key, isInterleaved: true)
        pair.run(for: .seconds(300))
        for bench in [pair.left, pair.right] {
            let source = bench.keeper.sources[0]
            #expect(source.lastReply?.isInterleaved == true)
            #expect(source.reach.nonzeroBitCount >= 7)
            #expect(source.outcomes[ReplyOutcome.accepted.rawValue] <= source.validReplies)
            // At the start, where both sent at once, an answer may tell of another packet.
            #expect(source.outcomes[ReplyOutcome.delay.rawValue] <= 5)
        }
        #expect(pair.right.keeper.sources[0].outcomes[ReplyOutcome.accepted.rawValue] >= 20)
        #expect(pair.right.keeper.sources[0].selection == .selected)
        #expect((pair.right.now.realtime - pair.left.now.realtime).magnitude < .milliseconds(2))
    }

    @Test("Where packets get lost, interleaved peers measure no exchange wrongly, and come back to it")
    func interleavedLosses() throws {
        var pair = Pair(isInterleaved: true)
        var count = 0
        pair.run(for: .seconds(1200)) { _, octets in
            count += 1
            return count.isMultiple(of: 5) ? [] : octets
        }
        let source = pair.right.keeper.sources[0]
        #expect(source.lastReply != nil && source.estimate.count >= 4)
        for sample in source.estimate.history { #expect(sample.delay < 0.02, "\(sample)") }
        #expect((pair.right.now.realtime - pair.left.now.realtime).magnitude < .milliseconds(4))
        pair.run(for: .seconds(100))
        #expect(pair.right.keeper.sources[0].lastReply?.isInterleaved == true)
    }

    @Test("Peers tell each other root delay and dispersion in field F323", arguments: [nil, 3] as [UInt32?])
    func monotonicRoot(key: UInt32?) throws {
        var pair = Pair(key: key, asksMonotonicRoot: true)
        pair.run(for: .seconds(120))
        #expect(pair.right.keeper.sources[0].monotonic != nil)
        #expect(pair.right.keeper.sources[0].monotonic?.epoch == pair.left.keeper.monotonicEpoch)
        #expect(pair.right.keeper.sources[0].selection == .selected)
    }

    @Test("With a wrong code neither hears the other")
    func wrongCode() {
        var pair = Pair(key: 3)
        pair.run(for: .seconds(60)) { _, octets in
            var octets = octets
            octets[octets.count - 1] ^= 1
            return octets
        }
        for bench in [pair.left, pair.right] {
            #expect(bench.keeper.sources[0].reach == 0 && bench.keeper.sources[0].peer == nil)
            #expect(bench.keeper.sources[0].outcomes[ReplyOutcome.badAuthentication.rawValue] > 3)
        }
    }

    @Test("Forged packets of somebody off the path make neither forget the other")
    func forged() {
        var pair = Pair()
        pair.run(for: .seconds(60))
        var random = RandomSource(seed: 3)
        let before = pair.right.keeper.sources[0].outcomes[ReplyOutcome.bogusOrigin.rawValue]
        for _ in 0..<200 {
            pair.run(for: .milliseconds(300))
            let forgery = NTPHeader(
                leap: .none, mode: .symmetricActive, stratum: 1, origin: NTPTimestamp(bits: random.next()),
                receive: NTPTimestamp(bits: random.next()), transmit: NTPTimestamp(bits: random.next()))
            let memory = pair.right.keeper.sources[0].peer
            pair.right.receive(
                .peerDatagram(
                    octets: forgery.octets, from: Pair.endpoints[0], to: nil,
                    at: Stamp(time: pair.right.now.realtime, kind: .kernel)))
            #expect(pair.right.keeper.sources[0].peer == memory)
        }
        #expect(pair.right.keeper.sources[0].outcomes[ReplyOutcome.bogusOrigin.rawValue] >= before + 200)
        #expect(pair.right.keeper.sources[0].reach.nonzeroBitCount >= 7)
        #expect(pair.left.keeper.sources[0].reach.nonzeroBitCount >= 7)
    }

    @Test("The same packet again, and one without a time, are counted and change nothing")
    func again() throws {
        var pair = Pair()
        var last: [UInt8] = []
        pair.run(for: .seconds(60)) { isLeft, octets in
            if isLeft { last = octets }
            return octets
        }
        let source = pair.right.keeper.sources[0]
        let stamp = Stamp(time: pair.right.now.realtime, kind: .kernel)
        pair.right.receive(.peerDatagram(octets: last, from: Pair.endpoints[0], to: nil, at: stamp))
        let empty = NTPHeader(mode: .symmetricPassive).octets
        pair.right.receive(.peerDatagram(octets: empty, from: Pair.endpoints[0], to: nil, at: stamp))
        pair.right.receive(.peerDatagram(octets: [1, 2], from: Pair.endpoints[0], to: nil, at: stamp))
        let after = pair.right.keeper.sources[0]
        for outcome in [ReplyOutcome.notExpected, .missingTimestamp, .tooShort] {
            #expect(after.outcomes[outcome.rawValue] == source.outcomes[outcome.rawValue] + 1)
        }
        #expect(after.reach == source.reach && after.estimate.count == source.estimate.count)
    }

    @Test("The host is told whose symmetric packets to hand over, and when they are gone")
    func announced() throws {
        var settings = settings(1)
        settings.sources.append(SourceSettings(kind: .peer, name: "192.0.2.7"))
        var bench = Bench(settings)
        bench.run(for: .seconds(1))
        let told = bench.effects.compactMap { if case .listenTo(let peers) = $0 { peers } else { nil } }
        #expect(told == [[Endpoint(address: address(7), port: 123)]])
        bench.forget()
        bench.receive(
            .control(
                ControlRequestOctets.delete(address(7)), from: ControlClient(number: 1), .unixSocket))
        #expect(bench.effects.contains(.listenTo(peers: [])))
    }
}

@Suite struct BroadcastTests {
    @Test("While the clock is right, the time goes out at each interval; before that nothing does")
    func intervals() throws {
        let destination = Endpoint(address: .v4(0xc000_02ff), port: 123)
        var bench = Bench(
            settings(1) {
                $0.broadcasts = [BroadcastSettings(interval: .seconds(32), destination: destination)]
            })
        bench.run(for: .seconds(100))
        func packets() -> [NTPHeader] {
            bench.effects.compactMap {
                guard case .broadcast(let octets, destination) = $0 else { return nil }
                return NTPHeader(octets.span)
            }
        }
        #expect(packets().isEmpty)
        bench.servers[address(1)] = server()
        bench.run(for: .seconds(200))
        bench.forget()
        bench.run(for: .seconds(320))
        #expect(packets().count == 10)
        for packet in packets() {
            #expect(packet.mode == .broadcast && packet.stratum == 2 && packet.leap == .none && packet.poll == 5)
            #expect(packet.origin == .unknown && packet.receive == .unknown)
        }
        let last = try #require(packets().last)
        let age = bench.now.realtime - last.transmit.instant(near: bench.now.realtime)
        #expect(age > .zero && age <= .seconds(32))
    }
}

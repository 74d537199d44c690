internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

private let client = Endpoint(address: address(99), port: 40_000)
private let moment = Instant<Realtime>(sinceEpoch: .seconds(1_790_000_000))

@Suite struct AuthenticatedServingTests {
    private static func responder() -> Responder {
        var responder = Responder(rateLimit: nil, random: RandomSource(seed: 1))
        responder.access.set(nil, allowed: true, all: false)
        responder.keys = Toy.ring(3, 5)
        responder.served.leap = .none
        responder.served.stratum = 3
        return responder
    }

    private static func ask(_ responder: inout Responder, _ octets: [UInt8]) -> (
        outcome: ServingOutcome, reply: [UInt8]
    ) {
        var room = [UInt8](repeating: 0, count: octets.count)
        var span = room.mutableSpan
        let (outcome, length) = responder.answer(
            octets.span, from: client, received: moment, now: moment, into: &span)
        return (outcome, Array(room.prefix(length)))
    }

    private static let request = NTPHeader(mode: .client, poll: 6, transmit: NTPTimestamp(bits: 77)).octets

    @Test("A request with a right code is answered with a code of the same key, one without is answered without")
    func same() throws {
        var responder = Self.responder()
        for key in [3, 5] as [UInt32] {
            let (outcome, reply) = Self.ask(&responder, Toy.sealed(Self.request, key: key))
            #expect(outcome == .answered && reply.count == 72)
            let code = try #require(PacketLayout(reply.span)?.code)
            #expect(code.key == key)
            #expect(Toy.verifies(code, of: reply))
        }
        #expect(responder.authenticated == 2)
        #expect(Self.ask(&responder, Self.request).reply.count == 48)
        #expect(responder.authenticated == 2)
    }

    @Test("A wrong code, an unknown key and a crypto-NAK get no answer, are counted, and use up no right to answers")
    func wrong() {
        var responder = Self.responder()
        var limits = RateLimitSettings()
        (limits.burst, limits.leak) = (1, 0)
        responder = Responder(rateLimit: limits, random: RandomSource(seed: 1))
        responder.access.set(nil, allowed: true, all: false)
        responder.keys = Toy.ring(3, 5)
        let good = Toy.sealed(Self.request, key: 3)
        var count: UInt64 = 0
        for index in 48..<good.count {
            var bad = good
            bad[index] ^= 0x10
            let (outcome, reply) = Self.ask(&responder, bad)
            #expect(outcome == .badAuthentication && reply.isEmpty)
            count += 1
        }
        #expect(Self.ask(&responder, Toy.sealed(Self.request, key: 4)).outcome == .badAuthentication)
        #expect(Self.ask(&responder, Self.request + [0, 0, 0, 0]).outcome == .badAuthentication)
        #expect(responder.counts[ServingOutcome.badAuthentication.rawValue] == count + 2)
        #expect(Self.ask(&responder, good).outcome == .answered)
        #expect(Self.ask(&responder, good).outcome == .rateLimited)
    }

    @Test("Whatever stands behind the header, a reply is never longer than its request")
    func neverLonger() {
        var random = RandomSource(seed: 11)
        var responder = Self.responder()
        var answered = 0
        for _ in 0..<50_000 {
            var request = Self.request
            for _ in 0..<random.next() % 3 {
                let size = 16 + Int(random.next() % 20) * 4
                request += [1, 4, 0, UInt8(size)] + [UInt8](repeating: 0, count: size - 4)
            }
            if random.next() % 2 == 0 { request = Toy.sealed(request, key: random.next() % 4 == 0 ? 4 : 3) }
            if random.next() % 4 == 0 { request.removeLast(Int(random.next() % UInt64(request.count))) }
            if random.next() % 8 == 0 { request.append(0) }
            var room = [UInt8](repeating: 0xa5, count: 300)
            var span = room.mutableSpan
            var reply = span._mutatingExtracting(0..<request.count)
            let (_, length) = responder.answer(
                request.span, from: client, received: moment, now: moment, into: &reply)
            if length > request.count { Issue.record("\(length) octets for \(request.count)") }
            if length > 0 { answered += 1 }
        }
        #expect(answered > 10_000)
    }
}

@Suite struct AuthenticatedSourceTests {
    /// A timekeeper with one server that has key 3, as configured; `answering` makes what comes back.
    private static func keyed(knows keys: KeyRing = Toy.ring(3, 5)) -> Bench {
        var bench = Bench(settings(1) { $0.sources[0].key = 3 }, keys: keys)
        bench.servers[address(1)] = server()
        return bench
    }

    @Test("Requests bear the code of the source's key, and a reply with it is believed")
    func believed() throws {
        var bench = Self.keyed()
        bench.sealing = { Toy.sealed($0, key: 3) }
        bench.run(for: .seconds(60))
        let (_, octets, _) = try #require(bench.requests.first)
        let code = try #require(PacketLayout(octets.span)?.code)
        #expect(code.key == 3 && Toy.verifies(code, of: octets))
        #expect(bench.keeper.reference != nil)
        let report = bench.keeper.authenticationReport(0)
        #expect(report.mode == .symmetric && report.key == 3 && report.keyType == 2 && report.keyLength == 80)
        #expect(bench.keeper.ntpDataReport(0).isAuthenticated)
    }

    enum Forgery: CaseIterable { case none, otherKey, wrong, refusal }

    @Test(
        "A reply without a code, with another key's, with a wrong one or a crypto-NAK is not",
        arguments: Forgery.allCases)
    func notBelieved(forgery: Forgery) {
        var bench = Self.keyed()
        bench.sealing = { octets in
            switch forgery {
            case .none: return octets
            case .otherKey: return Toy.sealed(octets, key: 5)
            case .wrong:
                var octets = Toy.sealed(octets, key: 3)
                octets[octets.count - 1] ^= 1
                return octets
            case .refusal: return octets + [0, 0, 0, 0]
            }
        }
        bench.run(for: .seconds(100))
        #expect(bench.requests.count > 1)
        #expect(bench.keeper.reference == nil)
        #expect(bench.keeper.sources[0].reach == 0)
        #expect(bench.keeper.sources[0].outcomes[ReplyOutcome.badAuthentication.rawValue] > 1)
    }

    @Test("A source whose key is not in the file is not asked at all, until the file is read again and has it")
    func missing() throws {
        var bench = Self.keyed(knows: Toy.ring(5))
        bench.sealing = { Toy.sealed($0, key: 3) }
        bench.run(for: .seconds(600))
        #expect(bench.requests.isEmpty)
        #expect(bench.keeper.sources[0].story.contains("Key 3"))
        bench.receive(.control(ControlRequest.rekey.octets(sequence: 1), from: ControlClient(number: 1), .unixSocket))
        #expect(bench.effects.contains(.readKeys))
        bench.receive(.keysRead([Toy.key(3)]))
        bench.run(for: .seconds(60))
        #expect(bench.keeper.reference != nil)
    }

    /// Two servers that agree and are not authenticated, against one that is.
    private static func mixed(_ mode: AuthenticationMode) -> Bench {
        var bench = Bench(
            settings(3) {
                $0.sources[0].key = 3
                $0.authentication = mode
            }, keys: Toy.ring(3))
        bench.servers[address(1)] = server()
        for number in [2, 3] as [UInt32] { bench.servers[address(number)] = server(fastBy: .seconds(1)) }
        bench.sealing = { Toy.sealed($0, key: 3) }
        bench.run(for: .seconds(200))
        return bench
    }

    @Test(
        "Two liars outvote one who can prove who it is only where authentication is to be ignored",
        arguments: AuthenticationMode.allCases)
    func modes(mode: AuthenticationMode) {
        let bench = Self.mixed(mode)
        #expect(
            bench.keeper.reference?.source == bench.keeper.sources[mode == .ignore ? 1 : 0].number
                || mode == .ignore && bench.keeper.reference?.source == bench.keeper.sources[2].number)
        let states = bench.keeper.sources.map(\.selection)
        switch mode {
        case .require, .prefer: #expect(states == [.selected, .noselect, .noselect])
        case .mix: #expect(states == [.selected, .falseticker, .falseticker])
        case .ignore: #expect(states[0] == .falseticker)
        }
        let reports = (0..<3).map { bench.keeper.selectionReport($0, bench.now) }
        #expect(reports.map(\.isAuthenticated) == [true, false, false])
        #expect(reports[0].effectiveOptions == (mode == .mix ? [.trust, .require] : []))
        #expect(reports.allSatisfy { $0.configuredOptions == [] })
    }

    @Test(
        "Where nobody can prove it, sources are selected in every mode but require",
        arguments: AuthenticationMode.allCases)
    func nobody(mode: AuthenticationMode) {
        var bench = bench(2) { $0.authentication = mode }
        bench.run(for: .seconds(100))
        #expect((bench.keeper.reference != nil) == (mode != .require))
    }
}

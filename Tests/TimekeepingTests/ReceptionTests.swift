internal import Addresses
internal import Estimation
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// What must not change by a datagram that did not pass the origin check.
private struct Standing: Equatable {
    var estimate: Estimate?
    var count: Int
    var reach: UInt8
    var due: Instant<Monotonic>?
    var poll: Int
    var pollScore: Double
    var exchange: Exchange?
    var reference: Reference?
    var discipline: Discipline
    var served: ServedTime?
    var nextWake: Instant<Monotonic>

    init(_ bench: Bench) {
        let source = bench.keeper.sources[0]
        estimate = source.estimate.estimate
        count = source.estimate.count
        reach = source.reach
        due = source.due
        poll = source.poll
        pollScore = source.pollScore
        exchange = source.exchange
        reference = bench.keeper.reference
        discipline = bench.keeper.discipline
        served = bench.keeper.servedState
        nextWake = bench.keeper.nextWake(after: bench.now)
    }
}

@Suite struct ReceptionTests {
    /// A timekeeper that follows its only server, which has a request open that nobody has answered yet.
    private static func waiting() throws -> (bench: Bench, token: RequestToken, request: NTPHeader) {
        var bench = bench(1)
        bench.run(for: .seconds(100))
        #expect(bench.keeper.reference != nil)
        bench.servers = [:]
        bench.forgetRequests()
        bench.forget()
        while bench.requests.isEmpty { bench.run(for: .milliseconds(100)) }
        let (token, octets, _) = try #require(bench.requests.first)
        let header = NTPHeader(octets.span)
        return (bench, token, try #require(header))
    }

    private static let from = Endpoint(address: address(1), port: 123)

    private static func count(_ outcome: ReplyOutcome, _ bench: Bench) -> UInt32 {
        bench.keeper.sources[0].outcomes[outcome.rawValue]
    }

    private static func total(_ bench: Bench) -> UInt32 {
        ReplyOutcome.allCases.reduce(0) { $0 + count($1, bench) }
    }

    enum Forgery: CaseIterable {
        case bogusOrigin, zeroOrigin, otherAddress, otherPort, short, empty, clientMode, broadcastMode, version0
        case otherVersion, unknownToken

        var outcome: ReplyOutcome {
            switch self {
            case .bogusOrigin, .zeroOrigin: .bogusOrigin
            case .otherAddress, .otherPort: .wrongSource
            case .short, .empty: .tooShort
            case .clientMode, .broadcastMode, .version0, .otherVersion: .wrongMode
            case .unknownToken: .notExpected
            }
        }
    }

    @Test(
        "A datagram that is not the answer is counted under its name and changes nothing", arguments: Forgery.allCases)
    func forgeries(forgery: Forgery) throws {
        var (bench, token, request) = try Self.waiting()
        var from = Self.from
        var answer = reply(to: request, at: bench.trueTime + .seconds(5))
        switch forgery {
        case .bogusOrigin: answer.origin.bits ^= 1
        case .zeroOrigin: answer.origin = .unknown
        case .otherAddress: from.address = address(2)
        case .otherPort: from.port = 124
        case .clientMode: answer.mode = .client
        case .broadcastMode: answer.mode = .broadcast
        case .version0: answer.version = 0
        case .otherVersion: answer.version = 3
        case .short, .empty, .unknownToken: break
        }
        var octets = answer.octets
        if forgery == .short { octets.removeLast() }
        if forgery == .empty { octets = [] }
        if forgery == .unknownToken { token.number += 1000 }
        let before = Standing(bench)
        let (counted, total) = (Self.count(forgery.outcome, bench), Self.total(bench))
        bench.forget()
        bench.receive(
            .datagram(token, octets: octets, from: from, to: nil, at: Stamp(time: bench.now.realtime, kind: .kernel)))
        #expect(Self.count(forgery.outcome, bench) == counted + 1)
        #expect(Self.total(bench) == total + 1)
        #expect(Standing(bench) == before)
        #expect(bench.effects == [])
    }

    @Test("After the answer its duplicate finds the socket closed, and is counted as not expected")
    func duplicate() throws {
        var (bench, token, request) = try Self.waiting()
        let octets = reply(to: request, at: bench.trueTime).octets
        let stamp = Stamp(time: bench.now.realtime, kind: .kernel)
        bench.receive(.datagram(token, octets: octets, from: Self.from, to: nil, at: stamp))
        #expect(bench.effects.contains(.close(token)))
        let before = Standing(bench)
        #expect(before.exchange == nil)
        bench.forget()
        bench.receive(.datagram(token, octets: octets, from: Self.from, to: nil, at: stamp))
        #expect(Self.count(.notExpected, bench) == 1)
        #expect(Standing(bench) == before)
        #expect(bench.effects == [])
    }

    /// An answer to the open request that was changed.
    private func answered(changing: (inout NTPHeader) -> Void) throws -> (before: Bench, after: Bench) {
        let (before, token, request) = try Self.waiting()
        var bench = before
        let octets = reply(to: request, at: bench.trueTime, changing: changing).octets
        bench.receive(
            .datagram(
                token, octets: octets, from: Self.from, to: .v4(0xcb00_7101),
                at: Stamp(time: bench.now.realtime, kind: .kernel)))
        #expect(!bench.open.contains(token))
        return (before, bench)
    }

    enum Refusal: CaseIterable {
        case unsynchronisedLeap, stratum16, stratum0, rootDistance, longHolding, backwards, noReceive, noTransmit, loop
        case rate, deny, restrict, other, initialising

        var outcome: ReplyOutcome {
            switch self {
            case .unsynchronisedLeap, .stratum16, .stratum0, .initialising: .unsynchronised
            case .rootDistance: .rootDistance
            case .longHolding, .backwards: .delay
            case .noReceive, .noTransmit: .missingTimestamp
            case .loop: .loop
            case .rate: .kissRate
            case .deny, .restrict: .kissDenied
            case .other: .kissOther
            }
        }

        func change(_ header: inout NTPHeader) {
            func kiss(_ letters: UInt32) {
                header.leap = .unsynchronised
                header.stratum = 0
                header.referenceIdentifier = ReferenceIdentifier(bits: letters)
            }
            switch self {
            case .unsynchronisedLeap: header.leap = .unsynchronised
            case .stratum16: header.stratum = 16
            case .stratum0: kiss(0)
            case .rootDistance: header.rootDelay = NTPShort(bits: 32 << 16)
            case .longHolding: header.receive.bits &-= 5 << 32
            case .backwards: header.receive.bits &+= 1 << 32
            case .noReceive: header.receive = .unknown
            case .noTransmit: header.transmit = .unknown
            case .loop:
                header.stratum = 2
                header.referenceIdentifier = ReferenceIdentifier(bits: 0xcb00_7101)
            case .rate: kiss(0x5241_5445)
            case .deny: kiss(0x4445_4e59)
            case .restrict: kiss(0x5253_5452)
            case .other: kiss(0x5846_4143)
            case .initialising: kiss(0x494e_4954)
            }
        }
    }

    @Test("An answer that cannot be used is counted under its name, and makes no sample", arguments: Refusal.allCases)
    func refusals(refusal: Refusal) throws {
        let (before, after) = try answered { refusal.change(&$0) }
        #expect(Self.count(refusal.outcome, after) == Self.count(refusal.outcome, before) + 1)
        #expect(Self.total(after) == Self.total(before) + 1)
        #expect(after.keeper.sources[0].estimate.count == before.keeper.sources[0].estimate.count)
        #expect(after.keeper.discipline == before.keeper.discipline)
        #expect(after.keeper.sources[0].exchange == nil)
    }

    @Test("RATE lengthens the poll interval and the pause, DENY to the longest, and both are logged")
    func kisses() throws {
        let (before, limited) = try answered { Refusal.rate.change(&$0) }
        let source = limited.keeper.sources[0]
        #expect(source.poll > before.keeper.sources[0].poll)
        #expect(try #require(source.due) >= limited.now.monotonic + source.interval * 4)
        #expect(limited.notes.contains(.kissOfDeath(code: "RATE", source: "192.0.2.1")))
        let (_, denied) = try answered { Refusal.deny.change(&$0) }
        #expect(denied.keeper.sources[0].poll == 10)
        #expect(try #require(denied.keeper.sources[0].due) >= denied.now.monotonic + .seconds(1024))
        #expect(denied.notes.contains(.kissOfDeath(code: "DENY", source: "192.0.2.1")))
    }

    @Test("A sound answer is a sample, and only the estimate's history grows by it")
    func accepted() throws {
        let (before, after) = try answered { _ in }
        #expect(Self.count(.accepted, after) == Self.count(.accepted, before) + 1)
        #expect(after.keeper.sources[0].estimate.count == before.keeper.sources[0].estimate.count + 1)
        #expect(after.keeper.sources[0].reach == before.keeper.sources[0].reach << 1 | 1)
        #expect(after.keeper.discipline.updates == before.keeper.discipline.updates + 1)
    }

    @Test("Offset and delay are RFC 5905's: half of both differences, and the round trip less the holding time")
    func fourTimestamps() throws {
        let (waiting, token, request) = try Self.waiting()
        var bench = waiting
        let sent = try #require(bench.keeper.sources[0].exchange).sent.time
        bench.wait(.milliseconds(30))
        let header = reply(to: request, at: bench.trueTime) {
            $0.receive = NTPTimestamp(sent + .milliseconds(110))  // 100 ms ahead, 10 ms away
            $0.transmit = NTPTimestamp(sent + .milliseconds(115))  // held for 5 ms
        }
        bench.receive(
            .datagram(
                token, octets: header.octets, from: Self.from, to: nil,
                at: Stamp(time: sent + .milliseconds(25), kind: .kernel)))
        let last = try #require(bench.keeper.sources[0].lastReply)
        // ((110 - 0) + (115 - 25)) / 2 = 100 ms and (25 - 0) - (115 - 110) = 20 ms.
        #expect((last.delay - 20e-3).magnitude < 1e-6)
        #expect((last.wallOffset - 100e-3).magnitude < 5e-6)
        #expect((last.responseTime - 5e-3).magnitude < 1e-9)
    }

    @Test("A kernel stamp of sending replaces our own, and a worse one does not replace it")
    func stamps() throws {
        var (bench, token, _) = try Self.waiting()
        let kernel = Stamp(time: bench.now.realtime + .microseconds(40), kind: .kernel)
        bench.receive(.sent(token, at: kernel))
        #expect(bench.keeper.sources[0].exchange?.sent == kernel)
        bench.receive(.sent(token, at: Stamp(time: bench.now.realtime, kind: .daemon)))
        #expect(bench.keeper.sources[0].exchange?.sent == kernel)
        bench.receive(.sent(RequestToken(number: 999_999), at: kernel))
    }

    @Test("100,000 datagrams of any content and length, half of them with the right cookie, end in a counted outcome")
    func hostile() throws {
        let (waiting, token, request) = try Self.waiting()
        var random = RandomSource(seed: 77)
        let edges: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
        var totals: UInt32 = 0
        for round in 0..<100_000 {
            // Each finds the same timekeeper: a copy of it.
            var keeper = waiting.keeper
            let length = 48 + Int(random.next() % 8 == 0 ? random.next() % 977 : 0)
            var octets = [UInt8](repeating: 0, count: length)
            for index in 0..<48 {
                let draw = random.next()
                octets[index] =
                    draw & 0x300 == 0 ? UInt8(truncatingIfNeeded: draw) : edges[Int(draw >> 16 % 5)]
            }
            // Mostly a server's packet of our version, since others end at once.
            if round % 8 != 0 { octets[0] = octets[0] & 0xc0 | 0x24 }
            if round % 4 != 0, octets[1] > 15 { octets[1] &= 15 }
            if round.isMultiple(of: 2) {
                let cookie = request.transmit.bits
                for index in 0..<8 { octets[24 + index] = UInt8(truncatingIfNeeded: cookie >> UInt64(56 - 8 * index)) }
            }
            var effects: [Effect] = []
            let arrival =
                waiting.now.realtime + Duration.seconds(Int64(bitPattern: random.next()) >> (round % 3 == 0 ? 20 : 62))
            keeper.receive(
                .datagram(
                    token, octets: octets, from: Self.from, to: nil,
                    at: Stamp(time: round % 3 == 0 ? arrival : waiting.now.realtime, kind: .kernel)),
                at: waiting.now, effects: &effects)
            let counted = ReplyOutcome.allCases.reduce(UInt32(0)) { $0 + keeper.sources[0].outcomes[$1.rawValue] }
            totals += counted - Self.total(waiting)
            if round.isMultiple(of: 16) {
                keeper.wake(at: waiting.now, effects: &effects)
                _ = keeper.state(at: waiting.now)
            }
        }
        #expect(totals == 100_000)
    }

    @Test("A timekeeper lives through 3000 hostile answers in a row with the right cookie")
    func hostileStory() {
        for seed in 0..<4 as Range<UInt64> {
            var bench = bench(3)
            let random = Box(RandomSource(seed: seed))
            for number in 1...3 as ClosedRange<UInt32> {
                bench.servers[address(number)] = { request, trueTime in
                    reply(to: request, at: trueTime) { header in
                        func extreme() -> UInt64 {
                            let draw = random.value.next()
                            return [0, 1, .max, 1 << 63, draw, draw >> 40][Int(random.value.next() % 6)]
                        }
                        if random.value.next() % 2 == 0 { header.transmit.bits &+= extreme() }
                        if random.value.next() % 2 == 0 { header.receive.bits = header.transmit.bits &- extreme() % 99 }
                        header.rootDelay.bits = UInt32(truncatingIfNeeded: extreme())
                        header.rootDispersion.bits = UInt32(truncatingIfNeeded: extreme() & 0xffff)
                        header.precision = Int8(truncatingIfNeeded: extreme())
                        header.referenceTime.bits = extreme()
                        header.stratum = UInt8(extreme() % 17)
                        if random.value.next() % 4 == 0 { header.leap = .insertSecond }
                    }
                }
            }
            bench.run(for: .seconds(20_000))
            let state = bench.keeper.state(at: bench.now)
            #expect(!state.reason.isEmpty)
            #expect(bench.requests.count > 50)
        }
    }
}

/// A generator that a closure may draw from.
final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

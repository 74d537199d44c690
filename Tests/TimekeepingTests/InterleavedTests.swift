internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

private let client = Endpoint(address: address(99), port: 40_000)
private let moment = Instant<Realtime>(sinceEpoch: .seconds(1_790_000_000))

private func responder() -> Responder {
    var responder = Responder(rateLimit: nil, random: RandomSource(seed: 1))
    responder.access.set(nil, allowed: true, all: false)
    (responder.served.leap, responder.served.stratum, responder.served.precision) = (.none, 1, -24)
    return responder
}

extension Responder {
    fileprivate mutating func ask(_ request: NTPHeader, at moment: Instant<Realtime>) throws -> NTPHeader {
        var room = [UInt8](repeating: 0, count: 48)
        var span = room.mutableSpan
        _ = answer(request.octets.span, from: client, received: moment, now: moment, into: &span)
        let header = NTPHeader(room.span)
        return try #require(header)
    }
}

@Suite struct InterleavedServingTests {
    @Test("The second answer bears the kernel's stamp of the first, and the client's second number")
    func kernelStamp() throws {
        var responder = responder()
        let first = try (responder.ask(NTPHeader(mode: .client, transmit: NTPTimestamp(bits: 77)), at: moment))
        #expect(first.origin.bits == 77)
        #expect(responder.awaitedStamp == nil)
        #expect(first.receive.bits & 1 == 1 && first.transmit.bits & 1 == 0)

        let question = NTPHeader(
            mode: .client, origin: first.receive, receive: NTPTimestamp(bits: 55), transmit: NTPTimestamp(bits: 66))
        let second = try (responder.ask(question, at: moment + .seconds(1)))
        #expect(second.origin.bits == 55)
        #expect(second.transmit == first.transmit)
        #expect(responder.interleaved == 1)
        let awaited = try #require(responder.awaitedStamp)
        #expect(awaited == second.receive)
        let left = moment + .seconds(1) + .microseconds(40)
        responder.sent(awaited, at: left)

        let third = try
            (responder.ask(
                NTPHeader(
                    mode: .client, origin: second.receive, receive: NTPTimestamp(bits: 5),
                    transmit: NTPTimestamp(bits: 6)), at: moment + .seconds(2)))
        #expect(third.origin.bits == 5)
        #expect((third.transmit.instant(near: moment) - left).magnitude < .nanoseconds(2))
    }

    @Test("Who names another answer, or repeats its number, or is over the limit, gets a basic answer or none")
    func basic() throws {
        var responder = responder()
        let first = try (responder.ask(NTPHeader(mode: .client, transmit: NTPTimestamp(bits: 77)), at: moment))
        for (origin, receive, transmit) in [
            (first.receive.bits ^ 2, 5, 6), (first.transmit.bits, 5, 6), (first.receive.bits, 6, 6),
        ]
            as [(UInt64, UInt64, UInt64)]
        {
            let answer = try
                (responder.ask(
                    NTPHeader(
                        mode: .client, origin: NTPTimestamp(bits: origin), receive: NTPTimestamp(bits: receive),
                        transmit: NTPTimestamp(bits: transmit)), at: moment + .seconds(1)))
            #expect(answer.origin.bits == 6)
        }
        #expect(responder.interleaved == 0)
    }

    @Test("A stamp that can't be that answer's changes nothing")
    func wrongStamp() throws {
        var stamps = InterleavedStamps(octets: 1024)
        let (receive, transmit) = (NTPTimestamp(bits: 1 << 40 | 1), NTPTimestamp(bits: 1 << 40 | 2))
        stamps.insert(receive: receive, transmit: transmit)
        for bits in [1 << 40 | 1 << 32, 0, 1 << 39, .max] as [UInt64] {
            stamps.improve(receive: receive, transmit: NTPTimestamp(bits: bits))
            #expect(stamps.transmit(receive: receive) == transmit)
        }
        stamps.improve(receive: receive, transmit: NTPTimestamp(bits: 1 << 40 | 9000))
        #expect(stamps.transmit(receive: receive)?.bits == 1 << 40 | 9000)
    }

    @Test("However many ask, the table keeps to its memory, and holds the newest of each place")
    func bounded() {
        var stamps = InterleavedStamps(octets: 65_536)
        var random = RandomSource(seed: 4)
        for number in 1...100_000 as ClosedRange<UInt64> {
            let receive = NTPTimestamp(bits: random.next() | 1)
            stamps.insert(receive: receive, transmit: NTPTimestamp(bits: number))
            if stamps.transmit(receive: receive)?.bits != number { Issue.record("\(number)") }
        }
        #expect(stamps.held == 4096)
        #expect(stamps.span > 1 << 31)
    }

    @Test("Field F323 is answered with field F323, in the request's length, and only where it was asked for")
    func monotonicRoot() throws {
        var responder = responder()
        responder.served.rootDelay = .microseconds(123)
        responder.served.rootDispersion = .nanoseconds(900)
        responder.served.base = moment
        (responder.served.monotonicBase, responder.served.monotonicRate) = (moment - .seconds(3), 1)
        responder.served.monotonicEpoch = 0xdead
        responder.keys = Toy.ring(3)
        var request = NTPHeader(mode: .client).octets + [UInt8](repeating: 0, count: MonotonicRootField.size)
        var filling = request.mutableSpan
        MonotonicRootField.question.write(into: &filling, at: 48)
        for octets in [request, Toy.sealed(request, key: 3)] {
            var room = [UInt8](repeating: 0, count: octets.count)
            var span = room.mutableSpan
            let (_, length) = responder.answer(
                octets.span, from: client, received: moment + .seconds(8), now: moment + .seconds(8), into: &span)
            #expect(length == octets.count)
            let parts = PacketLayout(room.span)
            let layout = try #require(parts)
            let found = MonotonicRootField(room.span, layout)
            let field = try #require(found)
            #expect((field.rootDelay.duration - .microseconds(123)).magnitude < .nanoseconds(4))
            #expect((field.rootDispersion.duration - .nanoseconds(900)).magnitude < .nanoseconds(4))
            #expect(field.rootDispersion.duration >= .nanoseconds(899))
            #expect((field.receive.instant(near: moment) - moment - .seconds(5)).magnitude < .nanoseconds(1))
            #expect(field.epoch == 0xdead)
        }
    }
}

/// A server that others share.
private final class Shared {
    var responder = freshResponder()
}

private func freshResponder() -> Responder { responder() }

@Suite struct InterleavedSourceTests {
    /// A timekeeper that asks a responder, whose answers leave 90 µs after their transmit timestamps.
    private static func bench(
        more: UInt32 = 0, key: UInt32? = nil, losing lost: @escaping (Int) -> Bool = { _ in false }
    ) -> (Bench, Shared) {
        let shared = Shared()
        var count = 0
        var bench = Bench(
            settings(1 + more) {
                $0.sources[0].isInterleaved = true
                $0.sources[0].key = key
                for index in $0.sources.indices {
                    ($0.sources[index].minimumPoll, $0.sources[index].maximumPoll) = (4, 4)
                }
            }, keys: Toy.ring(3))
        if let key { bench.sealing = { Toy.sealed($0, key: key) } }
        for number in 0..<more { bench.servers[address(number + 2)] = server() }
        bench.servers[address(1)] = { request, trueTime in
            let answer = try? shared.responder.ask(request, at: trueTime)
            if let awaited = shared.responder.awaitedStamp {
                shared.responder.sent(awaited, at: trueTime + .microseconds(90))
            }
            count += 1
            return lost(count) ? nil : answer
        }
        return (bench, shared)
    }

    @Test(
        "Samples tell when answers really left, each exchange gives one at most, and requests tell nobody our time",
        arguments: [nil, 3] as [UInt32?])
    func interleaved(key: UInt32?) throws {
        var (bench, shared) = Self.bench(key: key)
        bench.run(for: .seconds(300))
        let source = bench.keeper.sources[0]
        #expect(shared.responder.interleaved > 15)
        #expect(source.outcomes[ReplyOutcome.repeated.rawValue] == 1)
        #expect(Int(source.outcomes[ReplyOutcome.accepted.rawValue]) == Int(source.validReplies) - 1)
        #expect(bench.keeper.ntpDataReport(0).isInterleaved)
        let delay = try #require(source.lastReply?.delay)
        #expect((delay - 0.001_910).magnitude < 1e-6, "\(delay)")
        #expect(bench.keeper.reference != nil)
        for (_, octets, _) in bench.requests {
            let request = NTPHeader(octets.span)
            #expect(request?.referenceTime == .unknown)
            for stamp in [request?.receive, request?.transmit].compactMap(\.self) where stamp != .unknown {
                #expect((stamp.instant(near: bench.now.realtime) - bench.now.realtime).magnitude > .seconds(1000))
            }
        }
    }

    @Test("Lost answers do no harm: no exchange is measured twice, and after four basic mode begins again")
    func losses() throws {
        var (bench, shared) = Self.bench { $0 % 7 == 0 || (40..<46).contains($0) }
        bench.run(for: .seconds(2000))
        let source = bench.keeper.sources[0]
        #expect(shared.responder.interleaved > 50)
        #expect(source.outcomes[ReplyOutcome.repeated.rawValue] <= 3)
        #expect(bench.error.magnitude < 0.000_1)
        let basic = bench.requests.filter { NTPHeader($0.octets.span)?.origin == .unknown }
        #expect((2...4).contains(basic.count), "\(basic.count)")
    }

    @Test("Beside a source that is not interleaved, on a fast oscillator, its older samples do no harm")
    func beside() {
        var (bench, shared) = Self.bench(more: 1)
        bench.gain = 50e-6
        bench.run(for: .seconds(1500))
        #expect(shared.responder.interleaved > 50)
        #expect(bench.keeper.sources.allSatisfy { [.selected, .combined].contains($0.selection) })
        #expect(bench.error.magnitude < 60e-6, "\(bench.error)")
    }
}

import AtomicTime
import Clockspeed
import NTPWire
import Testing
import TimeBase

@Suite("TAICLOCK and SNTP packets")
struct PacketTests {
    private static func cookie(_ query: [UInt8]) -> NTPTimestamp { NTPHeader(query.span)?.transmit ?? .unknown }

    @Test("Whatever is sent to taiclockd, the answer is never longer, and repeats what it should and nothing else")
    func hostileQueries() throws {
        var random = RandomSource(seed: 4014)
        let time = Instant<TAI>(sinceEpoch: .seconds(1_795_000_037))
        var answers = 0
        for round in 0..<10_000 {
            var query = (0..<Int.random(in: 0...600, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if round % 2 == 0, query.count >= 4 { query.replaceSubrange(0..<4, with: "ctai".utf8) }
            if round % 16 == 0, query.count >= 4 { query[Int.random(in: 0..<4, using: &random)] ^= 0x20 }
            guard let reply = TaiclockPacket.reply(to: query, at: time) else {
                #expect(query.count < 20 || !query.starts(with: "ctai".utf8))
                continue
            }
            answers += 1
            #expect(reply.count == min(query.count, 256))
            #expect(reply.starts(with: "stai".utf8))
            #expect(reply[20...].elementsEqual(query[20..<reply.count]))
        }
        #expect(answers > 2_000)
    }

    @Test("A taiclock reply with any other cookie, length, mark or impossible label is not taken")
    func hostileReplies() throws {
        var random = RandomSource(seed: 20)
        let time = Instant<TAI>(sinceEpoch: .seconds(1_795_000_037))
        for _ in 0..<5_000 {
            let query = TaiclockPacket.query(cookie: &random)
            let good = try #require(TaiclockPacket.reply(to: query, at: time))
            #expect(TaiclockPacket.time(in: good, to: query) == time)
            var bad = good
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bad.removeLast(Int.random(in: 1...32, using: &random))
            case 1: bad += [0]
            case 2: bad[Int.random(in: 20..<32, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            default: bad[Int.random(in: 0..<4, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            #expect(TaiclockPacket.time(in: bad, to: query) == nil)
            var impossible = good
            impossible[12] = 0xff
            #expect(TaiclockPacket.time(in: impossible, to: query) == nil)
        }
    }

    @Test("Two queries have nothing in common behind their marks")
    func cookies() {
        var random = RandomSource(seed: 3)
        let cookies = Set((0..<1000).map { _ in Array(TaiclockPacket.query(cookie: &random)[20...]) })
        #expect(cookies.count == 1000)
    }

    @Test("NTP replies of random octets and lengths give a time or a named refusal")
    func hostileServers() throws {
        var random = RandomSource(seed: 123)
        let clock = LabelClock(.atomicLessTen, .builtIn)
        let now = Instant<Realtime>(sinceEpoch: .seconds(1_795_000_000))
        var taken = 0
        for _ in 0..<10_000 {
            let query = ServerTime.query(cookie: &random)
            var reply = (0..<Int.random(in: 0...140, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if reply.count >= 48 {
                reply.replaceSubrange(24..<32, with: query[40..<48])
                if reply[47] % 2 == 0 { reply.replaceSubrange(4..<12, with: [0, 0, 0, 9, 0, 0, 0, 9]) }
            }
            do throws(ReplyRefusal) {
                let times = try ServerTime.times(in: reply, to: query, near: now, clock)
                taken += 1
                var interval = OffsetInterval()
                interval.narrow(sent: now, arrived: times.arrived, left: times.left, received: now)
                #expect(interval.width >= .zero)
            } catch {
                #expect(!error.words.isEmpty)
            }
        }
        #expect(taken > 20)
    }

    @Test("A server that is unsynchronised, says goodbye, or is far from its reference is refused with its reason")
    func refusals() throws {
        var random = RandomSource(seed: 9)
        let now = Instant<Realtime>(sinceEpoch: .seconds(1_795_000_000))
        let query = ServerTime.query(cookie: &random)
        let origin = Self.cookie(query)
        func refusal(_ change: (inout NTPHeader) -> Void) -> ReplyRefusal? {
            var header = NTPHeader(
                mode: .server, stratum: 2, origin: origin, receive: NTPTimestamp(now), transmit: NTPTimestamp(now))
            change(&header)
            do throws(ReplyRefusal) {
                _ = try ServerTime.times(in: header.octets, to: query, near: now, LabelClock(.posix, .builtIn))
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.leap = .unsynchronised } == .unsynchronised)
        #expect(refusal { $0.stratum = 16 } == .unsynchronised)
        #expect(refusal { $0.transmit = .unknown } == .unsynchronised)
        #expect(refusal { $0.rootDispersion = NTPShort(bits: 4 << 16) } == .tooUncertain(.seconds(4)))
        #expect(
            refusal {
                $0.stratum = 0
                $0.referenceIdentifier = ReferenceIdentifier(bits: 0x5241_5445)
            } == .refused("RATE"))
        #expect(refusal { $0.mode = .broadcast } == .badFormat)
    }

    @Test("The best way there and the best way back count, also from different exchanges; beyond two days nothing does")
    func interval() {
        var interval = OffsetInterval()
        let zero = Instant<Realtime>(sinceEpoch: .seconds(1_795_000_000))
        func exchange(offset: Duration, there: Int, back: Int) {
            let arrived = zero + .milliseconds(there) + offset
            interval.narrow(
                sent: zero, arrived: arrived, left: arrived, received: zero + .milliseconds(there) + .milliseconds(back)
            )
        }
        exchange(offset: .seconds(5), there: 1, back: 40)
        exchange(offset: .seconds(5), there: 30, back: 3)
        #expect(interval.least == .seconds(5) - .milliseconds(3))
        #expect(interval.most == .seconds(5) + .milliseconds(1))
        #expect(interval.offset == .milliseconds(4999))
        var far = OffsetInterval()
        far.narrow(sent: zero, arrived: zero + .seconds(172_801), left: zero + .seconds(172_801), received: zero)
        #expect(far.offset == nil)
    }

    @Test("Across 2036 the server's era is the one near our clock")
    func era() throws {
        var random = RandomSource(seed: 2036)
        let query = ServerTime.query(cookie: &random)
        let origin = Self.cookie(query)
        // 2036-02-07 06:28:20 UTC: four seconds after the wrap.
        let now = Instant<Realtime>(sinceEpoch: .seconds(2_085_978_500))
        let header = NTPHeader(
            mode: .server, stratum: 1, origin: origin, receive: NTPTimestamp(now + .seconds(1)),
            transmit: NTPTimestamp(now + .seconds(1)))
        let times = try ServerTime.times(
            in: header.octets, to: query, near: now - .seconds(30), LabelClock(.posix, .builtIn))
        #expect(times.arrived == now + .seconds(1))
    }
}

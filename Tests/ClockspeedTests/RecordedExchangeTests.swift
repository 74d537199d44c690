import AtomicTime
import Clockspeed
import Foundation
import NTPWire
import Testing
import TimeBase

@testable import timeball

@Suite("clockspeed's recorded exchanges")
struct RecordedExchangeTests {
    private let recorded: RecordedExchanges

    init() throws { recorded = try RecordedExchanges.read() }

    @Test("taiclockd's replies come out octet for octet, and it is silent where the old one was")
    func taiclockd() throws {
        #expect(recorded.taiclockd.count == 8)
        for served in recorded.taiclockd {
            var query = Array("ctai".utf8) + [UInt8](repeating: 0, count: max(0, served.queryLength - 4))
            query.removeLast(query.count - served.queryLength)
            if served.name == "bad magic" { query.replaceSubrange(0..<4, with: "xtai".utf8) }
            if served.name == "stai" { query.replaceSubrange(0..<4, with: "stai".utf8) }
            guard let text = served.reply else {
                #expect(TaiclockPacket.reply(to: query, at: Instant(sinceEpoch: .zero)) == nil, "\(served.name)")
                continue
            }
            // Only the beginning of long replies is recorded.
            let reply = RecordedExchanges.octets(text)
            query.replaceSubrange(20..<reply.count, with: reply[20...])
            let label = try TAILabel(octets: Array(reply[4..<20]))
            let ours = try #require(TaiclockPacket.reply(to: query, at: label.instant))
            #expect(ours.count == served.replyLength)
            #expect(Array(ours.prefix(reply.count)) == reply, "\(served.name)")
            // And ours takes the old one's reply, where it answers a query as ours are.
            if reply.count == served.queryLength {
                #expect(TaiclockPacket.time(in: reply, to: query) == label.instant)
            }
        }
    }

    @Test("The old taiclock's query is answered, and its own rule about the reply holds")
    func taiclockQuery() throws {
        let query = RecordedExchanges.octets(try #require(recorded.taiclock.first?.firstQuery))
        let reply = try #require(TaiclockPacket.reply(to: query, at: Instant(sinceEpoch: .seconds(1_795_000_000))))
        #expect(reply.count == query.count)
        #expect(reply[1...3].elementsEqual(query[1...3]))
        #expect(reply[20...31].elementsEqual(query[20...31]))
        var random = RandomSource(seed: 1)
        let ours = TaiclockPacket.query(cookie: &random)
        #expect(ours.count == query.count && ours.prefix(16) == query.prefix(16))
    }

    @Test("Every recorded difference is read, and written as it was")
    func differences() throws {
        var count = 0
        for measured in recorded.taiclock + recorded.sntpclock where measured.exitCode == 0 {
            let octets = RecordedExchanges.octets(measured.output)
            let difference = try #require(TAIDifference.duration(octets))
            let decoded = try #require(measured.decoded)
            #expect((difference.inSeconds - decoded).magnitude < 5e-6)
            #expect(TAIDifference.octets(difference) == octets)
            if let wanted = measured.trueOffset { #expect((difference.inSeconds - wanted).magnitude < 1e-4) }
            count += 1
        }
        #expect(count == 11)
    }

    @Test("clockview prints what the old one printed")
    func clockview() throws {
        for viewed in recorded.clockview {
            let input = RecordedExchanges.octets(viewed.input)
            guard viewed.exitCode == 0 else {
                let shown = try? ClockviewProgram.view(input, at: Instant(sinceEpoch: .zero)) { _ in 0 }
                #expect(shown == nil)
                #expect("clockview: \(ClockFailure.split.words)\n" == viewed.complaint)
                #expect(ClockFailure.split.code == viewed.exitCode)
                continue
            }
            let moment = viewed.output.split(separator: "\n")[0].dropFirst("before: ".count)
            let now = try #require(InstantText.parseExactly(moment + "Z"))
            #expect(try ClockviewProgram.view(input, at: now) { _ in 0 } == viewed.output)
        }
    }

    @Test("sntpclock asks as the old one did, but for the cookie")
    func sntpclockQuery() throws {
        let old = RecordedExchanges.octets(try #require(recorded.sntpclock.first?.firstQuery))
        var random = RandomSource(seed: 2)
        let ours = ServerTime.query(cookie: &random)
        #expect(ours.prefix(40) == old.prefix(40))
        #expect(ours.count == old.count && ours.suffix(8) != old.suffix(8))
    }

    @Test("sntpclock measures what the old one measured, with each table, and refuses what it should have refused")
    func sntpclock() throws {
        let table = [UInt8](try Data(contentsOf: RecordedExchanges.folder.appending(path: "leapsecs.dat")))
        for measured in recorded.sntpclock {
            let entries = try #require(measured.tableEntries)
            let read = try LeapSecondsData.history(Array(table.prefix(entries * 8)), origin: "\(entries) entries")
            let clock = LabelClock(read == nil ? .posix : .atomicLessTen, read ?? .builtIn)
            let query = RecordedExchanges.octets(
                measured.firstQuery ?? "1b0008" + String(repeating: "0", count: 74) + "eeab85e46ea53710")
            let cookie = NTPHeader(query.span)?.transmit ?? .unknown
            let now = cookie.instant(near: Instant(sinceEpoch: .seconds(1_795_000_000)))
            let stamp = NTPTimestamp(now + .milliseconds(250))
            var header = NTPHeader(
                mode: .server, stratum: 2, origin: measured.mode == "badorig" ? .unknown : cookie,
                receive: stamp, transmit: stamp)
            header.version = 4
            var reply = header.octets
            reply[0] = try #require(UInt8(measured.firstOctet?.dropFirst(2) ?? "", radix: 16))
            do throws(ReplyRefusal) {
                let times = try ServerTime.times(in: reply, to: query, near: now, clock)
                var interval = OffsetInterval()
                interval.narrow(sent: now, arrived: times.arrived, left: times.left, received: now)
                let offset = interval.offset
                #expect(((offset?.inSeconds ?? 0) - (measured.decoded ?? 0)).magnitude < 1e-6, "\(measured)")
            } catch {
                // The one thing that the old one got wrong: it follows a server that says it does not know the time.
                #expect(
                    measured.exitCode == 111 && error == .badFormat
                        || measured.mode == "LI=3 unsynchronised" && error == .unsynchronised, "\(measured)")
            }
        }
    }
}

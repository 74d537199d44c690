import Addresses
import NTPWire
import Testing
import TimeBase

@testable import Rendering

struct QueryTests {
    private static let sent = Instant<Realtime>(sinceEpoch: .seconds(1_700_000_000))
    private static let origin = NTPTimestamp(bits: 0x1234_5678_9abc_def0)

    /// A reply of a server whose clock is `ahead` of ours, 10 ms away each way, which holds the request for 1 ms.
    private static func reply(ahead: Duration) -> NTPHeader {
        var header = NTPHeader(mode: .server, stratum: 1, precision: -20)
        header.rootDelay = NTPShort(bits: 65536 / 8)  // 125 ms
        header.rootDispersion = NTPShort(bits: 65536 / 16)  // 62.5 ms
        header.referenceIdentifier = ReferenceIdentifier(bits: 0x4750_5300)
        header.origin = origin
        header.receive = NTPTimestamp(sent + .milliseconds(10) + ahead)
        header.transmit = NTPTimestamp(sent + .milliseconds(11) + ahead)
        return header
    }

    private static func sample(ahead: Duration) -> QuerySample {
        QuerySample(reply: reply(ahead: ahead), sent: sent, received: sent + .milliseconds(21), precision: .zero)
    }

    @Test("Offset, delay and bound follow RFC 5905", arguments: [-3600, -0.25, 0, 0.25, 3600])
    func arithmetic(ahead: Double) {
        let sample = Self.sample(ahead: Duration(clampingSeconds: ahead))
        #expect((sample.offset.inSeconds - ahead).magnitude < 1e-9)
        #expect((sample.delay.inSeconds - 0.02).magnitude < 1e-9)
        // Half of 20 ms and of 125 ms, 62.5 ms, 2^-20 s, and 15 ppm of 21 ms.
        #expect((sample.bound.inSeconds - (0.01 + 0.0625 + 0.0625 + 0x1p-20 + 15e-6 * 0.021)).magnitude < 1e-9)
    }

    @Test("A delay is never negative, whatever a server claims to have held the request for")
    func negativeDelay() {
        var header = Self.reply(ahead: .zero)
        header.transmit = NTPTimestamp(Self.sent + .seconds(5))
        #expect(QuerySample(reply: header, sent: Self.sent, received: Self.sent + .milliseconds(1)).delay == .zero)
    }

    @Test("Hostile headers make no number that cannot be printed")
    func hostile() {
        var random = RandomSource(seed: 1)
        for _ in 0..<5000 {
            let octets = (0..<48).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            guard let header = NTPHeader(octets.span) else {
                Issue.record("a header of 48 octets was not read")
                return
            }
            let sample = QuerySample(reply: header, sent: Self.sent, received: Self.sent + .milliseconds(1))
            let report = QueryReport(host: "x", endpoint: nil, sentCount: 1, samples: [sample])
            if QueryText.lines([report]).count != 1 { Issue.record("no line") }
            if sample.bound <= .zero { Issue.record("bound \(sample.bound)") }
        }
    }

    @Test("Only a synchronised server's reply to our own request is used")
    func checks() {
        let good = Self.reply(ahead: .zero)
        #expect(QueryCheck.failure(good, origin: Self.origin) == nil)
        #expect(QueryCheck.failure(good, origin: NTPTimestamp(bits: 1))?.ignore == true)
        var bad = good
        bad.mode = .client
        #expect(QueryCheck.failure(bad, origin: Self.origin)?.ignore == true)
        bad = good
        bad.leap = .unsynchronised
        #expect(QueryCheck.failure(bad, origin: Self.origin)?.words == "the server says that it is not synchronised")
        bad = good
        bad.stratum = 16
        #expect(QueryCheck.failure(bad, origin: Self.origin)?.ignore == false)
        bad.stratum = 0
        bad.referenceIdentifier = ReferenceIdentifier(bits: 0x5241_5445)
        #expect(QueryCheck.failure(bad, origin: Self.origin)?.words == "the server refuses (RATE)")
        bad = good
        bad.transmit = .unknown
        #expect(QueryCheck.failure(bad, origin: Self.origin)?.words == "the reply bears no time")
    }

    private static func report(_ host: String, ahead: Duration) -> QueryReport {
        QueryReport(
            host: host, endpoint: Endpoint(address: .v4(0xc000_0201), port: 123), sentCount: 4,
            samples: [sample(ahead: ahead)])
    }

    @Test("A host is told in one line, several together if they agree, and that one lies if they do not")
    func lines() {
        let near = QueryText.lines([Self.report("a", ahead: .zero), Self.report("b", ahead: .milliseconds(100))])
        #expect(
            near[1]
                == "b (192.0.2.1): our clock is 100 ms slow, +/-136 ms    stratum 1, reference GPS, delay 20.0 ms, "
                + "best of 1 answers to 4 requests")
        #expect(near[2] == "together: our clock is 50.0 ms slow, +/-85.1 ms, if all are right")
        let far = QueryText.lines([Self.report("a", ahead: .zero), Self.report("b", ahead: .seconds(1))])
        #expect(far[2] == "together: they contradict each other, so at least one is wrong")
    }

    @Test("A host without an answer has a reason, and null in JSON")
    func silent() {
        let report = QueryReport(host: "a", endpoint: nil, sentCount: 4, samples: [])
        #expect(QueryText.lines([report]) == ["a: no time: no reply"])
        let text = QueryText.json([report], at: Self.sent).text
        #expect(text.contains(#""offset_seconds":null,"delay_seconds":null,"stratum":null"#))
        #expect(text.contains(#""failure":"no reply""#))
    }

    @Test("The exchange with the shortest delay is the best one")
    func best() {
        let slow = QuerySample(
            reply: Self.reply(ahead: .zero), sent: Self.sent, received: Self.sent + .milliseconds(99))
        let report = QueryReport(
            host: "a", endpoint: nil, sentCount: 2, samples: [slow, Self.sample(ahead: .zero)], failure: "late")
        #expect(report.best == Self.sample(ahead: .zero))
        #expect(report.failure == nil)
    }
}

import Addresses
import Control
import Testing
import TimeBase

@testable import Rendering

struct SourcesTextTests {
    private static func row(
        _ name: String?, _ address: IPAddress, _ state: SourceReport.State, reach: UInt16 = 0xff, age: Int? = 3,
        offset: Duration = .microseconds(21), bound: Duration = .microseconds(1900)
    ) -> SourceRow {
        var report = SourceReport()
        report.address = .ip(address)
        report.state = state
        report.stratum = 2
        report.reach = reach
        report.poll = 6
        report.lastSampleAge = age.map { .seconds($0) }
        report.originalOffset = offset
        report.adjustedOffset = offset
        report.errorBound = bound
        return SourceRow(report: report, name: name)
    }

    private static let rows = [
        row("observer", .v4(0xc0a8_0102), .selected),
        row("time.example", .v6(0x2001_0db8_0000_0000, 1), .combined, reach: 0b1111_1101, age: 41),
        row(nil, .v4(0x0808_0808), .falseticker, offset: .seconds(-2)),
        row("silent.example", .v4(0x0808_0404), .nonselectable, reach: 0, age: nil, offset: .zero, bound: .zero),
        row("gone.example", .v4(0x0808_0405), .nonselectable, reach: 0, age: 540),
    ]

    @Test("The table says of each source what is made of it, and shows no zero where there is no sample")
    func table() {
        #expect(
            SourcesText.lines(Self.rows) == [
                "    SOURCE          KIND  STRATUM   LAST  ANSWERS   OUR CLOCK IS      +/-  USE",
                " *  observer        lan         2    3 s  ########  21.0 us slow  1.90 ms  best",
                " +  time.example    net         2   41 s  ######.#  21.0 us slow  1.90 ms  combined",
                " x  8.8.8.8         net         2    3 s  ########   2.00 s fast  1.90 ms  "
                    + "rejected: disagrees with the majority",
                " ?  silent.example  net         -      -  ........             -        -  "
                    + "no reply yet (UDP port blocked?)",
                " ?  gone.example    net         2  9 min  ........  21.0 us slow  1.90 ms  no reply for 9 min",
            ])
        #expect(SourcesText.lines([]) == ["No sources are configured.    timeball add server NAME"])
    }

    @Test("Verbose tells each story, in the daemon's words if it has some")
    func stories() {
        var row = Self.rows[1]
        row.story = "It agrees with observer."
        let lines = SourcesText.story(row)
        #expect(lines[0] == "time.example (2001:db8::1): It agrees with observer.")
        #expect(lines[1] == "  Asked every 64.0 s; answered 7 of its last 8 requests.")
        #expect(
            SourcesText.story(Self.rows[3]) == [
                "silent.example (8.8.4.4): no reply yet (UDP port blocked?).",
                "  Asked every 64.0 s; answered 0 of its last 8 requests.",
            ])
    }

    @Test("A name without an address is said to have none, and nobody is said to have been asked")
    func unresolved() {
        var row = Self.row("nowhere.example", .v4(0), .nonselectable, reach: 0, age: nil)
        row.report.address = .unresolved(3)
        #expect(row.use == "its name has no address yet")
        #expect(SourcesText.story(row) == ["nowhere.example: its name has no address yet."])
    }

    @Test("The selection report's letter is told where there is one, except that silence says more")
    func selection() {
        var selection = SelectionReport()
        selection.state = UInt8(ascii: "d")
        var row = Self.row("wide.example", .v4(1), .nonselectable)
        row.selection = selection
        #expect(row.use == "rejected: its own bound is too wide (maxdistance)")
        row.report.reach = 0
        #expect(row.use == "no reply for 3 s")
        selection.state = UInt8(ascii: "N")
        row.selection = selection
        #expect(row.use == "never used (noselect)")
    }

    @Test(
        "Private and link-local addresses are on the local network, others are not",
        arguments: [
            ("10.1.2.3", true), ("172.16.0.1", true), ("172.31.255.255", true), ("172.32.0.1", false),
            ("192.168.1.1", true), ("169.254.1.1", true), ("127.0.0.1", true), ("8.8.8.8", false), ("::1", true),
            ("fe80::1", true), ("fd00::1", true), ("2001:db8::1", false),
        ])
    func kinds(text: String, isLocal: Bool) throws {
        #expect(try #require(IPAddress(text)).isLocalNetwork == isLocal)
    }

    @Test("A reference clock goes by its letters")
    func referenceClock() {
        var row = Self.row(nil, .v4(0x4750_5300), .selected)
        row.report.mode = .referenceClock
        #expect(row.label == "GPS")
        #expect(row.kind == "clock")
        var silent = Self.row(nil, .v4(0x4750_5300), .nonselectable, reach: 0, age: nil)
        silent.report.mode = .referenceClock
        #expect(silent.use == "nothing usable read yet")
        #expect(SourcesText.story(silent)[1] == "  A sample every 64.0 s; there were 0 of the last 8.")
    }

    @Test("The JSON object has null where there is no sample")
    func json() {
        let text = SourcesText.json(Self.rows, at: StatusTextTests.now).text
        #expect(text.hasPrefix(#"{"schema":"timeball.sources/1","time":"2021-04-13T07:46:40.123456789Z","sources":["#))
        #expect(
            text.contains(
                #"{"name":"silent.example","address":"8.8.4.4","kind":"net","state":"nonselectable","#
                    + #""use":"no reply yet (UDP port blocked?)","story":null,"stratum":null,"#
                    + #""poll_interval_seconds":64.0,"reach":0,"answers":0,"offset_seconds":null,"#
                    + #""measured_offset_seconds":null}"#))
    }

    @Test("Statistics of a source without samples are dashes, of one with two no error can be told")
    func statistics() {
        var two = SourceStatisticsReport()
        two.address = .ip(.v4(0xc000_0201))
        two.sampleCount = 2
        two.span = .seconds(64)
        two.estimatedOffset = .microseconds(-5)
        let lines = StatisticsText.lines([("a", SourceStatisticsReport()), (nil, two)])
        #expect(lines[1].split(separator: " ").map(String.init) == ["a", "0", "-", "-", "-", "-", "-", "-", "-"])
        #expect(
            lines[2].split(separator: " ").map(String.init)
                == ["192.0.2.1", "2", "0", "64", "s", "-", "-", "5.00", "us", "fast", "-", "-"])
    }

    @Test("Counts are objects with the table's words as keys, and what a daemon does not count is null")
    func counts() {
        let now = Instant<Realtime>(sinceEpoch: .zero)
        var activity = ActivityReport()
        activity.online = 3
        activity.unresolved = 1
        #expect(
            ActivityText.json(activity, at: now).text
                == #"{"schema":"timeball.activity/1","time":"1970-01-01T00:00:00.000000000Z","online":3,"offline":0,"#
                + #""burst_then_online":0,"burst_then_offline":0,"without_address":1}"#)
        var server = ServerStatisticsReport()
        server.ntpHits = 7
        let text = ServerStatisticsText.json(server, at: now).text
        #expect(text.contains(#""ntp_requests":7,"ntp_requests_dropped":null,"#))
    }

    @Test("Where there is no sample and no packet, JSON says null and never zero")
    func nothingYet() {
        let now = Instant<Realtime>(sinceEpoch: .zero)
        var selection = SelectionReport()
        selection.address = .unresolved(1)
        selection.state = UInt8(ascii: "M")
        selection.effectiveOptions = [.prefer, .trust]
        let text = SelectionText.json([("a.example", selection)], at: now).text
        #expect(text.contains(#""state":"M","use":"waiting: too few samples yet","#))
        #expect(text.contains(#""options":["prefer","trust"],"last_sample_age_seconds":null,"score":null,"#))
        var report = NTPDataReport()
        report.remoteAddress = .ip(.v4(0xc000_0201))
        #expect(NTPDataText.json([report], at: now).text.contains(#""offset_seconds":null,"delay_seconds":null,"#))
        report.version = 4
        report.tests = 0b11_1110_1111
        report.delay = .milliseconds(2)
        let answered = NTPDataText.json([report], at: now).text
        #expect(answered.contains(#""delay_seconds":0.002,"#) && answered.contains(#""failed_tests":["7"],"#))
    }

    @Test("The packet tests that failed are named")
    func ntpData() {
        var report = NTPDataReport()
        report.version = 4
        report.tests = 0b11_1110_1111
        #expect(NTPDataText.lines(report).contains("  tests   failed: 7"))
        report.tests = 0x3ff
        #expect(NTPDataText.lines(report).contains("  tests   all passed"))
        #expect(NTPDataText.lines(NTPDataReport()).count == 3)
    }
}

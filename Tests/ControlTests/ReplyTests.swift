import Addresses
import Testing
import TimeBase

@testable import Control

struct ReplyTests {
    @Test("A tracking report has exactly these octets, with the protocol's signs")
    func tracking() {
        var report = TrackingReport()
        report.referenceIdentifier = ReferenceIdentifier(bits: 0xc000_0201)
        report.address = .ip(.v4(0xc000_0201))
        report.stratum = 3
        report.leap = .none
        report.referenceTime = Instant(sinceEpoch: .seconds(0x1_0000_0002) + .nanoseconds(3))
        report.correction = .milliseconds(125)
        report.lastOffset = .milliseconds(125)
        report.rmsOffset = .seconds(1)
        report.frequency = Frequency(ppm: -1)
        report.residualFrequency = Frequency(ppm: 0.5)
        report.skew = Frequency(ppm: 10)
        report.rootDelay = .milliseconds(375)
        report.rootDispersion = .seconds(1)
        report.lastUpdateInterval = .seconds(10)
        let octets: [UInt8] = [
            6, 2, 0, 0,  // version, reply, reserved
            0, 33, 0, 5,  // command, reply code
            0, 0, 0, 0, 0, 0, 0, 0,  // status, reserved
            1, 2, 3, 4,  // sequence
            0, 0, 0, 0, 0, 0, 0, 0,  // reserved
            192, 0, 2, 1,  // reference identifier
            192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,  // address
            0, 3, 0, 0,  // stratum, leap
            0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,  // reference time: seconds, nanoseconds
            0xfe, 0x80, 0, 0,  // correction: positive is slow
            0xfd, 0x00, 0, 0,  // last offset: positive is fast, so -0.125 = -2^24 · 2^(-2-25)
            0x04, 0x80, 0, 0,  // RMS offset
            0x03, 0x00, 0, 0,  // frequency
            0x02, 0x80, 0, 0,  // residual frequency
            0x0a, 0xa0, 0, 0,  // skew
            0x00, 0xc0, 0, 0,  // root delay
            0x04, 0x80, 0, 0,  // root dispersion
            0x0a, 0xa0, 0, 0,  // last update interval
        ]
        let header = ControlHeader(command: 33, sequence: 0x0102_0304, length: 104)
        #expect(ControlReply.tracking(report).octets(answering: header) == octets)
        #expect(ControlReply(octets, to: .tracking, sequence: 0x0102_0304) == .tracking(report))
    }

    @Test("A source report has exactly these octets; an unknown age is not zero")
    func source() {
        var report = SourceReport()
        report.address = .ip(.v6(0x2001_0db8_0000_0000, 1))
        report.poll = -2
        report.stratum = 2
        report.state = .combined
        report.mode = .peer
        report.reach = 0o377
        report.originalOffset = .seconds(-1)
        report.adjustedOffset = .milliseconds(-500)
        report.errorBound = .milliseconds(125)
        let body: [UInt8] = [
            0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0,  // address: IPv6
            0xff, 0xfe, 0, 2,  // poll, stratum
            0, 4, 0, 1,  // state, mode
            0, 0, 0, 0xff,  // flags, reach
            0xff, 0xff, 0xff, 0xff,  // age: never
            0x04, 0x80, 0, 0,  // original offset: 1 s fast
            0x02, 0x80, 0, 0,  // adjusted offset: 0.5 s fast
            0xfe, 0x80, 0, 0,  // error bound
        ]
        let header = ControlHeader(command: 15, sequence: 9, length: 76)
        let octets = ControlReply.source(report).octets(answering: header)
        #expect(Array(octets[28...]) == body)
        #expect(ControlReply(octets, to: .source, sequence: 9) == .source(report))
    }

    @Test("The interval of a selection report changes its sign and so its ends on the wire")
    func selection() {
        var report = SelectionReport()
        report.lowestOffset = .milliseconds(-125)
        report.highestOffset = .seconds(1)
        let octets = ControlReply.selection(report).octets(
            answering: ControlHeader(command: 69, sequence: 0, length: 76))
        #expect(Array(octets[68...]) == [0x03, 0x00, 0, 0, 0xfe, 0x80, 0, 0])
    }

    @Test("Every report comes back as it was sent")
    func roundTrips() {
        var draw = Draw(seed: 5)
        for _ in 0..<60 {
            for (request, reply) in draw.exchanges() {
                let sequence: UInt32 = draw.integer()
                let asked = request.octets(sequence: sequence)
                guard case .accept(request, let header) = ControlRequest.receive(asked) else {
                    Issue.record("not accepted: \(request)")
                    continue
                }
                let octets = reply.octets(answering: header)
                #expect(octets.count <= asked.count)
                #expect(ControlReply(octets, to: request.command, sequence: sequence) == reply)
                #expect(ControlReply(octets, to: request.command, sequence: sequence &+ 1) == nil)
                #expect(ControlReply(Array(octets.dropLast()), to: request.command, sequence: sequence) == nil)
            }
        }
    }

    @Test("A request of our status is short enough for chronyd to answer it at all")
    func statusLength() {
        #expect(ControlCommand.status.requestLength == 720)
        #expect(ControlRequest.lengths.contains(ControlCommand.status.requestLength))
        #expect(ControlRequest.lengths.contains(ControlCommand.story.requestLength))
    }

    @Test(
        "A status arrives as it was sent, whatever the command", arguments: ControlStatus.allCases)
    func statuses(status: ControlStatus) {
        let header = ControlHeader(command: 1, sequence: 3, length: 60)
        let octets = ControlReply.status(status).octets(answering: header)
        #expect(ControlReply(octets, to: .online, sequence: 3) == .status(status))
    }

    @Test("An older daemon's complaint about the version is understood, other replies of its version are not")
    func oldVersion() {
        let header = ControlHeader(command: 33, sequence: 3, length: 104)
        var octets = ControlReply.status(.badPacketVersion).octets(answering: header)
        octets[0] = 5
        #expect(ControlReply(octets, to: .tracking, sequence: 3) == .status(.badPacketVersion))
        octets[0] = 3
        #expect(ControlReply(octets, to: .tracking, sequence: 3) == nil)
        octets = ControlReply.status(.failed).octets(answering: header)
        octets[0] = 5
        #expect(ControlReply(octets, to: .tracking, sequence: 3) == nil)
    }

    @Test("A client of chrony 4.3 gets the shorter bodies that it expects, told by the length of its request")
    func oldClients() {
        var draw = Draw(seed: 6)
        var statistics = ServerStatisticsReport()
        statistics.ntpHits = 5
        statistics.timestampSpan = 6
        var request = ControlRequest.serverStatistics.octets(sequence: 1)
        request.removeLast(request.count - 72)
        guard case .accept(.serverStatistics, let header) = ControlRequest.receive(request) else {
            Issue.record("not accepted")
            return
        }
        var octets = ControlReply.serverStatistics(statistics).octets(answering: header)
        #expect(octets.count == 72)
        #expect(octets[7] == 24)
        #expect(octets[28..<32] == [0, 0, 0, 5])
        #expect(octets[68..<72] == [0, 0, 0, 6])

        let data = draw.ntpData()
        request = ControlRequest.ntpData(.unspecified).octets(sequence: 1)
        request.removeLast(request.count - 152)
        guard case .accept(.ntpData, let header) = ControlRequest.receive(request) else {
            Issue.record("not accepted")
            return
        }
        octets = ControlReply.ntpData(data).octets(answering: header)
        #expect(octets.count == 152)
        #expect(octets[7] == 16)
        guard case .ntpData(let back) = ControlReply(octets, to: .ntpData, sequence: 1) else {
            Issue.record("not read")
            return
        }
        #expect(back.validCount == data.validCount)
        #expect(back.goodCount == data.goodCount)
        #expect(back.kernelReceiveCount == nil)
        #expect(back.offset == data.offset)
    }

    @Test("A report for which the client left no room becomes a complaint about the length")
    func neverLonger() {
        let header = ControlHeader(command: 33, sequence: 1, length: 40)
        let octets = ControlReply.tracking(TrackingReport()).octets(answering: header)
        #expect(ControlReply(octets, to: .tracking, sequence: 1) == .status(.badPacketLength))
    }

    @Test("Text that is too long is cut between characters")
    func longText() {
        var report = StatusReport()
        report.sourceName = "a" + String(repeating: "é", count: 100)
        let header = ControlHeader(command: 0x7401, sequence: 1, length: 720)
        let octets = ControlReply.statusReport(report).octets(answering: header)
        guard case .statusReport(let back) = ControlReply(octets, to: .status, sequence: 1) else {
            Issue.record("not read")
            return
        }
        #expect(back.sourceName == "a" + String(repeating: "é", count: 63))
    }
}

import Addresses
import Testing
import TimeBase

@testable import Control

/// Replies that chronyd 4.3 sent, and what chronyc 4.3 printed of the same state.
struct RealDaemonTests {
    private static func octets(_ hexadecimal: String) -> [UInt8] {
        var octets: [UInt8] = []
        var rest = hexadecimal[...]
        while rest.count >= 2 {
            octets.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return octets
    }

    private static func near(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        (value - expected).magnitude <= tolerance
    }

    private static let loopback = SourceAddress.ip(.v4(0x7f00_0001))

    /// 7F000001,127.0.0.1,2,1795552625.388861876,0.249998927,0.000000015,0.000000039,-0.003,0.000,0.006,
    /// 0.000004911,0.000003296,1.0,Normal
    @Test("chronyd's tracking report is read as chronyc reads it")
    func tracking() {
        let octets = Self.octets(
            "060200000021000500000000000000000000004d0000000000000000"
                + "7f0000017f0000010000000000000000000000000001000000020000000000006b05f571172d8fb4"
                + "feffffb8d0851b7fd2a63518f321ff73e6d888f2f4bdb41ae0a4c92bdeb5c3c00481d386")
        guard case .tracking(let report) = ControlReply(octets, to: .tracking, sequence: 77) else {
            Issue.record("not read")
            return
        }
        #expect(report.referenceIdentifier.bits == 0x7f00_0001)
        #expect(report.address == Self.loopback)
        #expect(report.stratum == 2 && report.leap == .none)
        #expect(report.referenceTime?.sinceEpoch == .seconds(1_795_552_625) + .nanoseconds(388_861_876))
        #expect(Self.near(report.correction.inSeconds, 0.249998927, 1e-8))
        // chronyc prints positive for fast; ours is positive for slow.
        #expect(Self.near(report.lastOffset.inSeconds, -0.000000015, 0.5e-9))
        #expect(Self.near(report.rmsOffset.inSeconds, 0.000000039, 0.5e-9))
        #expect(Self.near(report.frequency.ppm, -0.003, 0.0005))
        #expect(Self.near(report.residualFrequency.ppm, 0, 0.0005))
        #expect(Self.near(report.skew.ppm, 0.006, 0.0005))
        #expect(Self.near(report.rootDelay.inSeconds, 0.000004911, 0.5e-9))
        // Grows between the two questions.
        #expect(Self.near(report.rootDispersion.inSeconds, 0.000003296, 1e-6))
        #expect(Self.near(report.lastUpdateInterval.inSeconds, 1.0, 0.05))
        let header = ControlHeader(command: 33, sequence: 77, length: 104)
        #expect(ControlReply.tracking(report).octets(answering: header) == octets)
    }

    /// 127.0.0.1,49,21,54,0.000,0.006,0.000000000,0.000000184
    @Test("chronyd's source statistics are read as chronyc reads them")
    func statistics() {
        let octets = Self.octets(
            "060200000022000600000000000000000000004d0000000000000000"
                + "7f0000017f000001000000000000000000000000000100000000003100000015"
                + "00000036d6c53a0fe6d888f2f4b6ab63c0c90000debea58c")
        guard case .sourceStatistics(let report) = ControlReply(octets, to: .sourceStatistics, sequence: 77) else {
            Issue.record("not read")
            return
        }
        #expect(report.address == Self.loopback)
        #expect(report.sampleCount == 49 && report.runCount == 21 && report.span == .seconds(54))
        #expect(Self.near(report.skew.ppm, 0.006, 0.0005))
        #expect(Self.near(report.estimatedOffset.inSeconds, 0, 0.5e-9))
        #expect(Self.near(report.standardDeviation.inSeconds, 0.000000184, 0.5e-9))
    }

    /// 127.0.0.1,7F000001,11123,127.0.0.1,7F000001,Normal,4,Server,1,0,1,-26,0.000000015,0.000000,0.000000,7F7F0101,,
    /// 1795552621.343645977,-0.000000531,0.000006237,0.000000035,0.000056527,0.21,111,111,1111,No,No,Kernel,Kernel,
    /// 474,474,474,447
    @Test("The shorter NTP data of chrony 4.3 are read as chronyc reads them")
    func ntpData() {
        let octets = Self.octets(
            "060200000039001000000000000000000000004d0000000000000000"
                + "7f000001000000000000000000000000000100007f00000100000000000000000000000000010000"
                + "2b730004040100e600000000000000007f7f0101000000006b05f56d147b9f19"
                + "db7175f5e0d1476cd295e6a2e6ed1767fed8292603ff4b4b000001da000001da000001da000001bf"
                + "ffffffffffffffffffffffff")
        guard case .ntpData(let report) = ControlReply(octets, to: .ntpData, sequence: 77) else {
            Issue.record("not read")
            return
        }
        #expect(report.remoteAddress == Self.loopback && report.localAddress == Self.loopback)
        #expect(report.remotePort == 11123 && report.version == 4 && report.mode == 4 && report.stratum == 1)
        #expect(report.poll == 0 && report.precision == -26)
        #expect(report.referenceIdentifier == .local)
        #expect(report.referenceTime?.sinceEpoch == .seconds(1_795_552_621) + .nanoseconds(343_645_977))
        #expect(Self.near(report.offset.inSeconds, -0.000000531, 0.5e-9))
        #expect(Self.near(report.delay.inSeconds, 0.000006237, 0.5e-9))
        #expect(Self.near(report.dispersion.inSeconds, 0.000000035, 0.5e-9))
        #expect(Self.near(report.responseTime.inSeconds, 0.000056527, 0.5e-9))
        #expect(Self.near(report.jitterAsymmetry, 0.21, 0.005))
        #expect(report.tests == 0x3ff && !report.isInterleaved && !report.isAuthenticated)
        #expect(report.transmitStamp == UInt8(ascii: "K") && report.receiveStamp == UInt8(ascii: "K"))
        #expect(
            [report.sentCount, report.receivedCount, report.validCount] == [474, 474, 474] && report.goodCount == 447)
    }

    /// ^,?,127.0.0.1,1,0,0,2,0.000000516,0.000000531,0.000003153; NTP data of the same sample say -0.000000531:
    /// the protocol counts fast as positive here, and slow there.
    @Test("chronyd's source report is read as chronyc reads it, with the sign of its NTP data")
    func source() {
        let octets = Self.octets(
            "06020000000f000300000000000000000000004d0000000000000000"
                + "7f000001000000000000000000000000000100000000000100010000"
                + "0000000000000002da8e8a0bda8a612fded39f07")
        guard case .source(let report) = ControlReply(octets, to: .source, sequence: 77) else {
            Issue.record("not read")
            return
        }
        #expect(report.address == Self.loopback && report.stratum == 1 && report.poll == 0)
        #expect(report.state == .nonselectable && report.mode == .client)
        #expect(report.reach == 0 && report.lastSampleAge == .seconds(2))
        // chronyc's first figure is the adjusted one.
        #expect(Self.near(report.originalOffset.inSeconds, -0.000000531, 1e-9))
        #expect(Self.near(report.adjustedOffset.inSeconds, -0.000000516, 1e-9))
        #expect(Self.near(report.errorBound.inSeconds, 0.000003153, 1e-8))
    }
}

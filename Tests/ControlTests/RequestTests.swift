import Addresses
import Testing
import TimeBase

@testable import Control

struct RequestTests {
    @Test("`burst 3/5 255.255.255.0/192.0.2.0` has exactly these octets")
    func burst() {
        let request = ControlRequest.burst(
            .matching(.v4(0xc000_0200), mask: .v4(0xffff_ff00)), good: 3, total: 5)
        let octets: [UInt8] = [
            6, 1, 0, 0,  // version, request, reserved
            0, 3, 0, 1,  // command, attempt
            0xde, 0xad, 0xbe, 0xef,  // sequence
            0, 0, 0, 0, 0, 0, 0, 0,  // reserved
            255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,  // mask: IPv4
            192, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,  // address: IPv4
            0, 0, 0, 3,  // good
            0, 0, 0, 5,  // total
        ]
        #expect(request.octets(sequence: 0xdead_beef, attempt: 1) == octets)
        let header = ControlHeader(command: 3, attempt: 1, sequence: 0xdead_beef, length: 68)
        #expect(ControlRequest.receive(octets) == .accept(request, header))
    }

    @Test("`add source` puts every field where the protocol has it")
    func addSource() {
        var source = SourceAddition(kind: .pool, name: "pool.ntp.org")
        source.options = [.online, .initialBurst]
        let octets = ControlRequest.addSource(source).octets(sequence: 1)
        func word(_ offset: Int) -> UInt32 {
            octets[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        #expect(octets.count == 372)
        #expect(word(20) == 3)
        #expect(Array(octets[24..<37]) == Array("pool.ntp.org".utf8) + [0])
        #expect([280, 284, 288, 292, 296, 300, 304, 308].map(word) == [123, 6, 10, 100, 0, 8, 4, 4])
        #expect([312, 316, 320, 324].map(word) == [.max, .max, 0, 4460])
        // Floats: maxdelay 3, maxdelayratio 0, maxdelaydevratio 10, mindelay 0, asymmetry 1, offset 0
        #expect([328, 332, 336, 340, 344, 348].map(word) == [0x06c0_0000, 0, 0x0aa0_0000, 0, 0x0480_0000, 0])
        #expect([352, 356, 360, 364, 368].map(word) == [5, 0, 0, 0, 100_000])
    }

    /// From the table of the protocol: the length that every request has.
    @Test(
        "A request has exactly the length of the protocol's table",
        arguments: [
            (1, 60), (2, 60), (3, 68), (4, 44), (5, 44), (6, 28), (7, 44), (8, 44), (9, 28), (11, 40), (13, 28),
            (14, 32), (15, 76), (16, 28), (17, 44), (18, 44), (19, 44), (20, 44), (21, 44), (22, 44), (23, 44),
            (24, 44), (25, 40), (26, 40), (29, 40), (30, 28), (31, 28), (33, 104), (34, 84), (35, 56), (36, 28),
            (37, 28), (41, 416), (42, 28), (43, 28), (44, 48), (45, 44), (46, 44), (47, 44), (48, 28), (49, 28),
            (50, 28), (51, 52), (52, 28), (53, 28), (54, 196), (57, 172), (62, 28), (63, 28), (64, 372), (65, 284),
            (66, 28), (67, 52), (68, 520), (69, 76), (70, 28), (71, 28), (72, 52), (73, 48), (74, 48),
        ] as [(UInt16, Int)])
    func lengths(command: UInt16, length: Int) {
        #expect(ControlCommand(rawValue: command)?.requestLength == length)
    }

    @Test("Every request comes back as it was sent")
    func roundTrips() {
        var draw = Draw(seed: 3)
        for _ in 0..<40 {
            for request in draw.commands() + draw.exchanges().map(\.0) {
                let sequence: UInt32 = draw.integer()
                let octets = request.octets(sequence: sequence, attempt: 2)
                let header = ControlHeader(
                    command: request.command.rawValue, attempt: 2, sequence: sequence, length: octets.count)
                #expect(octets.count == request.command.requestLength)
                #expect(ControlRequest.receive(octets) == .accept(request, header))
            }
        }
    }

    static let tracking = ControlRequest.tracking.octets(sequence: 7)

    private static func changed(_ index: Int, _ value: UInt8) -> [UInt8] {
        var octets = tracking
        octets[index] = value
        return octets
    }

    @Test(
        "What is not a request of version 5 or newer is dropped without a word",
        arguments: [
            [], Array(tracking.prefix(27)), tracking + Array(repeating: 0, count: 861 - 104),
            changed(1, 2), changed(2, 1), changed(3, 1), changed(0, 4),
        ] as [[UInt8]])
    func dropped(octets: [UInt8]) {
        #expect(ControlRequest.receive(octets) == .drop)
    }

    @Test(
        "A request that cannot be understood is answered with the status that says why",
        arguments: [
            (changed(0, 5), .badPacketVersion), (changed(0, 7), .badPacketVersion), (changed(5, 10), .invalid),
            (changed(4, 0x74), .invalid), (Array(tracking.prefix(103)), .badPacketLength),
        ] as [([UInt8], ControlStatus)])
    func rejected(octets: [UInt8], status: ControlStatus) {
        guard case .reject(let given, let header) = ControlRequest.receive(octets) else {
            Issue.record("not rejected")
            return
        }
        #expect(given == status)
        #expect(header.sequence == 7)
        let reply = ControlReply.status(status).octets(answering: header)
        #expect(reply.count == 28)
        #expect(reply[8] == 0 && reply[9] == UInt8(status.rawValue))
    }

    @Test("Octets after the expected length do no harm")
    func longer() {
        let octets = Self.tracking + Array(repeating: 0xff, count: 860 - 104)
        let header = ControlHeader(command: 33, sequence: 7, length: 860)
        #expect(ControlRequest.receive(octets) == .accept(.tracking, header))
    }

    @Test("A name without an end is answered `invalid name`, an address and mask of two families `invalid family`")
    func invalidFields() {
        var addition = ControlRequest.addSource(SourceAddition(kind: .server, name: "x")).octets(sequence: 0)
        for index in 24..<280 { addition[index] = UInt8(ascii: "a") }
        let header = ControlHeader(command: 64, sequence: 0, length: 372)
        #expect(ControlRequest.receive(addition) == .reject(.invalidName, header))
        var online = ControlRequest.online(SourceSelector(.v4(1))).octets(sequence: 0)
        online[37] = 2
        #expect(
            ControlRequest.receive(online)
                == .reject(.invalidAddressFamily, ControlHeader(command: 1, sequence: 0, length: 60)))
    }

    @Test("`local` of chrony 4.3 is understood; it says nothing of waiting")
    func oldLocal() {
        var octets = ControlRequest.local(LocalReference(stratum: 9)).octets(sequence: 0)
        octets[5] = 56
        octets.removeLast(octets.count - 36)
        #expect(
            ControlRequest.receive(octets)
                == .accept(
                    .local(LocalReference(stratum: 9)), ControlHeader(command: 56, sequence: 0, length: 36)))
    }

    @Test("A selector means the addresses that agree with it under its mask, and `all` means every source")
    func selectors() {
        let subnet = SourceSelector.matching(.v4(0xc000_0201), mask: .v4(0xffff_ff00))
        #expect(subnet.contains(.ip(.v4(0xc000_02fe))))
        #expect(!subnet.contains(.ip(.v4(0xc000_0301))))
        #expect(!subnet.contains(.ip(.v6(0xc000_0201, 0))))
        #expect(SourceSelector(.v6(1, 2)).contains(.ip(.v6(1, 2))))
        #expect(!SourceSelector(.v6(1, 2)).contains(.ip(.v6(1, 3))))
        #expect(SourceSelector.all.contains(.unresolved(1)))
        #expect(!SourceSelector.unresolved(2).contains(.unresolved(1)))
    }
}

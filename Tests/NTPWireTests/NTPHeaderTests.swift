import Testing
internal import TimeBase

@testable internal import NTPWire

/// A span cannot pass through the macros.
private func read(_ octets: [UInt8]) -> NTPHeader? { NTPHeader(octets.span) }

@Suite struct NTPHeaderTests {
    /// A server's reply, field by field as RFC 5905 figure 8 draws it.
    private static let octets: [UInt8] = [
        0x5c,  // leap 01 (61 seconds), version 011 (3), mode 100 (server)
        0x02,  // stratum 2
        0x06,  // poll 2^6 s
        0xe9,  // precision 2^-23 s
        0x00, 0x00, 0x1a, 0x2b,  // root delay
        0x00, 0x01, 0x80, 0x00,  // root dispersion 1.5 s
        0xc0, 0x00, 0x02, 0x07,  // reference identifier 192.0.2.7
        0xea, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,  // reference time
        0xea, 0x11, 0x22, 0x34, 0x80, 0x00, 0x00, 0x00,  // origin (T1)
        0xea, 0x11, 0x22, 0x35, 0x40, 0x00, 0x00, 0x00,  // receive (T2)
        0xea, 0x11, 0x22, 0x35, 0x40, 0x00, 0x10, 0x01,  // transmit (T3)
    ]

    private static let header = NTPHeader(
        leap: .insertSecond, version: 3, mode: .server, stratum: 2, poll: 6, precision: -23,
        rootDelay: NTPShort(bits: 0x1a2b), rootDispersion: NTPShort(roundingUp: .milliseconds(1500)),
        referenceIdentifier: ReferenceIdentifier(bits: 0xc000_0207),
        referenceTime: NTPTimestamp(bits: 0xea11_2233_4455_6677), origin: NTPTimestamp(bits: 0xea11_2234_8000_0000),
        receive: NTPTimestamp(bits: 0xea11_2235_4000_0000), transmit: NTPTimestamp(bits: 0xea11_2235_4000_1001))

    @Test("Every field is read from its octets, and written to them")
    func layout() throws {
        let header = try #require(read(Self.octets))
        #expect(header == Self.header)
        #expect(Self.header.octets == Self.octets)
        #expect(header.transmit.since(header.receive) == Duration(attoseconds: 953_907_147_050))
    }

    @Test("Fewer than 48 octets are no header, and more do not matter", arguments: 0..<60)
    func lengths(count: Int) {
        let octets = Self.octets.prefix(count) + Array(repeating: 0xff, count: max(0, count - 48))
        #expect(read(Array(octets)) == (count < 48 ? nil : Self.header))
    }

    @Test("With too little room nothing is written")
    func room() {
        var small = [UInt8](repeating: 7, count: 47)
        var span = small.mutableSpan
        let isWritten = Self.header.write(into: &span)
        #expect(!isWritten)
        #expect(small == Array(repeating: 7, count: 47))
        var large = [UInt8](repeating: 7, count: 60)
        var other = large.mutableSpan
        let isLargeWritten = Self.header.write(into: &other)
        #expect(isLargeWritten)
        #expect(large == Self.octets + Array(repeating: 7, count: 12))
    }

    @Test("Any 48 octets are a header that says the same octets again")
    func roundTrips() {
        var random = RandomSource(seed: 1)
        for _ in 0..<20_000 {
            let octets = (0..<6).flatMap { _ in
                let word = random.next()
                return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
            }
            guard let header = NTPHeader(octets.span), header.octets == octets else {
                Issue.record("\(octets)")
                return
            }
        }
    }

    @Test("All 256 first octets name a leap indicator, a version and a mode, and come back")
    func firstOctets() {
        for first in UInt8.min...UInt8.max {
            let header = read([first] + Self.octets.dropFirst())
            #expect(header?.leap.rawValue == first >> 6)
            #expect(header?.version == first >> 3 & 7)
            #expect(header?.mode.rawValue == first & 7)
            #expect(header?.octets.first == first)
        }
    }

    @Test("Only a server's packet of stratum 0 with four printable letters is a kiss")
    func kisses() {
        func code(_ bits: UInt32, stratum: UInt8 = 0, mode: NTPMode = .server) -> String? {
            NTPHeader(mode: mode, stratum: stratum, referenceIdentifier: ReferenceIdentifier(bits: bits)).kissCode
        }
        #expect(code(0x5241_5445) == "RATE")
        #expect(code(0x4445_4e59) == "DENY")
        #expect(code(0x5241_5445, stratum: 1) == nil)
        #expect(code(0x5241_5445, mode: .client) == nil)
        #expect(code(0) == nil)
        #expect(code(0x0102_0304) == nil)
    }
}

import Testing

@testable internal import Addresses

/// A small generator of our own: this target needs no other.
struct Draw: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64 (Steele, Lea and Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func address() -> IPAddress {
        switch next() % 4 {
        case 0: return .v4(UInt32(truncatingIfNeeded: next()))
        case 1: return .v6(next(), next())
        default:
            // Many groups of zeros, so that every way to shorten is met.
            func half(_ mask: UInt64, _ bits: UInt64) -> UInt64 {
                (0..<4).reduce(0) { $0 << 16 | (mask >> UInt64($1) & 1 == 0 ? 0 : bits >> UInt64(16 * $1) & 0xffff) }
            }
            return .v6(half(next(), next()), half(next(), next()))
        }
    }
}

@Suite struct IPAddressTests {
    /// RFC 5952 sections 4 and 5.
    @Test(
        "An address is written as RFC 5952 recommends",
        arguments: [
            ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8::ABCD", "2001:db8::abcd"), ("::", "::"),
            ("0:0:0:0:0:0:0:1", "::1"), ("1::", "1::"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
            ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"),
        ])
    func recommended(text: String, written: String) {
        #expect(IPAddress(text)?.description == written)
    }

    @Test("The octets are where they belong")
    func octets() {
        #expect(IPAddress("127.0.0.1") == .v4(0x7f00_0001))
        #expect(IPAddress("2001:db8:1:2:3:4:5:6") == .v6(0x2001_0db8_0001_0002, 0x0003_0004_0005_0006))
        #expect(IPAddress("::ffff:1.2.3.4") == .v6(0, 0xffff_0102_0304))
    }

    @Test(
        "What is not an address is none",
        arguments: [
            "", " ", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.999",
            "01.2.3.4", "1.2.3.04", "00.0.0.0", "+1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\0", "0x1.2.3.4", "1,2,3,4",
            "1.2.3.-4", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", ":1", "1:", "::1:",
            ":::1", "1:::2", "1::2::3", "::1::", "12345::", "g::", "::1 ", "::1%eth0", "[::1]", "1.2.3.4::",
            "::1.2.3.4:5", "::1.2.3", "::1.2.3.256", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7::8", "::1:2:3:4:5:6:7:8",
            "1::2:3:4:5:6:7:8", "2001:db8::1/64", "localhost", "١.٢.٣.٤",
        ])
    func rejected(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("50,000 random addresses come back as they were written")
    func roundTrips() {
        var draw = Draw(state: 1)
        for _ in 0..<50_000 {
            let address = draw.address()
            guard IPAddress(address.description) == address else {
                Issue.record("\(address) was read as \(String(describing: IPAddress(address.description)))")
                return
            }
        }
    }

    @Test("50,000 spoilt addresses never trap, and what is still read says the same again")
    func spoilt() {
        var draw = Draw(state: 2)
        let letters = Array("0123456789abcdefABCDEF:.:.::gx %/-\u{e9}\0".unicodeScalars)
        var read = 0
        for _ in 0..<50_000 {
            var text = Array(draw.address().description.unicodeScalars)
            for _ in 0..<Int(draw.next() % 4) + 1 {
                let letter = letters[Int(draw.next() % UInt64(letters.count))]
                let place = Int(draw.next() % UInt64(text.count + 1))
                switch draw.next() % 3 {
                case 0: text.insert(letter, at: place)
                case 1 where place < text.count: text[place] = letter
                case 2 where place < text.count: text.remove(at: place)
                default: break
                }
            }
            var spoilt = String.UnicodeScalarView()
            spoilt.append(contentsOf: text)
            guard let address = IPAddress(String(spoilt)) else { continue }
            read += 1
            guard IPAddress(address.description) == address else {
                Issue.record("\(address)")
                return
            }
        }
        #expect(read > 5000)
        #expect(read < 40_000)
    }

    @Test("The loopback addresses are known, and their neighbours are not among them")
    func loopback() {
        for text in ["127.0.0.1", "127.255.255.255", "::1"] { #expect(IPAddress(text)?.isLoopback == true) }
        for text in ["126.255.255.255", "128.0.0.0", "::2", "::", "1::1"] {
            #expect(IPAddress(text)?.isLoopback == false)
        }
    }

    @Test("An endpoint's port stands apart from the address")
    func endpoints() {
        #expect(Endpoint(address: .v4(0xc000_0201), port: 123).description == "192.0.2.1:123")
        #expect(Endpoint(address: .v6(0, 1), port: 123).description == "[::1]:123")
    }
}

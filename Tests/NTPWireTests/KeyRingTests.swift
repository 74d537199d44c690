import Cryptography
import NTPWire
import Testing
import TimeBase

/// The octets of hexadecimal digits.
func octets(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
}

/// A request with a key of a secret that has the length its algorithm wants, or else 20 octets 0, 1, 2 …
private func ring(_ algorithm: KeyAlgorithm, identifier: UInt32 = 7) -> KeyRing {
    let secret = (0..<UInt8(algorithm.secretLength ?? 20)).map { $0 }
    return KeyRing.nettle(
        [SymmetricKey(identifier: identifier, algorithm: algorithm, secret: secret)].compactMap(\.self))
}

private func sealed(_ ring: KeyRing, version: UInt8 = 4, room: Int = 200) -> [UInt8]? {
    var packet = NTPHeader(version: version, mode: .client, transmit: NTPTimestamp(bits: 0x0123_4567)).octets
    packet += [UInt8](repeating: 0, count: room - packet.count)
    var span = packet.mutableSpan
    return ring.seal(&span, length: NTPHeader.size, key: 7).map { Array(packet.prefix($0)) }
}

private func isRight(_ packet: [UInt8], _ ring: KeyRing) -> Bool {
    guard let code = PacketLayout(packet.span)?.code else { return false }
    return ring.verifies(code, of: packet.span)
}

@Suite struct KeyRingTests {
    @Test(
        "The codes of the hashes are those that Python's hashlib makes of the secret and the message",
        arguments: [
            (.md5, "38db98dc3580b293ee4c73c3d22a2432"),
            (.sha1, "b2d206e3c4ee46242f18569d979f0ec8d4000803"),
            (.sha256, "79c938c7e6f1a950e6ac7c0db205752ec2b9ed0c"),
            (.sha384, "34f87103322a592f17f40cb2e998f5d596b25766"),
            (.sha512, "e5f872da65f1b477b6405aa560f7e63758460bc1"),
            (.sha3of224, "08eceaf3d01ce36d276f7d6a5b8a979169ce44fb"),
            (.sha3of256, "caf834f892bfcd6b22823b158894fed82443c7c3"),
            (.sha3of384, "40e1fb12d1ca776f8b0e83b8f72782839dcc1dd0"),
            (.sha3of512, "680b421f3b12c761e08687b3d0039ce8dbd52133"),
        ] as [(KeyAlgorithm, String)])
    func hashes(algorithm: KeyAlgorithm, expected: String) throws {
        // The secret 00 … 13, and 48 zeros, whose version 0 is of those that carry a code whole.
        var packet = [UInt8](repeating: 0, count: 120)
        var span = packet.mutableSpan
        let length = try #require(ring(algorithm).seal(&span, length: 48, key: 7))
        #expect(length == 52 + algorithm.digestLength)
        #expect(Array(packet[48..<52]) == [0, 0, 0, 7])
        #expect(Array(packet[52...].prefix(expected.count / 2)) == octets(expected))
    }

    @Test("The codes of the ciphers are those of RFC 4493's and NIST SP 800-38B's examples of 40 octets and more")
    func ciphers() throws {
        let message = octets(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
                + "f69f2445df4f9b17ad2b417be66c3710")
        let examples: [(KeyAlgorithm, String, String)] = [
            (.aes128, "2b7e151628aed2a6abf7158809cf4f3c", "51f0bebf7e3b9d92fc49741779363cfe"),
            (
                .aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "e1992190549f6ed5696a2c056c315410"
            ),
        ]
        for (algorithm, secret, expected) in examples {
            let key = try #require(SymmetricKey(identifier: 7, algorithm: algorithm, secret: octets(secret)))
            var packet = message + [UInt8](repeating: 0, count: 20)
            var span = packet.mutableSpan
            let length = KeyRing.nettle([key]).seal(&span, length: 64, key: 7)
            #expect(length == 84)
            #expect(Array(packet[68...]) == octets(expected))
        }
    }

    @Test(
        "A sealed packet verifies; with any bit changed, any octet cut off, or another key it does not",
        arguments: KeyAlgorithm.allCases, [3, 4] as [UInt8])
    func changed(algorithm: KeyAlgorithm, version: UInt8) throws {
        let keys = ring(algorithm)
        let packet = try #require(sealed(keys, version: version))
        let whole = algorithm.digestLength
        #expect(packet.count == 52 + (version == 4 ? min(whole, 20) : whole))
        #expect(isRight(packet, keys))
        for bit in 0..<packet.count * 8 {
            var other = packet
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            if isRight(other, keys) { Issue.record("bit \(bit)") }
        }
        for count in 0..<packet.count where isRight(Array(packet.prefix(count)), keys) {
            // Older versions may carry a code whole or cut to 20 octets.
            #expect(version == 3 && count == 72, "\(count)")
        }
        #expect(!isRight(packet, ring(algorithm, identifier: 8)))
        #expect(!isRight(packet, .empty))
    }

    @Test("Without room, or without the key, nothing is sealed")
    func room() {
        #expect(sealed(ring(.sha1), room: 72) != nil)
        #expect(sealed(ring(.sha1), room: 71) == nil)
        #expect(sealed(ring(.sha1, identifier: 8)) == nil)
        #expect(sealed(.empty) == nil)
    }

    @Test("Of a thousand keys each is found, and nothing else; the last of one number counts")
    func find() {
        var keys: [SymmetricKey] = []
        for number in 0..<1000 as Range<UInt32> {
            for secret in [1, 2] as [UInt8] {
                let key = SymmetricKey(identifier: number * 3 + 1, algorithm: .md5, secret: [secret])
                if let key { keys.append(key) }
            }
        }
        let ring = KeyRing(keys.reversed().reversed()) { _, _, _ in 0 }
        #expect(ring.keys.count == 1000)
        for number in 0..<3010 as Range<UInt32> {
            let found = ring.key(number)
            #expect((found != nil) == (number % 3 == 1 && number < 3000))
            if let found { #expect(found.identifier == number && found.secret == [2]) }
        }
    }

    @Test("A key has a number, and as many bits as its cipher wants")
    func keys() {
        #expect(SymmetricKey(identifier: 0, algorithm: .md5, secret: [1]) == nil)
        #expect(SymmetricKey(identifier: 1, algorithm: .md5, secret: []) == nil)
        #expect(SymmetricKey(identifier: 1, algorithm: .aes128, secret: [UInt8](repeating: 1, count: 17)) == nil)
        #expect(SymmetricKey(identifier: 1, algorithm: .aes256, secret: [UInt8](repeating: 1, count: 16)) == nil)
        #expect(KeyAlgorithm.allCases.allSatisfy { KeyAlgorithm(name: $0.name.lowercased()) == $0 })
    }
}

@Suite struct PacketLayoutTests {
    private func layout(_ tail: [UInt8], version: UInt8 = 4) -> PacketLayout? {
        PacketLayout((NTPHeader(version: version, mode: .client).octets + tail).span)
    }

    private func field(_ type: UInt16, _ size: Int, claimed: Int? = nil) -> [UInt8] {
        let length = claimed ?? size
        return [UInt8(type >> 8), UInt8(type & 255), UInt8(length >> 8), UInt8(length & 255)]
            + [UInt8](repeating: 0xee, count: size - 4)
    }

    private let code = [0, 0, 0, 9] as [UInt8] + [UInt8](repeating: 5, count: 16)

    @Test("Fields and code are found where they lie")
    func parts() throws {
        let bare = try #require(layout([]))
        #expect(bare.fieldsEnd == 48 && bare.code == nil && !bare.isRefusal)
        let coded = try #require(layout(code)?.code)
        #expect(coded.key == 9 && coded.start == 48 && coded.length == 16)
        let both = try #require(layout(field(0x104, 36) + field(0xF323, 28) + code))
        #expect(both.fieldsEnd == 112 && both.code?.start == 112)
        let octets = NTPHeader(mode: .client).octets + field(0x104, 36) + field(0xF323, 28) + code
        let (found, absent) = (both.field(0xF323, in: octets.span), both.field(0xF324, in: octets.span))
        #expect(found?.start == 84 && absent == nil)
        #expect(layout([0, 0, 0, 0])?.isRefusal == true)
        #expect(layout(code + [UInt8](repeating: 5, count: 48), version: 3)?.code?.length == 64)
        #expect(layout(field(0x104, 28), version: 4)?.fieldsEnd == 76)
    }

    @Test("What can't be divided is refused: lengths that are wrong, too short, or lead outside")
    func wrong() {
        for claimed in [0, 3, 4, 12, 27, 29, 30, 31, 32, 0xffff] {
            #expect(layout(field(0x104, 28, claimed: claimed)) == nil, "\(claimed)")
        }
        #expect(layout([0, 0, 0, 1]) == nil)
        #expect(layout([UInt8](repeating: 0, count: 8)) == nil)
        #expect(layout([UInt8](repeating: 0, count: 72), version: 3) == nil)
        #expect(layout([1]) == nil)
    }

    @Test("Whatever octets come, the parts lie one behind the other within them")
    func random() {
        var random = RandomSource(seed: 5)
        var (divided, refused) = (0, 0)
        for _ in 0..<100_000 {
            var octets = (0..<Int(random.next() % 160)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if octets.count > 52 { (octets[0], octets[50], octets[51]) = (0x23, 0, UInt8(random.next() % 25 * 4)) }
            guard let layout = PacketLayout(octets.span) else {
                refused += 1
                continue
            }
            divided += 1
            let end = layout.code.map { $0.start + 4 + $0.length } ?? layout.fieldsEnd + (layout.isRefusal ? 4 : 0)
            if layout.fieldsEnd < 48 || end != octets.count
                || layout.code.map({ $0.start != layout.fieldsEnd }) ?? false
            {
                Issue.record("\(layout) of \(octets)")
                return
            }
        }
        #expect(divided > 1000 && refused > 1000)
    }
}

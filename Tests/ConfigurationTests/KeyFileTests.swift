import Configuration
import NTPWire
import Testing
import TimeBase

private func parse(_ text: String) -> (keys: [SymmetricKey], warnings: [Diagnostic]) {
    KeyFile.parse(Array(text.utf8), path: "/k")
}

@Suite("Key files are understood")
struct KeyFiles {
    @Test("Type and form of a key may be left out: then it is MD5, and its text")
    func lines() {
        let (keys, warnings) = parse(
            """
            # a comment
            1 MD5 ASCII:0123456789
            2 tulip12345

              3 sha1 HEX:00ff10AB112233445566
            4 SHA256 secret7890
            10 AES128 HEX:000102030405060708090A0B0C0D0E0F
            11 aes256 ascii:0123456789abcdef0123456789abcdef
            4294967295 SHA3-512 hex:00112233445566778899
            """)
        #expect(warnings == [])
        #expect(keys.map(\.identifier) == [1, 2, 3, 4, 10, 11, 4_294_967_295])
        #expect(keys.map(\.algorithm) == [.md5, .md5, .sha1, .sha256, .aes128, .aes256, .sha3of512])
        #expect(keys[0].secret == Array("0123456789".utf8))
        #expect(keys[1].secret == Array("tulip12345".utf8))
        #expect(keys[2].secret == [0, 0xff, 0x10, 0xab, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66])
        #expect(keys[5].secret.count == 32)
    }

    @Test(
        "A line that is not understood is left out with a warning at its place, and the others are good",
        arguments: [
            ("x MD5 0123456789", 1), ("0 MD5 0123456789", 1), ("4294967296 0123456789", 1), ("5", 1),
            ("5 MD5 0123456789 more", 18), ("5 TIGER 0123456789", 3), ("5 MD5 HEX:012", 7), ("5 MD5 HEX:0g", 7),
            ("5 AES128 0123456789", 10), ("5 AES256 HEX:000102030405060708090A0B0C0D0E0F", 10), ("5 MD5 HEX:", 7),
        ])
    func mistakes(line: String, column: Int) {
        let (keys, warnings) = parse("1 0123456789\n\(line)\n2 0123456789\n")
        #expect(keys.map(\.identifier) == [1, 2])
        #expect(warnings.map(\.line) == [2] && warnings.map(\.column) == [column], "\(warnings)")
    }

    @Test("A key that can be guessed is used, but not without a warning; no remark shows a secret")
    func short() {
        let (keys, warnings) = parse("1 SHA1 ASCII:tulip\n1 SHA1 ASCII:tulip\n3 SHA1 HEX:tulip\n")
        #expect(keys.count == 2 && warnings.count == 4)
        #expect(warnings.allSatisfy { !$0.description.contains("tulip") })
    }

    @Test("Any octets are keys or warnings, and never a trap")
    func damaged() {
        var random = RandomSource(seed: 9)
        let sound = Array("12 SHA1 HEX:00112233445566778899\n7 AES128 ASCII:0123456789abcdef\n".utf8)
        var (keys, warnings) = (0, 0)
        for _ in 0..<20_000 {
            var octets = sound
            for _ in 0...random.next() % 4 {
                octets[Int(random.next() % UInt64(octets.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let found = KeyFile.parse(octets, path: "/k")
            keys += found.keys.count
            warnings += found.warnings.count
        }
        #expect(keys > 10_000 && warnings > 5000)
    }
}

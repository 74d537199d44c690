/// leap-seconds.list, as IERS and tzdata publish it.
///
/// `#$` is when it was changed, `#@` until when it is good, both in seconds since 1900; `#h` five words of a SHA-1 sum over
/// the digits of both and of all entries. An entry is the seconds since 1900 and TAI - UTC from then on.
public enum LeapSecondsList {
    /// Seconds from 1900 to 1970.
    private static let epoch = 2_208_988_800

    /// Reads a list. Its sum is checked where there is one.
    public static func history(_ text: String, origin: String) throws(LeapTableError) -> LeapHistory {
        var changes: [LeapHistory.Change] = []
        var expires: Int?
        var updated = ""
        var expiry = ""
        var digits = ""
        var sum: [UInt32]?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = Words(line, number: index + 1)
            if line.hasPrefix("#$") {
                updated = String(try words.number(0, "a number of seconds since 1900", mark: 2).text)
            } else if line.hasPrefix("#@") {
                let (number, text) = try words.number(0, "a number of seconds since 1900", mark: 2)
                expires = number - epoch
                expiry = String(text)
            } else if line.hasPrefix("#h") {
                sum = try words.sum()
            } else if !line.hasPrefix("#"), line.contains(where: { !$0.isWhitespace }) {
                let (moment, first) = try words.number(0, "a number of seconds since 1900")
                let (difference, second) = try words.number(1, "TAI - UTC in seconds")
                digits += first + second
                changes.append(.init(posix: moment - epoch, difference: difference))
            }
        }
        guard let expires else { throw .noExpiry }
        if let sum, sum != SecureHash1.digest(Array((updated + expiry + digits).utf8)) { throw .badSum }
        guard let history = LeapHistory(changes: changes, expires: expires, origin: origin) else { throw .notInOrder }
        return history
    }
}

/// The words of one line, with their columns.
private struct Words {
    private let line: Substring
    private let number: Int

    init(_ line: Substring, number: Int) {
        self.line = line
        self.number = number
    }

    private func words(mark: Int) -> [Substring] {
        let body = line.dropFirst(mark)
        let end = mark == 0 ? body.firstIndex(of: "#") ?? body.endIndex : body.endIndex
        return body[..<end].split(whereSeparator: \.isWhitespace)
    }

    /// A number of up to 12 digits.
    func number(_ index: Int, _ expected: String, mark: Int = 0) throws(LeapTableError) -> (Int, text: Substring) {
        let words = words(mark: mark)
        guard words.indices.contains(index) else { throw error("", at: line.endIndex, expected) }
        let word = words[index]
        guard word.utf8.count <= 12, word.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let value = Int(word)
        else { throw error(word, at: word.startIndex, expected) }
        return (value, word)
    }

    /// Five words of a sum, which may lack leading zeros.
    func sum() throws(LeapTableError) -> [UInt32] {
        var values: [UInt32] = []
        for word in words(mark: 2) {
            guard let value = UInt32(word, radix: 16) else {
                throw error(word, at: word.startIndex, "a hexadecimal word of the sum")
            }
            values.append(value)
        }
        return values
    }

    private func error(_ word: Substring, at place: String.Index, _ expected: String) -> LeapTableError {
        let column = line.distance(from: line.startIndex, to: place) + 1
        return .badLine(number, column: column, word: String(word.prefix(40)), expected: expected)
    }
}

/// SHA-1 (FIPS 180-4 section 6.1), which leap-seconds.list is summed with. It proves nothing about who wrote it.
enum SecureHash1 {
    static func digest(_ message: [UInt8]) -> [UInt32] {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        padded += BigEndianOctets.of(UInt64(message.count) &* 8)
        var hash: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
        for start in stride(from: 0, to: padded.count, by: 64) { add(padded[start..<start + 64], to: &hash) }
        return hash
    }

    private static func add(_ block: ArraySlice<UInt8>, to hash: inout [UInt32]) {
        var words = [UInt32](repeating: 0, count: 80)
        for (index, octet) in block.enumerated() { words[index / 4] = words[index / 4] << 8 | UInt32(octet) }
        for index in 16..<80 {
            words[index] = rotated(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
        }
        var (a, b, c, d, e) = (hash[0], hash[1], hash[2], hash[3], hash[4])
        for index in 0..<80 {
            let (f, k): (UInt32, UInt32) =
                switch index {
                case ..<20: ((b & c) | (~b & d), 0x5a82_7999)
                case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case ..<60: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            let next = rotated(a, 5) &+ f &+ e &+ k &+ words[index]
            (e, d, c, b, a) = (d, c, rotated(b, 30), a, next)
        }
        hash = zip(hash, [a, b, c, d, e]).map { $0 &+ $1 }
    }

    private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value << count | value >> (32 - count)
    }
}

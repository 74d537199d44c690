public import NTPWire

/// The file of symmetric keys: a line for each, `ID [TYPE] [ASCII:|HEX:]KEY`.
///
/// A line that is not understood is left out with a warning, as chrony does it: the other keys are good all the same.
public enum KeyFile {
    /// The keys of a file, and what is wrong with its lines. The remarks never show a secret.
    public static func parse(_ octets: [UInt8], path: String) -> (keys: [SymmetricKey], warnings: [Diagnostic]) {
        var keys: [SymmetricKey] = []
        var warnings: [Diagnostic] = []
        for (index, line) in Line.split(octets).enumerated() {
            func warn(_ word: Word, _ sentence: String) {
                warnings.append(
                    Diagnostic(
                        severity: .warning, file: path, line: index + 1, column: word.column, word: "",
                        sentence: sentence))
            }
            let words = Line.words(line)
            guard !words.isEmpty else { continue }
            do throws(Mistake) {
                let key = try self.key(words, line)
                if keys.contains(where: { $0.identifier == key.identifier }) {
                    warn(words[0], "key \(key.identifier) stands in the file twice; this line is used")
                }
                if key.isShort {
                    warn(
                        words[words.count - 1],
                        "key \(key.identifier) has \(key.secret.count * 8) bits, which can be guessed; it should have 80 "
                            + "or more (timeball keygen)")
                }
                keys.append(key)
            } catch {
                warn(error.word, error.sentence)
            }
        }
        return (keys, warnings)
    }

    private static func key(_ words: [Word], _ line: ArraySlice<UInt8>) throws(Mistake) -> SymmetricKey {
        guard let identifier = UInt32(words[0].text), identifier != 0 else {
            throw Mistake(words[0], "a key's line begins with its number, 1 to 4294967295; the line is left out")
        }
        guard words.count == 2 || words.count == 3 else {
            throw Mistake(
                words[min(words.count - 1, 3)],
                "a key's line is ID [TYPE] KEY, without blanks in the key; it is left out")
        }
        var algorithm = KeyAlgorithm.md5
        if words.count == 3 {
            guard let named = KeyAlgorithm(name: words[1].text) else {
                let names = KeyAlgorithm.allCases.map(\.name).joined(separator: " ")
                throw Mistake(words[1], "no such type of key here (there are \(names)); the key is left out")
            }
            algorithm = named
        }
        let word = words[words.count - 1]
        guard let secret = secret(octets(from: word, line)) else {
            throw Mistake(word, "behind HEX: stand pairs of hexadecimal digits; the key is left out")
        }
        guard let key = SymmetricKey(identifier: identifier, algorithm: algorithm, secret: secret) else {
            let wanted = algorithm.secretLength.map { "\($0 * 8)" } ?? "some"
            throw Mistake(word, "\(algorithm.name) needs \(wanted) bits, not \(secret.count * 8); the key is left out")
        }
        return key
    }

    /// The octets of a word as they stand in the line: a key need not be text.
    private static func octets(from word: Word, _ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.dropFirst(word.column - 1).prefix { !(9...13).contains($0) && $0 != UInt8(ascii: " ") }
    }

    private static func secret(_ octets: ArraySlice<UInt8>) -> [UInt8]? {
        let upper = octets.prefix(6).map { (97...122).contains($0) ? $0 - 32 : $0 }
        if upper.starts(with: "ASCII:".utf8) { return Array(octets.dropFirst(6)) }
        guard upper.starts(with: "HEX:".utf8) else { return Array(octets) }
        let digits = octets.dropFirst(4).map(Self.digit)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var secret: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            secret.append(high << 4 | low)
        }
        return secret
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 48...57: octet - 48
        case 65...70: octet - 55
        case 97...102: octet - 87
        default: nil
        }
    }
}

/// A word of a line, and where it begins.
struct Word: Equatable {
    var text: String
    /// From 1, in octets.
    var column: Int

    var lowercased: String { text.lowercased() }
}

/// A mistake in a line: it is reported with the word's place, and the rest of the line is left.
struct Mistake: Error {
    var word: Word
    var sentence: String

    init(_ word: Word, _ sentence: String) {
        self.word = word
        self.sentence = sentence
    }
}

/// The lines of a file and the words of a line, as chrony divides them.
enum Line {
    /// The longest line, without its end.
    static let longest = 2047

    /// Divides at each line feed.
    static func split(_ octets: [UInt8]) -> [ArraySlice<UInt8>] {
        octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    /// The words between blanks; none in an empty line or a comment, whose first word begins with `!`, `;`, `#` or `%`.
    static func words(_ line: ArraySlice<UInt8>) -> [Word] {
        var words: [Word] = []
        var start: Int?
        for index in line.startIndex...line.endIndex {
            let isBlank = index == line.endIndex || isBlank(line[index])
            if let first = start, isBlank {
                words.append(Word(text: text(line[first..<index]), column: first - line.startIndex + 1))
                start = nil
            } else if start == nil, !isBlank {
                if words.isEmpty, "!;#%".utf8.contains(line[index]) { return [] }
                start = index
            }
        }
        return words
    }

    private static func isBlank(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: " ") || (9...13).contains(octet)
    }

    /// What is not UTF-8 or can't be printed becomes U+FFFD, so that a message can't upset a terminal.
    static func text(_ octets: ArraySlice<UInt8>) -> String {
        var text = ""
        for scalar in String(decoding: octets, as: UTF8.self).unicodeScalars {
            let isControl = scalar.value < 32 || (127...159).contains(scalar.value)
            text.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return text
    }
}

internal import TimeBase

/// Why a line of a log is not taken; a sentence.
public struct LogLineError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// What is wrong with the line.
    public init(_ description: String) { self.description = description }
}

/// The words of a log line, taken one after the other; each must be what it should be.
struct LogFields {
    private let words: [Substring]
    private var at = 0

    /// - Parameter count: how many words the line must have at least.
    init(_ line: Substring, count: Int) throws(LogLineError) {
        words = line.split { $0 == " " || $0 == "\t" }
        guard words.count >= count else {
            throw LogLineError("It has \(words.count) words, and \(count) are needed.")
        }
    }

    /// The next word, whatever it is; empty at the end.
    mutating func word() -> Substring {
        defer { at += 1 }
        return words.indices.contains(at) ? words[at] : ""
    }

    /// Date and time of day in UTC, as seconds since 1970.
    mutating func time() throws(LogLineError) -> Int {
        let date = word()
        let time = word()
        guard let parsed = InstantText.parse("\(date)T\(time)Z") else {
            throw LogLineError("\(Self.quoted("\(date) \(time)")) is not a date and time.")
        }
        return parsed.seconds
    }

    /// The same with six decimals of the seconds.
    mutating func timeWithMicroseconds() throws(LogLineError) -> (seconds: Int, microseconds: Int) {
        let date = word()
        let time = word()
        let parts = time.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 6, let microseconds = UInt32(parts[1]), parts[1].first != "+",
            let parsed = InstantText.parse("\(date)T\(parts[0])Z")
        else { throw LogLineError("\(Self.quoted("\(date) \(time)")) is not a date and time with microseconds.") }
        return (parsed.seconds, Int(microseconds))
    }

    mutating func number(_ name: String) throws(LogLineError) -> Double {
        let text = word()
        guard let value = Self.decimal(text) else { throw LogLineError("\(Self.quoted(text)) is no \(name).") }
        return value
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(LogLineError) -> Int {
        let text = word()
        guard let value = Int(text), range.contains(value) else {
            throw LogLineError("\(Self.quoted(text)) is no \(name).")
        }
        return value
    }

    mutating func hexadecimal(_ name: String) throws(LogLineError) -> UInt32 {
        let text = word()
        guard let value = UInt32(text, radix: 16), text.first != "+" else {
            throw LogLineError("\(Self.quoted(text)) is no \(name).")
        }
        return value
    }

    /// One of the characters, as a word of its own.
    mutating func letter(_ name: String, of letters: String) throws(LogLineError) -> Character {
        let text = word()
        guard let letter = text.first, text.count == 1, letters.contains(letter) else {
            throw LogLineError("\(Self.quoted(text)) is no \(name).")
        }
        return letter
    }

    /// A word of so many 0 and 1.
    mutating func flags(_ name: String, count: Int) throws(LogLineError) -> [Bool] {
        let text = word()
        guard text.utf8.count == count, text.allSatisfy({ $0 == "0" || $0 == "1" }) else {
            throw LogLineError("\(Self.quoted(text)) are no \(name).")
        }
        return text.map { $0 == "1" }
    }

    /// Only decimal and finite: `Double` also reads `inf` and hexadecimal numbers.
    static func decimal(_ text: Substring) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// For messages: at most 24 characters, nothing that a terminal would obey.
    static func quoted(_ text: some StringProtocol) -> String {
        let shown = text.unicodeScalars.prefix(24).map { (0x20...0x7e).contains($0.value) ? Character($0) : "?" }
        return "\"" + String(shown) + (text.unicodeScalars.count > 24 ? "…\"" : "\"")
    }
}

/// Columns as C's printf makes them.
enum LogColumn {
    /// `%10.3e`
    static func scientific(_ value: Double, width: Int = 10, decimals: Int = 3) -> String {
        right(scientificText(value, decimals: decimals), width)
    }

    /// `%10.3f`
    static func fixed(_ value: Double, width: Int, decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
        guard scaled < 1e18 else { return right(scientificText(value, decimals: decimals), width) }
        let digits = String(UInt64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let text = decimals == 0 ? padded : padded.dropLast(decimals) + "." + padded.suffix(decimals)
        return right((value.sign == .minus ? "-" : "") + text, width)
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func integer(_ value: Int, _ width: Int) -> String { right("\(value)", width) }

    static func time(_ seconds: Int) -> String {
        let date = CivilDate(Instant(sinceEpoch: .seconds(seconds)))
        return date.dateText + " " + date.timeText
    }

    private static func scientificText(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        var exponent = 0
        var mantissa = value.magnitude
        if mantissa > 0 {
            while mantissa >= 10 {
                mantissa /= 10
                exponent += 1
            }
            while mantissa < 1 {
                mantissa *= 10
                exponent -= 1
            }
        }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        var figures = (mantissa * scale).rounded(.toNearestOrEven)
        if figures >= 10 * scale {
            figures /= 10
            exponent += 1
        }
        let digits = String(UInt64(figures))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let power = (exponent.magnitude < 10 ? "0" : "") + "\(exponent.magnitude)"
        return (value.sign == .minus ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
            + (exponent < 0 ? "e-" : "e+") + power
    }
}

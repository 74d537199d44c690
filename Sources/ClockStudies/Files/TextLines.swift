internal import ClockStatistics

/// The lines of a file, one after the other, without their ends.
struct TextLines {
    private let octets: [UInt8]
    private var start = 0
    /// Of the line that `next` gave last, counted from 1.
    private(set) var number = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    /// Where the next line is; nil at the end.
    mutating func next() -> Range<Int>? {
        guard start < octets.count else { return nil }
        var end = start
        while end < octets.count, octets[end] != UInt8(ascii: "\n") { end += 1 }
        defer { start = end + 1 }
        number += 1
        var inner = end
        if inner > start, octets[inner - 1] == UInt8(ascii: "\r") { inner -= 1 }
        return start..<inner
    }

    /// The next line as text; what is not UTF-8 becomes a mark.
    mutating func nextText() -> Substring? {
        next().map { Substring(String(decoding: octets[$0], as: UTF8.self)) }
    }
}

/// Small questions about text.
enum Words {
    static func of(_ line: Substring) -> [Substring] { line.split { $0 == " " || $0 == "\t" } }

    /// Only decimal and finite.
    static func decimal(_ text: some StringProtocol) -> Double? {
        let octets = Array(text.utf8)
        return decimalNumber(octets.span).flatMap { $0.isFinite ? $0 : nil }
    }

    /// For messages: at most 24 characters, nothing that a terminal would obey.
    static func quoted(_ text: some StringProtocol) -> String {
        let shown = text.unicodeScalars.prefix(24).map { (0x20...0x7e).contains($0.value) ? Character($0) : "?" }
        return "\"" + String(shown) + (text.unicodeScalars.count > 24 ? "…\"" : "\"")
    }

    static func isBlank(_ line: Substring) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }

    /// Whether a text has another one inside it.
    static func has(_ text: some StringProtocol, _ part: String) -> Bool {
        let octets = Array(text.utf8)
        let wanted = Array(part.utf8)
        guard wanted.count <= octets.count else { return false }
        return (0...(octets.count - wanted.count)).contains { octets[$0...].starts(with: wanted) }
    }

    /// Seconds since 1970 of a Modified Julian Date (day 40587 is 1970-01-01).
    static func seconds(modifiedJulianDate day: Double) -> Double { (day - 40_587) * 86_400 }
}

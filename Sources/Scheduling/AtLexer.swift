/// A word of at's time grammar.
enum AtToken: Hashable {
    case now, am, pm, noon, midnight, teatime, utc, today, tomorrow, next
    /// 1...12
    case month(Int)
    /// 0...6, 0 is Sunday.
    case weekday(Int)
    case unit(AtUnit)
    /// Digits only.
    case number(String)
    /// `12:30`, `12.30`: hours and minutes.
    case hourMinute(Int, Int)
    /// `31.12.2026`: day, month, year as it was written.
    case dottedDate(Int, Int, String)
    /// `2026-12-31`: year as it was written, month, day.
    case hyphenDate(String, Int, Int)
    case other(UInt8)
}

enum AtUnit: Hashable {
    case minute, hour, day, week, month, year
}

/// Cuts at's words into tokens: the longest match wins, and blanks are needed only where tokens would run together.
struct AtLexer {
    private let octets: [UInt8]
    private var at = 0

    static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    static let weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    /// By their first letter, the longest first.
    private static let words: [UInt8: [(text: [UInt8], token: AtToken)]] = {
        var words: [(String, AtToken)] = [
            ("now", .now), ("am", .am), ("pm", .pm), ("noon", .noon), ("midnight", .midnight), ("teatime", .teatime),
            ("utc", .utc), ("today", .today), ("tomorrow", .tomorrow), ("next", .next), ("min", .unit(.minute)),
        ]
        for (name, unit) in [
            ("minute", AtUnit.minute), ("hour", .hour), ("day", .day), ("week", .week), ("month", .month),
            ("year", .year),
        ] {
            words += [(name, .unit(unit)), (name + "s", .unit(unit))]
        }
        for (index, name) in months.enumerated() {
            words += [(name, .month(index + 1)), (String(name.prefix(3)), .month(index + 1))]
        }
        for (index, name) in weekdays.enumerated() {
            words += [(name, .weekday(index)), (String(name.prefix(3)), .weekday(index))]
        }
        let byLength = words.map { (text: Array($0.0.utf8), token: $0.1) }.sorted { $0.text.count > $1.text.count }
        return Dictionary(grouping: byLength) { $0.text.first ?? 0 }
    }()

    private init(_ text: String) {
        octets = Array(text.lowercased().utf8)
    }

    /// The tokens of a text, each with its own text.
    static func tokens(_ text: String) -> [(token: AtToken, text: String)] {
        var lexer = AtLexer(text)
        var result: [(AtToken, String)] = []
        while lexer.at < lexer.octets.count {
            if LineCursor.isBlank(lexer.octets[lexer.at]) || lexer.octets[lexer.at] == 0x0a {
                lexer.at += 1
                continue
            }
            let start = lexer.at
            let token = lexer.token()
            result.append((token, String(decoding: lexer.octets[start..<lexer.at], as: UTF8.self)))
        }
        return result
    }

    private mutating func token() -> AtToken {
        if digits(from: at) > 0 { return numeric() }
        let rest = octets[at...]
        for word in Self.words[octets[at]] ?? [] where rest.starts(with: word.text) {
            at += word.text.count
            return word.token
        }
        at += 1
        return .other(octets[at - 1])
    }

    private mutating func numeric() -> AtToken {
        let first = digits(from: at)
        let afterFirst = at + first
        if let octet = octet(afterFirst) {
            if octet == UInt8(ascii: "."), let date = dottedDate(first) { return date }
            if octet == UInt8(ascii: "-"), first == 2 || first == 4, let date = hyphenDate(first) { return date }
            let separates = ":'h,.".utf8.contains(octet)
            if separates, first <= 2, digits(from: afterFirst + 1) >= 2 {
                let hour = number(at, first)
                let minute = number(afterFirst + 1, 2)
                at = afterFirst + 3
                return .hourMinute(hour, minute)
            }
        }
        let text = String(decoding: octets[at..<afterFirst], as: UTF8.self)
        at = afterFirst
        return .number(text)
    }

    /// `DD.MM.YY` or `DD.MM.YYYY`.
    private mutating func dottedDate(_ first: Int) -> AtToken? {
        let monthAt = at + first + 1
        let second = digits(from: monthAt)
        guard second > 0, octet(monthAt + second) == UInt8(ascii: ".") else { return nil }
        let yearAt = monthAt + second + 1
        let available = digits(from: yearAt)
        guard available >= 2 else { return nil }
        let length = available >= 4 ? 4 : 2
        let token = AtToken.dottedDate(
            number(at, first), number(monthAt, second),
            String(decoding: octets[yearAt..<(yearAt + length)], as: UTF8.self)
        )
        at = yearAt + length
        return token
    }

    /// `YY-MM-DD` or `YYYY-MM-DD`.
    private mutating func hyphenDate(_ first: Int) -> AtToken? {
        let monthAt = at + first + 1
        let second = digits(from: monthAt)
        guard second > 0, octet(monthAt + second) == UInt8(ascii: "-") else { return nil }
        let dayAt = monthAt + second + 1
        let third = digits(from: dayAt)
        guard third > 0 else { return nil }
        let token = AtToken.hyphenDate(
            String(decoding: octets[at..<(at + first)], as: UTF8.self), number(monthAt, second), number(dayAt, third))
        at = dayAt + third
        return token
    }

    private func octet(_ index: Int) -> UInt8? { index < octets.count ? octets[index] : nil }

    /// How many digits stand at a place.
    private func digits(from start: Int) -> Int {
        var end = start
        while let octet = octet(end), octet >= UInt8(ascii: "0"), octet <= UInt8(ascii: "9") { end += 1 }
        return end - start
    }

    /// A number that is held to nine digits; larger ones are as impossible as it.
    private func number(_ start: Int, _ count: Int) -> Int {
        octets[start..<(start + count)].reduce(0) { min($0 * 10 + Int($1 & 0x0f), 999_999_999) }
    }
}

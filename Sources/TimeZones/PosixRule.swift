internal import TimeBase

/// A rule that holds for ever: the footer of a zone file, or the TZ variable of POSIX.1, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 9636 section 3.3).
struct PosixRule: Hashable, Sendable {
    var standard: LocalTimeType
    var daylight: (type: LocalTimeType, start: DayRule, end: DayRule)?

    static func == (left: PosixRule, right: PosixRule) -> Bool {
        left.standard == right.standard && left.daylight?.type == right.daylight?.type
            && left.daylight?.start == right.daylight?.start && left.daylight?.end == right.daylight?.end
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(standard)
        hasher.combine(daylight?.type)
    }

    init(_ octets: ArraySlice<UInt8>) throws(ZoneError) {
        var reader = RuleReader(octets)
        guard let name = reader.name(), let west = reader.signedTime(hours: 24) else { throw reader.error }
        standard = LocalTimeType(offset: -west, isDaylight: false, abbreviation: name)
        if reader.isAtEnd { return }
        guard let daylightName = reader.name() else { throw reader.error }
        var offset = standard.offset + 3600
        if !reader.next(is: ",") {
            guard let west = reader.signedTime(hours: 24) else { throw reader.error }
            offset = -west
        }
        guard reader.take(","), let start = reader.dayRule(), reader.take(","), let end = reader.dayRule(),
            reader.isAtEnd
        else { throw reader.error }
        daylight = (LocalTimeType(offset: offset, isDaylight: true, abbreviation: daylightName), start, end)
    }

    /// The changes of three years around an instant, in order. Of two at the same instant the later one holds.
    func changes(around seconds: Int) -> [(instant: Int, type: LocalTimeType)] {
        guard let daylight else { return [] }
        let year = Self.year(seconds)
        var result: [(instant: Int, type: LocalTimeType)] = []
        for year in (year - 1)...(year + 2) {
            let start = daylight.start.localSeconds(year: year) - standard.offset
            let end = daylight.end.localSeconds(year: year) - daylight.type.offset
            // A year that is all daylight ends where the next begins: the end stands first, so that the start holds.
            result.append((end, standard))
            result.append((start, daylight.type))
        }
        // Insertion keeps the order of equals.
        for index in result.indices.dropFirst() {
            var at = index
            while at > 0, result[at].instant < result[at - 1].instant {
                result.swapAt(at, at - 1)
                at -= 1
            }
        }
        return result
    }

    func type(at seconds: Int) -> LocalTimeType {
        var current = standard
        for change in changes(around: seconds) {
            if change.instant > seconds { break }
            current = change.type
        }
        return current
    }

    private static func year(_ seconds: Int) -> Int {
        CivilDate.date(daysSince1970: seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400).year
    }
}

/// Reads the parts of a rule.
private struct RuleReader {
    private let octets: ArraySlice<UInt8>
    private var at: Int

    init(_ octets: ArraySlice<UInt8>) {
        self.octets = octets
        at = octets.startIndex
    }

    var error: ZoneError { .badRule(String(decoding: octets.prefix(80), as: UTF8.self)) }
    var isAtEnd: Bool { at >= octets.endIndex }
    private var octet: UInt8? { isAtEnd ? nil : octets[at] }

    func next(is character: Unicode.Scalar) -> Bool { octet == UInt8(ascii: character) }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next(is: character) else { return false }
        at += 1
        return true
    }

    /// Three letters or more, or anything of letters, digits and signs between `<` and `>`.
    mutating func name() -> String? {
        let quoted = take("<")
        let start = at
        while let octet {
            let isLetter = (octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z")
            let isOther =
                octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9")
                || octet == UInt8(ascii: "+") || octet == UInt8(ascii: "-")
            guard isLetter || (quoted && isOther) else { break }
            at += 1
        }
        let text = octets[start..<at]
        guard text.count >= 3, text.count <= 32 else { return nil }
        if quoted, !take(">") { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        var value = 0
        let start = at
        while let octet, octet >= UInt8(ascii: "0"), octet <= UInt8(ascii: "9"), at - start < 4 {
            value = value * 10 + Int(octet - UInt8(ascii: "0"))
            at += 1
        }
        return at > start && range.contains(value) ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func signedTime(hours: Int) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number(0...hours) else { return nil }
        seconds *= 3600
        if take(":") {
            guard let minutes = number(0...59) else { return nil }
            seconds += minutes * 60
            if take(":") {
                guard let rest = number(0...59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    mutating func dayRule() -> DayRule? {
        let day: DayRule.Day
        if take("M") {
            guard let month = number(1...12), take("."), let week = number(1...5), take("."),
                let weekday = number(0...6)
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if take("J") {
            guard let number = number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(0...365) else { return nil }
            day = .ordinal(number)
        }
        var time = 7200
        if take("/") {
            guard let given = signedTime(hours: 167) else { return nil }
            time = given
        }
        return DayRule(day: day, time: time)
    }
}

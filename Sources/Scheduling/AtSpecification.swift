/// What at's words say, before it is known when they are said (at(1), its `timespec`).
struct AtSpecification: Hashable {
    /// The time of day; nil keeps the present one.
    var time: (hour: Int, minute: Int)?
    var day = Day.none
    var isUTC = false
    /// Parts added or taken away, in order: `next week`, `+ 3 days`.
    var additions: [Addition] = []

    enum Day: Hashable {
        case none
        case today, tomorrow
        /// The next one, never today.
        case weekday(Int)
        /// The next such date, unless a year is given.
        case date(year: Int?, month: Int, day: Int)
        /// `next week`: today, and an addition.
        case addition
    }

    struct Addition: Hashable {
        var count: Int
        var unit: AtUnit
    }

    static func == (left: Self, right: Self) -> Bool {
        left.time?.hour == right.time?.hour && left.time?.minute == right.time?.minute && left.day == right.day
            && left.isUTC == right.isUTC && left.additions == right.additions
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(day)
        hasher.combine(additions)
    }

    init(_ text: String) throws(AtError) {
        var parser = AtParser(text)
        self = try parser.specification()
    }

    fileprivate init() {}
}

/// Reads at's tokens.
private struct AtParser {
    private let tokens: [(token: AtToken, text: String)]
    private var at = 0
    private var result = AtSpecification()

    init(_ text: String) {
        tokens = AtLexer.tokens(text)
    }

    private var token: AtToken? { at < tokens.count ? tokens[at].token : nil }
    private var lookahead: AtToken? { at + 1 < tokens.count ? tokens[at + 1].token : nil }

    private func failure(_ reason: String = "syntax error") -> AtError {
        .garbled("\(reason). Last token seen: \(at < tokens.count ? tokens[at].text : tokens.last?.text ?? "(empty)")")
    }

    mutating func specification() throws(AtError) -> AtSpecification {
        guard token != nil else { throw failure() }
        if token == .now {
            at += 1
        } else if try takeTime() {
            if let token, !isSign(token) { try takeDate() }
        } else {
            try takeDate()
        }
        try takeAddition()
        guard token == nil else { throw failure() }
        return result
    }

    private func isSign(_ token: AtToken) -> Bool {
        token == .other(UInt8(ascii: "+")) || token == .other(UInt8(ascii: "-"))
    }

    private mutating func take(_ wanted: AtToken) -> Bool {
        guard token == wanted else { return false }
        at += 1
        return true
    }

    private mutating func takeTime() throws(AtError) -> Bool {
        switch token {
        case .noon: result.time = (12, 0)
        case .midnight: result.time = (0, 0)
        case .teatime: result.time = (16, 0)
        case .hourMinute(let hour, let minute):
            try setTime(hour, minute)
            if lookahead == .am || lookahead == .pm {
                at += 1
                try setHalf(hour, minute)
            }
        case .number(let text) where text.utf8.count == 4:
            guard let value = Int(text) else { throw failure() }
            // Four digits before a month's name are no year: the time stands first.
            try setTime(value / 100, value % 100)
        case .number(let text) where text.utf8.count <= 2 && (lookahead == .am || lookahead == .pm):
            guard let hour = Int(text) else { throw failure() }
            at += 1
            try setHalf(hour, 0)
        default: return false
        }
        at += 1
        if take(.utc) { result.isUTC = true }
        return true
    }

    private mutating func setTime(_ hour: Int, _ minute: Int) throws(AtError) {
        guard hour <= 24 else { throw failure("Problem in hours specification") }
        guard minute <= 60 else { throw failure("Problem in minutes specification") }
        result.time = (hour, minute)
    }

    /// The present token is `am` or `pm`.
    private mutating func setHalf(_ hour: Int, _ minute: Int) throws(AtError) {
        guard hour <= 12 else { throw failure("Hour too large for \(token == .am ? "AM" : "PM")") }
        try setTime(hour % 12 + (token == .pm ? 12 : 0), minute)
    }

    private mutating func takeDate() throws(AtError) {
        switch token {
        case .today:
            at += 1
            result.day = .today
        case .tomorrow:
            at += 1
            result.day = .tomorrow
        case .weekday(let day):
            at += 1
            result.day = .weekday(day)
        case .next:
            at += 1
            try takeNext()
        case .month(let month):
            at += 1
            let day = try smallNumber("Error in day of month")
            try setDate(year: try takeYear(), month, day)
        case .dottedDate(let day, let month, let year):
            try setFullDate(year, month, day)
            at += 1
        case .hyphenDate(let year, let month, let day):
            try setFullDate(year, month, day)
            at += 1
        case .number: try takeNumericDate()
        default: throw failure()
        }
    }

    private mutating func takeNext() throws(AtError) {
        switch token {
        case .weekday(let day): result.day = .weekday(day)
        case .unit(let unit):
            result.day = .addition
            result.additions.append(AtSpecification.Addition(count: 1, unit: unit))
        default: throw failure()
        }
        at += 1
    }

    /// `31 Dec`, `12/31/26`, `123126`.
    private mutating func takeNumericDate() throws(AtError) {
        guard case .number(let text) = token else { throw failure() }
        if text.utf8.count <= 2, case .month(let month) = lookahead {
            let day = try smallNumber("Error in day of month")
            at += 1
            try setDate(year: try takeYear(), month, day)
            return
        }
        if text.utf8.count <= 2, lookahead == .other(UInt8(ascii: "/")) {
            let month = try smallNumber("Error in month number")
            at += 1
            let day = try smallNumber("Error in day of month")
            guard take(.other(UInt8(ascii: "/"))), case .number(let year) = token,
                year.utf8.count == 2 || year.utf8.count == 4
            else { throw failure() }
            try setFullDate(year, month, day)
            at += 1
            return
        }
        // MDDYY, MMDDYY, MDDCCYY, MMDDCCYY.
        let count = text.utf8.count
        guard (5...8).contains(count) else { throw failure() }
        let yearLength = count <= 6 ? 2 : 4
        guard let monthAndDay = Int(text.dropLast(yearLength)) else { throw failure() }
        try setFullDate(String(text.suffix(yearLength)), monthAndDay / 100, monthAndDay % 100)
        at += 1
    }

    private mutating func smallNumber(_ problem: String) throws(AtError) -> Int {
        guard case .number(let text) = token, text.utf8.count <= 2, let number = Int(text) else { throw failure() }
        guard number > 0 else { throw failure(problem) }
        at += 1
        return number
    }

    /// The year behind a day and a month's name, with or without a comma.
    private mutating func takeYear() throws(AtError) -> Int? {
        let hasComma = take(.other(UInt8(ascii: ",")))
        guard case .number(let text) = token, text.utf8.count == 2 || text.utf8.count == 4 else {
            if hasComma { throw failure() }
            return nil
        }
        at += 1
        return year(text)
    }

    private func year(_ text: String) -> Int {
        let year = Int(text) ?? 0
        guard text.utf8.count == 2 else { return year }
        return year < 70 ? 2000 + year : 1900 + year
    }

    private mutating func setFullDate(_ yearText: String, _ month: Int, _ day: Int) throws(AtError) {
        let year = year(yearText)
        try setDate(year: year, month, day)
    }

    private mutating func setDate(year: Int?, _ month: Int, _ day: Int) throws(AtError) {
        guard (1...12).contains(month) else { throw failure("Error in month number") }
        guard (1...31).contains(day) else { throw failure("Error in day of month") }
        result.day = .date(year: year, month: month, day: day)
    }

    private mutating func takeAddition() throws(AtError) {
        guard let sign = token, isSign(sign) else { return }
        at += 1
        guard case .number(let text) = token else { throw failure() }
        at += 1
        guard case .unit(let unit) = token else { throw failure() }
        at += 1
        let digits = text.drop { $0 == "0" }
        guard digits.utf8.count <= 8, let count = digits.isEmpty ? 0 : Int(digits), count <= 10_000_000 else {
            throw .tooFar
        }
        result.additions.append(
            AtSpecification.Addition(count: sign == .other(UInt8(ascii: "+")) ? count : -count, unit: unit))
    }
}

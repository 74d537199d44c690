/// Reads the fields of a crontab line into sets.
struct FieldReader {
    var cursor: LineCursor
    let dialect: Dialect
    private(set) var notes: [CrontabNote] = []
    /// Days that are not numbers: `L`, `15W`, `5L`, `mon#1`.
    private(set) var special = SpecialDays()
    private var field = Field.minute
    private var draws: UInt64

    /// - Parameter key: what a random range (`~`) is drawn from, with the line itself: the same for the life of a table.
    init(_ cursor: LineCursor, dialect: Dialect, key: UInt64) {
        self.cursor = cursor
        self.dialect = dialect
        // FNV-1a over the line, so that each entry draws something else.
        draws = cursor.octets.reduce(0xcbf2_9ce4_8422_2325 ^ key) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private func failure(_ reason: String, column: Int? = nil) -> CrontabError {
        CrontabError(column: column ?? cursor.column, word: field.errorWord, reason: reason)
    }

    /// Reads a field and the blanks behind it.
    ///
    /// - Returns: the set of its values, one bit each, and whether its first character is `*`.
    mutating func read(_ field: Field) throws(CrontabError) -> (set: UInt64, isStar: Bool) {
        self.field = field
        guard !cursor.isAtEnd, !cursor.isAtBlank else { throw failure("the field is missing") }
        let isStar = cursor.next(is: "*")
        var set: UInt64 = 0
        repeat { set |= try item() } while cursor.take(",")
        if !cursor.isAtEnd, !cursor.isAtBlank {
            let column = cursor.column
            let text = String(decoding: cursor.takeWord(), as: UTF8.self)
            guard dialect == .debian else { throw failure("\(text.debugDescription) is too much", column: column) }
            notes.append(
                CrontabNote(column: column, text: "\(text.debugDescription) behind the value is overlooked"))
        }
        cursor.skipBlanks()
        return (set, isStar)
    }

    private mutating func item() throws(CrontabError) -> UInt64 {
        let column = cursor.column
        var first = field.range.lowerBound
        var last = field.range.upperBound
        if cursor.take("*") {
            // The whole range; a step may follow.
        } else if dialect == .cronie, cursor.take("~") {
            (first, last) = try drawn(from: first, column)
        } else {
            if dialect == .extended, try takeSpecial() { return 0 }
            first = try value()
            if cursor.take("-") {
                last = try value()
            } else if dialect == .cronie, cursor.take("~") {
                (first, last) = try drawn(from: first, column)
            } else {
                if cursor.next(is: "/") { throw failure("a step needs * or a range before it") }
                guard field.range.contains(first) else { throw outside(first, column) }
                return 1 << UInt64(first)
            }
            // Only Debian's cron looks at the ends themselves; cronie at what is in between.
            if dialect != .cronie || first <= last {
                guard field.range.contains(first) else { throw outside(first, column) }
            }
            if dialect != .cronie {
                guard field.range.contains(last) else { throw outside(last, column) }
            }
        }
        return try set(first, last, step: step(), column)
    }

    /// The values of a range.
    private mutating func set(_ first: Int, _ last: Int, step: Int, _ column: Int) throws(CrontabError) -> UInt64 {
        var last = last
        if first > last {
            if field == .dayOfWeek, last == 0, field.range.contains(first) {
                last = 7  // fri-sun
            } else {
                notes.append(
                    CrontabNote(
                        column: column,
                        text: "the range runs backwards, so this never runs; write it as two ranges", isRefusal: true))
                return 0
            }
        }
        var set: UInt64 = 0
        for value in stride(from: first, through: last, by: step) {
            guard field.range.contains(value) else { throw outside(value, column) }
            set |= 1 << UInt64(value)
        }
        return set
    }

    private func outside(_ value: Int, _ column: Int) -> CrontabError {
        failure("\(value) is not in \(field.range.lowerBound)-\(field.range.upperBound)", column: column)
    }

    private mutating func step() throws(CrontabError) -> Int {
        guard cursor.take("/") else { return 1 }
        let column = cursor.column
        let text = cursor.takeAlphanumeric()
        guard let step = Self.number(text), step >= 1 else {
            throw failure("the step must be a number from 1", column: column)
        }
        return step
    }

    private mutating func value() throws(CrontabError) -> Int {
        let column = cursor.column
        let text = cursor.takeAlphanumeric()
        if let value = try Self.value(text, field) { return value }
        throw failure(text.isEmpty ? "a value is missing" : "\(text) is not a value here", column: column)
    }

    private static func value(_ text: String, _ field: Field) throws(CrontabError) -> Int? {
        if let number = number(text) { return number }
        return field.names.firstIndex(of: text.lowercased()).map { $0 + (field == .month ? 1 : 0) }
    }

    /// Digits only, below a milliard; more would wrap in both crons.
    private static func number(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return nil
        }
        let digits = text.drop { $0 == "0" }
        guard digits.utf8.count <= 9 else { return nil }
        return digits.isEmpty ? 0 : Int(digits)
    }

    /// `first~last`: a start drawn from the range.
    private mutating func drawn(from first: Int, _ column: Int) throws(CrontabError) -> (Int, Int) {
        var last = field.range.upperBound
        if let octet = cursor.octet, !LineCursor.isBlank(octet), octet != UInt8(ascii: ","), octet != UInt8(ascii: "/"),
            octet != UInt8(ascii: "~")
        {
            last = try value()
        }
        guard field.range.contains(first) else { throw outside(first, column) }
        guard field.range.contains(last) else { throw outside(last, column) }
        guard first <= last else { throw failure("the range runs backwards", column: column) }
        // Mixed once more (SplitMix64), so that neighbouring keys differ in all bits.
        draws &+= 0x9e37_79b9_7f4a_7c15
        var mixed = draws
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        let start = first + Int(mixed % UInt64(last - first + 1))
        return (start, cursor.next(is: "/") ? last : start)
    }

    /// Takes `L`, `LW`, `15W`, `5L` or `mon#1` if one of them stands here.
    private mutating func takeSpecial() throws(CrontabError) -> Bool {
        let start = cursor.at
        let text = cursor.takeAlphanumeric().uppercased()
        if field == .dayOfMonth {
            if text == "L" {
                special.isLastDay = true
                return true
            }
            if text == "LW" || text == "WL" {
                special.isLastWeekday = true
                return true
            }
            if text.hasSuffix("W"), let day = Self.number(String(text.dropLast())), field.range.contains(day) {
                special.nearestWeekdays |= 1 << UInt64(day)
                return true
            }
        } else if field == .dayOfWeek {
            if text.hasSuffix("L"), let day = try Self.value(String(text.dropLast()), field), field.range.contains(day)
            {
                special.lastOfMonth |= 1 << UInt64(day % 7)
                return true
            }
            if cursor.next(is: "#"), let day = try Self.value(text, field), field.range.contains(day) {
                cursor.at += 1
                let column = cursor.column
                guard let number = Self.number(cursor.takeAlphanumeric()), (1...5).contains(number) else {
                    throw failure("which of the month must be 1 to 5", column: column)
                }
                special.numbered.insert(SpecialDays.Numbered(weekday: day % 7, number: number))
                return true
            }
        }
        cursor.at = start
        return false
    }
}

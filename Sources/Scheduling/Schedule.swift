/// What stands before the command of a crontab entry.
public enum Schedule: Hashable, Sendable {
    /// `@reboot`: once after each start of the machine.
    case reboot
    case calendar(CronExpression)

    /// What an @ word stands for; nil for `@reboot` and for what is none.
    private static func fields(_ word: String) -> String? {
        switch word {
        case "yearly", "annually": "0 0 1 1 *"
        case "monthly": "0 0 1 * *"
        case "weekly": "0 0 * * 0"
        case "daily", "midnight": "0 0 * * *"
        case "hourly": "0 * * * *"
        default: nil
        }
    }

    /// Reads the fields or the @ word at the start of a line, and the blanks behind.
    static func read(
        _ cursor: inout LineCursor, dialect: Dialect, withSeconds: Bool, key: UInt64
    ) throws(CrontabError) -> (Schedule, [CrontabNote]) {
        let column = cursor.column
        if cursor.take("@") {
            let word = String(decoding: cursor.takeWord(), as: UTF8.self)
            cursor.skipBlanks()
            if word == "reboot" { return (.reboot, []) }
            guard let fields = fields(word) else {
                throw CrontabError(
                    column: column, word: "bad time specifier",
                    reason:
                        "@\(word) is none of @reboot, @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly"
                )
            }
            var reader = FieldReader(LineCursor(fields.utf8), dialect: dialect, key: key)
            return (.calendar(try CronExpression(&reader, withSeconds: false)), [])
        }
        var reader = FieldReader(cursor, dialect: dialect, key: key)
        let expression = try CronExpression(&reader, withSeconds: withSeconds)
        cursor = reader.cursor
        return (.calendar(expression), reader.notes)
    }

    /// Reads an expression that stands alone.
    ///
    /// - Throws: also if something stands behind it, or if it runs backwards and so would never run.
    public static func reading(
        _ text: String, dialect: Dialect = .debian, withSeconds: Bool = false, key: UInt64 = 0
    ) throws(CrontabError) -> (Schedule, [CrontabNote]) {
        var cursor = LineCursor(text.utf8)
        cursor.skipBlanks()
        let (schedule, notes) = try read(&cursor, dialect: dialect, withSeconds: withSeconds, key: key)
        guard cursor.isAtEnd else {
            throw CrontabError(column: cursor.column, word: "too many fields", reason: "the expression ends here")
        }
        if let refusal = notes.first(where: \.isRefusal) {
            throw CrontabError(column: refusal.column, word: "never runs", reason: refusal.text)
        }
        return (schedule, notes)
    }
}

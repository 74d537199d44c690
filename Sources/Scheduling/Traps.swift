/// What is valid in a crontab entry, and yet seldom what was meant.
enum Traps {
    /// - Parameter length: of the line, in octets.
    static func notes(_ entry: CrontabEntry, length: Int) -> [CrontabNote] {
        let commandColumn = length - entry.command.count + 1
        var notes = commandNotes(entry.command, commandColumn)
        guard case .calendar(let expression) = entry.schedule else { return notes }
        notes += timeNotes(expression)
        return notes
    }

    private static func commandNotes(_ command: [UInt8], _ column: Int) -> [CrontabNote] {
        var notes: [CrontabNote] = []
        if let at = freePercent(command) {
            notes.append(
                CrontabNote(
                    column: column + at,
                    text: "% ends the command: the rest goes to its standard input; write \\% for a percent sign"))
        }
        if let at = command.firstIndex(of: 0) {
            notes.append(
                CrontabNote(
                    column: column + at, text: "there is an octet 0 in it, which no program can be given",
                    isRefusal: true))
        }
        if command.last == UInt8(ascii: "\r") {
            notes.append(CrontabNote(column: column + command.count - 1, text: "the line ends in a carriage return"))
        }
        return notes
    }

    /// Where the first percent sign without a backslash stands.
    private static func freePercent(_ command: [UInt8]) -> Int? {
        var isEscaped = false
        for (index, octet) in command.enumerated() {
            if octet == UInt8(ascii: "%"), !isEscaped { return index }
            isEscaped = octet == UInt8(ascii: "\\") && !isEscaped
        }
        return nil
    }

    private static func timeNotes(_ expression: CronExpression) -> [CrontabNote] {
        var notes: [CrontabNote] = []
        func note(_ text: String, _ isRefusal: Bool = false) {
            notes.append(CrontabNote(column: 1, text: text, isRefusal: isRefusal))
        }
        let isEmpty = [
            expression.minutes, expression.hours, expression.daysOfMonth, expression.months, expression.daysOfWeek,
        ].contains(0)
        if !isEmpty, expression.nextLocalMinute(after: 0) == nil { note("no such day exists: it never runs") }
        if expression.isMinuteStar, !expression.isHourStar, expression.minutes.nonzeroBitCount == 60 {
            note("it runs in every minute of these hours, not once; write 0 for the first field to run once an hour")
        }
        if !expression.isDayOfMonthStar, !expression.isDayOfWeekStar,
            expression.daysOfMonth.nonzeroBitCount < 31, expression.daysOfWeek.nonzeroBitCount < 8
        {
            note("it runs on days of the month or of the week, whichever matches, not only where both do")
        }
        if let step = unevenStep(expression.minutes, 60), expression.isMinuteStar {
            note("\(step) minutes do not divide an hour: each hour starts anew at 0")
        }
        if let step = unevenStep(expression.hours, 24), expression.isHourStar {
            note("\(step) hours do not divide a day: each day starts anew at 0")
        }
        // Nearly all changes of the clock are between midnight and three.
        let night = expression.hours & 0b1111
        if night != 0, expression.hours & ~0b1111 == 0, expression.isMinuteStar {
            note("where the clock is put forward over these hours, it does not run on that day; where back, twice")
        }
        if night != 0, expression.hours & ~0b1111 == 0, !expression.isWildcard,
            expression.minutes.nonzeroBitCount > 1
        {
            note("where the clock is put forward over these hours, it starts several times at the end of them")
        }
        return notes
    }

    /// The distance between the values of a set that starts at 0 and is even but for the way round.
    private static func unevenStep(_ set: UInt64, _ size: Int) -> Int? {
        guard set & 1 == 1, set.nonzeroBitCount > 1 else { return nil }
        let step = (set & ~1).trailingZeroBitCount
        let isStep = stride(from: 0, to: size, by: step).reduce(UInt64(0)) { $0 | 1 << UInt64($1) } == set
        return isStep && size % step != 0 ? step : nil
    }
}

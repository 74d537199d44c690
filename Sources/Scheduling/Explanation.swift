extension CronExpression {
    /// When it runs, in a sentence: `At 02:30 on Monday to Friday.`
    public var explanation: String {
        var parts = [timeOfDay]
        let days = dayPart
        if !days.isEmpty { parts.append(days) }
        if months.nonzeroBitCount < 12 { parts.append("in " + Self.list(months, 1...12) { Self.monthNames[$0 - 1] }) }
        return parts.joined(separator: " ") + "."
    }

    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    private var timeOfDay: String {
        let hasSeconds = seconds != 1
        let secondsPart =
            hasSeconds
            ? (seconds.nonzeroBitCount == 60
                ? "every second of " : "second \(Self.list(seconds, 0...59) { "\($0)" }) of ")
            : ""
        let times = minutes.nonzeroBitCount * hours.nonzeroBitCount
        if times == 0 { return "Never" }
        if times <= 6 {
            var texts: [String] = []
            for hour in 0...23 where hours & (1 << UInt64(hour)) != 0 {
                for minute in 0...59 where minutes & (1 << UInt64(minute)) != 0 {
                    texts.append("\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)")
                }
            }
            return "At \(secondsPart)\(Self.joined(texts))"
        }
        let minutePart: String
        if minutes.nonzeroBitCount == 60 {
            minutePart = "every minute"
        } else {
            minutePart =
                "minute\(minutes.nonzeroBitCount == 1 ? "" : "s") \(Self.list(minutes, 0...59) { "\($0)" })"
        }
        let hourPart =
            hours.nonzeroBitCount == 24
            ? (minutes.nonzeroBitCount == 60 ? "" : " of every hour")
            : " of hour\(hours.nonzeroBitCount == 1 ? "" : "s") \(Self.list(hours, 0...23) { "\($0)" })"
        return "At \(secondsPart)\(minutePart)\(hourPart)"
    }

    private var dayPart: String {
        var ofMonth: [String] = []
        if daysOfMonth.nonzeroBitCount < 31, daysOfMonth != 0 {
            let word = isDayOfMonthStar || isDayOfWeekStar ? "or" : "and"
            ofMonth.append("day \(Self.list(daysOfMonth, 1...31, word) { "\($0)" }) of the month")
        }
        if special.isLastDay { ofMonth.append("the last day of the month") }
        if special.isLastWeekday { ofMonth.append("the last working day of the month") }
        if special.nearestWeekdays != 0 {
            ofMonth.append("the working day nearest to day \(Self.list(special.nearestWeekdays, 1...31) { "\($0)" })")
        }
        var ofWeek: [String] = []
        // Sunday stands once, at the end of the week if it begins none.
        let week = daysOfWeek & 0b0111_1111
        if week.nonzeroBitCount < 7, week != 0 {
            let shown = week & 1 != 0 && week & 0b10 == 0 ? (week & ~1) | 0b1000_0000 : week
            ofWeek.append(Self.list(shown, 0...7) { Self.weekdayNames[$0] })
        }
        if special.lastOfMonth != 0 {
            ofWeek.append("the last \(Self.list(special.lastOfMonth, 0...6) { Self.weekdayNames[$0] }) of the month")
        }
        for numbered in special.numbered.sorted(by: { ($0.number, $0.weekday) < ($1.number, $1.weekday) }) {
            ofWeek.append("\(Self.weekdayNames[numbered.weekday]) number \(numbered.number) of the month")
        }
        if daysOfMonth == 0, ofMonth.isEmpty { ofMonth = ["no day of the month"] }
        if daysOfWeek == 0, ofWeek.isEmpty { ofWeek = ["no day of the week"] }
        if ofMonth.isEmpty, ofWeek.isEmpty { return "" }
        if isDayOfMonthStar || isDayOfWeekStar || ofMonth.isEmpty || ofWeek.isEmpty {
            // With a * in front both must match; a full set on one side of "or" matches every day.
            let isOr = !isDayOfMonthStar && !isDayOfWeekStar
            if isOr { return "" }
            return "on "
                + [Self.joined(ofWeek), Self.joined(ofMonth)].filter { !$0.isEmpty }.joined(separator: ", if it is ")
        }
        return "on \(Self.joined(ofMonth)) and also on \(Self.joined(ofWeek))"
    }

    /// `1, 3 to 5 and 9`
    private static func list(
        _ set: UInt64, _ range: ClosedRange<Int>, _ word: String = "and", _ name: (Int) -> String
    ) -> String {
        var parts: [String] = []
        var value = range.lowerBound
        while value <= range.upperBound {
            guard set & (1 << UInt64(value)) != 0 else {
                value += 1
                continue
            }
            var last = value
            while last < range.upperBound, set & (1 << UInt64(last + 1)) != 0 { last += 1 }
            switch last - value {
            case 0: parts.append(name(value))
            case 1: parts += [name(value), name(last)]
            default: parts.append("\(name(value)) to \(name(last))")
            }
            value = last + 1
        }
        return joined(parts, word)
    }

    private static func joined(_ parts: [String], _ word: String = "and") -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " \(word) " + last
    }
}

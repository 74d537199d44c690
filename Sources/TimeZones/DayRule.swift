internal import TimeBase

/// The day and time at which a POSIX rule changes the clocks, each year (POSIX.1 section 8.3, RFC 9636 section 3.3.1).
struct DayRule: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// `Jn`: 1...365, 29 February is never counted.
        case julian(Int)
        /// `n`: 0...365, 29 February is counted.
        case ordinal(Int)
        /// `Mm.w.d`: weekday 0...6 (Sunday is 0) of week 1...5 (5 is the last) of a month.
        case weekday(month: Int, week: Int, day: Int)
    }

    var day: Day
    /// Seconds after local midnight, -167 to 167 hours.
    var time: Int

    /// Local seconds since 1970-01-01 00:00:00 (counted as if local time were UTC) in a year.
    func localSeconds(year: Int) -> Int {
        let dayNumber: Int
        switch day {
        case .julian(let number):
            let leap = Self.isLeap(year) && number >= 60 ? 1 : 0
            dayNumber = CivilDate.daysSince1970(year: year, month: 1, day: 1) + number - 1 + leap
        case .ordinal(let number):
            dayNumber = CivilDate.daysSince1970(year: year, month: 1, day: 1) + number
        case .weekday(let month, let week, let weekday):
            let first = CivilDate.daysSince1970(year: year, month: month, day: 1)
            let weekdayOfFirst = Self.remainder(first + 4, 7)
            var candidate = first + Self.remainder(weekday - weekdayOfFirst, 7) + (week - 1) * 7
            let next =
                month == 12
                ? CivilDate.daysSince1970(year: year + 1, month: 1, day: 1)
                : CivilDate.daysSince1970(year: year, month: month + 1, day: 1)
            while candidate >= next { candidate -= 7 }
            dayNumber = candidate
        }
        return dayNumber * 86400 + time
    }

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The remainder that is never negative.
    static func remainder(_ number: Int, _ divisor: Int) -> Int {
        let rest = number % divisor
        return rest < 0 ? rest + divisor : rest
    }
}

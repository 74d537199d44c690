internal import TimeBase

/// A day of the calendar on the wall.
struct LocalDay: Hashable, Sendable {
    /// Days since 1970-01-01.
    var number: Int
    var year: Int
    var month: Int
    var day: Int

    init(number: Int) {
        self.number = number
        (year, month, day) = CivilDate.date(daysSince1970: number)
    }

    init(year: Int, month: Int, day: Int) {
        self.init(number: CivilDate.daysSince1970(year: year, month: month, day: day))
    }

    /// 0 is Sunday.
    var weekday: Int { floorRemainder(number + 4, 7) }

    /// How many days the month has.
    var length: Int { Self.length(year: year, month: month) }

    static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The first day of the next month.
    var firstOfNextMonth: LocalDay {
        month == 12 ? LocalDay(year: year + 1, month: 1, day: 1) : LocalDay(year: year, month: month + 1, day: 1)
    }
}

/// The quotient rounded down, also for what lies before 1970.
package func floorQuotient(_ number: Int, _ divisor: Int) -> Int {
    number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
}

/// The remainder that is never negative.
package func floorRemainder(_ number: Int, _ divisor: Int) -> Int {
    number - floorQuotient(number, divisor) * divisor
}

/// Days that depend on the month: those of `L`, `W` and `#`, which no crontab has.
struct SpecialDays: Hashable, Sendable {
    struct Numbered: Hashable, Sendable {
        var weekday: Int
        var number: Int
    }

    /// `L` in the day of month.
    var isLastDay = false
    /// `LW`: the last day from Monday to Friday.
    var isLastWeekday = false
    /// `15W`: the day from Monday to Friday nearest to the 15th in the same month; one bit for each day.
    var nearestWeekdays: UInt64 = 0
    /// `5L`: the last Friday; one bit for each day of the week.
    var lastOfMonth: UInt64 = 0
    /// `mon#1`: the first Monday.
    var numbered: Set<Numbered> = []

    var isEmpty: Bool { self == SpecialDays() }

    func matchesDayOfMonth(_ day: LocalDay) -> Bool {
        if isLastDay, day.day == day.length { return true }
        let isWorkday = day.weekday >= 1 && day.weekday <= 5
        guard isWorkday else { return false }
        if isLastWeekday, day.day == day.length || (day.weekday == 5 && day.day >= day.length - 2) { return true }
        guard nearestWeekdays != 0 else { return false }
        for wanted in 1...31 where nearestWeekdays & (1 << UInt64(wanted)) != 0 && wanted <= day.length {
            let weekday = (day.weekday + wanted - day.day + 35) % 7
            let moved =
                switch weekday {
                case 6: wanted == 1 ? wanted + 2 : wanted - 1
                case 0: wanted == day.length ? wanted - 2 : wanted + 1
                default: wanted
                }
            if moved == day.day { return true }
        }
        return false
    }

    func matchesDayOfWeek(_ day: LocalDay) -> Bool {
        if lastOfMonth & (1 << UInt64(day.weekday)) != 0, day.day + 7 > day.length { return true }
        return !numbered.isEmpty && numbered.contains(Numbered(weekday: day.weekday, number: (day.day + 6) / 7))
    }
}

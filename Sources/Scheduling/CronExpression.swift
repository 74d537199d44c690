/// When a job runs: the five fields of crontab(5), with seconds where they were asked for.
public struct CronExpression: Hashable, Sendable {
    /// One bit for each second, minute, hour, day (1...31), month (1...12), weekday (0...7; 0 and 7 are Sunday).
    public internal(set) var seconds: UInt64 = 1
    public internal(set) var minutes: UInt64
    public internal(set) var hours: UInt64
    public internal(set) var daysOfMonth: UInt64
    public internal(set) var months: UInt64
    public internal(set) var daysOfWeek: UInt64

    /// Whether a field's first character is `*`: this, not whether its set is full, decides how days combine and what
    /// happens when the clock changes.
    public internal(set) var isMinuteStar: Bool
    public internal(set) var isHourStar: Bool
    public internal(set) var isDayOfMonthStar: Bool
    public internal(set) var isDayOfWeekStar: Bool

    var special = SpecialDays()

    /// A job for every so many minutes or hours rather than for a time of day. Around a change of the clock it follows
    /// the clock; others are made up for.
    public var isWildcard: Bool { isMinuteStar || isHourStar }

    /// Reads an expression that stands alone: five fields, six with seconds, or an @ word other than `@reboot`.
    ///
    /// - Parameter key: what random ranges (`~`) are drawn from.
    public init(
        _ text: String, dialect: Dialect = .debian, withSeconds: Bool = false, key: UInt64 = 0
    ) throws(CrontabError) {
        let (schedule, _) = try Schedule.reading(text, dialect: dialect, withSeconds: withSeconds, key: key)
        guard case .calendar(let expression) = schedule else {
            throw CrontabError(column: 1, word: "bad time specifier", reason: "@reboot has no time")
        }
        self = expression
    }

    init(_ reader: inout FieldReader, withSeconds: Bool) throws(CrontabError) {
        if withSeconds { seconds = try reader.read(.second).set }
        (minutes, isMinuteStar) = try reader.read(.minute)
        (hours, isHourStar) = try reader.read(.hour)
        (daysOfMonth, isDayOfMonthStar) = try reader.read(.dayOfMonth)
        (months, _) = try reader.read(.month)
        (daysOfWeek, isDayOfWeekStar) = try reader.read(.dayOfWeek)
        if daysOfWeek & 0b1000_0001 != 0 { daysOfWeek |= 0b1000_0001 }
        special = reader.special
    }

    /// Whether it runs on a day.
    func matches(_ day: LocalDay) -> Bool {
        guard months & (1 << UInt64(day.month)) != 0 else { return false }
        let byMonth = daysOfMonth & (1 << UInt64(day.day)) != 0 || special.matchesDayOfMonth(day)
        let byWeek = daysOfWeek & (1 << UInt64(day.weekday)) != 0 || special.matchesDayOfWeek(day)
        return isDayOfMonthStar || isDayOfWeekStar ? byMonth && byWeek : byMonth || byWeek
    }

    /// Whether it runs in a local minute, counted from 1970-01-01 00:00 on the wall.
    public func matches(localMinute: Int) -> Bool {
        let ofDay = floorRemainder(localMinute, 1440)
        guard minutes & (1 << UInt64(ofDay % 60)) != 0, hours & (1 << UInt64(ofDay / 60)) != 0 else { return false }
        return matches(LocalDay(number: floorQuotient(localMinute, 1440)))
    }

    /// The next local minute in which it runs by the calendar alone, strictly after one.
    ///
    /// - Returns: nil if it does not run for 400 years, after which the calendar repeats.
    public func nextLocalMinute(after minute: Int) -> Int? {
        guard canMatch else { return nil }
        let start = minute + 1
        var day = LocalDay(number: floorQuotient(start, 1440))
        let end = day.number + 146_097 + 1
        if matches(day), let ofDay = nextOfDay(from: floorRemainder(start, 1440)) { return day.number * 1440 + ofDay }
        day = LocalDay(number: day.number + 1)
        while day.number <= end {
            if months & (1 << UInt64(day.month)) == 0 {
                day = day.firstOfNextMonth
            } else if matches(day), let ofDay = nextOfDay(from: 0) {
                return day.number * 1440 + ofDay
            } else {
                day = LocalDay(number: day.number + 1)
            }
        }
        return nil
    }

    /// Whether there is any minute in which it runs. Without this the search for one that does not exist takes 400 years.
    package var canMatch: Bool {
        guard minutes != 0, hours != 0, months != 0 else { return false }
        guard special.isEmpty else { return true }
        // In a leap year, which has every day that there is; each of them falls on every day of the week at some time.
        let isInMonth = (1...12).contains { month in
            let days = ~(~UInt64(0) << UInt64(LocalDay.length(year: 2000, month: month) + 1)) & ~1
            return months & (1 << UInt64(month)) != 0 && daysOfMonth & days != 0
        }
        let isInWeek = daysOfWeek != 0
        return isDayOfMonthStar || isDayOfWeekStar ? isInMonth && isInWeek : isInMonth || isInWeek
    }

    /// The first minute of the day at or after one.
    private func nextOfDay(from minute: Int) -> Int? {
        let hour = minute / 60
        let rest = minutes & ~0 << UInt64(minute % 60)
        if hours & (1 << UInt64(hour)) != 0, rest != 0 { return hour * 60 + rest.trailingZeroBitCount }
        let later = hours & ~0 << UInt64(hour + 1)
        return later == 0 ? nil : later.trailingZeroBitCount * 60 + minutes.trailingZeroBitCount
    }
}

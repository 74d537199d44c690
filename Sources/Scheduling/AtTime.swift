public import TimeZones

/// Why at refuses a time.
public enum AtError: Error, Hashable, Sendable {
    /// The words make no sense; what at says of them.
    case garbled(String)
    /// The time is before now.
    case past
    /// There is no such day, such as 30 February.
    case noSuchDate
    /// More than ten million units away, or beyond the year 9999.
    case tooFar
    /// Not of the form `[[CC]YY]MMDDhhmm[.ss]`, or no time that clocks show.
    case invalidStamp(String)

    /// As at says it.
    public var sentence: String {
        switch self {
        case .garbled(let text): "\(text)\nGarbled time"
        case .past: "at: refusing to create job destined in the past"
        case .noSuchDate: "at: there is no such date"
        case .tooFar: "at: that is too far away"
        case .invalidStamp(let text): "invalid date format: \(text)"
        }
    }
}

/// When a job given to at runs. Instants are seconds since 1970-01-01 00:00:00 UTC, times are whole minutes.
public enum AtTime {
    /// Resolves at's words (at(1), its `timespec`), such as `noon tomorrow + 3 days`.
    ///
    /// Where at itself errs by an hour or a year (see Documentation/Jobs.md), this gives what was meant.
    public static func resolve(words: String, now: Int, zone: Zone) throws(AtError) -> Int {
        let specification = try AtSpecification(words)
        return try AtResolution(specification, now: now, zone: specification.isUTC ? .utc : zone).instant()
    }

    /// Resolves the argument of `-t`: `[[CC]YY]MMDDhhmm[.ss]` (touch(1)). The past is allowed, and runs at once.
    public static func resolve(stamp: String, now: Int, zone: Zone) throws(AtError) -> Int {
        let parts = stamp.split(separator: ".", omittingEmptySubsequences: false)
        guard let main = parts.first, parts.count <= 2, [8, 10, 12].contains(main.utf8.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } }),
            parts.count == 1 || (parts[1].utf8.count == 2 && (Int(parts[1]) ?? 99) <= 60)
        else { throw .invalidStamp(stamp) }
        let digits = main.utf8.map { Int($0 - UInt8(ascii: "0")) }
        let end = digits.count
        func pair(_ fromEnd: Int) -> Int { digits[end - fromEnd] * 10 + digits[end - fromEnd + 1] }
        let (month, day, hour, minute) = (pair(8), pair(6), pair(4), pair(2))
        let year =
            switch end {
            case 12: pair(12) * 100 + pair(10)
            case 10: pair(10) <= 68 ? 2000 + pair(10) : 1900 + pair(10)
            default: LocalDay(number: floorQuotient(zone.local(now), 86400)).year
            }
        guard (1...12).contains(month), day >= 1, day <= LocalDay.length(year: year, month: month), hour <= 23,
            minute <= 59, year >= 1970
        else { throw .invalidStamp(stamp) }
        let local = LocalDay(year: year, month: month, day: day).number * 86400 + hour * 3600 + minute * 60
        switch zone.resolve(local: local) {
        case .one(let instant): return instant
        // Which of two is asked cannot be said in this form; like the C library's mktime after a winter's time.
        case .fold(_, let last): return last
        case .gap: throw .invalidStamp(stamp)
        }
    }
}

/// Turns words into an instant.
private struct AtResolution {
    private let specification: AtSpecification
    private let zone: Zone
    /// Cut to the minute.
    private let now: Int
    private let today: LocalDay
    private let minuteOfDay: Int

    init(_ specification: AtSpecification, now: Int, zone: Zone) {
        self.specification = specification
        self.zone = zone
        self.now = floorQuotient(now, 60) * 60
        let local = zone.local(self.now)
        today = LocalDay(number: floorQuotient(local, 86400))
        minuteOfDay = floorQuotient(floorRemainder(local, 86400), 60)
    }

    func instant() throws(AtError) -> Int {
        let result = try resolved()
        guard result >= now else { throw .past }
        // The year 9999.
        guard result < 253_402_300_800 else { throw .tooFar }
        return result
    }

    private var isTimeOnly: Bool {
        specification.time != nil && specification.day == .none
            && !specification.additions.contains { $0.unit != .minute && $0.unit != .hour }
    }

    private func resolved() throws(AtError) -> Int {
        let minute = specification.time.map { $0.hour * 60 + $0.minute } ?? minuteOfDay
        let day = try startDay()
        let result = try added(day, minute)
        // Compared on the wall: half past two is over at three also where the clock has skipped it.
        let shown = specification.additions.isEmpty ? day.number * 86400 + minute * 60 : zone.local(result)
        if isTimeOnly, shown <= zone.local(now) {
            return try added(LocalDay(number: day.number + 1), minute)
        }
        if case .date(nil, let month, let dayOfMonth) = specification.day {
            let resultDay = LocalDay(number: floorQuotient(zone.local(result), 86400))
            let isBackward = specification.additions.contains { $0.count < 0 }
            // A date without a year that is over means next year's; a date that a minus has led into the past does not.
            if resultDay.number < today.number, resultDay.year == today.year, !isBackward || day.number < today.number {
                guard dayOfMonth <= LocalDay.length(year: day.year + 1, month: month) else { throw .noSuchDate }
                return try added(LocalDay(year: day.year + 1, month: month, day: dayOfMonth), minute)
            }
        }
        return result
    }

    private func startDay() throws(AtError) -> LocalDay {
        switch specification.day {
        case .none, .today, .addition: return today
        case .tomorrow: return LocalDay(number: today.number + 1)
        case .weekday(let weekday):
            let distance = floorRemainder(weekday - today.weekday, 7)
            return LocalDay(number: today.number + (distance == 0 ? 7 : distance))
        case .date(let year, let month, let day):
            guard day <= LocalDay.length(year: year ?? today.year, month: month) else { throw .noSuchDate }
            return LocalDay(year: year ?? today.year, month: month, day: day)
        }
    }

    /// Adds months and years, then days and weeks on the calendar, then elapsed time.
    private func added(_ start: LocalDay, _ minute: Int) throws(AtError) -> Int {
        var months = 0
        var days = 0
        var elapsed = 0
        for addition in specification.additions {
            switch addition.unit {
            case .minute: elapsed += addition.count * 60
            case .hour: elapsed += addition.count * 3600
            case .day: days += addition.count
            case .week: days += addition.count * 7
            case .month: months += addition.count
            case .year: months += addition.count * 12
            }
        }
        var number = start.number
        if months != 0 {
            // Days that the month does not have roll over into the next, as in the C library.
            let total = start.year * 12 + start.month - 1 + months
            let first = LocalDay(year: floorQuotient(total, 12), month: floorRemainder(total, 12) + 1, day: 1)
            number = first.number + start.day - 1
        }
        return instant(local: (number + days) * 86400 + minute * 60) + elapsed
    }

    private func instant(local: Int) -> Int {
        switch zone.resolve(local: local) {
        case .one(let instant): instant
        // The first one that is not over.
        case .fold(let first, let last): first >= now ? first : last
        // Forward by the gap.
        case .gap(let transition): local - transition.before.offset
        }
    }
}

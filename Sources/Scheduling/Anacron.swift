/// How often anacron runs a job (anacrontab(5)).
public enum AnacronPeriod: Hashable, Sendable {
    case days(Int)
    case monthly
    case yearly

    /// Reads a number of days, `@daily`, `@weekly`, `@monthly`, `@yearly` or `@annually`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "@daily": self = .days(1)
        case "@weekly": self = .days(7)
        case "@monthly": self = .monthly
        case "@yearly", "@annually": self = .yearly
        default:
            guard text.utf8.count <= 6, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
                let days = Int(text)
            else { return nil }
            self = .days(days)
        }
    }
}

/// Whether anacron runs a job on a day.
public enum Anacron {
    /// - Parameters:
    ///   - stamp: the contents of the job's time stamp file, `YYYYMMDD`; nil if there is none.
    ///   - today: the local date, in days since 1970-01-01.
    ///   - isForced: `-f`, whatever the stamp says.
    public static func isDue(_ period: AnacronPeriod, stamp: String?, today: Int, isForced: Bool = false) -> Bool {
        guard !isForced, let stamp, let last = day(stamp: stamp) else { return true }
        let elapsed = today - last
        // A stamp in the future says that the clock was wrong.
        guard elapsed >= 0 else { return true }
        let day = LocalDay(number: today)
        switch period {
        case .days(let days): return elapsed >= days
        case .monthly:
            let lastMonth = LocalDay(number: today - day.day).length
            return elapsed >= lastMonth || elapsed == day.length
        case .yearly:
            let lastYear = length(year: day.year - 1)
            return elapsed >= lastYear || elapsed == length(year: day.year)
        }
    }

    /// The day of a stamp in days since 1970-01-01; nil if it is none.
    static func day(stamp: String) -> Int? {
        let digits = stamp.utf8.prefix(8).compactMap {
            $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") ? Int($0 - UInt8(ascii: "0")) : nil
        }
        guard digits.count == 8 else { return nil }
        let number = digits.reduce(0) { $0 * 10 + $1 }
        let (year, month, day) = (number / 10000, number / 100 % 100, number % 100)
        guard (1...12).contains(month), day >= 1, day <= LocalDay.length(year: year, month: month) else { return nil }
        return LocalDay(year: year, month: month, day: day).number
    }

    private static func length(year: Int) -> Int {
        LocalDay(year: year + 1, month: 1, day: 1).number - LocalDay(year: year, month: 1, day: 1).number
    }
}

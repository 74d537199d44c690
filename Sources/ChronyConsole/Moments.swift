internal import TimeBase

/// Dates as chronyc prints them.
enum Moments {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Mon Nov 30 07:10:37 2026`, UTC; the epoch where it is not known, as chronyc has it.
    static func sentence(_ instant: Instant<Realtime>?) -> String {
        let instant = instant ?? Instant(sinceEpoch: .zero)
        let date = CivilDate(instant)
        let count = CivilDate.daysSince1970(year: date.year, month: date.month, day: date.day)
        let day = days[(count % 7 + 7) % 7]
        let number = date.day < 10 ? "0\(date.day)" : "\(date.day)"
        return "\(day) \(months[date.month - 1]) \(number) \(date.timeText) \(date.year)"
    }

    /// `2026-11-30 07:10:37`, UTC.
    static func columns(_ instant: Instant<Realtime>?) -> String {
        let date = CivilDate(instant ?? Instant(sinceEpoch: .zero))
        return "\(date.dateText) \(date.timeText)"
    }

    /// Seconds since 1970 with nine decimals.
    static func raw(_ instant: Instant<Realtime>?) -> String {
        let nanoseconds = (instant ?? Instant(sinceEpoch: .zero)).sinceEpoch.inNanoseconds
        let size = nanoseconds.magnitude
        let digits = String(size % 1_000_000_000)
        let zeros = String(repeating: "0", count: 9 - digits.count)
        return "\(nanoseconds < 0 ? "-" : "")\(size / 1_000_000_000).\(zeros)\(digits)"
    }
}

extension LeapIndicator {
    var consoleWords: String {
        switch self {
        case .none: "Normal"
        case .insertSecond: "Insert second"
        case .deleteSecond: "Delete second"
        case .unsynchronised: "Not synchronised"
        }
    }

    var consoleLetter: String {
        switch self {
        case .none: "N"
        case .insertSecond: "+"
        case .deleteSecond: "-"
        case .unsynchronised: "?"
        }
    }
}

/// One of the fields that say when a job runs (crontab(5)).
enum Field: Hashable, Sendable {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names of its values, from the lowest; Sunday is the 0 of the week.
    var names: [String] {
        switch self {
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        default: []
        }
    }

    /// What cron says if it cannot read the field.
    var errorWord: String {
        switch self {
        case .second: "bad second"
        case .minute: "bad minute"
        case .hour: "bad hour"
        case .dayOfMonth: "bad day-of-month"
        case .month: "bad month"
        case .dayOfWeek: "bad day-of-week"
        }
    }
}

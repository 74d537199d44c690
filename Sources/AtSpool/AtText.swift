internal import TimeBase
public import TimeZones

/// What at, atq and atrm print, in the words that scripts look for.
public enum AtText {
    public static let warning = "warning: commands will be executed using /bin/sh"
    public static let notPermitted = "You do not have permission to use at."
    public static let prompt = "at> "
    public static let endOfText = "<EOT>"

    /// `job 11 at Thu Sep 11 13:54:00 2008`
    public static func accepted(_ number: UInt32, at seconds: Int, zone: Zone) -> String {
        "job \(number) at \(date(seconds, zone: zone))"
    }

    /// A line of atq: number, a tab, the time, the queue, the user.
    public static func row(_ number: UInt32, date: String, queue: AtQueue, user: String) -> String {
        "\(number)\t\(date) \(queue.text) \(user)"
    }

    public static func unknownJob(_ number: UInt32) -> String { "Cannot find jobid \(number)" }
    public static func notOwner(_ number: UInt32) -> String { "\(number): Not owner" }
    public static func isRunning(_ number: UInt32) -> String { "Warning: job \(number) already running" }
    public static func noNumber(_ word: String) -> String { "at: unknown jobid: \(word)" }

    /// `Output from your job       11`, the subject of a job's mail.
    public static func subject(_ number: UInt32) -> String {
        let digits = String(number)
        return "Output from your job " + String(repeating: " ", count: max(0, 8 - digits.utf8.count)) + digits
    }

    /// A local time as the C library's `ctime` writes it: `Thu Sep 11 13:54:00 2008`.
    public static func date(_ seconds: Int, zone: Zone) -> String {
        let local = zone.local(seconds)
        let date = CivilDate(Instant<Realtime>(sinceEpoch: .seconds(local)))
        let days = (local - (date.hour * 3600 + date.minute * 60 + date.second)) / 86400
        let weekday = ((days % 7) + 11) % 7
        return "\(weekdays[weekday]) \(months[date.month - 1]) \(two(date.day, " ")) "
            + "\(two(date.hour, "0")):\(two(date.minute, "0")):\(two(date.second, "0")) \(date.year)"
    }

    private static func two(_ number: Int, _ pad: String) -> String { number < 10 ? "\(pad)\(number)" : "\(number)" }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

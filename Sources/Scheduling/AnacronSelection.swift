/// Which jobs of an anacrontab are to run, when, and what is to be said of them.
public struct AnacronSelection: Sendable {
    /// A job that is to run.
    public struct Choice: Equatable, Sendable {
        public var job: AnacronJob
        /// Minutes to wait.
        public var delay: Int
    }

    public private(set) var choices: [Choice] = []
    /// What people should know of jobs: sentences.
    public private(set) var notes: [String] = []

    /// - Parameters:
    ///   - jobs: those that were asked for, in the order in which they were.
    ///   - isForced: `-f`
    ///   - isNow: `-n`: no delays, and the order stays; otherwise they are ordered by delay.
    ///   - stamp: what the time stamp file of a job holds; nil if there is none.
    ///   - today: the local date, in days since 1970-01-01.
    ///   - minute: minutes since local midnight.
    ///   - randomMinutes: a number from 0 up to the limit that is given, the same for each call (RANDOM_DELAY).
    public init(
        _ jobs: [AnacronJob], isForced: Bool, isNow: Bool, today: Int, minute: Int, randomMinutes: (Int) -> Int,
        stamp: (AnacronJob) -> String?
    ) {
        for job in jobs {
            let text = stamp(job)
            guard Anacron.isDue(job.period, stamp: text, today: today, isForced: isForced) else { continue }
            let random = job.value("RANDOM_DELAY").flatMap { Int($0) }.map { (0...1440).contains($0) ? $0 : 0 } ?? 0
            let delay = isNow ? 0 : job.delay + (random > 0 ? randomMinutes(random) : 0)
            if let range = job.value("START_HOURS_RANGE") {
                guard let hours = Self.hours(range) else {
                    notes.append(
                        "Job `\(job.identifier)': START_HOURS_RANGE=\(range) is no range such as 6-22; passed over")
                    continue
                }
                guard hours.contains((minute + delay) / 60 % 24) else {
                    notes.append("Job `\(job.identifier)' would start outside of its hours (\(range)); not now")
                    continue
                }
            }
            if let text, Anacron.isInFuture(stamp: text, today: today), !isForced {
                notes.append(
                    "Job `\(job.identifier)': its time stamp \(text.prefix(8)) is in the future: "
                        + "the clock was wrong then, or is now")
            }
            choices.append(Choice(job: job, delay: delay))
        }
        if !isNow {
            // Stable: those with the same delay stay in the table's order.
            choices = choices.enumerated().sorted { ($0.element.delay, $0.offset) < ($1.element.delay, $1.offset) }
                .map(\.element)
        }
    }

    /// `6-22`: from 6:00 until before 22:00.
    private static func hours(_ text: String) -> Range<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            Int(part.filter { $0 != " " && $0 != "\t" })
        }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first >= 0, last <= 24, first < last else {
            return nil
        }
        return first..<last
    }
}

extension Anacron {
    /// Whether a stamp bears a date after today; false for what is no date.
    public static func isInFuture(stamp: String, today: Int) -> Bool { day(stamp: stamp).map { $0 > today } ?? false }

    /// What a time stamp file holds for a day.
    public static func stamp(day: Int) -> String {
        let date = LocalDay(number: day)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2) + "\n"
    }
}

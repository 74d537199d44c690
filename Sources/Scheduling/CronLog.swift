internal import TimeBase
public import TimeZones

/// A start of a job, as cron logs it, or as it is expected: in which minute, as whom, what.
public struct CronStart: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01 00:00:00 UTC, a whole minute.
    public var minute: Int
    public var user: String
    /// As it stands in the table, with control characters as `^X`.
    public var command: String

    public init(minute: Int, user: String, command: [UInt8]) {
        self.minute = floorQuotient(minute, 60) * 60
        self.user = user
        var shown: [UInt8] = []
        for octet in command {
            if octet < 0x20 {
                shown += [UInt8(ascii: "^"), octet + 0x40]
            } else {
                shown.append(octet)
            }
        }
        self.command = String(decoding: shown, as: UTF8.self)
    }

    public static func < (left: CronStart, right: CronStart) -> Bool {
        (left.minute, left.user, left.command) < (right.minute, right.user, right.command)
    }
}

/// What cron has written to the system's log.
public enum CronLog {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The starts in a log: lines such as `Nov 24 23:40:01 host CRON[99]: (root) CMD (true)`, or with RFC 3339 in front.
    ///
    /// - Parameters:
    ///   - zone: in which times without an offset are meant.
    ///   - now: seconds since 1970; times without a year are not after it.
    public static func starts(_ text: String, zone: Zone, now: Int) -> [CronStart] {
        text.split(separator: "\n").compactMap { start($0, zone, now) }
    }

    private static func start(_ line: Substring, _ zone: Zone, _ now: Int) -> CronStart? {
        guard let tag = line.range(of: " CRON") ?? line.range(of: " /USR/SBIN/CRON"),
            let end = line[tag.upperBound...].range(of: "]: ("), let time = time(line[..<tag.lowerBound], zone, now)
        else { return nil }
        let message = line[end.upperBound...]
        guard let middle = message.range(of: ") CMD ("), message.hasSuffix(")") else { return nil }
        var command = message[middle.upperBound...].dropLast()
        // cron -L 8 puts the process number in front.
        if command.hasPrefix("["), let close = command.range(of: "] "),
            command[..<close.lowerBound].dropFirst().utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            })
        {
            command = command[close.upperBound...]
        }
        return CronStart(
            minute: time, user: String(message[..<middle.lowerBound]),
            // Some crons put blanks around the command.
            command: Array(command.utf8))
    }

    private static func time(_ head: Substring, _ zone: Zone, _ now: Int) -> Int? {
        let words = head.split(separator: " ")
        guard let first = words.first else { return nil }
        if let instant = InstantText.parse(String(first)) { return instant.seconds }
        guard words.count >= 3, let month = months.firstIndex(of: String(first)), let day = Int(words[1]) else {
            return nil
        }
        let parts = words[2].split(separator: ":").map { Int($0) }
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
            (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let year = LocalDay(number: floorQuotient(zone.local(now), 86400)).year
        for candidate in [year, year - 1] {
            let number = LocalDay(year: candidate, month: month + 1, day: 1).number + day - 1
            let local = number * 86400 + hour * 3600 + minute * 60 + second
            let instant: Int
            switch zone.resolve(local: local) {
            case .one(let only): instant = only
            // Which of two it is, the log does not say.
            case .fold(let first, _): instant = first
            case .gap(let transition): instant = local - transition.before.offset
            }
            // A day's grace for clocks that differ.
            if instant <= now + 86400 { return instant }
        }
        return nil
    }
}

extension Substring {
    /// Where a text stands in this one first.
    fileprivate func range(of text: String) -> Range<Index>? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
            at = index(after: at)
        }
        return nil
    }
}

/// What we would have started, beside what cron did.
public struct ShadowComparison: Equatable, Sendable {
    /// Starts of which both say the same.
    public private(set) var sameCount = 0
    /// We would have started these, and cron did not.
    public private(set) var onlyOurs: [CronStart] = []
    /// cron started these, and we would not have.
    public private(set) var onlyCrons: [CronStart] = []

    /// Compares as often as each start occurs.
    public init(ours: [CronStart], crons: [CronStart]) {
        var left: [CronStart: Int] = [:]
        for start in crons { left[start, default: 0] += 1 }
        for start in ours.sorted() {
            if let count = left[start], count > 0 {
                left[start] = count - 1
                sameCount += 1
            } else {
                onlyOurs.append(start)
            }
        }
        onlyCrons = left.flatMap { [CronStart](repeating: $0.key, count: $0.value) }.sorted()
    }
}

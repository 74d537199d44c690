internal import ExactStarts
public import Scheduling
internal import TimeBase

/// `#@timeball key=value …` on the line above an entry: what crontabs have no words for. To every other cron it is a
/// comment.
public struct Directive: Hashable, Sendable {
    /// Whether missed times are made up for.
    public enum CatchUp: Hashable, Sendable {
        case none
        /// One run for all that were missed in this time.
        case once(Duration)
    }

    public var name: String?
    public var zone: String?
    public var policy = RunPolicy()
    /// So long after the minute begins.
    public var offset = Duration.zero
    /// A delay of up to so much, always the same for this machine and job.
    public var jitter = Duration.zero
    public var catchUp = CatchUp.none
    private var isWrong = false
    private var late: LatePolicy?

    /// Stands for a directive that could not be read.
    static let wrong: Directive = {
        var directive = Directive()
        directive.isWrong = true
        return directive
    }()

    private init() {
        // Whoever uses these words wants no two runs at once; classic lines stay as they are.
        policy.overlap = .skip
    }

    static let mark = Array("#@timeball".utf8)

    /// Whether a line is one.
    public static func isDirective(_ line: some Collection<UInt8>) -> Bool {
        let text = line.drop { $0 == 0x20 || $0 == 0x09 }
        guard text.starts(with: mark) else { return false }
        return text.dropFirst(mark.count).first.map { $0 == 0x20 || $0 == 0x09 } ?? true
    }

    /// Reads a line that is one.
    ///
    /// - Throws: which word is wrong, and how.
    public init(_ line: some Sequence<UInt8>) throws(CrontabError) {
        self.init()
        let octets = Array(line)
        var at = (octets.firstIndex(of: UInt8(ascii: "#")) ?? 0) + Self.mark.count
        while true {
            while at < octets.count, octets[at] == 0x20 || octets[at] == 0x09 { at += 1 }
            guard at < octets.count else {
                try finish()
                return
            }
            let column = at + 1
            let (key, value) = try Self.word(octets, &at)
            try take(key, value, column)
        }
    }

    /// `key=value`; the value may stand between double quotes, in which `\"` and `\\` are what they seem.
    private static func word(_ octets: [UInt8], _ at: inout Int) throws(CrontabError) -> (key: String, value: [UInt8]) {
        let start = at
        while at < octets.count, octets[at] != UInt8(ascii: "="), octets[at] != 0x20, octets[at] != 0x09 { at += 1 }
        let key = String(decoding: octets[start..<at], as: UTF8.self)
        guard at < octets.count, octets[at] == UInt8(ascii: "=") else {
            throw CrontabError(
                column: start + 1, word: "bad directive", reason: "\(key.debugDescription) needs = and a value")
        }
        at += 1
        var value: [UInt8] = []
        guard at < octets.count, octets[at] == UInt8(ascii: "\"") else {
            while at < octets.count, octets[at] != 0x20, octets[at] != 0x09 {
                value.append(octets[at])
                at += 1
            }
            return (key, value)
        }
        let quote = at + 1
        at += 1
        while at < octets.count, octets[at] != UInt8(ascii: "\"") {
            if octets[at] == UInt8(ascii: "\\"), at + 1 < octets.count { at += 1 }
            value.append(octets[at])
            at += 1
        }
        guard at < octets.count else {
            throw CrontabError(column: quote, word: "bad directive", reason: "the quote does not end")
        }
        at += 1
        return (key, value)
    }

    /// What words mean together.
    private mutating func finish() throws(CrontabError) {
        func wrong(_ reason: String) -> CrontabError { CrontabError(column: 1, word: "bad directive", reason: reason) }
        guard policy.exact != nil else {
            if late != nil { throw wrong("late= is for a start at an exact instant: start=exact or start=armed") }
            return
        }
        policy.exact?.late = late ?? .skip
        if jitter > .zero { throw wrong("jitter= and start= exclude each other: the instant is exact") }
        if policy.withinWait > .zero {
            throw wrong("wait= and start= exclude each other: the clock is looked at until the instant")
        }
        if catchUp != .none, late == .run { throw wrong("late=run makes up for what was missed already: no catch-up=") }
    }

    /// For people.
    var linesOfDelays: [String] {
        var lines: [String] = []
        if offset > .zero { lines.append("offset    \(offset.shortText) after the minute begins") }
        if jitter > .zero { lines.append("jitter    up to \(jitter.shortText), the same each time") }
        if case .once(let window) = catchUp {
            lines.append("catch-up  once for what was missed in the last \(window.shortText)")
        }
        return lines
    }

    private mutating func take(_ key: String, _ octets: [UInt8], _ column: Int) throws(CrontabError) {
        let value = String(decoding: octets, as: UTF8.self)
        func wrong(_ reason: String) -> CrontabError {
            CrontabError(column: column, word: "bad directive", reason: "\(key)=\(value): \(reason)")
        }
        func duration() throws(CrontabError) -> Duration {
            guard let duration = DurationWord.read(value) else { throw wrong("a duration is 5ms, 10s, 2m, 3h or 1d") }
            return duration
        }
        switch key {
        case "name":
            let isName = value.utf8.allSatisfy { octet in
                octet > 0x20 && octet != 0x7f && octet != UInt8(ascii: "/") && octet != UInt8(ascii: ":")
            }
            guard !value.isEmpty, isName, value.utf8.count <= 100 else {
                throw wrong("a name has no blank, / or :, and at most 100 octets")
            }
            name = value
        case "zone": zone = value
        case "overlap":
            guard let overlap = RunPolicy.Overlap(rawValue: value) else { throw wrong("skip, queue, kill or allow") }
            policy.overlap = overlap
        case "timeout": policy.timeout = try duration()
        case "retry":
            let parts = value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard let count = Int(parts[0]), (0...100).contains(count), parts.count <= 2 else {
                throw wrong("0 to 100 attempts, and perhaps / and the pause between them: 3/30s")
            }
            policy.retries = count
            if parts.count == 2 {
                guard let delay = DurationWord.read(parts[1]) else { throw wrong("the pause is no duration") }
                policy.retryDelay = delay
            }
        case "jitter": jitter = try duration()
        case "offset":
            offset = try duration()
            guard offset < .seconds(60) else { throw wrong("it is less than a minute") }
        case "catch-up": catchUp = value == "none" ? .none : .once(try duration())
        case "within": policy.within = try duration()
        case "wait": policy.withinWait = try duration()
        case "on-success": policy.onSuccess = octets
        case "on-failure": policy.onFailure = octets
        case "start":
            switch value {
            case "minute": policy.exact = nil
            case "exact": policy.exact = ExactPolicy(.forked)
            case "armed": policy.exact = ExactPolicy(.loaded)
            default: throw wrong("minute, exact or armed")
            }
        case "late":
            late = LatePolicy(rawValue: value)
            if late == nil { throw wrong("skip, run or abort") }
        case "ping":
            let isURL = value.hasPrefix("https://") || value.hasPrefix("http://")
            guard isURL, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), value.utf8.count <= 2000 else {
                throw wrong("a URL begins with https:// or http:// and has no blank")
            }
            policy.ping = value
        default:
            throw CrontabError(
                column: column, word: "bad directive",
                reason:
                    "\(key) is none of name, zone, overlap, timeout, retry, jitter, offset, catch-up, within, wait, "
                    + "start, late, on-success, on-failure, ping")
        }
    }
}

/// A duration as a table has it: `500ms`, `10s`, `1.5h`.
public enum DurationWord {
    /// - Returns: nil if it is none, or longer than ten years.
    public static func read(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit: Int64
        switch text[number.endIndex...] {
        case "us": unit = 1_000
        case "ms": unit = 1_000_000
        case "s": unit = 1_000_000_000
        case "m", "min": unit = 60_000_000_000
        case "h": unit = 3_600_000_000_000
        case "d": unit = 86_400_000_000_000
        default: return nil
        }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), parts[0].utf8.count <= 12 else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...4).contains(parts[1].utf8.count), let digits = Int64(parts[1]) else { return nil }
            let scale = [10, 100, 1000, 10000][parts[1].utf8.count - 1] as Int64
            fraction = digits * (unit / scale)
        }
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow, product <= 3660 * 86_400_000_000_000 else { return nil }
        return .nanoseconds(product + fraction)
    }
}

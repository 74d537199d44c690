internal import TimeBase

/// A time zone: which local time clocks on the wall show at each instant.
///
/// Instants are whole seconds since 1970-01-01 00:00:00 UTC as a POSIX clock counts them. Local times are counted in
/// the same way, as if they were UTC: 86400 to each local day.
public struct Zone: Hashable, Sendable {
    private let transitions: [Int]
    private let typeIndices: [UInt8]
    private let types: [LocalTimeType]
    private let rule: PosixRule?

    /// Instants are held to this, so that no sum overflows: some eight billion years each way.
    private static let limit = 1 << 58

    /// Coordinated universal time.
    public static let utc = Zone(type: LocalTimeType(offset: 0, isDaylight: false, abbreviation: "UTC"))

    /// Reads a zone file (TZif, RFC 8536 and 9636).
    ///
    /// - Throws: what is wrong with it; ``ZoneError/countsLeapSeconds`` for the files of `right/`.
    public init(file octets: [UInt8]) throws(ZoneError) {
        let file = try ZoneFile(octets)
        transitions = file.transitions
        typeIndices = file.typeIndices
        types = file.types
        rule = file.rule
    }

    /// Reads a rule as in the TZ variable (POSIX.1 section 8.3), such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    public init(rule text: String) throws(ZoneError) {
        let octets = Array(text.utf8)
        let rule = try PosixRule(octets[...])
        transitions = []
        typeIndices = []
        types = [rule.standard]
        self.rule = rule
    }

    private init(type: LocalTimeType) {
        transitions = []
        typeIndices = []
        types = [type]
        rule = nil
    }

    /// What clocks show at an instant.
    public func type(at seconds: Int) -> LocalTimeType {
        let seconds = Self.held(seconds)
        let next = firstTransition(after: seconds)
        if next == transitions.count, let rule {
            return rule.type(at: seconds)
        }
        // RFC 9636 section 3.2: before the first transition, type 0 holds.
        return next == 0 ? types[0] : types[Int(typeIndices[next - 1])]
    }

    /// Local seconds at an instant.
    public func local(_ seconds: Int) -> Int {
        let seconds = Self.held(seconds)
        return seconds + type(at: seconds).offset
    }

    /// The next change strictly after an instant: of offset, daylight flag or abbreviation. Nil if there is none.
    public func nextTransition(after seconds: Int) -> Transition? {
        var seconds = Self.held(seconds)
        for time in transitions[firstTransition(after: seconds)...] {
            let before = type(at: time - 1)
            let after = type(at: time)
            if before != after { return Transition(instant: time, before: before, after: after) }
            seconds = time
        }
        guard let rule else { return nil }
        if let last = transitions.last { seconds = max(seconds, last) }
        for change in rule.changes(around: seconds) where change.instant > seconds {
            let before = type(at: change.instant - 1)
            let after = type(at: change.instant)
            if before != after { return Transition(instant: change.instant, before: before, after: after) }
        }
        return nil
    }

    /// The instants at which clocks show a local time.
    public func resolve(local: Int) -> LocalResolution {
        let local = Self.held(local)
        // No offset is beyond 26 hours.
        let end = local + 100_000
        var start = local - 100_000
        var current = type(at: start)
        var matches: [Int] = []
        var gap: Transition?
        while true {
            let next = nextTransition(after: start).flatMap { $0.instant <= end ? $0 : nil }
            let candidate = local - current.offset
            if candidate >= start, next.map({ candidate < $0.instant }) ?? true { matches.append(candidate) }
            guard let next else { break }
            if local - next.before.offset >= next.instant, local - next.after.offset < next.instant { gap = next }
            start = next.instant
            current = next.after
        }
        if let first = matches.first, let last = matches.last {
            return first == last ? .one(first) : .fold(first: first, last: last)
        }
        guard let gap else {
            // Cannot be: a time between two stretches is in the gap between them.
            return .one(local - type(at: local).offset)
        }
        return .gap(gap)
    }

    /// The index of the first transition of the file after an instant.
    private func firstTransition(after seconds: Int) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func held(_ seconds: Int) -> Int { min(max(seconds, -limit), limit) }
}

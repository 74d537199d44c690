public import TimeZones

/// A step of the wall clock.
public struct ClockJump: Hashable, Sendable {
    /// What the wall clock shows when it is stepped, in seconds since 1970-01-01 00:00:00 UTC.
    public var at: Int
    /// Seconds forward; negative backward.
    public var by: Int

    public init(at: Int, by: Int) {
        self.at = at
        self.by = by
    }
}

/// The starts of one entry as cron's daemon would make them: through changes of daylight saving time and steps of the
/// clock, by the rules of ``MinuteTable``. Instants are wall clock seconds since 1970-01-01 00:00:00 UTC.
public struct Rehearsal: Sendable {
    private let expression: CronExpression
    private let zone: Zone
    private let dialect: Dialect
    private let seconds: [Int]
    private var jumps: ArraySlice<ClockJump>
    private var now: Int
    private var table: MinuteTable
    private var pending: ArraySlice<Int> = []

    // The stretch between two changes of the zone in which now lies.
    private var offset: Int
    private var isDaylight: Bool
    private var stretchEnd = Int.min

    // The next minute by the calendar, and from where on it is the next.
    private var found: (after: Int, minute: Int)?

    /// - Parameters:
    ///   - start: when the daemon starts; the minute in which it does is not served.
    ///   - jumps: in the order in which they happen.
    public init(
        _ expression: CronExpression, zone: Zone, dialect: Dialect = .debian, start: Int, jumps: [ClockJump] = []
    ) {
        self.expression = expression
        self.zone = zone
        self.dialect = dialect
        self.jumps = jumps[...]
        seconds = (0..<60).filter { expression.seconds & (1 << UInt64($0)) != 0 }
        now = start
        let type = zone.type(at: start)
        offset = type.offset
        isDaylight = type.isDaylight
        table = MinuteTable(start: floorQuotient(start + type.offset, 60))
        findStretch()
    }

    /// The next start, if it is before a limit. Several starts in one minute are given one after another.
    public mutating func next(before limit: Int) -> Int? {
        while true {
            if let start = pending.popFirst() {
                if start < limit { return start }
                pending = []
                continue
            }
            let minute = floorQuotient(now + offset, 60)
            let isEven = table.isEven(at: minute)
            var boundary = (minute + 1) * 60 - offset
            if isEven {
                // Nothing happens before the next match, or before the zone changes.
                let match = nextMinute(after: minute).map { $0 * 60 - offset } ?? Int.max
                if match > boundary, stretchEnd > boundary {
                    boundary = max(boundary, min(match, lastBoundary(before: stretchEnd)))
                }
            }
            if let jump = jumps.first, jump.at < boundary, now < limit {
                jumps = jumps.dropFirst()
                if isEven, jump.at >= now { table.skip(to: floorQuotient(jump.at + offset, 60)) }
                now = jump.at + jump.by
                findStretch()
                continue
            }
            guard boundary < limit else { return nil }
            if isEven { table.skip(to: floorQuotient(boundary - 1 + offset, 60)) }
            now = boundary
            if now >= stretchEnd { findStretch() }
            let turn = table.begin(floorQuotient(now + offset, 60), dialect: dialect)
            let starts = expression.starts(turn)
            if starts > 0 {
                let ofOne = seconds.map { now + $0 }
                pending = Array(repeatElement(ofOne, count: starts).joined())[...]
            }
        }
    }

    /// The last beginning of a minute, as counted now, that is not after the end of the stretch.
    private func lastBoundary(before end: Int) -> Int {
        end == Int.max ? end : floorQuotient(end + offset, 60) * 60 - offset
    }

    private mutating func findStretch() {
        let type = zone.type(at: now)
        // cronie looks at the offset again only when the daylight flag changes.
        if dialect != .cronie || type.isDaylight != isDaylight { offset = type.offset }
        isDaylight = type.isDaylight
        stretchEnd = zone.nextTransition(after: now)?.instant ?? Int.max
    }

    private mutating func nextMinute(after minute: Int) -> Int? {
        if let found, found.after <= minute, minute < found.minute { return found.minute == .max ? nil : found.minute }
        let next = expression.nextLocalMinute(after: minute)
        found = (minute, next ?? .max)
        return next
    }
}

extension CronExpression {
    /// The next starts strictly after an instant, as a daemon makes them that has been running for a day.
    ///
    /// - Returns: instants that ascend; fewer than `count` if it runs no more within 400 years.
    public func next(_ count: Int, after instant: Int, in zone: Zone, dialect: Dialect = .debian) -> [Int] {
        let limit = instant + 146_097 * 86400
        var rehearsal = Rehearsal(self, zone: zone, dialect: dialect, start: instant - 86400)
        var result: [Int] = []
        while result.count < count, let start = rehearsal.next(before: limit) {
            if start > instant, start != result.last { result.append(start) }
        }
        return result
    }
}

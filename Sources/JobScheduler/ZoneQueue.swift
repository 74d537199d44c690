internal import Scheduling
internal import TimeBase
internal import TimeZones

/// What is due next by the clocks on the walls of one time zone, by cron's rules (``MinuteTable``). Instants are whole
/// seconds of the wall clock since 1970-01-01 00:00:00 UTC.
struct ZoneQueue: Sendable {
    /// An entry's place: its next minute by the calendar, after the highest that was served.
    struct Place: Comparable, Sendable {
        var minute: Int
        var slot: Int
        var generation: Int

        static func < (left: Place, right: Place) -> Bool {
            left.minute == right.minute ? left.slot < right.slot : left.minute < right.minute
        }
    }

    /// A start that is due.
    struct Due: Sendable {
        var slot: Int
        /// When it was to be: past, if it is made up for.
        var planned: Int
        var isMadeUp: Bool
        /// Those of one number start together, and after those of smaller ones.
        var batch: Int
    }

    private(set) var zone: Zone
    private let dialect: Dialect
    private var offset: Int
    private var isDaylight: Bool
    private var stretchEnd = Int.min
    private var now: Int
    private var table: MinuteTable
    private var heap = Heap<Place>()
    /// All entries, and which of their lives is meant.
    private(set) var members: [Int: Int] = [:]

    /// - Parameter start: the minute in which this lies counts as served.
    init(zone: Zone, dialect: Dialect, start: Int) {
        self.zone = zone
        self.dialect = dialect
        now = start
        let type = zone.type(at: start)
        offset = type.offset
        isDaylight = type.isDaylight
        table = MinuteTable(start: floorQuotient(start + type.offset, 60))
        findStretch()
    }

    /// Adds an entry; its first minute is one that was not served.
    mutating func insert(_ expression: CronExpression, slot: Int, generation: Int) {
        members[slot] = generation
        if let minute = expression.nextLocalMinute(after: table.highest) {
            heap.insert(Place(minute: minute, slot: slot, generation: generation))
        }
    }

    mutating func remove(slot: Int) {
        members[slot] = nil
        dropStale()
    }

    /// The next moment at which something may be due; ``Int/max`` if nothing ever is.
    var next: Int {
        guard !members.isEmpty else { return .max }
        let minute = floorQuotient(now + offset, 60)
        let boundary = (minute + 1) * 60 - offset
        guard table.isEven(at: minute) else { return boundary }
        let match = heap.first.map { $0.minute * 60 - offset } ?? Int.max
        guard match > boundary, stretchEnd > boundary else { return boundary }
        let end = stretchEnd == .max ? Int.max : floorQuotient(stretchEnd + offset, 60) * 60 - offset
        return max(boundary, min(match, end))
    }

    /// Everything that is due up to a moment.
    ///
    /// - Parameter expression: of a slot; nil if there is none any more.
    mutating func advance(to moment: Int, _ expression: (Int) -> CronExpression?) -> [Due] {
        var due: [Due] = []
        while true {
            let boundary = next
            guard boundary <= moment else { return due }
            let minute = floorQuotient(now + offset, 60)
            if table.isEven(at: minute) { table.skip(to: floorQuotient(boundary - 1 + offset, 60)) }
            now = boundary
            if now >= stretchEnd { findStretch() }
            // Whoever wakes late sees the present minute, and finds what was missed in the table.
            let late = floorQuotient(moment + zone.type(at: moment).offset, 60)
            if late > floorQuotient(now + offset, 60) {
                now = moment
                findStretch()
                now = max(boundary, floorQuotient(moment + offset, 60) * 60 - offset)
            }
            due += turn(expression)
        }
    }

    /// The wall clock was set, or stood still while the machine slept.
    mutating func jump(from before: Int, to after: Int) {
        if table.isEven(at: floorQuotient(now + offset, 60)), before >= now {
            table.skip(to: floorQuotient(before + offset, 60))
        }
        now = after
        findStretch()
    }

    /// This zone's rules are others from now on; nothing is made up for.
    mutating func change(to zone: Zone, _ expression: (Int) -> CronExpression?) {
        self.zone = zone
        findStretch()
        table = MinuteTable(start: floorQuotient(now + offset, 60))
        rebuild(after: table.highest, expression)
    }

    /// When an entry runs next, if nobody sets the clock.
    func next(_ expression: CronExpression, after moment: Int) -> Int? {
        let minute = floorQuotient(moment + offset, 60)
        // Within one stretch of the zone it is the calendar; only around its ends all rules are needed.
        if moment >= now, minute >= table.highest, moment < stretchEnd {
            guard let found = expression.nextLocalMinute(after: minute) else { return nil }
            let next = found * 60 - offset
            if next < stretchEnd { return next }
        }
        return expression.next(1, after: moment, in: zone, dialect: dialect).first
    }

    /// When one entry is due next after all that was served, by every rule of this queue, but for the moments that are
    /// excepted; nil if never.
    func ahead(_ expression: CronExpression, except isExcepted: (Int) -> Bool) -> Int? {
        var alone = self
        alone.members = [0: 0]
        let minute = expression.nextLocalMinute(after: table.highest)
        alone.heap = Heap(minute.map { [Place(minute: $0, slot: 0, generation: 0)] } ?? [])
        // Four hundred years have fewer stretches, and three hours fewer minutes.
        for _ in 0..<2000 {
            let boundary = alone.next
            guard boundary < 9_000_000_000 else { return nil }
            let found = alone.advance(to: boundary) { _ in expression }.map(\.planned)
            if let next = found.first(where: { !isExcepted($0) }) { return next }
        }
        return nil
    }

    private mutating func findStretch() {
        let type = zone.type(at: now)
        // cronie looks at the offset again only when the daylight flag changes.
        if dialect != .cronie || type.isDaylight != isDaylight { offset = type.offset }
        isDaylight = type.isDaylight
        stretchEnd = zone.nextTransition(after: now)?.instant ?? Int.max
    }

    private mutating func turn(_ expression: (Int) -> CronExpression?) -> [Due] {
        let minute = floorQuotient(now + offset, 60)
        let before = table.highest
        switch table.begin(minute, dialect: dialect) {
        case .nothing: return []
        case .wildcards(let minute):
            var due: [Due] = []
            for slot in members.keys {
                guard let expression = expression(slot), expression.isWildcard, expression.matches(localMinute: minute)
                else { continue }
                due.append(Due(slot: slot, planned: now, isMadeUp: false, batch: 0))
            }
            return due.sorted { $0.slot < $1.slot }
        case .all(let minutes):
            // A correction of the clock: what was counted on does not hold any more.
            if minutes.lowerBound != before + 1 { rebuild(after: minute - 1, expression) }
            return take(minutes, isMakingUp: false, expression)
        case .madeUp(let minutes): return take(minutes, isMakingUp: true, expression)
        }
    }

    private mutating func take(
        _ minutes: ClosedRange<Int>, isMakingUp: Bool, _ expression: (Int) -> CronExpression?
    ) -> [Due] {
        var due: [Due] = []
        var again: [Place] = []
        while let place = heap.first, place.minute <= minutes.upperBound {
            _ = heap.removeFirst()
            guard members[place.slot] == place.generation, let expression = expression(place.slot) else { continue }
            if isMakingUp, expression.isWildcard {
                if expression.matches(localMinute: minutes.upperBound) {
                    due.append(Due(slot: place.slot, planned: now, isMadeUp: false, batch: 0))
                }
            } else {
                for minute in max(place.minute, minutes.lowerBound)...minutes.upperBound
                where expression.matches(localMinute: minute) {
                    let batch = minute - minutes.lowerBound + 1
                    let planned = isMakingUp ? now : minute * 60 - offset
                    due.append(
                        Due(slot: place.slot, planned: planned, isMadeUp: minute < minutes.upperBound, batch: batch))
                }
            }
            if let next = expression.nextLocalMinute(after: minutes.upperBound) {
                again.append(Place(minute: next, slot: place.slot, generation: place.generation))
            }
        }
        for place in again { heap.insert(place) }
        dropStale()
        return due.sorted { ($0.batch, $0.slot) < ($1.batch, $1.slot) }
    }

    private mutating func rebuild(after minute: Int, _ expression: (Int) -> CronExpression?) {
        var places: [Place] = []
        places.reserveCapacity(members.count)
        for (slot, generation) in members {
            guard let next = expression(slot)?.nextLocalMinute(after: minute) else { continue }
            places.append(Place(minute: next, slot: slot, generation: generation))
        }
        heap = Heap(places)
    }

    /// So that nobody is woken for an entry that is gone.
    private mutating func dropStale() {
        while let place = heap.first, members[place.slot] != place.generation { _ = heap.removeFirst() }
    }
}

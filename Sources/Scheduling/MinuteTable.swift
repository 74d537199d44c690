/// What cron does at each local minute that it sees: the table that decides about daylight saving time, stepped clocks
/// and suspend. Minutes are those on the wall, counted from 1970-01-01 00:00.
package struct MinuteTable: Hashable, Sendable {
    /// Which entries run for which minutes.
    package enum Turn: Hashable, Sendable {
        case nothing
        /// All that match this minute.
        case all(ClosedRange<Int>)
        /// Those for every so many minutes or hours that match this minute; the others wait.
        case wildcards(Int)
        /// Fixed times are made up for, minute by minute; the others run if they match the last of these minutes.
        case madeUp(ClosedRange<Int>)
    }

    /// The highest minute served, and the minute of the last boundary.
    package private(set) var highest: Int
    package private(set) var last: Int

    /// The minute in which the daemon starts is not served.
    package init(start: Int) {
        highest = start
        last = start
    }

    /// Whether every minute up to the last was served: what follows is plain calendar until the clock changes.
    package func isEven(at minute: Int) -> Bool { highest == minute && last == minute }

    /// Serves minutes in which nothing runs.
    package mutating func skip(to minute: Int) {
        highest = minute
        last = minute
    }

    /// A minute begins on the wall.
    package mutating func begin(_ minute: Int, dialect: Dialect) -> Turn {
        guard minute != last else { return .nothing }
        last = minute
        let difference = minute - highest
        // Debian's cron takes three hours back as a correction of the clock, cronie only what is more.
        let isCorrection = difference > 180 || difference < -180 || (difference == -180 && dialect != .cronie)
        if isCorrection {
            highest = minute
            return .all(minute...minute)
        }
        if difference <= 0 { return .wildcards(minute) }
        let missed = (highest + 1)...minute
        highest = minute
        return difference <= 5 ? .all(missed) : .madeUp(missed)
    }
}

extension CronExpression {
    /// How many times it is started at a turn.
    package func starts(_ turn: MinuteTable.Turn) -> Int {
        switch turn {
        case .nothing: 0
        case .all(let minutes): count(minutes)
        case .wildcards(let minute): isWildcard && matches(localMinute: minute) ? 1 : 0
        case .madeUp(let minutes):
            isWildcard ? (matches(localMinute: minutes.upperBound) ? 1 : 0) : count(minutes)
        }
    }

    private func count(_ minutes: ClosedRange<Int>) -> Int {
        var count = 0
        for minute in minutes where matches(localMinute: minute) { count += 1 }
        return count
    }
}

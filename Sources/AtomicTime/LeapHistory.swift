public import TimeBase

/// By how much TAI was ahead of UTC, and since when: a table of leap seconds, with the day to which it is good.
///
/// It never guesses: what lies behind its end is given with the last value and marked ``LeapCertainty/expired``.
public struct LeapHistory: Hashable, Sendable {
    /// From a moment on TAI is so far ahead.
    public struct Change: Hashable, Sendable {
        /// The first second with the new difference, as a POSIX clock counts (a midnight UTC).
        public var posix: Int
        /// TAI - UTC in seconds.
        public var difference: Int

        public init(posix: Int, difference: Int) {
            self.posix = posix
            self.difference = difference
        }
    }

    /// In the order of time; the first is 1972-01-01, when TAI was 10 s ahead.
    public let changes: [Change]
    /// From this POSIX second on nothing is known; nil if the table does not say.
    public let expires: Int?
    /// Where it is from, for people.
    public let origin: String

    /// - Returns: nil if the changes are not in order, or none, or jump by more than a second.
    public init?(changes: [Change], expires: Int?, origin: String) {
        guard let first = changes.first, first.difference == 10, first.posix == Self.begin else { return nil }
        for (before, after) in zip(changes, changes.dropFirst()) {
            let leap = after.difference - before.difference
            guard after.posix > before.posix, leap == 1 || leap == -1, after.posix <= 1 << 40 else { return nil }
        }
        self.changes = changes
        self.expires = expires
        self.origin = origin
    }

    /// 1972-01-01 00:00:00 UTC.
    static let begin = 63_072_000

    /// The table that was known when this was written: 27 inserted seconds, good until 2027-06-28 (IERS).
    public static let builtIn: LeapHistory = {
        let days = [
            (1972, 7), (1973, 1), (1974, 1), (1975, 1), (1976, 1), (1977, 1), (1978, 1), (1979, 1), (1980, 1),
            (1981, 7), (1982, 7), (1983, 7), (1985, 7), (1988, 1), (1990, 1), (1991, 1), (1992, 7), (1993, 7),
            (1994, 7), (1996, 1), (1997, 7), (1999, 1), (2006, 1), (2009, 1), (2012, 7), (2015, 7), (2017, 1),
        ]
        var changes = [Change(posix: begin, difference: 10)]
        for (index, (year, month)) in days.enumerated() {
            changes.append(Change(posix: midnight(year, month, 1), difference: 11 + index))
        }
        let expires = midnight(2027, 6, 28)
        guard let table = LeapHistory(changes: changes, expires: expires, origin: "built in") else {
            preconditionFailure("The built-in table is in order.")
        }
        return table
    }()

    static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int {
        CivilDate.daysSince1970(year: year, month: month, day: day) * 86400
    }

    /// TAI - UTC in seconds at a POSIX second, and how far to believe it.
    public func difference(at posix: Int) -> (seconds: Int, certainty: LeapCertainty) {
        guard let change = changes.last(where: { $0.posix <= posix }) else { return (10, .beforeLeapSeconds) }
        return (change.difference, certainty(at: posix))
    }

    private func certainty(at posix: Int) -> LeapCertainty {
        if posix < Self.begin { return .beforeLeapSeconds }
        return expires.map { posix >= $0 } ?? false ? .expired : .known
    }

    /// A moment of a POSIX clock on the atomic scale. A POSIX clock shows 23:59:59 twice when a second is inserted; this
    /// is the first.
    public func atomic(_ instant: Instant<Realtime>) -> (instant: Instant<TAI>, certainty: LeapCertainty) {
        let (seconds, certainty) = difference(at: Self.wholeSeconds(instant.sinceEpoch))
        return (Instant(sinceEpoch: instant.sinceEpoch + .seconds(seconds)), certainty)
    }

    /// The same where it is known whether the number of an inserted second has been there before: then it is the second.
    public func atomic(
        _ instant: Instant<Realtime>, isRepeated: Bool
    ) -> (instant: Instant<TAI>, certainty: LeapCertainty) {
        guard isRepeated else { return atomic(instant) }
        // A second later it is midnight, and the new difference counts.
        let (later, certainty) = atomic(Instant(sinceEpoch: instant.sinceEpoch + .seconds(1)))
        return (Instant(sinceEpoch: later.sinceEpoch - .seconds(1)), certainty)
    }

    /// A moment of the atomic scale in civil time.
    public func civil(_ instant: Instant<TAI>) -> LeapMoment {
        let seconds = Self.wholeSeconds(instant.sinceEpoch)
        let fraction = instant.sinceEpoch - .seconds(seconds)
        var previous = 10
        for (index, change) in changes.enumerated() {
            let next = changes.indices.contains(index + 1) ? changes[index + 1] : nil
            let end = next.map { $0.posix + min(change.difference, $0.difference) } ?? Int.max
            // Inserted: the second after the last with the old difference is none that a POSIX clock counts.
            let inserted = change.posix + previous
            if seconds >= inserted, seconds < change.posix + change.difference {
                return LeapMoment(
                    posix: Instant(sinceEpoch: .seconds(change.posix - 1) + fraction), isLeapSecond: true,
                    certainty: certainty(at: change.posix - 1))
            }
            if seconds >= change.posix + change.difference, seconds < end {
                let posix = seconds - change.difference
                return LeapMoment(
                    posix: Instant(sinceEpoch: .seconds(posix) + fraction), isLeapSecond: false,
                    certainty: certainty(at: posix))
            }
            previous = change.difference
        }
        return LeapMoment(
            posix: Instant(sinceEpoch: .seconds(seconds - 10) + fraction), isLeapSecond: false,
            certainty: .beforeLeapSeconds)
    }

    static func wholeSeconds(_ duration: Duration) -> Int {
        Int(TAILabel.parts(duration).seconds)
    }
}

/// A moment of civil time, which may lie in a leap second.
public struct LeapMoment: Hashable, Sendable {
    /// As a POSIX clock counts; in a leap second the 23:59:59 before it.
    public var posix: Instant<Realtime>
    /// Whether it lies in an inserted second: 23:59:60.
    public var isLeapSecond: Bool
    public var certainty: LeapCertainty
}

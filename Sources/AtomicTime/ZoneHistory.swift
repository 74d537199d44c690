public import TimeZones

extension LeapHistory {
    /// The leap seconds of a time zone that counts them (`right/`).
    ///
    /// - Throws: what is wrong with the file; `notInOrder` if it does not begin in 1972.
    public init(zone leaps: ZoneLeapSeconds, origin: String) throws(LeapTableError) {
        var changes = [Change(posix: Self.begin, difference: 10)]
        changes += leaps.changes.map { Change(posix: $0.posix, difference: 10 + $0.correction) }
        guard let history = LeapHistory(changes: changes, expires: leaps.expires, origin: origin) else {
            throw .notInOrder
        }
        self = history
    }
}

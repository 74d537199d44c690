/// The leap seconds that a time zone of `right/` counts.
public struct ZoneLeapSeconds: Hashable, Sendable {
    /// From a moment on, UTC is so many seconds behind a count that leaves none out.
    public struct Change: Hashable, Sendable {
        /// The first second with the new correction, as a POSIX clock counts: a midnight UTC.
        public var posix: Int
        /// Leap seconds since 1972-01-01, when TAI was 10 s ahead of UTC.
        public var correction: Int
    }

    /// In the order of time.
    public let changes: [Change]
    /// From this POSIX second on nothing is known; nil if the file does not say.
    public let expires: Int?

    /// Reads the leap seconds of a zone file (TZif, RFC 9636 section 3.2).
    ///
    /// The file's moments count every second: that of an inserted second is the second itself, that of a removed one the
    /// second that takes its place.
    ///
    /// - Throws: what is wrong with it; ``ZoneError/countsNoLeapSeconds`` for the files of a POSIX clock.
    public init(file octets: [UInt8]) throws(ZoneError) {
        guard octets.count <= 1 << 20 else { throw .tooLarge }
        let (header, start, timeSize) = try ZoneFile.data(octets)
        guard header.length(timeSize: timeSize) <= octets.count - start else { throw .truncated }
        guard header.leapCount > 0 else { throw .countsNoLeapSeconds }
        let leaps = start + header.transitionCount * (timeSize + 1) + header.typeCount * 6 + header.characterCount
        var changes: [Change] = []
        var expires: Int?
        for index in 0..<header.leapCount {
            let at = leaps + index * (timeSize + 4)
            let moment = ZoneFile.number(octets, at, timeSize)
            let correction = ZoneFile.number(octets, at + timeSize, 4)
            let before = changes.last?.correction ?? 0
            guard moment > 0, moment < 1 << 40, expires == nil else { throw .badLeapSecond(index) }
            // Since version 4, a last entry that changes nothing says until when the file is good.
            if correction == before, index == header.leapCount - 1, index > 0 {
                expires = moment - correction
                continue
            }
            guard (correction - before).magnitude == 1 else { throw .badLeapSecond(index) }
            let posix = moment - min(before, correction)
            guard posix % 86400 == 0, posix > changes.last?.posix ?? 0 else { throw .badLeapSecond(index) }
            changes.append(Change(posix: posix, correction: correction))
        }
        self.changes = changes
        self.expires = expires
    }
}

public import TimeBase

/// What a clock asks a table of leap seconds: does this day end with one?
extension LeapHistory {
    /// The leap second at the end of the UTC day that a moment lies in.
    ///
    /// - Returns: ``LeapIndicator/none`` where the table says that there is none; nil where it does not know: behind its
    ///   end, or, if it does not say how long it is good, after its last leap second.
    public func leap(onDayOf moment: Instant<Realtime>) -> LeapIndicator? {
        let second = Self.wholeSeconds(moment.sinceEpoch)
        let midnight = second - Self.ofDay(second) + 86400
        guard let index = changes.lastIndex(where: { $0.posix <= midnight }) else { return LeapIndicator.none }
        if index > 0, changes[index].posix == midnight {
            return changes[index].difference > changes[index - 1].difference ? .insertSecond : .deleteSecond
        }
        // IERS's lists end some days before the day that the next one decides on; what is before their end is certain.
        if let expires { return second < expires ? LeapIndicator.none : nil }
        return changes.indices.contains(index + 1) ? LeapIndicator.none : nil
    }

    /// When the next day begins that ends with a leap second, POSIX seconds: after a moment; nil if none is known.
    public func nextLeapDay(after moment: Instant<Realtime>) -> Int? {
        let second = Self.wholeSeconds(moment.sinceEpoch)
        return changes.dropFirst().map { $0.posix - 86400 }.first { $0 > second }
    }

    /// TAI - UTC at a moment; nil where the table does not know it any more, or not yet.
    public func knownDifference(at moment: Instant<Realtime>) -> Int? {
        let (seconds, certainty) = difference(at: Self.wholeSeconds(moment.sinceEpoch))
        return certainty == .known ? seconds : nil
    }

    /// Whether the table's end has passed.
    public func hasExpired(at moment: Instant<Realtime>) -> Bool {
        expires.map { Self.wholeSeconds(moment.sinceEpoch) >= $0 } ?? false
    }

    private static func ofDay(_ second: Int) -> Int {
        let rest = second % 86400
        return rest < 0 ? rest + 86400 : rest
    }
}

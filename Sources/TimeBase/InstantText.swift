/// Reads an instant as people type it: RFC 3339, or `@` and seconds since 1970-01-01 00:00:00 UTC.
public enum InstantText {
    /// - Returns: whole seconds since 1970-01-01 00:00:00 UTC, a fraction cut off, and the offset from UTC that stood
    ///   with it in seconds (positive east); nil if it is neither form.
    public static func parse(_ text: String) -> (seconds: Int, offset: Int)? {
        read(text).map { ($0.seconds, $0.offset) }
    }

    /// The same with the fraction, which is counted upwards (`@-1.5`: away from 1970); nil if it is neither form.
    public static func parseExactly(_ text: String) -> Instant<Realtime>? {
        read(text).map {
            Instant(sinceEpoch: .seconds($0.seconds) + ($0.isBackward ? .zero - $0.fraction : $0.fraction))
        }
    }

    /// - Returns: `isBackward` for `@-1.5`, whose fraction leads away from 1970.
    private static func read(_ text: String) -> (seconds: Int, fraction: Duration, isBackward: Bool, offset: Int)? {
        var reader = Reader(octets: Array(text.utf8))
        if reader.take("@") {
            let isNegative = reader.take("-")
            guard let number = reader.digits(1...17), let fraction = reader.fraction(), reader.isAtEnd else {
                return nil
            }
            return (isNegative ? -number : number, fraction, isNegative, 0)
        }
        guard let year = reader.digits(4...4), reader.take("-"), let month = reader.digits(2...2), reader.take("-"),
            let day = reader.digits(2...2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.digits(2...2), reader.take(":"), let minute = reader.digits(2...2), reader.take(":"),
            let second = reader.digits(2...2), let fraction = reader.fraction(), let offset = reader.offset(),
            reader.isAtEnd
        else { return nil }
        // 60 is a leap second; it counts as the second after it.
        guard (1...12).contains(month), day >= 1, hour <= 23, minute <= 59, second <= 60 else { return nil }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        guard CivilDate.date(daysSince1970: days).day == day else { return nil }
        return (days * 86400 + hour * 3600 + minute * 60 + second - offset, fraction, false, offset)
    }

    private struct Reader {
        let octets: [UInt8]
        var at = 0

        var isAtEnd: Bool { at == octets.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard at < octets.count, octets[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        mutating func digits(_ count: ClosedRange<Int>) -> Int? {
            let start = at
            var value = 0
            while at < octets.count, at - start < count.upperBound, octets[at] >= UInt8(ascii: "0"),
                octets[at] <= UInt8(ascii: "9")
            {
                value = value * 10 + Int(octets[at] - UInt8(ascii: "0"))
                at += 1
            }
            return count.contains(at - start) ? value : nil
        }

        /// A fraction of a second, zero if there is none; nil if it is empty.
        mutating func fraction() -> Duration? {
            guard take(".") else { return .zero }
            let start = at
            guard var attoseconds = digits(1...18) else { return nil }
            for _ in (at - start)..<18 { attoseconds *= 10 }
            return Duration(secondsComponent: 0, attosecondsComponent: Int64(attoseconds))
        }

        /// `Z` or `+02:00`.
        mutating func offset() -> Int? {
            if take("Z") || take("z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = digits(2...2), take(":"), let minutes = digits(2...2), hours <= 23,
                minutes <= 59
            else { return nil }
            return (hours * 60 + minutes) * (isWest ? -60 : 60)
        }
    }
}

/// Reads an instant as people type it: RFC 3339, or `@` and seconds since 1970-01-01 00:00:00 UTC.
public enum InstantText {
    /// - Returns: whole seconds since 1970-01-01 00:00:00 UTC, a fraction cut off, and the offset from UTC that stood
    ///   with it in seconds (positive east); nil if it is neither form.
    public static func parse(_ text: String) -> (seconds: Int, offset: Int)? {
        var reader = Reader(octets: Array(text.utf8))
        if reader.take("@") {
            let isNegative = reader.take("-")
            guard let number = reader.digits(1...17), reader.fraction(), reader.isAtEnd else { return nil }
            return (isNegative ? -number : number, 0)
        }
        guard let year = reader.digits(4...4), reader.take("-"), let month = reader.digits(2...2), reader.take("-"),
            let day = reader.digits(2...2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.digits(2...2), reader.take(":"), let minute = reader.digits(2...2), reader.take(":"),
            let second = reader.digits(2...2), reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        // 60 is a leap second; it counts as the second after it.
        guard (1...12).contains(month), day >= 1, hour <= 23, minute <= 59, second <= 60 else { return nil }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        guard CivilDate.date(daysSince1970: days).day == day else { return nil }
        return (days * 86400 + hour * 3600 + minute * 60 + second - offset, offset)
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

        /// A fraction of a second, if there is one; false if it is empty.
        mutating func fraction() -> Bool {
            guard take(".") else { return true }
            return digits(1...18) != nil
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

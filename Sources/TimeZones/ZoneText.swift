internal import TimeBase

extension Zone {
    /// An instant as clocks on the wall show it, in RFC 3339 with the offset: `2026-03-29T03:00:00+02:00`. In UTC where
    /// the offset is zero, or not of whole minutes (as before 1900 nearly everywhere), which RFC 3339 cannot say.
    public func rfc3339(_ seconds: Int) -> String {
        let offset = type(at: seconds).offset
        if offset == 0 || offset % 60 != 0 { return Self.text(local: seconds) + "Z" }
        return Self.text(local: seconds + offset) + Self.text(offset: offset)
    }

    /// `2026-03-29T03:00:00`
    private static func text(local seconds: Int) -> String {
        let ofDay = DayRule.remainder(seconds, 86400)
        let (year, month, day) = CivilDate.date(daysSince1970: (seconds - ofDay) / 86400)
        let zeros = String(repeating: "0", count: max(0, 4 - String(year.magnitude).count))
        return "\(year < 0 ? "-" : "")\(zeros)\(year.magnitude)-\(padded(month))-\(padded(day))"
            + "T\(padded(ofDay / 3600)):\(padded(ofDay / 60 % 60)):\(padded(ofDay % 60))"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// `+02:00`, with seconds only where there are any.
    public static func text(offset: Int) -> String {
        let size = abs(offset)
        let seconds = size % 60 == 0 ? "" : ":" + padded(size % 60)
        return (offset < 0 ? "-" : "+") + padded(size / 3600) + ":" + padded(size / 60 % 60) + seconds
    }
}

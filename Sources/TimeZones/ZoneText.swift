internal import TimeBase

extension Zone {
    /// An instant as clocks on the wall show it, in RFC 3339 with the offset: `2026-03-29T03:00:00+02:00`. In UTC where
    /// the offset is zero, or not of whole minutes (as before 1900 nearly everywhere), which RFC 3339 cannot say.
    public func rfc3339(_ seconds: Int) -> String {
        let offset = type(at: seconds).offset
        if offset == 0 || offset % 60 != 0 {
            return CivilDate(Instant(sinceEpoch: .seconds(seconds))).rfc3339Seconds
        }
        let local = CivilDate(Instant(sinceEpoch: .seconds(seconds + offset)))
        return "\(local.dateText)T\(local.timeText)\(Self.text(offset: offset))"
    }

    /// `+02:00`, with seconds only where there are any.
    public static func text(offset: Int) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let size = abs(offset)
        let seconds = size % 60 == 0 ? "" : ":" + padded(size % 60)
        return (offset < 0 ? "-" : "+") + padded(size / 3600) + ":" + padded(size / 60 % 60) + seconds
    }
}

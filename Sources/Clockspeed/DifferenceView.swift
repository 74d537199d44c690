public import TimeBase

/// What clockview prints.
public enum DifferenceView {
    /// A clock before and after an adjustment, octet for octet as clockview has it.
    ///
    /// - Parameter offset: seconds east of UTC that clocks on the wall show at a moment (whole seconds since 1970).
    public static func text(_ now: Instant<Realtime>, _ adjustment: Duration, offset: (Int) -> Int) -> String {
        "before: \(moment(now, offset))\nafter:  \(moment(now + adjustment, offset))\n"
    }

    /// `2026-11-21 02:52:30.282625000000000000`
    static func moment(_ instant: Instant<Realtime>, _ offset: (Int) -> Int) -> String {
        let (seconds, attoseconds) = instant.sinceEpoch.components
        let whole = attoseconds < 0 ? seconds - 1 : seconds
        let fraction = String(attoseconds < 0 ? attoseconds + 1_000_000_000_000_000_000 : attoseconds)
        let local = CivilDate(Instant(sinceEpoch: .seconds(Int(whole) + offset(Int(whole)))))
        let zeros = String(repeating: "0", count: 18 - fraction.utf8.count)
        return "\(local.dateText) \(local.timeText).\(zeros)\(fraction)"
    }
}

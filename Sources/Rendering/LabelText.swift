public import AtomicTime
public import TimeBase
public import TimeZones

/// Labels and atomic time as text and JSON.
public enum LabelText {
    /// Whether an octet is a hexadecimal digit.
    public static func isDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// As tai64nlocal writes: `2026-11-24 21:15:00.123456789`; a leap second as 60.
    public static func local(_ moment: LeapMoment, _ precision: TAILabel.Precision, _ zone: Zone) -> String {
        let (seconds, attoseconds) = parts(moment.posix.sinceEpoch)
        let date = CivilDate(Instant(sinceEpoch: .seconds(zone.local(seconds))))
        let second = date.second + (moment.isLeapSecond ? 1 : 0)
        let time = "\(date.dateText) \(date.timeText.dropLast(2))\(second < 10 ? "0" : "")\(second)"
        return time + fraction(attoseconds, precision)
    }

    /// The atomic time of day, which has no zone: `2026-11-24 20:15:37.123456789 TAI`.
    public static func atomic(_ instant: Instant<TAI>) -> String {
        let date = CivilDate(Instant<Realtime>(sinceEpoch: instant.sinceEpoch))
        return "\(date.dateText) \(date.timeText)\(fraction(parts(instant.sinceEpoch).attoseconds, .nanoseconds)) TAI"
    }

    public static func json(_ moments: [(label: TAILabel, moment: LeapMoment)], _ zone: Zone) -> JSON {
        .object([
            ("schema", .string("timeball.tai/1")),
            (
                "labels",
                .array(
                    moments.map { label, moment in
                        .object([
                            ("label", .string(label.text)), ("local", .string(local(moment, label.precision, zone))),
                            ("utc", .string(local(moment, label.precision, .utc))),
                            ("leap_second", .bool(moment.isLeapSecond)),
                            ("leap_seconds_known", .bool(moment.certainty == .known)),
                        ])
                    })
            ),
        ])
    }

    public static func json(_ history: LeapHistory, _ difference: Int, _ certainty: LeapCertainty) -> JSON {
        .object([
            ("schema", .string("timeball.leap/1")), ("tai_offset_seconds", .integer(difference)),
            ("known", .bool(certainty == .known)), ("origin", .string(history.origin)),
            ("expires", history.expires.map { .time(Instant(sinceEpoch: .seconds($0))) } ?? .null),
            (
                "changes",
                .array(
                    history.changes.map {
                        .object([
                            ("at", .time(Instant(sinceEpoch: .seconds($0.posix)))),
                            ("tai_offset_seconds", .integer($0.difference)),
                        ])
                    })
            ),
        ])
    }

    private static func parts(_ duration: Duration) -> (seconds: Int, attoseconds: Int64) {
        let (seconds, attoseconds) = duration.components
        return attoseconds < 0
            ? (Int(seconds) - 1, attoseconds + 1_000_000_000_000_000_000) : (Int(seconds), attoseconds)
    }

    private static func fraction(_ attoseconds: Int64, _ precision: TAILabel.Precision) -> String {
        let digits =
            switch precision {
            case .seconds: 0
            case .nanoseconds: 9
            case .attoseconds: 18
            }
        guard digits > 0 else { return "" }
        let text = String(attoseconds)
        return "." + (String(repeating: "0", count: 18 - text.utf8.count) + text).prefix(digits)
    }
}

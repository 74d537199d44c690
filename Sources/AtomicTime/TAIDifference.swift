/// A difference of two moments in the 16 octets that sntpclock, taiclock, clockadd, clockview and clockspeed hand on:
/// laid out as a TAI64NA label without its 2^62, modulo 2^64 s. Nanoseconds and attoseconds count upwards also where the
/// whole is negative.
public enum TAIDifference {
    /// Octets of a difference.
    public static let size = 16

    /// The octets of a duration, exactly.
    public static func octets(_ duration: Duration) -> [UInt8] {
        let parts = TAILabel.parts(duration)
        return BigEndianOctets.of(UInt64(bitPattern: parts.seconds))
            + BigEndianOctets.of(UInt32(truncatingIfNeeded: parts.attoseconds / 1_000_000_000))
            + BigEndianOctets.of(UInt32(truncatingIfNeeded: parts.attoseconds % 1_000_000_000))
    }

    /// The duration in the first 16 octets; nil if there are fewer, if a fraction is above 999,999,999, or if it is 2^31 s
    /// (68 years) or more either way, which no clock is wrong by.
    public static func duration(_ octets: [UInt8]) -> Duration? {
        guard octets.count >= size else { return nil }
        let seconds = Int64(bitPattern: octets[..<8].reduce(0) { $0 << 8 | UInt64($1) })
        let nanoseconds = octets[8..<12].reduce(0) { $0 << 8 | Int64($1) }
        let attoseconds = octets[12..<16].reduce(0) { $0 << 8 | Int64($1) }
        guard seconds >= -(1 << 31), seconds < 1 << 31, nanoseconds <= 999_999_999, attoseconds <= 999_999_999 else {
            return nil
        }
        return Duration(secondsComponent: seconds, attosecondsComponent: nanoseconds * 1_000_000_000 + attoseconds)
    }
}

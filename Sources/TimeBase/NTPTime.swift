/// NTP's 64-bit timestamp: seconds since 1900-01-01 in 32 bits, and their fraction in 32 (RFC 5905 section 6).
///
/// It repeats every 136 years (an era), so a timestamp alone names no moment: it needs one that is known to be near.
/// Zero means "not known".
public struct NTPTimestamp: Hashable, Sendable {
    /// The 64 bits as they stand in a packet, most significant first.
    public var bits: UInt64

    public init(bits: UInt64) {
        self.bits = bits
    }

    public static let unknown = NTPTimestamp(bits: 0)

    /// Seconds from 1900-01-01 to 1970-01-01 (RFC 5905 figure 4).
    static let unixEpoch: Int64 = 2_208_988_800

    /// The moment as NTP counts it; the fraction is rounded down.
    public init(_ instant: Instant<Realtime>) {
        let (seconds, attoseconds) = instant.sinceEpoch.components
        // `components` truncates towards zero; the fraction of a timestamp counts upwards.
        let whole = attoseconds < 0 ? seconds &- 1 : seconds
        let fraction = attoseconds < 0 ? attoseconds + 1_000_000_000_000_000_000 : attoseconds
        let high = UInt64(truncatingIfNeeded: whole &+ Self.unixEpoch) << 32
        let low = UInt64((UInt128(UInt64(fraction)) << 32) / 1_000_000_000_000_000_000)
        self.bits = high | low
    }

    /// A reading of a clock that counts seconds since 1970 and nanoseconds, as the kernel's do; rounded down. It takes no
    /// division of 128 bits, which matters where it is done for each packet.
    public init(secondsSince1970 seconds: Int64, nanoseconds: UInt32) {
        bits = UInt64(truncatingIfNeeded: seconds &+ Self.unixEpoch) << 32 &+ UInt64(nanoseconds) << 32 / 1_000_000_000
    }

    /// How long after `earlier` this is, if the two lie less than 68 years apart. It never traps.
    public func since(_ earlier: NTPTimestamp) -> Duration {
        let difference = Int64(bitPattern: bits &- earlier.bits)
        return Duration(
            secondsComponent: difference >> 32,
            attosecondsComponent: Self.attoseconds(ofFraction: bits &- earlier.bits))
    }

    /// Whether this lies before another one, less than 68 years from it.
    public func isBefore(_ other: NTPTimestamp) -> Bool { Int64(bitPattern: bits &- other.bits) < 0 }

    /// The low 32 bits as attoseconds, rounded up: so a timestamp that became a moment becomes itself again, since
    /// the way back rounds down.
    private static func attoseconds(ofFraction bits: UInt64) -> Int64 {
        let scaled = UInt128(bits & 0xffff_ffff) * 1_000_000_000_000_000_000
        return Int64((scaled + 0xffff_ffff) >> 32)
    }

    /// The moment that this timestamp names, in the era that brings it nearest to `pivot`.
    public func instant(near pivot: Instant<Realtime>) -> Instant<Realtime> {
        // The pivot's own fraction is lost in its NTP form, so the whole is counted from that form.
        let rounded = NTPTimestamp(pivot)
        let lost = rounded.roundingLoss(of: pivot)
        return pivot - lost + since(rounded)
    }

    /// What was cut off when `instant` became this timestamp: 0 to 2^-32 s.
    private func roundingLoss(of instant: Instant<Realtime>) -> Duration {
        let attoseconds = instant.sinceEpoch.components.attoseconds
        let fraction = attoseconds < 0 ? attoseconds + 1_000_000_000_000_000_000 : attoseconds
        return Duration(secondsComponent: 0, attosecondsComponent: fraction - Self.attoseconds(ofFraction: bits))
    }
}

/// NTP's 32-bit duration: seconds in 16 bits and their fraction in 16, never negative (RFC 5905 section 6).
public struct NTPShort: Hashable, Sendable {
    /// The 32 bits as they stand in a packet.
    public var bits: UInt32

    /// 2^-16 s, which is a whole number of attoseconds.
    private static let attosecondsPerUnit: Int64 = 15_258_789_062_500

    public init(bits: UInt32) {
        self.bits = bits
    }

    /// The duration rounded up, so that an error bound stays one; negative becomes 0, and 65536 s or more the largest.
    public init(roundingUp duration: Duration) {
        guard duration > .zero else {
            self.bits = 0
            return
        }
        let unit = Int128(Self.attosecondsPerUnit)
        let scaled = (duration.attoseconds + unit - 1) / unit
        self.bits = UInt32(clamping: scaled)
    }

    public var duration: Duration {
        Duration(
            secondsComponent: Int64(bits >> 16),
            attosecondsComponent: Int64(bits & 0xffff) * Self.attosecondsPerUnit)
    }
}

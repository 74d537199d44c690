public import TimeBase

/// Why octets or text are no label.
public enum TAILabelError: Error, Hashable, Sendable {
    /// A label has 8, 12 or 16 octets.
    case badLength(Int)
    /// Not a hexadecimal digit, at this place of the text (from 0).
    case badDigit(Int)
    /// 2^63 and above are reserved.
    case reserved
    /// Nanoseconds or attoseconds above 999,999,999.
    case badFraction

    /// One sentence.
    public var sentence: String {
        switch self {
        case .badLength(let count): "A label has 8, 12 or 16 octets (16, 24 or 32 digits behind the @), not \(count)."
        case .badDigit(let place): "Character \(place + 1) is no hexadecimal digit."
        case .reserved: "The label is 2^63 or more, which is reserved."
        case .badFraction: "The label's fraction is above 999999999."
        }
    }
}

/// A TAI64, TAI64N or TAI64NA label (cr.yp.to/libtai/tai64.html): 2^62 and the TAI seconds since 1970 in 8 octets, then
/// nanoseconds in 4, then billionths of a nanosecond in 4, most significant octet first.
public struct TAILabel: Hashable, Sendable {
    /// How much of a moment a label tells; the raw value is its number of octets.
    public enum Precision: Int, Hashable, Sendable, CaseIterable {
        case seconds = 8
        case nanoseconds = 12
        case attoseconds = 16
    }

    /// The moment, cut to the precision.
    public let instant: Instant<TAI>
    public let precision: Precision

    static let origin: UInt64 = 1 << 62

    /// The label of a moment; what is finer than the precision is cut off. Nil some 146 billion years from 1970.
    public init?(_ instant: Instant<TAI>, _ precision: Precision) {
        let parts = Self.parts(instant.sinceEpoch)
        guard parts.seconds >= -(1 << 62), parts.seconds < 1 << 62 else { return nil }
        let kept: Int64 =
            switch precision {
            case .seconds: 0
            case .nanoseconds: parts.attoseconds / 1_000_000_000 * 1_000_000_000
            case .attoseconds: parts.attoseconds
            }
        self.instant = Instant(sinceEpoch: Duration(secondsComponent: parts.seconds, attosecondsComponent: kept))
        self.precision = precision
    }

    /// Reads 8, 12 or 16 octets.
    public init(octets: [UInt8]) throws(TAILabelError) {
        guard let precision = Precision(rawValue: octets.count) else { throw .badLength(octets.count) }
        let label = octets[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        guard label < 1 << 63 else { throw .reserved }
        let nanoseconds = octets.dropFirst(8).prefix(4).reduce(0) { $0 << 8 | Int64($1) }
        let attoseconds = octets.dropFirst(12).reduce(0) { $0 << 8 | Int64($1) }
        guard nanoseconds <= 999_999_999, attoseconds <= 999_999_999 else { throw .badFraction }
        instant = Instant(
            sinceEpoch: Duration(
                secondsComponent: Int64(bitPattern: label &- Self.origin),
                attosecondsComponent: nanoseconds * 1_000_000_000 + attoseconds))
        self.precision = precision
    }

    /// Reads the text form, `@` and hexadecimal digits of either case; the `@` may be missing.
    public init(text: String) throws(TAILabelError) {
        let digits = Array(text.utf8.first == UInt8(ascii: "@") ? text.utf8.dropFirst() : text.utf8[...])
        var octets: [UInt8] = []
        for (place, digit) in digits.enumerated() {
            guard let value = Self.value(of: digit) else { throw .badDigit(place + text.utf8.count - digits.count) }
            if place % 2 == 0 { octets.append(value << 4) } else { octets[place / 2] |= value }
        }
        guard digits.count % 2 == 0 else { throw .badLength(octets.count) }
        try self.init(octets: octets)
    }

    /// The octets, as many as the precision has.
    public var octets: [UInt8] {
        let parts = Self.parts(instant.sinceEpoch)
        let nanoseconds = UInt32(truncatingIfNeeded: parts.attoseconds / 1_000_000_000)
        let attoseconds = UInt32(truncatingIfNeeded: parts.attoseconds % 1_000_000_000)
        let all =
            BigEndianOctets.of(UInt64(bitPattern: parts.seconds) &+ Self.origin) + BigEndianOctets.of(nanoseconds)
            + BigEndianOctets.of(attoseconds)
        return Array(all.prefix(precision.rawValue))
    }

    /// `@400000006ad3f1b32ef02e94`
    public var text: String {
        "@" + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whole seconds rounded down, and the attoseconds above them.
    static func parts(_ duration: Duration) -> (seconds: Int64, attoseconds: Int64) {
        let (seconds, attoseconds) = duration.components
        return attoseconds < 0 ? (seconds - 1, attoseconds + 1_000_000_000_000_000_000) : (seconds, attoseconds)
    }

    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// Numbers as they stand in labels and files: most significant octet first.
enum BigEndianOctets {
    static func of(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

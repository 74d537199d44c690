/// What tells one start of the machine from another (/proc/sys/kernel/random/boot_id).
public struct BootIdentifier: Hashable, Sendable {
    /// The first 8 octets, the first of them highest.
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 hexadecimal digits; hyphens and what is white between or after them do not count. nil if it is
    /// anything else.
    public init?(_ text: String) {
        var digits: [UInt64] = []
        for character in text where character != "-" && !character.isWhitespace {
            guard character.isASCII, let digit = character.hexDigitValue else { return nil }
            digits.append(UInt64(digit))
        }
        guard digits.count == 32 else { return nil }
        high = digits.prefix(16).reduce(0) { $0 << 4 | $1 }
        low = digits.suffix(16).reduce(0) { $0 << 4 | $1 }
    }
}

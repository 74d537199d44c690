/// What a clock follows: four letters for a primary clock, an IPv4 address or a hash for a server (RFC 5905 section 7.3).
public struct ReferenceIdentifier: Hashable, Sendable {
    public var bits: UInt32

    public init(bits: UInt32) {
        self.bits = bits
    }

    /// 127.127.1.1: the machine's own clock is served as it is (`local`).
    public static let local = ReferenceIdentifier(bits: 0x7f7f_0101)
    /// 127.127.1.255: what is served is smoothed on purpose (`smoothtime`).
    public static let smoothed = ReferenceIdentifier(bits: 0x7f7f_01ff)
    public static let none = ReferenceIdentifier(bits: 0)

    /// The letters, if all four octets are printable ASCII or trailing zeros and at least one is a letter or digit.
    public var letters: String? {
        var text = ""
        var ended = false
        for shift in [24, 16, 8, 0] as [UInt32] {
            let octet = UInt8(truncatingIfNeeded: bits >> shift)
            if octet == 0 {
                ended = true
                continue
            }
            guard !ended, (0x20...0x7e).contains(octet) else { return nil }
            text.unicodeScalars.append(Unicode.Scalar(octet))
        }
        return text.isEmpty ? nil : text
    }
}

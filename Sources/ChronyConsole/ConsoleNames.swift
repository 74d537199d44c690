internal import Addresses
internal import Control
internal import TimeBase

/// What sources are called.
enum ConsoleNames {
    /// Names are cut to this many columns, where they are not what somebody configured.
    static let width = 25

    static func text(_ address: SourceAddress) -> String { "\(address)" }

    /// The printable letters of a reference identifier, without spaces at its end.
    static func letters(_ identifier: ReferenceIdentifier) -> String {
        var text = ""
        for shift in [24, 16, 8, 0] as [UInt32] {
            let octet = UInt8(truncatingIfNeeded: identifier.bits >> shift)
            if (0x20...0x7e).contains(octet) { text.unicodeScalars.append(Unicode.Scalar(octet)) }
        }
        return text
    }

    static func cut(_ name: String) -> String {
        name.count > width ? String(name.prefix(width - 1)) + ">" : name
    }

    /// `ID#0000000012`, as the daemon calls a source without an address.
    static func identifier(_ word: String) -> UInt32? {
        guard word.hasPrefix("ID#") else { return nil }
        return UInt32(word.dropFirst(3))
    }
}

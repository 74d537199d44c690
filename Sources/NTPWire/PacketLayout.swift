/// The end of an authenticated packet: which key, and the code made with it.
public struct MessageCode: Equatable, Sendable {
    public var key: UInt32
    /// Where the key's number begins; all octets before it are authenticated.
    public var start: Int
    /// Octets of the code, after the key's number.
    public var length: Int

    /// The longest code of version 4, whose extension fields could not be told from a longer one.
    public static let longestInVersion4 = 20
    static let shortest = 16
    /// Octets of the key's number.
    static let keySize = 4
}

/// Where the parts of a packet lie: header, extension fields (RFC 7822), and authentication code.
public struct PacketLayout: Equatable, Sendable {
    /// Where the extension fields end; they begin behind the header.
    public var fieldsEnd: Int
    public var code: MessageCode?
    /// Whether the packet ends in a key's number 0 without a code: its sender could not verify ours (crypto-NAK).
    public var isRefusal = false

    /// Nil if the octets can't be divided into those parts.
    public init?(_ octets: Span<UInt8>) {
        guard octets.count >= NTPHeader.size, octets.count.isMultiple(of: 4) else { return nil }
        let version = octets[0] >> 3 & 7
        var place = NTPHeader.size
        let longest = MessageCode.keySize + (version >= 4 ? MessageCode.longestInVersion4 : KeyAlgorithm.longestDigest)
        while version >= 4, octets.count - place > longest {
            guard let field = ExtensionField(at: place, in: octets) else { return nil }
            place += field.size
        }
        // A last field that is as short as a code can be told from it only where no key is meant; chrony and ntpd read
        // a code, and so do we.
        fieldsEnd = place
        let rest = octets.count - place
        switch rest {
        case 0: break
        case MessageCode.keySize where octets.bigEndian32(at: place) == 0: isRefusal = true
        case MessageCode.keySize + MessageCode.shortest...longest:
            code = MessageCode(
                key: octets.bigEndian32(at: place), start: place, length: rest - MessageCode.keySize)
        default: return nil
        }
    }

    /// The first extension field of this type; nil if there is none.
    public func field(_ type: UInt16, in octets: Span<UInt8>) -> ExtensionField? {
        var place = NTPHeader.size
        while place < fieldsEnd, let field = ExtensionField(at: place, in: octets) {
            if field.type == type { return field }
            place += field.size
        }
        return nil
    }
}

/// One extension field (RFC 7822 section 3).
public struct ExtensionField: Equatable, Sendable {
    public var type: UInt16
    /// Where it begins.
    public var start: Int
    /// Octets with its own header of four.
    public var size: Int

    /// Octets of type and length.
    public static let headerSize = 4
    /// Octets of the shortest field.
    public static let shortest = 16

    /// Nil if what begins there is no field that ends within the octets.
    init?(at start: Int, in octets: Span<UInt8>) {
        guard start >= 0, octets.count - start >= Self.shortest else { return nil }
        let word = octets.bigEndian32(at: start)
        type = UInt16(truncatingIfNeeded: word >> 16)
        size = Int(word & 0xffff)
        self.start = start
        guard size >= Self.shortest, size.isMultiple(of: 4), size <= octets.count - start else { return nil }
    }
}

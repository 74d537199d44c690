/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
    /// Most significant octet first: 127.0.0.1 is 0x7f000001.
    case v4(UInt32)
    /// The 16 octets in two halves, most significant first.
    case v6(UInt64, UInt64)

    public var family: AddressFamily {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let bits): bits >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// The number of bits of an address of this family.
    public var width: Int { family == .ipv4 ? 32 : 128 }

    /// The address with all bits after the first `count` cleared.
    public func prefix(_ count: Int) -> IPAddress {
        switch self {
        case .v4(let bits): .v4(bits & Self.mask32(count))
        case .v6(let high, let low): .v6(high & Self.mask64(count), low & Self.mask64(count - 64))
        }
    }

    private static func mask32(_ count: Int) -> UInt32 {
        count <= 0 ? 0 : count >= 32 ? .max : ~(UInt32.max >> UInt32(count))
    }

    private static func mask64(_ count: Int) -> UInt64 {
        count <= 0 ? 0 : count >= 64 ? .max : ~(UInt64.max >> UInt64(count))
    }
}

public enum AddressFamily: Hashable, Sendable {
    case ipv4
    case ipv6
}

/// An address and a UDP port.
public struct Endpoint: Hashable, Sendable {
    public var address: IPAddress
    public var port: UInt16

    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension IPAddress: CustomStringConvertible {
    /// Reads `192.0.2.1` or `2001:db8::1` (RFC 4291 section 2.2, with an embedded IPv4 tail); nil if it is anything else.
    public init?(_ text: some StringProtocol) {
        let octets = Array(text.utf8)
        if octets.contains(UInt8(ascii: ":")) {
            guard let groups = Self.parseV6(octets) else { return nil }
            self = groups
        } else {
            guard let bits = Self.parseV4(octets[...]) else { return nil }
            self = .v4(bits)
        }
    }

    private static func parseV4(_ octets: ArraySlice<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        let parts = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    private static func parseV6(_ octets: [UInt8]) -> IPAddress? {
        let colon = UInt8(ascii: ":")
        var before: [UInt16] = []
        var after: [UInt16] = []
        var gap = false
        var index = 0
        if octets.starts(with: [colon, colon]) {
            gap = true
            index = 2
        }
        while index < octets.count {
            let end = octets[index...].firstIndex(of: colon) ?? octets.count
            let part = octets[index..<end]
            var groups: [UInt16]
            if part.contains(UInt8(ascii: ".")) {
                guard end == octets.count, let bits = parseV4(part) else { return nil }
                groups = [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard (1...4).contains(part.count), let value = hex(part) else { return nil }
                groups = [value]
            }
            if gap { after += groups } else { before += groups }
            if end == octets.count { break }
            index = end + 1
            if index == octets.count { return nil }
            if octets[index] == colon {
                guard !gap else { return nil }
                gap = true
                index += 1
            }
        }
        let missing = 8 - before.count - after.count
        guard gap ? missing >= 1 : missing == 0 else { return nil }
        let all = before + Array(repeating: 0, count: missing) + after
        var halves: (UInt64, UInt64) = (0, 0)
        for group in all[0..<4] { halves.0 = halves.0 << 16 | UInt64(group) }
        for group in all[4..<8] { halves.1 = halves.1 << 16 | UInt64(group) }
        return .v6(halves.0, halves.1)
    }

    private static func hex(_ octets: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for octet in octets {
            let digit: UInt8
            switch octet {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = octet - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = octet - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = octet - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The usual text form; IPv6 as RFC 5952 recommends.
    public var description: String {
        switch self {
        case .v4(let bits):
            return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
        case .v6(let high, let low):
            let groups = (0..<8).map { index in
                UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
            }
            var best = 0..<0
            var index = 0
            while index < 8 {
                var end = index
                while end < 8, groups[end] == 0 { end += 1 }
                if end - index > best.count { best = index..<end }
                index = max(end, index + 1)
            }
            func join(_ slice: ArraySlice<UInt16>) -> String {
                slice.map { String($0, radix: 16) }.joined(separator: ":")
            }
            if best.count < 2 { return join(groups[...]) }
            return join(groups[..<best.lowerBound]) + "::" + join(groups[best.upperBound...])
        }
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: "[\(address)]:\(port)"
        }
    }
}

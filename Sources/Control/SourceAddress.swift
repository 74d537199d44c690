public import Addresses

/// How the command protocol names a source (its 20-octet IPAddr).
public enum SourceAddress: Hashable, Sendable, CustomStringConvertible {
    /// None, or all, or "look at the reference identifier": each message says what it means.
    case unspecified
    /// In a source report of a reference clock, the IPv4 bits are its reference identifier.
    case ip(IPAddress)
    /// A source whose name has no address yet, by the daemon's number for it.
    case unresolved(UInt32)

    /// The address if there is one.
    public var ip: IPAddress? {
        if case .ip(let address) = self { address } else { nil }
    }

    /// As chronyc prints it: `192.0.2.1`, or `ID#0000000001`.
    public var description: String {
        switch self {
        case .unspecified: return "-"
        case .ip(let address): return "\(address)"
        case .unresolved(let number):
            let digits = String(number)
            return "ID#" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        }
    }
}

/// Which sources a command is meant for.
public enum SourceSelector: Hashable, Sendable {
    case all
    /// Those whose address has the same bits as `address` where `mask` has ones; both are of one family.
    case matching(IPAddress, mask: IPAddress)
    /// One that has no address yet.
    case unresolved(UInt32)

    /// One source alone.
    public init(_ address: IPAddress) {
        switch address {
        case .v4: self = .matching(address, mask: .v4(.max))
        case .v6: self = .matching(address, mask: .v6(.max, .max))
        }
    }

    /// Whether a source with this address is meant.
    public func contains(_ other: SourceAddress) -> Bool {
        switch (self, other) {
        case (.all, _): true
        case (.matching(.v4(let bits), .v4(let mask)), .ip(.v4(let other))): bits & mask == other & mask
        case (.matching(.v6(let high, let low), .v6(let maskHigh, let maskLow)), .ip(.v6(let otherHigh, let otherLow))):
            high & maskHigh == otherHigh & maskHigh && low & maskLow == otherLow & maskLow
        case (.unresolved(let number), .unresolved(let other)): number == other
        default: false
        }
    }
}

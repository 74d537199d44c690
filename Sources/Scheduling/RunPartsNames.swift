/// Which names in a directory run-parts takes (run-parts(8)).
public enum RunPartsNames: Hashable, Sendable {
    /// ASCII letters, digits, `_` and `-` only: so no name with a dot.
    case classic
    /// The namespaces of the LSB, and Debian's for cron scripts; not what dpkg leaves behind.
    case lsb

    /// Whether a file of this name is looked at.
    public func accepts(_ name: String) -> Bool {
        let octets = Array(name.utf8)
        switch self {
        case .classic:
            return !octets.isEmpty
                && octets.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || $0 == 95 || $0 == 45 }
        case .lsb:
            if ["dpkg-old", "dpkg-dist", "dpkg-new", "dpkg-tmp"].contains(where: { name.hasSuffix(".\($0)") }) {
                return false
            }
            return Self.isAssigned(octets) || Self.isHierarchical(octets[...]) || Self.isCronScript(octets)
        }
    }

    /// `^[a-z0-9]+$`
    private static func isAssigned(_ octets: [UInt8]) -> Bool {
        !octets.isEmpty && octets.allSatisfy { isLower($0) || isDigit($0) }
    }

    /// `^_?([a-z0-9_.]+-)+[a-z0-9]+$`
    private static func isHierarchical(_ octets: ArraySlice<UInt8>) -> Bool {
        let parts = octets.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 2, let last = parts.last, !last.isEmpty,
            last.allSatisfy({ isLower($0) || isDigit($0) })
        else { return false }
        return parts.dropLast().allSatisfy { part in
            !part.isEmpty && part.allSatisfy { isLower($0) || isDigit($0) || $0 == 95 || $0 == 46 }
        }
    }

    /// `^[a-z0-9][a-z0-9-]*$`
    private static func isCronScript(_ octets: [UInt8]) -> Bool {
        guard let first = octets.first, isLower(first) || isDigit(first) else { return false }
        return octets.allSatisfy { isLower($0) || isDigit($0) || $0 == 45 }
    }

    private static func isLower(_ octet: UInt8) -> Bool { octet >= UInt8(ascii: "a") && octet <= UInt8(ascii: "z") }
    private static func isLetter(_ octet: UInt8) -> Bool { isLower(octet | 0x20) }
    private static func isDigit(_ octet: UInt8) -> Bool { octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9") }
}

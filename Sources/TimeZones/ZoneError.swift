/// Why octets are not a usable time zone.
public enum ZoneError: Error, Hashable, Sendable {
    /// They do not begin with `TZif` (RFC 9636 section 3.1).
    case notAZoneFile
    /// A version that is neither 1 (a zero octet) nor 2, 3 or 4.
    case unknownVersion(UInt8)
    /// The header promises more octets than there are.
    case truncated
    /// A count in the header breaks RFC 9636 section 3.1.
    case badCounts
    /// Transition times do not ascend; the index of the first that does not.
    case transitionsOutOfOrder(Int)
    /// A transition refers to a local time type that does not exist.
    case badTypeIndex(Int)
    /// A local time type has an impossible offset, daylight flag or abbreviation.
    case badLocalTimeType(Int)
    /// The text behind the data is not a rule (RFC 9636 section 3.3, POSIX.1 TZ).
    case badRule(String)
    /// The zone counts leap seconds (a file of `right/`): its seconds are not those of a POSIX clock.
    case countsLeapSeconds
    /// The zone counts no leap seconds, so nothing can be learned of them from it.
    case countsNoLeapSeconds
    /// A leap second is impossible (RFC 9636 section 3.2); its index.
    case badLeapSecond(Int)
    /// Larger than any zone file can be: over one megabyte.
    case tooLarge

    /// One sentence.
    public var sentence: String {
        switch self {
        case .notAZoneFile: "This is no time zone file: it does not begin with TZif."
        case .unknownVersion(let version): "The time zone file has an unknown version (octet \(version))."
        case .truncated: "The time zone file ends too early."
        case .badCounts: "The time zone file's header has impossible counts."
        case .transitionsOutOfOrder(let index): "The time zone file's transition \(index) is not after the one before."
        case .badTypeIndex(let index):
            "The time zone file's transition \(index) leads to a local time that is not there."
        case .badLocalTimeType(let index): "The time zone file's local time \(index) is impossible."
        case .badRule(let text): "The time zone rule \(text.debugDescription) makes no sense."
        case .countsLeapSeconds: "The time zone counts leap seconds (right/): it does not fit a POSIX clock."
        case .countsNoLeapSeconds: "The time zone counts no leap seconds: one of right/ is needed."
        case .badLeapSecond(let index): "The time zone file's leap second \(index) is impossible."
        case .tooLarge: "The time zone file is too large to be one."
        }
    }
}

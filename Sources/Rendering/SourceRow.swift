internal import Addresses
public import Control
internal import TimeBase

/// One source with all that was found out of it.
public struct SourceRow: Sendable {
    public var report: SourceReport
    /// As it was configured; nil if not known.
    public var name: String?
    /// How selection sees it; nil if the daemon did not say.
    public var selection: SelectionReport?
    /// The daemon's own words for it; nil if it has none.
    public var story: String?

    public init(
        report: SourceReport, name: String? = nil, selection: SelectionReport? = nil, story: String? = nil
    ) {
        self.report = report
        self.name = name
        self.selection = selection
        self.story = story
    }

    /// What it is called in a table: its name if it has one.
    var label: String {
        if let name, !name.isEmpty { return name }
        return addressText
    }

    var addressText: String {
        if report.mode == .referenceClock, case .ip(.v4(let bits)) = report.address {
            return ReferenceText.text(ReferenceIdentifier(bits: bits))
        }
        return "\(report.address)"
    }

    var kind: String {
        switch report.mode {
        case .referenceClock: return "clock"
        case .peer: return "peer"
        case .client:
            guard let address = report.address.ip else { return "-" }
            return address.isLocalNetwork ? "lan" : "net"
        }
    }

    var use: String {
        if report.state == .nonselectable, report.reach & 0xff == 0, selection?.state != UInt8(ascii: "N") {
            return SelectionWords.words(report)
        }
        return selection.flatMap { SelectionWords.words($0.state) } ?? SelectionWords.words(report)
    }

    var hasSample: Bool { report.lastSampleAge != nil }
}

extension IPAddress {
    /// Loopback, link-local and private addresses (RFC 1918, RFC 3927, RFC 4193, RFC 4291).
    var isLocalNetwork: Bool {
        switch self {
        case .v4(let bits):
            bits >> 24 == 127 || bits >> 24 == 10 || bits >> 20 == 0xac1 || bits >> 16 == 0xc0a8
                || bits >> 16 == 0xa9fe
        case .v6(let high, _): isLoopback || high >> 57 == 0x7e || high >> 54 == 0x3fa
        }
    }
}

/// A reference identifier as text: its letters, or eight hexadecimal digits.
enum ReferenceText {
    static func text(_ reference: ReferenceIdentifier) -> String {
        if let letters = reference.letters { return letters }
        let digits = String(reference.bits, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

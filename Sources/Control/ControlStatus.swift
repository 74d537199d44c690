/// How a request ended, as the daemon says it in its reply.
public enum ControlStatus: UInt16, CaseIterable, Hashable, Sendable {
    case success = 0
    case failed = 1
    case unauthorised = 2
    case invalid = 3
    case noSuchSource = 4
    case invalidTimestamp = 5
    case notEnabled = 6
    case badSubnet = 7
    case accessAllowed = 8
    case accessDenied = 9
    case noHostAccess = 10
    case sourceAlreadyKnown = 11
    case tooManySources = 12
    case noRTC = 13
    case badRTCFile = 14
    case inactive = 15
    case badSample = 16
    case invalidAddressFamily = 17
    case badPacketVersion = 18
    case badPacketLength = 19
    case invalidName = 21

    /// What it means, as the end of a sentence that begins with "the daemon answers".
    public var words: String {
        switch self {
        case .success: "done"
        case .failed: "it tried and failed"
        case .unauthorised: "not permitted over this connection"
        case .invalid: "it does not know this command"
        case .noSuchSource: "no such source"
        case .invalidTimestamp: "invalid timestamp"
        case .notEnabled: "that is not enabled"
        case .badSubnet: "not a subnet"
        case .accessAllowed: "access allowed"
        case .accessDenied: "access denied"
        case .noHostAccess: "this host may not ask"
        case .sourceAlreadyKnown: "the source is there already"
        case .tooManySources: "too many sources"
        case .noRTC: "no real-time clock is driven"
        case .badRTCFile: "the real-time clock's file cannot be written"
        case .inactive: "that is not active"
        case .badSample: "no such sample"
        case .invalidAddressFamily: "invalid address family"
        case .badPacketVersion: "it speaks another version of the protocol"
        case .badPacketLength: "it expects another length of this request"
        case .invalidName: "invalid name"
        }
    }
}

public import Control

extension ControlStatus {
    /// chronyc's line for a status; scripts look for these.
    public var consoleLine: String {
        switch self {
        case .success: "200 OK"
        case .accessAllowed: "208 Access allowed"
        case .accessDenied: "209 Access denied"
        case .failed: "500 Failure"
        case .unauthorised: "501 Not authorised"
        case .invalid: "502 Invalid command"
        case .noSuchSource: "503 No such source"
        case .invalidTimestamp: "504 Duplicate or stale logon detected"
        case .notEnabled: "505 Facility not enabled in daemon"
        case .badSubnet: "507 Bad subnet"
        case .noHostAccess: "510 No command access from this host"
        case .sourceAlreadyKnown: "511 Source already present"
        case .tooManySources: "512 Too many sources present"
        case .noRTC: "513 RTC driver not running"
        case .badRTCFile: "514 Can't write RTC parameters"
        case .invalidAddressFamily: "515 Invalid address family"
        case .badSample: "516 Sample index out of range"
        case .badPacketVersion: "517 Protocol version mismatch"
        case .badPacketLength: "518 Packet length mismatch"
        case .inactive: "519 Client logging is not active in the daemon"
        case .invalidName: "521 Invalid name"
        }
    }

    /// Whether chronyc counts it as done.
    var isConsoleSuccess: Bool { self == .success || self == .accessAllowed || self == .accessDenied }
}

/// What chronyc says where no status tells it.
enum ConsoleTrouble {
    static let noAnswer = "506 Cannot talk to daemon"
    static let badReply = "508 Bad reply from daemon"
}

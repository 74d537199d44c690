/// Who may ask for a command.
public enum ControlAccess: Hashable, Sendable {
    /// Only who comes by the Unix socket.
    case unixSocket
    /// Anybody who is let in over UDP, if the group is open (`opencommands`).
    case monitoring(MonitoringGroup)
}

/// The names that `opencommands` knows.
public enum MonitoringGroup: String, CaseIterable, Hashable, Sendable {
    case activity
    case authdata
    case clients
    case manual
    case ntpdata
    case rtcdata
    case selectdata
    case serverstats
    case smoothing
    case sourcename
    case sources
    case sourcestats
    case tracking
    /// Our own verdict, and the sources' stories.
    case status
}

/// The monitoring commands that are answered over UDP.
public struct OpenCommands: Equatable, Sendable {
    public var groups: Set<MonitoringGroup>

    public init(_ groups: Set<MonitoringGroup>) {
        self.groups = groups
    }

    /// What is open unless the configuration says otherwise.
    public static let standard = OpenCommands([
        .activity, .manual, .rtcdata, .smoothing, .sourcename, .sources, .sourcestats, .tracking, .status,
    ])

    /// Whether a command is answered over UDP.
    public func permits(_ command: ControlCommand) -> Bool {
        switch command.requiredAccess {
        case .unixSocket: false
        case .monitoring(let group): groups.contains(group)
        }
    }
}

extension ControlCommand {
    /// Who may ask for it.
    public var requiredAccess: ControlAccess {
        switch self {
        case .sourceCount, .source: .monitoring(.sources)
        case .sourceName: .monitoring(.sourcename)
        case .sourceStatistics: .monitoring(.sourcestats)
        case .tracking: .monitoring(.tracking)
        case .rtc: .monitoring(.rtcdata)
        case .manualList: .monitoring(.manual)
        case .activity: .monitoring(.activity)
        case .smoothing: .monitoring(.smoothing)
        case .serverStatistics: .monitoring(.serverstats)
        case .ntpData: .monitoring(.ntpdata)
        case .authentication: .monitoring(.authdata)
        case .clientAccesses: .monitoring(.clients)
        case .selection: .monitoring(.selectdata)
        case .status, .story, .temperature: .monitoring(.status)
        default: .unixSocket
        }
    }
}

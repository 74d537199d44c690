public import FileWatches
public import TimeBase

/// Whose table of watches it is.
public struct WatchOwner: Hashable, Sendable {
    /// A user's own table; or, if ``isSystem``, the name of a file of /etc/incron.d, whose commands run as root.
    public var name: String
    public var isSystem: Bool

    public init(name: String, isSystem: Bool) {
        self.name = name
        self.isSystem = isSystem
    }

    public var user: String { isSystem ? "root" : name }
}

/// What the host says of tables of watches, and of what they watch.
public enum WatchNews: Sendable {
    /// A table was found or has changed.
    case table(WatchOwner, WatchAccount, [UInt8])
    case tableGone(WatchOwner)
    /// It is not used, and why.
    case unusable(WatchOwner, reason: String)
    case answer(WatchOwner, WatchRequest, WatchAnswer)
    case event(WatchOwner, WatchEvent)
    /// There was nothing more to hear at that moment.
    case caughtUp(WatchOwner, at: Instant<Realtime>)
    case access(TableAccess)
    /// All tables were looked at.
    case tablesRead
}

/// What a table's commands find in their environment.
public struct WatchAccount: Hashable, Sendable {
    public var home: String
    public var shell: String

    public init(home: String, shell: String = "/bin/sh") {
        self.home = home
        self.shell = shell
    }
}

/// What is to be done about tables of watches.
public enum WatchAct: Hashable, Sendable {
    /// With the rights of the table's owner; answered by ``WatchNews/answer(_:_:_:)``.
    case perform(WatchOwner, WatchEffect)
    /// Let go of all that a table watches.
    case forget(WatchOwner)
    case readTable(user: String, client: ClientToken)
    case writeTable(user: String, [UInt8]?, client: ClientToken)
    case readTables
}

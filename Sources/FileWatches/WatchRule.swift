/// A line of an incrontab: what is watched, for which events, and what runs then.
public struct WatchRule: Hashable, Sendable {
    /// Absolute. It may hold `*` for part of a name.
    public var path: [UInt8]
    public var mask: WatchMask
    /// Whether nothing new is started while a run of this rule goes on; the events of that time are dropped.
    public var isLoopable = false
    /// Whether directories below are watched too.
    public var isRecursive = true
    /// Whether that holds for directories whose names begin with a dot.
    public var includesDotDirectories = false
    /// As it stands in the table.
    public var command: [UInt8]
    /// Where it stands, from 1.
    public var line: Int

    public init(path: [UInt8], mask: WatchMask, command: [UInt8], line: Int = 1) {
        self.path = path
        self.mask = mask
        self.command = command
        self.line = line
    }

    /// What the kernel is asked for.
    public var events: WatchMask { mask.intersection(.allEvents) }
}

/// What is wrong with a line of an incrontab.
public struct WatchTableError: Error, Hashable, Sendable {
    /// From 1.
    public var line: Int
    /// Octets from the start of the line, from 1.
    public var column: Int
    public var reason: String

    public init(line: Int, column: Int, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// `3:12: there is no event IN_FOO`
    public var sentence: String { "\(line):\(column): \(reason)" }
}

/// Kinds of file events, as inotify counts them (inotify(7)).
public struct WatchMask: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let access = WatchMask(rawValue: 0x1)
    public static let modify = WatchMask(rawValue: 0x2)
    public static let attributes = WatchMask(rawValue: 0x4)
    public static let closeWrite = WatchMask(rawValue: 0x8)
    public static let closeNoWrite = WatchMask(rawValue: 0x10)
    public static let open = WatchMask(rawValue: 0x20)
    public static let movedFrom = WatchMask(rawValue: 0x40)
    public static let movedTo = WatchMask(rawValue: 0x80)
    public static let create = WatchMask(rawValue: 0x100)
    public static let delete = WatchMask(rawValue: 0x200)
    public static let deleteSelf = WatchMask(rawValue: 0x400)
    public static let moveSelf = WatchMask(rawValue: 0x800)

    /// The file system is gone.
    public static let unmount = WatchMask(rawValue: 0x2000)
    /// The queue was full, and events are lost.
    public static let overflow = WatchMask(rawValue: 0x4000)
    /// The watch is gone: what was watched was deleted, or we took the watch away.
    public static let ignored = WatchMask(rawValue: 0x8000)

    public static let onlyDirectory = WatchMask(rawValue: 0x100_0000)
    public static let doNotFollow = WatchMask(rawValue: 0x200_0000)
    public static let oneShot = WatchMask(rawValue: 0x8000_0000)
    /// What the event is about is a directory.
    public static let isDirectory = WatchMask(rawValue: 0x4000_0000)

    /// What a table can ask for, beside ways of watching.
    public static let allEvents = WatchMask(rawValue: 0xfff)
    /// What the kernel also tells unasked.
    static let ways: WatchMask = [.onlyDirectory, .doNotFollow, .oneShot]

    /// Their names, in the order of their bits.
    public static let names: [(name: String, mask: WatchMask)] = [
        ("IN_ACCESS", .access), ("IN_MODIFY", .modify), ("IN_ATTRIB", .attributes), ("IN_CLOSE_WRITE", .closeWrite),
        ("IN_CLOSE_NOWRITE", .closeNoWrite), ("IN_OPEN", .open), ("IN_MOVED_FROM", .movedFrom),
        ("IN_MOVED_TO", .movedTo), ("IN_CREATE", .create), ("IN_DELETE", .delete), ("IN_DELETE_SELF", .deleteSelf),
        ("IN_MOVE_SELF", .moveSelf), ("IN_UNMOUNT", .unmount), ("IN_Q_OVERFLOW", .overflow), ("IN_IGNORED", .ignored),
        ("IN_ONLYDIR", .onlyDirectory), ("IN_DONT_FOLLOW", .doNotFollow), ("IN_ISDIR", .isDirectory),
        ("IN_ONESHOT", .oneShot),
    ]

    /// Several at once.
    static let groups: [(name: String, mask: WatchMask)] = [
        ("IN_CLOSE", [.closeWrite, .closeNoWrite]), ("IN_MOVE", [.movedFrom, .movedTo]), ("IN_ALL_EVENTS", .allEvents),
    ]

    /// What `incrontab -t` lists.
    public static var listed: [String] {
        names.prefix(12).map(\.name) + ["IN_DONT_FOLLOW", "IN_ONESHOT", "IN_ONLYDIR"] + groups.map(\.name)
    }

    /// The names of the bits, with commas between them: `IN_CREATE,IN_ISDIR`.
    public var text: String {
        Self.names.filter { contains($0.mask) }.map(\.name).joined(separator: ",")
    }

    /// What a name in a table stands for.
    static func named(_ name: String) -> WatchMask? {
        (names.prefix(12) + groups).first { $0.name == name }?.mask
            ?? ["IN_ONLYDIR": .onlyDirectory, "IN_DONT_FOLLOW": .doNotFollow, "IN_ONESHOT": .oneShot][name]
    }
}

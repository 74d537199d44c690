public import TimeBase

/// What a tree of watches wants done, with the rights of the table's owner.
public enum WatchEffect: Hashable, Sendable {
    /// Add these events to what is watched at the path (IN_MASK_ADD); answered by a ``WatchAnswer``.
    case watch(WatchRequest, WatchMask)
    /// List the directory at the request's path, following no link at its end; answered by a ``WatchAnswer``.
    case list(WatchRequest)
    case unwatch(Int32)
    /// Start the rule's command; ``WatchTree/ended(rule:at:effects:)`` says that it is over.
    case run(rule: Int, WatchOccurrence)
    case note(WatchNote)
}

/// For the log.
public struct WatchNote: Hashable, Sendable {
    public var isError: Bool
    public var text: String
}

/// Something that was asked, with what is needed to go on when it is answered.
public struct WatchRequest: Hashable, Sendable {
    public let path: [UInt8]
    public let rule: Int
    let role: Role
    var news: News
    let round: Int

    /// What a watched path is to its rule.
    enum Role: Hashable, Sendable {
        /// A directory in which the component of this index of the rule's path may appear.
        case anchor(Int)
        /// What the rule names.
        case root
        /// A directory below it.
        case below
    }

    /// Which of the files that are found count as having just come.
    enum News: Hashable, Sendable {
        case none
        case all
        /// All in directories that were not watched before.
        case unwatched
        /// What was changed since, by the files' stamps.
        case since(Instant<Realtime>)
    }
}

/// What became of a request.
public enum WatchAnswer: Hashable, Sendable {
    case watched(Int32, isDirectory: Bool)
    case listed([Entry])
    case failed(Failure)

    public enum Failure: Hashable, Sendable {
        /// There is nothing at the path, or a part of it is no directory.
        case missing
        case notPermitted
        /// The kernel's limit of watches is reached.
        case limit
        case other(String)
    }

    /// A file in a directory; times by the wall clock, nil where not known.
    public struct Entry: Hashable, Sendable {
        public var name: [UInt8]
        public var isDirectory: Bool
        public var created: Instant<Realtime>?
        public var modified: Instant<Realtime>?
        public var changed: Instant<Realtime>?

        public init(
            name: [UInt8], isDirectory: Bool, created: Instant<Realtime>? = nil, modified: Instant<Realtime>? = nil,
            changed: Instant<Realtime>? = nil
        ) {
            self.name = name
            self.isDirectory = isDirectory
            self.created = created
            self.modified = modified
            self.changed = changed
        }
    }
}

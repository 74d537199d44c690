public import TimeBase

/// A table as the host found it.
public struct TableFile: Hashable, Sendable {
    /// Whose table it is.
    public enum Place: Hashable, Sendable {
        /// /etc/crontab
        case system
        /// A file of /etc/cron.d
        case directory(name: String)
        /// A user's own; the file bears the user's name.
        case user(name: String)
    }

    /// What the kernel says of the file that was opened.
    public struct Facts: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            case file, link, other
        }

        public var kind: Kind
        /// User number.
        public var owner: UInt32
        /// The twelve low bits.
        public var mode: UInt32
        public var links: UInt64
        public var size: UInt64
        /// When it was changed last, by the wall clock.
        public var changed: Instant<Realtime>
        /// Owner of the symbolic link that led to it, if one did.
        public var linkOwner: UInt32?

        public init(
            kind: Kind, owner: UInt32, mode: UInt32, links: UInt64, size: UInt64, changed: Instant<Realtime>,
            linkOwner: UInt32? = nil
        ) {
            self.kind = kind
            self.owner = owner
            self.mode = mode
            self.links = links
            self.size = size
            self.changed = changed
            self.linkOwner = linkOwner
        }
    }

    public var place: Place
    public var path: String
    /// Nil if it could not be looked at; then ``complaint`` says why.
    public var facts: Facts?
    public var complaint: String?
    /// Empty if it was not read.
    public var text: [UInt8]
    /// The number of the user whose table it is; nil if there is no such user.
    public var user: UInt32?
    /// Users that a system table names and this machine does not know.
    public var unknownUsers: Set<String> = []

    public init(place: Place, path: String, facts: Facts?, text: [UInt8], user: UInt32? = 0, complaint: String? = nil) {
        self.place = place
        self.path = path
        self.facts = facts
        self.text = text
        self.user = user
        self.complaint = complaint
    }
}

/// Who may have a table of their own (cron.allow, cron.deny). It is asked when a table is changed, not when it runs.
public struct TableAccess: Hashable, Sendable {
    public enum List: Hashable, Sendable {
        case absent
        case names(Set<String>)
        /// It is there, and cannot be read: nobody is let in.
        case unreadable(String)
    }

    public var allow: List = .absent
    public var deny: List = .absent
    /// Whether all are let in where there is neither list (Debian's cron), or root only (at, cronie).
    public var isOpen = true

    public init() {}

    /// Names, one a line; blanks around them, carriage returns, empty lines and comments do not count.
    public static func names(_ octets: [UInt8]) -> Set<String> {
        var names: Set<String> = []
        for line in octets.split(separator: UInt8(ascii: "\n")) {
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
            var name = line.drop(while: isBlank)
            while let last = name.last, isBlank(last) { name.removeLast() }
            if name.isEmpty || name.first == UInt8(ascii: "#") { continue }
            names.insert(String(decoding: name, as: UTF8.self))
        }
        return names
    }

    /// - Returns: why the user is not let in; nil if they are.
    public func refusal(of user: String) -> String? {
        if user == "root" { return nil }
        switch allow {
        case .names(let names):
            return names.contains(user) ? nil : "\(user) is not in the list of those who are allowed"
        case .unreadable(let reason): return "the list of those who are allowed cannot be read: \(reason)"
        case .absent: break
        }
        switch deny {
        case .names(let names): return names.contains(user) ? "\(user) is in the list of those who are denied" : nil
        case .unreadable(let reason): return "the list of those who are denied cannot be read: \(reason)"
        case .absent: return isOpen ? nil : "there is neither list, so only root is allowed"
        }
    }
}

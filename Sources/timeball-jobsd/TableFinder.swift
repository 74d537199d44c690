import CLinux
import JobScheduler
import JobsControl
import Linux
import TimeBase

/// The files that hold tables, and those that say who may have one.
struct TableFinder {
    /// What tells that a file is another one, or was changed: all of it, never "newer than".
    private struct Stamp: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: UInt64
        var changed: Duration
        var status: Duration
        var mode: UInt32
        var owner: UInt32
        var links: UInt64
        var failure: Int32

        init(_ facts: clinux_table_facts, failure: Int32) {
            device = facts.device
            inode = facts.inode
            size = facts.size
            changed = .seconds(facts.changed_seconds) + .nanoseconds(facts.changed_nanoseconds)
            status = .seconds(facts.status_seconds) + .nanoseconds(facts.status_nanoseconds)
            mode = facts.mode
            owner = facts.owner
            links = facts.links
            self.failure = failure
        }
    }

    private let options: Options
    private var known: [String: Stamp] = [:]
    private let notices: Int32
    private var isWatched: Set<String> = []
    /// The most octets of a user's table, and of a system table.
    private static let mostOfUser = 4 << 20
    private static let mostOfSystem = 64 << 20

    init(_ options: Options) {
        self.options = options
        notices = clinux_inotify_create()
    }

    /// Readable when something in the directories has changed; nil where the kernel does not tell.
    var noticeNumber: Int32? { notices >= 0 ? notices : nil }

    func clearNotices() { clinux_inotify_clear(notices) }

    // MARK: Looking

    /// What has changed since the last look.
    mutating func look(isForced: Bool) -> [Event] {
        watch()
        if isForced { known = [:] }
        var events: [Event] = []
        var seen: Set<String> = []
        consider(.system, options.systemTable, &seen, &events)
        for name in (AtomicFile.names(in: options.tableDirectory) ?? []).sorted() where !name.hasPrefix(".") {
            consider(.directory(name: name), "\(options.tableDirectory)/\(name)", &seen, &events)
        }
        for name in (AtomicFile.names(in: options.userTables) ?? []).sorted()
        where !name.hasPrefix(".") && !name.hasPrefix("tmp.") {
            consider(.user(name: name), "\(options.userTables)/\(name)", &seen, &events)
        }
        for path in known.keys where !seen.contains(path) {
            known[path] = nil
            events.append(.tableRemoved(path: path))
        }
        return events
    }

    private mutating func watch() {
        guard notices >= 0 else { return }
        // The directory of the system table, because whoever edits it mostly puts a new file in its place.
        for folder in [AtomicFile.folder(of: options.systemTable), options.tableDirectory, options.userTables]
        where !isWatched.contains(folder) {
            if unsafe clinux_inotify_add(notices, folder) >= 0 { isWatched.insert(folder) }
        }
    }

    private mutating func consider(
        _ place: TableFile.Place, _ path: String, _ seen: inout Set<String>, _ events: inout [Event]
    ) {
        var isUser = false
        var user: UInt32? = 0
        if case .user(let name) = place {
            isUser = true
            user = Account(name: name)?.user
        }
        var facts = clinux_table_facts()
        let looked = unsafe clinux_table_look(path, isUser ? 0 : 1, &facts)
        if looked == -SystemError.noSuchFile, facts.is_linked == 0 { return }
        seen.insert(path)
        // A user that comes or goes changes what a table is, too.
        let failure = looked < 0 ? looked : user == nil ? -1 : 0
        let stamp = Stamp(facts, failure: failure)
        if known[path] == stamp { return }
        known[path] = stamp
        if looked < 0 {
            events.append(
                .table(
                    TableFile(place: place, path: path, facts: nil, text: [], user: user, complaint: errorText(-looked))
                ))
            return
        }
        var file = TableFile(place: place, path: path, facts: Self.facts(facts), text: [], user: user)
        // Who may not have it read does not make the daemon read it.
        if file.facts?.kind == .file { read(&file, isUser ? Self.mostOfUser : Self.mostOfSystem, follows: !isUser) }
        events.append(.table(file))
    }

    private func read(_ file: inout TableFile, _ most: Int, follows: Bool) {
        var facts = clinux_table_facts()
        let number = unsafe clinux_table_open(file.path, follows ? 1 : 0, &facts)
        guard number >= 0 else {
            file.complaint = errorText(-number)
            return
        }
        let descriptor = FileDescriptor(owning: number)
        // What counts is what was opened: between the two looks another file may have been put there.
        file.facts = Self.facts(facts)
        guard facts.size <= UInt64(most) else {
            file.complaint = "it has \(facts.size) octets; \(most) are the most"
            return
        }
        do throws(SystemError) {
            var octets: [UInt8] = []
            octets.reserveCapacity(Int(facts.size))
            while octets.count <= most {
                let more = try descriptor.read(atMost: 1 << 18)
                if more.isEmpty { break }
                octets += more
            }
            file.text = octets
        } catch {
            file.complaint = error.text
            return
        }
        if case .user = file.place { return }
        for user in TableUsers.named(in: file.text) where Account(name: user) == nil { file.unknownUsers.insert(user) }
    }

    private static func facts(_ facts: clinux_table_facts) -> TableFile.Facts {
        TableFile.Facts(
            kind: facts.kind == 1 ? .file : facts.kind == 2 ? .link : .other, owner: facts.owner, mode: facts.mode,
            links: facts.links, size: facts.size,
            changed: Instant(
                sinceEpoch: .seconds(facts.changed_seconds) + .nanoseconds(facts.changed_nanoseconds)),
            linkOwner: facts.is_linked != 0 ? facts.link_owner : nil)
    }

    // MARK: Users' tables

    /// The answer with a user's table.
    func read(_ user: String) -> JobsReply {
        var facts = clinux_table_facts()
        let number = unsafe clinux_table_open("\(options.userTables)/\(user)", 0, &facts)
        if number == -SystemError.noSuchFile { return .refused(.no, "no crontab for \(user)") }
        guard number >= 0 else { return .refused(.unknown, "The table of \(user): \(errorText(-number))") }
        let descriptor = FileDescriptor(owning: number)
        do throws(SystemError) {
            var octets: [UInt8] = []
            while octets.count <= Self.mostOfUser {
                let more = try descriptor.read(atMost: 1 << 18)
                if more.isEmpty { break }
                octets += more
            }
            return .octets(octets)
        } catch {
            return .refused(.unknown, "The table of \(user): \(error.text)")
        }
    }

    /// Puts a table in the place of the old one, of which a copy is kept; nil takes it away.
    ///
    /// - Returns: what went wrong; nil if nothing did.
    func write(_ user: String, _ text: [UInt8]?) -> String? {
        let path = "\(options.userTables)/\(user)"
        guard let account = Account(name: user) else { return "user `\(user)' unknown" }
        let old = read(user)
        if case .octets(let octets) = old {
            // A copy first: whatever happens, the old table is not lost.
            do throws(SystemError) {
                let copy = try AtomicFile(replacing: "\(options.stateDirectory)/tables/\(user)", permissions: 0o600)
                try copy.write(octets)
                try copy.sync()
                try copy.replace()
            } catch {
                return "No copy of the old table could be kept, so it was not touched: \(error)"
            }
        }
        guard let text else {
            guard case .octets = old else { return "no crontab for \(user)" }
            let removed = unsafe clinux_remove(path)
            return removed >= 0 ? nil : "\(path): \(errorText(-removed))"
        }
        do throws(SystemError) {
            try OwnedFile.replace(user, in: options.userTables, with: text, of: account)
            return nil
        } catch {
            return "The table was not changed: \(error)"
        }
    }

    /// Puts the copy back that was kept; what it replaces becomes the copy.
    func restore(_ user: String) -> String? {
        do throws(SystemError) {
            guard let octets = try AtomicFile.octets(of: "\(options.stateDirectory)/tables/\(user)", atMost: 8 << 20)
            else {
                return "no copy of a table of \(user) was kept"
            }
            return write(user, octets)
        } catch {
            return "The copy cannot be read: \(error)"
        }
    }

    // MARK: Who may

    func access() -> TableAccess {
        var access = TableAccess()
        access.allow = Self.list(options.allowFile)
        access.deny = Self.list(options.denyFile)
        return access
    }

    static func list(_ path: String) -> TableAccess.List {
        do throws(SystemError) {
            guard let octets = try AtomicFile.octets(of: path, atMost: 1 << 20) else { return .absent }
            return .names(TableAccess.names(octets))
        } catch {
            return .unreadable(error.text)
        }
    }
}

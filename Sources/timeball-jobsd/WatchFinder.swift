import CLinux
import Daemon
import FileWatches
import JobScheduler
import JobsControl
import Linux
import TimeBase

/// incron's tables, and what they watch: one inotify descriptor for each table, so that one user's flood of events is
/// nobody else's, and every path looked up with the rights of the table's owner.
struct WatchFinder {
    private struct Watcher {
        var descriptor: Int32
        /// Read and not yet handed on.
        var events: ArraySlice<WatchEvent> = []
        /// Whether there may be more to read.
        var isBusy = true
    }

    private struct Stamp: Equatable {
        var inode: UInt64
        var size: UInt64
        var seconds: Int64
        var nanoseconds: Int64
        var mode: UInt32
        var owner: UInt32
    }

    private let options: Options
    private let log: Log
    private let notices: Int32
    private var isWatched: Set<String> = []
    private var known: [WatchOwner: Stamp] = [:]
    private var watchers: [WatchOwner: Watcher] = [:]
    private var turns: [WatchOwner] = []
    private static let largest: UInt64 = 4 << 20

    init(_ options: Options, _ log: Log) {
        self.options = options
        self.log = log
        notices = clinux_inotify_create()
    }

    var noticeNumber: Int32? { notices >= 0 ? notices : nil }

    func clearNotices() { clinux_inotify_clear(notices) }

    func descriptor(_ owner: WatchOwner) -> Int32? { watchers[owner]?.descriptor }

    func access() -> TableAccess {
        var access = TableAccess()
        access.allow = TableFinder.list(options.incronAllow)
        access.deny = TableFinder.list(options.incronDeny)
        return access
    }

    // MARK: Tables

    /// What has changed since the last look.
    mutating func look(isForced: Bool) -> [Event] {
        if notices >= 0 {
            for folder in [options.incronTables, options.incronUsers] where !isWatched.contains(folder) {
                if unsafe clinux_inotify_add(notices, folder) >= 0 { isWatched.insert(folder) }
            }
        }
        if isForced { known = [:] }
        var events: [Event] = []
        var seen: Set<WatchOwner> = []
        for (folder, isSystem) in [(options.incronTables, true), (options.incronUsers, false)] {
            for name in (AtomicFile.names(in: folder) ?? []).sorted() where name.first != "." && name.last != "~" {
                let owner = WatchOwner(name: name, isSystem: isSystem)
                seen.insert(owner)
                if let event = consider(owner, "\(folder)/\(name)") { events.append(event) }
            }
        }
        for owner in known.keys where !seen.contains(owner) {
            known[owner] = nil
            events.append(.watches(.tableGone(owner)))
        }
        events.append(.watches(.tablesRead))
        return events
    }

    private mutating func consider(_ owner: WatchOwner, _ path: String) -> Event? {
        var facts = clinux_table_facts()
        guard unsafe clinux_table_look(path, 0, &facts) >= 0 else { return nil }
        let stamp = Stamp(
            inode: facts.inode, size: facts.size, seconds: facts.status_seconds, nanoseconds: facts.status_nanoseconds,
            mode: facts.mode, owner: facts.owner)
        if known[owner] == stamp { return nil }
        known[owner] = stamp
        func unusable(_ reason: String) -> Event { .watches(.unusable(owner, reason: reason)) }
        let number = unsafe clinux_table_open(path, 0, &facts)
        guard number >= 0 else {
            return unusable(facts.kind == 1 ? errorText(-number) : "it is no regular file")
        }
        let file = FileDescriptor(owning: number)
        guard let account = Account(name: owner.user) else { return unusable("there is no user \(owner.user)") }
        guard facts.owner == 0 || facts.owner == account.user else {
            return unusable("it belongs to user \(facts.owner)")
        }
        guard facts.mode & 0o022 == 0 else { return unusable("others may write it") }
        guard facts.links == 1 else { return unusable("\(facts.links) names lead to it") }
        guard facts.size <= Self.largest else { return unusable("it is too large") }
        var octets: [UInt8] = []
        while UInt64(octets.count) <= Self.largest {
            guard let more = try? file.read(atMost: 1 << 18) else { return unusable("it cannot be read") }
            if more.isEmpty { break }
            octets += more
        }
        return .watches(.table(owner, WatchAccount(home: account.home, shell: Self.shell(owner.user)), octets))
    }

    private static func shell(_ user: String) -> String {
        var buffer = [CChar](repeating: 0, count: 1024)
        // Right because the array's own size is told.
        unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe clinux_shell_of(user, $0.baseAddress, UInt($0.count))
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func read(_ user: String) -> JobsReply {
        guard Account(name: user) != nil, !user.utf8.contains(UInt8(ascii: "/")) else {
            return .refused(.no, "user '\(user)' not found")
        }
        do throws(SystemError) {
            guard let octets = try AtomicFile.octets(of: "\(options.incronUsers)/\(user)", atMost: Int(Self.largest))
            else {
                return .refused(.no, "no table for \(user)")
            }
            return .octets(octets)
        } catch {
            return .refused(.unknown, "the table of \(user): \(error.text)")
        }
    }

    /// Puts a table in the place of the old one; nil takes it away.
    func write(_ user: String, _ text: [UInt8]?) -> JobsReply {
        guard let account = Account(name: user), !user.utf8.contains(UInt8(ascii: "/")) else {
            return .refused(.no, "user '\(user)' not found")
        }
        let path = "\(options.incronUsers)/\(user)"
        guard let text else {
            let removed = unsafe clinux_remove(path)
            if removed == -SystemError.noSuchFile { return .refused(.no, "no table for \(user)") }
            return removed >= 0 ? .done("") : .refused(.unknown, "\(path): \(errorText(-removed))")
        }
        var status = clinux_status_of_file()
        if unsafe clinux_stat(options.incronUsers, &status) == -SystemError.noSuchFile {
            unsafe clinux_make_mode(options.incronUsers, 0o755)
        }
        do throws(SystemError) {
            try OwnedFile.replace(user, in: options.incronUsers, with: text, of: account)
            return .done("")
        } catch {
            return .refused(.unknown, "the table was not changed: \(error)")
        }
    }

    // MARK: Watches

    /// Does what a table's tree of watches wants.
    ///
    /// - Returns: the answer; and a descriptor that is new, and is to be waited on.
    mutating func perform(_ owner: WatchOwner, _ effect: WatchEffect) -> (event: Event?, new: Int32?) {
        switch effect {
        case .watch(let request, let mask):
            var new: Int32?
            if watchers[owner] == nil {
                let made = clinux_inotify_create()
                guard made >= 0 else {
                    return (
                        answer(owner, request, .failed(.other("\(errorText(-made)) (fs.inotify.max_user_instances)"))),
                        nil
                    )
                }
                watchers[owner] = Watcher(descriptor: made)
                turns.append(owner)
                new = made
            }
            let descriptor = watchers[owner]?.descriptor ?? -1
            return (
                asOwner(owner, request) { path in
                    var isDirectory: Int32 = 0
                    let watch = unsafe clinux_watch_add(descriptor, path, mask.rawValue, &isDirectory)
                    return watch < 0 ? .failed(Self.failure(watch)) : .watched(watch, isDirectory: isDirectory != 0)
                }, new
            )
        case .list(let request): return (asOwner(owner, request) { Self.list($0) }, nil)
        case .unwatch(let watch):
            if let watcher = watchers[owner] { clinux_watch_remove(watcher.descriptor, watch) }
            return (nil, nil)
        case .run, .note: return (nil, nil)
        }
    }

    private func answer(_ owner: WatchOwner, _ request: WatchRequest, _ answer: WatchAnswer) -> Event {
        .watches(.answer(owner, request, answer))
    }

    /// Whatever the table's owner may not see, is not seen.
    private func asOwner(_ owner: WatchOwner, _ request: WatchRequest, _ body: (String) -> WatchAnswer) -> Event {
        let path = String(decoding: request.path, as: UTF8.self)
        guard path.utf8.elementsEqual(request.path) else {
            return answer(owner, request, .failed(.other("its name is not UTF-8")))
        }
        if owner.user == "root" { return answer(owner, request, body(path)) }
        guard let account = Account(name: owner.user) else { return answer(owner, request, .failed(.notPermitted)) }
        guard unsafe clinux_as_user(account.name, account.user, account.group) >= 0 else {
            return answer(owner, request, .failed(.notPermitted))
        }
        let result = body(path)
        let back = clinux_as_root()
        precondition(back >= 0, "The rights of root did not come back.")
        return answer(owner, request, result)
    }

    private static func failure(_ number: Int32) -> WatchAnswer.Failure {
        switch -number {
        // The last, a symbolic link where none is followed, is no directory either.
        case SystemError.noSuchFile, notDirectory, SystemError.tooManyLinks: .missing
        case notAllowed, notPermitted: .notPermitted
        case noSpace: .limit
        default: .other(errorText(-number))
        }
    }

    /// ENOTDIR, EACCES, EPERM, ENOSPC
    private static let notDirectory: Int32 = 20
    private static let notAllowed: Int32 = 13
    private static let notPermitted: Int32 = 1
    private static let noSpace: Int32 = 28

    private static func list(_ path: String) -> WatchAnswer {
        var error: Int32 = 0
        guard let listing = unsafe clinux_listing_begin(path, 1, &error) else { return .failed(failure(-error)) }
        defer { unsafe clinux_listing_end(listing) }
        var entries: [WatchAnswer.Entry] = []
        var found = unsafe clinux_listed()
        while unsafe clinux_listing_next(listing, &found) == 1 {
            let isKnown = unsafe found.created_seconds >= 0
            unsafe entries.append(
                WatchAnswer.Entry(
                    name: Array(String(cString: found.name).utf8), isDirectory: found.is_directory != 0,
                    created: isKnown ? instant(found.created_seconds, found.created_nanoseconds) : nil,
                    modified: instant(found.modified_seconds, found.modified_nanoseconds),
                    changed: instant(found.changed_seconds, found.changed_nanoseconds)))
        }
        return .listed(entries)
    }

    private static func instant(_ seconds: Int64, _ nanoseconds: Int64) -> Instant<Realtime> {
        Instant(sinceEpoch: .seconds(seconds) + .nanoseconds(nanoseconds))
    }

    /// Lets go of what a table watches.
    ///
    /// - Returns: the descriptor that is no more to be waited on.
    mutating func forget(_ owner: WatchOwner) -> Int32? {
        turns.removeAll { $0 == owner }
        return watchers.removeValue(forKey: owner)?.descriptor
    }

    // MARK: Events

    /// There is something to read.
    mutating func isReadable(_ owner: WatchOwner) { watchers[owner]?.isBusy = true }

    /// Whether ``next()`` has something to say.
    var hasNews: Bool { watchers.values.contains(where: \.isBusy) }

    /// The next event of whatever table, one at a time: what follows from one is done before the next is looked at.
    ///
    /// Tables take turns: a flood of one does not hold up the others.
    mutating func next() -> Event? {
        for _ in turns.indices {
            let owner = turns.removeFirst()
            turns.append(owner)
            guard watchers[owner]?.isBusy == true else { continue }
            if let event = watchers[owner]?.events.popFirst() { return .watches(.event(owner, event)) }
            let moment = KernelClock.realtime
            var buffer = [UInt8](repeating: 0, count: 65536)
            // Right because the kernel is told the array's own size.
            let got = unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_read(watchers[owner]?.descriptor ?? -1, $0.baseAddress, UInt($0.count))
            }
            guard got > 0 else {
                watchers[owner]?.isBusy = false
                return .watches(.caughtUp(owner, at: moment))
            }
            watchers[owner]?.events = WatchEvent.read(buffer.prefix(got))[...]
            if let event = watchers[owner]?.events.popFirst() { return .watches(.event(owner, event)) }
        }
        return nil
    }
}

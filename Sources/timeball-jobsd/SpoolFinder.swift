import AtSpool
import CLinux
import Daemon
import JobScheduler
import JobsControl
import Linux

/// at's spool: the files of jobs, their numbers, and who may use at.
struct SpoolFinder {
    private struct Stamp: Equatable {
        var inode: UInt64
        var size: UInt64
        var seconds: Int64
        var nanoseconds: Int64
        var links: UInt64
        var mode: UInt32
    }

    private let options: Options
    private let log: Log
    private let notices: Int32
    private var isWatched = false
    private var lastRival: Int32?
    private var hasLooked = false
    private var known: [String: Stamp] = [:]
    /// What was complained of, so that it is said once.
    private var complaints: [String: String] = [:]
    /// Jobs that another process has taken in the moment in which one of ours was about to.
    private var lost: Set<String> = []
    private var claims: [RunNumber: String] = [:]

    private var directory: String { options.atJobs }

    init(_ options: Options, _ log: Log) {
        self.options = options
        self.log = log
        notices = clinux_inotify_create()
        prepare()
    }

    var noticeNumber: Int32? { notices >= 0 ? notices : nil }

    func clearNotices() { clinux_inotify_clear(notices) }

    /// Makes the directory as the package of at makes it: for the user daemon, and closed to all others.
    private func prepare() {
        var status = clinux_status_of_file()
        guard unsafe clinux_stat(directory, &status) == -SystemError.noSuchFile else { return }
        let account = Account(name: "daemon")
        let above = AtomicFile.folder(of: directory)
        if unsafe clinux_stat(above, &status) < 0 { unsafe clinux_make_mode(above, 0o755) }
        unsafe clinux_make_directory(directory, 0o1770, account?.user ?? 0, account?.group ?? 0)
    }

    /// An atd that keeps this spool: it and this daemon would start the same jobs. Its number, or nil.
    private func rival() -> Int32? {
        guard let text = (try? AtomicFile.read(options.atdPIDFile, atMost: 32)) ?? nil,
            let number = Int32(text.prefix { $0.isASCII && $0.isNumber }), number > 1, clinux_job_started(number) != 0
        else { return nil }
        return number
    }

    private mutating func isLeft() -> Bool {
        let found = rival()
        if let found, found != lastRival {
            log.write(
                "atd (process \(found)) keeps \(directory): its jobs are left to it. Next: systemctl disable --now atd",
                .warning)
        }
        lastRival = found
        return found != nil
    }

    // MARK: Looking

    func access() -> TableAccess {
        var access = TableAccess()
        access.allow = TableFinder.list(options.atAllow)
        access.deny = TableFinder.list(options.atDeny)
        return access
    }

    /// What has changed since the last look.
    ///
    /// - Parameter goingOn: the history's keys of runs that an earlier daemon started and that go on.
    mutating func look(goingOn: Set<String>) -> [Event] {
        if !isWatched, notices >= 0 { isWatched = unsafe clinux_inotify_add(notices, directory) >= 0 }
        if isLeft() { return [] }
        let isFirst = !hasLooked
        hasLooked = true
        var found: [SpooledJob] = []
        var seen: Set<String> = []
        var running: [String: UInt64] = [:]
        var waiting: Set<UInt64> = []
        for text in (AtomicFile.names(in: directory) ?? []).sorted() {
            guard let name = SpoolName(text) else {
                if text.first != "." { complain(text, SpoolError.name.sentence) }
                continue
            }
            var facts = clinux_table_facts()
            guard unsafe clinux_table_look("\(directory)/\(text)", 0, &facts) >= 0 else { continue }
            seen.insert(text)
            if name.queue.isRunning { running[text] = facts.inode } else { waiting.insert(facts.inode) }
            // Whatever comes into the queue of running jobs later is ours.
            if name.queue.isRunning, !isFirst { continue }
            let stamp = Stamp(
                inode: facts.inode, size: facts.size, seconds: facts.status_seconds,
                nanoseconds: facts.status_nanoseconds, links: facts.links, mode: facts.mode)
            if known[text] == stamp { continue }
            do throws(SpoolError) {
                let (job, _) = try read(name, goingOn: goingOn)
                if let job { found.append(job) }
                known[text] = stamp
                complaints[text] = nil
            } catch {
                if error == .incomplete { continue }
                known[text] = stamp
                complain(text, error.sentence)
            }
        }
        // atd, when it was ended just before it began a job, leaves two names of one file: the job is still to be run.
        for (text, inode) in running where waiting.contains(inode) {
            unsafe clinux_remove("\(directory)/\(text)")
            found.removeAll { $0.name.text == text }
        }
        let gone = known.keys.filter { !seen.contains($0) }
        for text in gone {
            known[text] = nil
            complaints[text] = nil
        }
        complaints = complaints.filter { seen.contains($0.key) || SpoolName($0.key) == nil }
        var events: [Event] = []
        if !gone.isEmpty { events.append(.spool(.gone(gone.sorted().compactMap { SpoolName($0) }))) }
        if !found.isEmpty { events.append(.spool(.found(found))) }
        return events
    }

    private mutating func complain(_ name: String, _ reason: String) {
        if complaints[name] == reason { return }
        complaints[name] = reason
        let shown = String(name.prefix(100).map { $0.isASCII && !$0.isNewline ? $0 : "?" })
        log.write("(at) ERROR (job file \(shown) is ignored: \(reason))", .error)
    }

    /// Opens a job's file without following anything, and checks what was opened.
    ///
    /// - Returns: the job, or nil if its owner is no user of this machine, and all its octets.
    private func read(_ name: SpoolName, goingOn: Set<String>) throws(SpoolError) -> (SpooledJob?, [UInt8]) {
        var facts = clinux_table_facts()
        let number = unsafe clinux_table_open("\(directory)/\(name.text)", 0, &facts)
        guard number >= 0 else { throw .kind }
        let file = FileDescriptor(owning: number)
        let checked = SpoolFacts(
            isRegular: facts.kind == 1, owner: facts.owner, mode: facts.mode, links: facts.links, size: facts.size)
        try checked.check()
        if facts.links == 2, !name.queue.isRunning {
            var other = clinux_table_facts()
            let looked = unsafe clinux_table_look("\(directory)/\(name.whileRunning.text)", 0, &other)
            guard looked >= 0, other.inode == facts.inode else { throw .links(2) }
        }
        var octets: [UInt8] = []
        while UInt64(octets.count) <= SpoolFile.largest {
            guard let more = try? file.read(atMost: 1 << 18) else { throw .kind }
            if more.isEmpty { break }
            octets += more
        }
        guard UInt64(octets.count) <= SpoolFile.largest else { throw .size(UInt64(octets.count)) }
        let head = try SpoolFile(octets)
        try checked.check(head)
        guard let account = Account(number: facts.owner) else {
            throw .head(line: 2, "there is no user \(facts.owner)")
        }
        return (
            SpooledJob(
                name: name, user: account.name, file: head, title: StoredCommands.title(octets),
                isGoingOn: goingOn.contains(AtJobs.key(name))), octets
        )
    }

    // MARK: Doing

    mutating func perform(_ act: SpoolAct) -> [Event] {
        switch act {
        case .read(let name):
            do throws(SpoolError) {
                let (job, octets) = try read(name, goingOn: [])
                return [.spool(.read(name, user: job?.user ?? "", octets))]
            } catch {
                return [.spool(.unreadable(name, reason: error.sentence))]
            }
        case .readLoad:
            let load = ((try? AtomicFile.octets(of: options.loadFile, atMost: 256)) ?? nil).flatMap(BatchRule.load)
            let pressure = ((try? AtomicFile.octets(of: options.pressureFile, atMost: 512)) ?? nil)
                .flatMap(BatchRule.pressure)
            return [.spool(.load(load, pressure: pressure))]
        case .store(let submission, let file, let queue, let seconds, let client):
            return [store(submission, file, queue, seconds, client)]
        case .remove(let names, let client):
            let removed = names.map { unsafe clinux_remove("\(directory)/\($0.text)") >= 0 }
            for name in names { known[name.text] = nil }
            return client.map { [.spool(.removed(removed, client: $0))] } ?? []
        case .restore(let name):
            if lost.remove(name.text) == nil, let folder = open() {
                _ = unsafe clinux_rename_new(folder.number, name.whileRunning.text, name.text)
                known[name.whileRunning.text] = nil
            }
            return []
        case .show, .tellInterrupted, .look: return []
        }
    }

    /// A job's script, for a client.
    func script(_ name: SpoolName) -> JobsReply {
        do throws(SpoolError) {
            return .octets(try read(name, goingOn: []).1)
        } catch {
            return .refused(.unknown, "Cannot open \(name.text): \(error.sentence)")
        }
    }

    /// A directory that stays the same whatever happens to its path.
    func open() -> FileDescriptor? {
        let number = unsafe clinux_open_directory(directory)
        return number >= 0 ? FileDescriptor(owning: number) : nil
    }

    /// A process is about to take a job; whether it did is told by ``startFailed(_:reason:)``, or nothing is.
    mutating func willClaim(_ run: RunNumber, _ claim: SpoolClaim) { claims[run] = claim.from }

    mutating func started(_ run: RunNumber) { claims[run] = nil }

    mutating func startFailed(_ run: RunNumber, reason: String) {
        guard let name = claims.removeValue(forKey: run) else { return }
        if reason.hasPrefix("claim:") { lost.insert(name) }
    }

    private func store(
        _ submission: Submission, _ file: SpoolFile, _ queue: AtQueue, _ seconds: Int, _ client: ClientToken
    ) -> Event {
        func refused(_ what: String, _ number: Int32) -> Event {
            .spool(.notStored(reason: "Cannot \(what) in \(directory): \(errorText(-number))", client: client))
        }
        if let rival = rival() {
            return .spool(
                .notStored(reason: "atd (process \(rival)) keeps \(directory): at is its business", client: client))
        }
        guard let account = Account(number: file.user) else {
            return .spool(.notStored(reason: "Cannot find the user \(file.user)", client: client))
        }
        var file = file
        file.group = account.group
        guard let folder = open() else { return refused("open files", -SystemError.noSuchFile) }
        let locked = unsafe clinux_spool_lock(folder.number, SpoolSequence.fileName)
        guard locked >= 0 else { return refused("generate a job number", locked) }
        let sequence = FileDescriptor(owning: locked)
        let last = (try? sequence.read(atMost: 64)) ?? []
        let used = Set((AtomicFile.names(in: directory) ?? []).compactMap { SpoolName($0)?.number })
        guard let number = SpoolSequence.next(after: last, used: used),
            let name = SpoolName(queue: queue, number: number, seconds: seconds)
        else { return .spool(.notStored(reason: "Cannot generate job number", client: client)) }
        let counted = SpoolSequence.content(number)
        // Right because the kernel is told the array's own size.
        let written = unsafe counted.withUnsafeBytes {
            unsafe clinux_spool_write(sequence.number, $0.baseAddress, UInt($0.count))
        }
        guard written >= 0 else { return refused("write the job number", written) }

        let octets = submission.content(file)
        guard UInt64(octets.count) <= SpoolFile.largest else {
            return .spool(.notStored(reason: "at: the job is too large", client: client))
        }
        let aside = ".new.\(name.text)"
        unsafe clinux_remove_in(folder.number, aside)
        let created = unsafe clinux_create_in(folder.number, aside, 0o600)
        guard created >= 0 else { return refused("create a job file", created) }
        let job = FileDescriptor(owning: created)
        var group: UInt32 = 0
        _ = unsafe clinux_path_group(directory, &group)
        do throws(SystemError) {
            try job.write(octets)
            for result in [
                clinux_file_owner(job.number, account.user, group), clinux_file_mode(job.number, 0o700),
                clinux_sync(job.number), unsafe clinux_rename_new(folder.number, aside, name.text),
            ] where result < 0 { throw SystemError(call: "at", number: -result) }
        } catch {
            unsafe clinux_remove_in(folder.number, aside)
            return refused("write a job file", -error.number)
        }
        clinux_sync(folder.number)
        return .spool(
            .stored(
                SpooledJob(name: name, user: account.name, file: file, title: StoredCommands.title(octets)),
                client: client))
    }
}

public import AtSpool
public import JobsControl
public import TimeBase

/// The jobs of at and batch: what lies in the spool, when it runs, and what at's tools ask.
///
/// A job's file is the job. It moves to the queue `=` in the child that runs it, just before its program is executed, so
/// that whatever ends this daemon, and whenever, it is run once.
public struct AtJobs: JobSource {
    public let part = JobsRequest.Part.at

    enum State: Hashable, Sendable {
        case waiting
        /// Its file is being read, or its process started.
        case starting
        case running
        /// Starting it failed; it is tried again at a moment, in nanoseconds.
        case failed(again: Int64, times: Int)
        /// Not tried again until its file changes.
        case refused
    }

    struct Job: Sendable {
        var spooled: SpooledJob
        var state: State
    }

    var jobs: [UInt32: Job] = [:]
    var access = TableAccess()
    /// What is due while it is paused waits, and runs when it is resumed.
    public var paused: Set<String> = [] {
        didSet {
            guard paused != oldValue else { return }
            for (number, job) in jobs where oldValue.contains(Self.key(job.spooled.name)) {
                if let at = moment(job) { queue.insert(Due(at: at, number: number)) }
            }
        }
    }
    private var rule: BatchRule
    /// Due jobs in the order of their starts; rebuilt when jobs come and go.
    private var queue: Heap<Due>
    /// When to look again whether batch jobs may start.
    private var batchCheck: Int64?
    private var isLoadAsked = false
    private var lastBatch: Instant<Monotonic>?
    /// What batch jobs wait for, as was last found.
    private(set) var batchWait: BatchRule.Wait?
    /// Clients that wait until files are removed, and what they are to be told.
    var waiting: [ClientToken: [AtReply.Outcome]] = [:]

    private struct Due: Comparable, Sendable {
        var at: Int64
        var number: UInt32

        static func < (left: Due, right: Due) -> Bool {
            left.at == right.at ? left.number < right.number : left.at < right.at
        }
    }

    static let retryAfter: Int64 = 60_000_000_000
    static let mostRetries = 10
    private static let batchEvery: Int64 = 10_000_000_000

    public init(rule: BatchRule = BatchRule()) {
        self.rule = rule
        queue = Heap()
        access.isOpen = false
    }

    // MARK: Source

    public var next: Int64? {
        let due = queue.first?.at
        guard let check = batchCheck else { return due }
        return min(due ?? .max, check)
    }

    public mutating func advance(at now: ClockReading, effects: inout [Effect]) -> [Order] {
        let time = now.realtime.nanoseconds
        while let first = queue.first, first.at <= time {
            _ = queue.removeFirst()
            guard let job = jobs[first.number], moment(job) == first.at, !isPaused(job) else { continue }
            if job.spooled.name.queue.waitsForIdleness {
                batchCheck = batchCheck ?? time
            } else {
                begin(first.number, effects: &effects)
            }
        }
        if let check = batchCheck, check <= time {
            if dueBatch(time) == nil {
                batchCheck = nil
            } else if !isLoadAsked {
                isLoadAsked = true
                batchCheck = time + Self.batchEvery
                effects.append(.spool(.readLoad))
            } else {
                batchCheck = time + Self.batchEvery
            }
        }
        return []
    }

    public mutating func jump(from before: Instant<Realtime>, at now: ClockReading, effects: inout [Effect]) {
        if batchCheck != nil { batchCheck = now.realtime.nanoseconds }
        for (number, job) in jobs {
            if case .failed(_, let times) = job.state {
                jobs[number]?.state = .failed(again: now.realtime.nanoseconds, times: times)
            }
        }
        // Batch jobs that waited for idleness may be due later again.
        queue = Heap(
            jobs.compactMap { number, job in moment(job).map { Due(at: $0, number: number) } })
    }

    public mutating func started(_ order: Order, run: RunNumber, at now: ClockReading, effects: inout [Effect]) {
        guard let number = UInt32(exactly: order.token), jobs[number] != nil else { return }
        jobs[number]?.state = .running
    }

    public mutating func ended(
        _ order: Order, run: RunNumber, end: EndReport?, at now: ClockReading, effects: inout [Effect]
    ) {
        guard let number = UInt32(exactly: order.token), let job = jobs[number] else { return }
        if end != nil {
            effects.append(.spool(.remove([job.spooled.name.whileRunning, job.spooled.name], client: nil)))
            jobs[number] = nil
            return
        }
        effects.append(.spool(.restore(job.spooled.name)))
        failed(number, order, at: now, effects: &effects)
    }

    /// It could not be started: later, perhaps.
    private mutating func failed(_ number: UInt32, _ order: Order, at now: ClockReading, effects: inout [Effect]) {
        let times = order.attempt + 1
        guard times < Self.mostRetries else {
            set(number, .refused)
            effects.append(
                .note(
                    .cron(
                        order.launch.user, "AT",
                        "job \(number) was tried \(times) times and could not be started: it stays"
                            + " in the spool. Next: atrm \(number)", .error)))
            return
        }
        set(number, .failed(again: now.realtime.nanoseconds + Self.retryAfter, times: times))
    }

    public func reports(for peer: Peer, at now: ClockReading) -> [JobReport] {
        jobs.values.filter { peer.isRoot || $0.spooled.user == peer.name }.map { job in
            let name = job.spooled.name
            var report = JobReport(
                name: "at/\(name.number)", user: job.spooled.user, source: "at", schedule: "queue \(name.queue.text)",
                command: job.spooled.title)
            report.running = job.state == .running || name.queue.isRunning ? 1 : 0
            report.isPaused = isPaused(job)
            if report.running == 0, !report.isPaused { report.next = moment(job) }
            return report
        }
    }

    // MARK: Times

    func isPaused(_ job: Job) -> Bool { !paused.isEmpty && paused.contains(Self.key(job.spooled.name)) }

    /// When a job is to be looked at; nil: not at all.
    func moment(_ job: Job) -> Int64? {
        switch job.state {
        case .waiting: job.spooled.start
        case .failed(let again, _): again
        case .starting, .running, .refused: nil
        }
    }

    mutating func set(_ number: UInt32, _ state: State) {
        jobs[number]?.state = state
        if let job = jobs[number], let at = moment(job) { queue.insert(Due(at: at, number: number)) }
    }

    mutating func begin(_ number: UInt32, effects: inout [Effect]) {
        guard let job = jobs[number] else { return }
        attempts[number] = if case .failed(_, let times) = job.state { times } else { 0 }
        jobs[number]?.state = .starting
        effects.append(.spool(.read(job.spooled.name)))
    }

    /// Jobs that are being started because somebody asked for it, whatever their time.
    var asked: Set<UInt32> = []

    /// How often a job that is being started was tried before.
    private var attempts: [UInt32: Int] = [:]

    /// The earliest batch job that is due.
    private func dueBatch(_ time: Int64) -> UInt32? {
        jobs.compactMap { number, job -> Due? in
            guard job.spooled.name.queue.waitsForIdleness, let at = moment(job), at <= time, !isPaused(job) else {
                return nil
            }
            return Due(at: at, number: number)
        }.min()?.number
    }

    // MARK: News

    /// The host says something of the spool.
    ///
    /// - Returns: what is to run now.
    mutating func receive(_ news: SpoolNews, at now: ClockReading, effects: inout [Effect]) -> [Order] {
        switch news {
        case .found(let found): for job in found { take(job, at: now, effects: &effects) }
        case .gone(let names):
            for name in names where jobs[name.number]?.spooled.name == name {
                // What runs has another name meanwhile; its end is told by its process.
                if let state = jobs[name.number]?.state, state != .running, state != .starting {
                    jobs[name.number] = nil
                }
            }
        case .read(let name, let user, let octets):
            return order(name, user, octets, at: now, effects: &effects).map { [$0] } ?? []
        case .unreadable(let name, let reason):
            asked.remove(name.number)
            guard jobs[name.number]?.spooled.name == name else { return [] }
            jobs[name.number]?.state = .refused
            effects.append(.note(.cron("at", "ERROR", "job file \(name.text) is not run: \(reason)", .error)))
        case .load(let load, let pressure): loadRead(load, pressure, at: now, effects: &effects)
        case .stored(let job, let client):
            take(job, at: now, effects: &effects)
            effects.append(
                .reply(
                    AtReply.accepted(number: Int64(job.name.number), seconds: job.start / 1_000_000_000).reply,
                    to: client))
            effects.append(
                .note(.cron(job.user, "AT", "job \(job.name.number) was submitted to queue \(job.name.queue.text)")))
        case .notStored(let reason, let client): effects.append(.reply(.refused(.unknown, reason), to: client))
        case .removed(let outcomes, let client): answerRemoved(outcomes, client, effects: &effects)
        case .leftEnded(let name):
            guard jobs[name.number]?.state == .running else { return [] }
            jobs[name.number] = nil
            effects.append(.spool(.remove([name], client: nil)))
        case .access(var access):
            access.isOpen = false
            self.access = access
        }
        return []
    }

    private mutating func take(_ job: SpooledJob, at now: ClockReading, effects: inout [Effect]) {
        let number = job.name.number
        if job.name.queue.isRunning {
            // Ours, or one that an earlier daemon started and that goes on.
            if job.isGoingOn || jobs[number].map({ $0.state == .running || $0.state == .starting }) ?? false {
                if jobs[number] == nil { jobs[number] = Job(spooled: job, state: .running) }
                return
            }
            jobs[number] = nil
            effects.append(
                .note(
                    .cron(
                        job.user, "INTERRUPTED",
                        "at job \(number): the machine or the daemon ended while it ran, or nobody knows"
                            + " how it ended; it is not run again", .warning)))
            effects.append(.spool(.tellInterrupted(job)))
            effects.append(.spool(.remove([job.name], client: nil)))
            return
        }
        if let known = jobs[number] {
            if known.spooled.name == job.name, known.state != .refused {
                if known.state == .waiting { jobs[number]?.spooled = job }
                return
            }
            // Two files of one number: the one that runs stays.
            if known.state == .running || known.state == .starting { return }
        }
        jobs[number] = Job(spooled: job, state: .waiting)
        set(number, .waiting)
    }

    private mutating func loadRead(
        _ load: Double?, _ pressure: Double?, at now: ClockReading, effects: inout [Effect]
    ) {
        isLoadAsked = false
        let time = now.realtime.nanoseconds
        let since = lastBatch.map { Int((now.monotonic - $0).components.seconds) }
        let wait = rule.wait(load: load, pressure: pressure, sinceLast: since)
        if let wait {
            if case .gap(let seconds) = wait { batchCheck = time + Int64(seconds) * 1_000_000_000 }
            if batchWait == nil, let number = dueBatch(time), let user = jobs[number]?.spooled.user {
                effects.append(.note(.cron(user, "BATCH", "job \(number) \(wait.sentence)")))
            }
            batchWait = wait
            return
        }
        batchWait = nil
        guard let number = dueBatch(time) else { return }
        lastBatch = now.monotonic
        begin(number, effects: &effects)
        batchCheck = dueBatch(time) == nil ? nil : time + Int64(max(rule.gap, 0)) * 1_000_000_000
    }

    /// A job was read, and is to run.
    private mutating func order(
        _ name: SpoolName, _ user: String, _ octets: [UInt8], at now: ClockReading, effects: inout [Effect]
    ) -> Order? {
        let isAsked = asked.remove(name.number) != nil
        guard let job = jobs[name.number], job.spooled.name == name, job.state == .starting else { return nil }
        let file: SpoolFile
        do throws(SpoolError) {
            file = try SpoolFile(octets)
        } catch {
            jobs[name.number]?.state = .refused
            effects.append(
                .note(.cron(user, "ERROR", "job file \(name.text) is not run: \(error.sentence)", .error)))
            return nil
        }
        var launch = Launch(user: user, program: .arguments(path: "/bin/sh", [Array("sh".utf8)]))
        launch.input = octets
        launch.niceness = name.queue.niceness
        launch.defaults = [
            Variable("SHELL", "/bin/sh"), Variable("LOGNAME", user), Variable("USER", user),
            Variable("PATH", "/usr/bin:/bin"),
        ]
        launch.claim = SpoolClaim(from: name.text, to: name.whileRunning.text)
        var order = Order(
            name: JobName(shown: "at/\(name.number)", key: AtJobs.key(name)), launch: launch,
            planned: isAsked ? now.realtime : Instant(sinceEpoch: .nanoseconds(job.spooled.start)),
            cause: isAsked ? .asked : .scheduled,
            shownCommand: StoredCommands.title(octets))
        order.mail = MailPolicy(
            when: file.mail == .never ? .never : file.mail == .always ? .always : .ifOutput, recipient: file.mailName,
            subject: AtText.subject(name.number))
        order.mail.sender = user
        order.attempt = attempts.removeValue(forKey: name.number) ?? 0
        order.part = part
        order.token = Int64(name.number)
        return order
    }

    /// What the history knows a job by: its number is used again some day.
    public static func key(_ name: SpoolName) -> String { "at/\(name.number)/\(name.minute)" }
}

import CLinux
import Daemon
import Engine
import JobHistory
import JobScheduler
import JobsControl
import Linux
import TimeBase

/// This machine, as a host of the scheduler: one thread that waits at one place, in ``next(before:)``.
struct JobsHost: ~Copyable, Host {
    typealias Event = JobScheduler.Event
    typealias Effect = JobScheduler.Effect

    /// What a descriptor of the poll set is.
    enum Watched {
        case timer
        case stepWatch
        case listener
        case client(Int)
        case tables
        /// Files of output that are written to after the end of their runs.
        case outputs
        /// A process that an earlier daemon started.
        case adopted(RunNumber)
        case spool
        case watchTables
        /// What a process tells that waits for its instant.
        case gate(RunNumber)
        /// What a table of incron watches.
        case watched(WatchOwner)
    }

    let options: Options
    let log: Log
    let keeper: Keeper
    private(set) var exitStatus: Int32 = 0
    private(set) var isStopping = false

    var events: [Event] = []
    private var firstEvent = 0
    var pollSet = PollSet<Watched>()
    var clock = KernelClock()
    var tables: TableFinder
    var processes: Processes
    var clients = Clients()
    var bound: BoundSource
    var zones: ZoneSource
    var spool: SpoolFinder
    var watches: WatchFinder
    /// How many file events were handed on since other things were looked at.
    private var watchTurns = 0

    private var ready: [PollSet<Watched>.Ready] = []
    private var timer: WakeTimer
    private let stepWatch: StepWatch
    private let listener: Int32
    /// When tables and zone are looked at again, notices or not.
    private var nextLook = Instant<Monotonic>(sinceEpoch: .zero)
    private var isTrimmed = false
    private static let lookEvery = Duration.seconds(60)

    init(_ options: Options, _ keeper: Keeper, log: Log) throws(StartError) {
        let timer = try Self.prepared { () throws(SystemError) in try WakeTimer() }
        let stepWatch = try Self.prepared { () throws(SystemError) in try StepWatch() }
        do throws(SystemError) {
            try Signals.install(waking: timer)
            let watched = clinux_job_watch_children(timer.number)
            if watched < 0 { throw SystemError(call: "sigaction", number: -watched) }
        } catch {
            throw StartError("Could not prepare for signals: \(error)")
        }
        unsafe clinux_remove(options.socket)
        let listener = unsafe clinux_stream_listen(options.socket)
        guard listener >= 0 else {
            throw StartError("Could not listen at \(options.socket): \(errorText(-listener))")
        }
        self.options = options
        self.keeper = keeper
        self.log = log
        self.timer = timer
        self.stepWatch = stepWatch
        self.listener = listener
        tables = TableFinder(options)
        processes = Processes(options, keeper, log)
        bound = BoundSource(options.boundPage)
        zones = ZoneSource(options)
        spool = SpoolFinder(options, log)
        watches = WatchFinder(options, log)
        pollSet.watch(self.timer.number, .timer)
        pollSet.watch(self.stepWatch.number, .stepWatch)
        pollSet.watch(listener, .listener)
        if let number = processes.outputNotices { pollSet.watch(number, .outputs) }
        if let number = tables.noticeNumber {
            pollSet.watch(number, .tables)
        } else {
            log.write("Changes of tables are noticed once a minute only: there is no inotify", .warning)
        }
    }

    private static func prepared<Value: ~Copyable>(
        _ body: () throws(SystemError) -> Value
    ) throws(StartError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw StartError("Could not prepare to wait: \(error)")
        }
    }

    /// What the scheduler is told at the start.
    mutating func settings(at now: ClockReading) throws(StartError) -> Settings {
        var settings = Settings()
        settings.dialect = options.dialect
        settings.userTables = options.userTables
        settings.access = tables.access()
        let (zone, name) = zones.machine(log)
        settings.zone = zone
        settings.zoneName = name
        let identifier = ((try? AtomicFile.octets(of: "/etc/machine-id", atMost: 64)) ?? nil) ?? []
        settings.machineKey = identifier.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        keeper.fill(&settings)
        return settings
    }

    /// Looks at everything for the first time.
    mutating func begin(isFirst: Bool) {
        for one in keeper.unfinished() { adopt(one) }
        processes.adoptOutputs()
        lookAtTables()
        beginPlugged()
    }

    /// Lets go of what outlives a process.
    mutating func end() { unsafe clinux_remove(options.socket) }

    // MARK: Host

    mutating func read() -> ClockReading { clock.read() }

    mutating func next(before deadline: Instant<Monotonic>) -> Event? {
        while true {
            if let event = takeEvent() { return event }
            let now = KernelClock.monotonic
            if nextLook <= now { lookAgain(now) }
            if firstEvent < events.count { continue }
            let isLate = deadline <= now
            if !isLate, watchTurns < 64, let event = watches.next() {
                watchTurns += 1
                return event
            }
            watchTurns = 0
            do throws(SystemError) {
                // In this order no signal is missed: one that comes later lets the timer fire.
                if !isLate { try timer.arm(for: min(deadline, nextLook)) }
                takeSignals()
                if isStopping { return nil }
                reap()
                try pollSet.wait(isPatient: !isLate && events.isEmpty && !watches.hasNews, ready: &ready)
            } catch {
                log.write("The daemon cannot wait any more: \(error)", .error)
                exitStatus = 1
                isStopping = true
                return nil
            }
            for index in ready.indices { handle(ready[index]) }
            reap()
            if events.isEmpty, isLate || deadline <= KernelClock.monotonic { return nil }
        }
    }

    mutating func perform(_ effect: Effect) {
        switch effect {
        case .start(let run, let launch): start(run, launch)
        case .exact(let act): perform(act)
        case .signal(let run, let number): processes.signal(run, number)
        case .readBound: events.append(.bound(bound.read(&clock)))
        case .readZone(let name): events.append(.zone(name: name, zones.zone(name)))
        case .record(let run, let key): keeper.record(run, key: key)
        case .finish(let run, let letter): processes.finish(run, letter)
        case .keep(let position): keeper.keep(position)
        case .keepPaused(let keys): keeper.keepPaused(keys)
        case .readTable(let user, let client): reply(tables.read(user), to: client)
        case .writeTable(let user, let text, let client):
            events.append(.tableWritten(client: client, failure: tables.write(user, text)))
            lookAtTables()
        case .restoreTable(let user, let client):
            events.append(.tableWritten(client: client, failure: tables.restore(user)))
            lookAtTables()
        case .readTables: lookAtTables(isForced: true)
        case .spool(let act): perform(act)
        case .watches(let act): perform(act)
        case .ping(let url): processes.ping(url)
        case .reply(let answer, let client): reply(answer, to: client)
        case .replyHistory(let query, let user, let client): reply(keeper.answer(query, user: user), to: client)
        case .note(let note): log.write(note.text, Log.Severity(note.severity))
        }
    }

    // MARK: Events

    private mutating func takeEvent() -> Event? {
        guard firstEvent < events.count else { return nil }
        let event = events[firstEvent]
        firstEvent += 1
        if firstEvent == events.count {
            events.removeAll(keepingCapacity: events.count < 1024)
            firstEvent = 0
        }
        return event
    }

    private mutating func takeSignals() {
        let signals = Signals.take()
        if signals.contains(.refresh) { lookAtTables(isForced: true) }
        if signals.contains(.stop) { isStopping = true }
    }

    private mutating func handle(_ ready: PollSet<Watched>.Ready) {
        switch ready.tag {
        case .timer: timer.clear()
        case .stepWatch: if (try? stepWatch.wasStepped()) ?? false { events.append(.clockWasSet) }
        case .listener: accept()
        case .outputs: processes.lookAtOutputs()
        case .spool:
            spool.clearNotices()
            lookAtSpool()
        case .watchTables:
            watches.clearNotices()
            lookAtWatchTables()
        case .watched(let owner): watches.isReadable(owner)
        case .client(let number): if ready.isWritable { flush(number) } else { receive(number) }
        case .tables:
            tables.clearNotices()
            lookAtTables()
        case .gate(let run): hear(run)
        case .adopted(let run):
            if let number = processes.adoptedNumber(run) { pollSet.forget(number) }
            let key = processes.adoptedKey(run)
            defer { if let key { leftEnded(key) } }
            if let event = processes.adoptedEnded(run) { events.append(event) }
        }
    }

    private mutating func reap() {
        while let event = processes.reap() {
            switch event {
            case .startFailed(let run, let reason): spool.startFailed(run, reason: reason)
            case .ended(let run, _): spool.started(run)
            default: break
            }
            events.append(event)
        }
        for number in processes.takeClosedNotices() { pollSet.forget(number) }
    }

    private mutating func lookAgain(_ now: Instant<Monotonic>) {
        nextLook = now + Self.lookEvery
        processes.lookAtOutputs()
        lookAtTables()
        lookAtSpool()
        lookAtWatchTables()
    }

    mutating func lookAtTables(isForced: Bool = false) {
        nextLook = KernelClock.monotonic + Self.lookEvery
        if let (zone, name) = zones.changed(log) { events.append(.machineZone(zone, name: name)) }
        events.append(.access(tables.access()))
        events += tables.look(isForced: isForced)
        events.append(.tablesRead)
    }

    // MARK: Doing

    private mutating func start(_ run: RunNumber, _ launch: Launch) {
        let released = KernelClock.realtime
        if let claim = launch.claim { spool.willClaim(run, claim) }
        switch processes.start(run, launch) {
        case .success(let process):
            events.append(
                .started(run, StartReport(process: process, released: released, bound: bound.read(&clock))))
        case .failure(let failure): events.append(.startFailed(run, reason: failure.reason))
        }
    }

    private mutating func perform(_ act: ExactAct) {
        switch act {
        case .look: events.append(.exact(.known(bound.know(&clock))))
        case .prepare(let run, let launch, let isLoaded):
            switch processes.prepare(run, launch, isLoaded: isLoaded) {
            case .success(let number): pollSet.watch(number, .gate(run))
            case .failure(let failure): events.append(.startFailed(run, reason: failure.reason))
            }
        case .aim(let run, let target, let latest): processes.aim(run, at: target, latest: latest)
        case .cancel(let run):
            if let event = processes.cancel(run) { events.append(event) }
        }
    }

    private mutating func hear(_ run: RunNumber) {
        guard let number = processes.gateNotices(run) else { return }
        if let event = processes.gateNews(run) { events.append(event) }
        if processes.gateNotices(run) == nil { pollSet.forget(number) }
    }

    private mutating func adopt(_ one: JobHistory.Unfinished) {
        var report = one.report
        if keeper.isOfThisBoot(report.number), let process = one.process,
            let number = processes.adopt(one.report, key: one.key, process: process, started: one.processStarted)
        {
            pollSet.watch(number, .adopted(RunNumber(report.number)))
            log.write("(\(report.user)) ADOPTED (\(report.job), process \(process), goes on)")
            return
        }
        // It ended with the machine, or while no daemon was there; or it was about to be started, and nobody knows.
        report.state = "interrupted"
        report.ending =
            one.process == nil
            ? "the daemon ended while it was about to be started"
            : report.released == nil
                ? "the daemon ended while it was prepared: it did not start, or nobody saw it"
                : "it ended while no daemon was there: status unknown"
        keeper.record(report, key: one.key)
        processes.finishLeft(RunNumber(report.number))
        log.write("(\(report.user)) INTERRUPTED (\(report.job): \(report.ending ?? ""))", .warning)
    }

    // MARK: Clients

    private mutating func accept() {
        while let (number, descriptor) = clients.accept(listener) { pollSet.watch(descriptor, .client(number)) }
    }

    private mutating func receive(_ number: Int) {
        let (requests, isOpen) = clients.receive(number)
        for event in requests { events.append(event) }
        if !isOpen { close(number) }
    }

    mutating func reply(_ answer: JobsReply, to client: ClientToken) {
        let frame = answer.frame
        settle(clients.send(frame, to: client.number), client.number, isNew: true)
        // A list of very many jobs is not kept beyond its telling.
        if frame.count > 1 << 20 { isTrimmed = false }
    }

    private mutating func flush(_ number: Int) { settle(clients.flush(number), number, isNew: false) }

    /// Who does not read is not waited for, and asks nothing further until it has read.
    private mutating func settle(_ sending: Clients.Sending, _ number: Int, isNew: Bool) {
        switch sending {
        case .sent where isNew: break
        case .gone: close(number)
        case .sent, .waits:
            guard let descriptor = clients.descriptor(number) else { return }
            pollSet.forget(descriptor)
            pollSet.watch(descriptor, .client(number), writes: sending == .waits)
        }
    }

    private mutating func close(_ number: Int) {
        if let descriptor = clients.descriptor(number) { pollSet.forget(descriptor) }
        clients.close(number)
    }
}

extension Log.Severity {
    init(_ severity: Note.Severity) {
        switch severity {
        case .information: self = .information
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

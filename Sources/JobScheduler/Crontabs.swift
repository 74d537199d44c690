internal import JobsControl
internal import Scheduling
internal import TimeBase
internal import TimeZones

/// All crontabs: which jobs there are and which of them are due.
struct Crontabs: Sendable {
    struct Job: Sendable {
        var entry: CronTable.Entry
        var table: Int
        var generation: Int
        /// Nanoseconds since 1970, of `@every`.
        var next: Int64?
    }

    struct Table: Sendable {
        var file: TableFile
        var contexts: [CronTable.Context]
        var slots: [Int] = []
        var complaint: String?
    }

    private struct Tick: Comparable, Sendable {
        var at: Int64
        var slot: Int
        var generation: Int

        static func < (left: Tick, right: Tick) -> Bool {
            left.at == right.at ? left.slot < right.slot : left.at < right.at
        }
    }

    private let settings: Settings
    private(set) var tables: [Int: Table] = [:]
    private var tableOfPath: [String: Int] = [:]
    private var tableCount = 0
    private(set) var jobs: [Job?] = []
    private var free: [Int] = []
    private var generation = 0
    /// By name; "" is the machine's.
    private var queues: [String: ZoneQueue] = [:]
    private var askedZones: Set<String> = []
    /// Slots that wait for their zone.
    private var waitingForZone: [String: [Int]] = [:]
    private var ticks = Heap<Tick>()
    /// Entries that are to start at an exact instant, and of which nobody was told yet.
    private var newExact: [Int] = []
    private var random: RandomSource
    /// cronie draws one for its whole life.
    private let randomFactor: Double
    /// Keys and seconds that an earlier daemon began already.
    private let begun: Set<Settings.Resumption.Begun>
    /// What is planned before this is not made up for in tables that changed since.
    private let start: Instant<Realtime>

    init(settings: Settings, at now: ClockReading, random: RandomSource) {
        self.settings = settings
        self.random = random
        randomFactor = self.random.uniform()
        start = now.realtime
        begun = settings.resumption?.begun ?? []
        var first = now.realtime.wholeSeconds
        // A daemon that was away for a moment goes on where the earlier one stopped.
        if let served = settings.resumption?.position?.served.wholeSeconds, served < first, first - served <= 300 {
            first = served - 1
        }
        queueStart = first
        queues[""] = ZoneQueue(zone: settings.zone, dialect: settings.dialect, start: first)
    }

    /// From where on new queues count.
    private var queueStart: Int

    // MARK: Tables

    /// Takes a table in the place of what its path held.
    ///
    /// - Returns: `@reboot` jobs of it.
    mutating func take(_ file: TableFile, at now: ClockReading, effects: inout [Effect]) -> [Int] {
        let old = tableOfPath[file.path]
        let complaint = TableRules.complaint(file)
        let owner = Self.owner(file.place)
        if let complaint {
            let sentence = "\(complaint.word) (\(file.path): \(complaint.reason))"
            let isNew = old.flatMap { tables[$0]?.complaint } != sentence
            if isNew {
                effects.append(.note(Note("(\(owner)) \(sentence)", complaint.word == "IGNORED" ? .warning : .error)))
            }
            if let old { drop(old) }
            let number = newTable(file.path)
            var table = Table(file: file, contexts: [])
            table.file.text = []
            table.complaint = sentence
            tables[number] = table
            return []
        }
        if old != nil { effects.append(.note(.cron(owner, "RELOAD", file.path))) }
        if let old { drop(old) }
        let read = CronTable(
            file, dialect: settings.dialect, machineKey: settings.machineKey, mostEntries: settings.mostEntries)
        for note in read.notes { effects.append(.note(note)) }
        let number = newTable(file.path)
        var table = Table(file: file, contexts: read.contexts)
        table.file.text = []
        table.slots.reserveCapacity(read.entries.count)
        tables[number] = table
        var reboot: [Int] = []
        var slots: [Int] = []
        slots.reserveCapacity(read.entries.count)
        for entry in read.entries {
            let slot = settle(Job(entry: entry, table: number, generation: 0))
            slots.append(slot)
            if entry.extras?.directive.policy.exact != nil { newExact.append(slot) }
            if case .reboot = entry.when { reboot.append(slot) }
        }
        tables[number]?.slots = slots
        for slot in slots { enqueue(slot, at: now, effects: &effects) }
        return reboot
    }

    mutating func remove(path: String, effects: inout [Effect]) {
        guard let number = tableOfPath.removeValue(forKey: path) else { return }
        if let table = tables[number] { effects.append(.note(.cron(Self.owner(table.file.place), "REMOVED", path))) }
        drop(number)
    }

    private mutating func newTable(_ path: String) -> Int {
        tableCount += 1
        tableOfPath[path] = tableCount
        return tableCount
    }

    private mutating func drop(_ number: Int) {
        guard let table = tables.removeValue(forKey: number) else { return }
        for slot in table.slots {
            if let job = jobs[slot], case .calendar = job.entry.when { queues[zoneName(job)]?.remove(slot: slot) }
            jobs[slot] = nil
            free.append(slot)
        }
        // The smallest first again, so that a table's entries stay in their order.
        if !table.slots.isEmpty { free.sort(by: >) }
    }

    private mutating func settle(_ job: Job) -> Int {
        generation += 1
        var job = job
        job.generation = generation
        if let slot = free.popLast() {
            jobs[slot] = job
            return slot
        }
        jobs.append(job)
        return jobs.count - 1
    }

    private func zoneName(_ job: Job) -> String { job.entry.extras?.directive.zone ?? context(job).zone ?? "" }

    func context(_ job: Job) -> CronTable.Context {
        guard let table = tables[job.table], table.contexts.indices.contains(Int(job.entry.context)) else {
            return CronTable.Context()
        }
        return table.contexts[Int(job.entry.context)]
    }

    private mutating func enqueue(_ slot: Int, at now: ClockReading, effects: inout [Effect]) {
        guard let job = jobs[slot] else { return }
        switch job.entry.when {
        case .reboot: break
        case .every: setTick(slot, after: now.realtime.nanoseconds)
        case .calendar(let expression):
            let name = zoneName(job)
            guard queues[name] != nil else {
                waitingForZone[name, default: []].append(slot)
                if askedZones.insert(name).inserted { effects.append(.readZone(name: name)) }
                return
            }
            queues[name]?.insert(expression, slot: slot, generation: job.generation)
        }
    }

    /// A zone that was asked for, or nil if there is none of that name.
    mutating func zone(_ name: String, _ zone: Zone?, at now: ClockReading, effects: inout [Effect]) {
        askedZones.remove(name)
        let waiting = waitingForZone.removeValue(forKey: name) ?? []
        guard let zone else {
            for slot in waiting {
                guard let job = jobs[slot], let table = tables[job.table] else { continue }
                effects.append(
                    .note(
                        .cron(
                            Self.owner(table.file.place), "ERROR",
                            "\(table.file.path):\(job.entry.line):1: there is no time zone \(name): it will not run",
                            .error)))
            }
            return
        }
        queues[name] = ZoneQueue(zone: zone, dialect: settings.dialect, start: queueStart)
        for slot in waiting {
            guard let job = jobs[slot], zoneName(job) == name else { continue }
            enqueue(slot, at: now, effects: &effects)
        }
    }

    mutating func machineZone(_ zone: Zone) {
        let jobs = jobs
        queues[""]?.change(to: zone) { Self.expression(jobs, $0) }
    }

    // MARK: Time

    /// The next moment of the wall clock, in nanoseconds, at which something may be due; nil if nothing ever is.
    var next: Int64? {
        var next = ticks.first?.at
        for queue in queues.values {
            let seconds = queue.next
            guard seconds < 9_000_000_000 else { continue }
            next = min(next ?? .max, Int64(seconds) * 1_000_000_000)
        }
        return next
    }

    /// The wall clock was set from one moment to another.
    mutating func jump(from before: Int, to after: Instant<Realtime>) {
        for name in queues.keys { queues[name]?.jump(from: before, to: after.wholeSeconds) }
        queueStart = after.wholeSeconds
        // What has a period goes on with the clock as it is now.
        var slots: [Int] = []
        while let tick = ticks.removeFirst() {
            if jobs[tick.slot]?.generation == tick.generation { slots.append(tick.slot) }
        }
        for slot in slots { setTick(slot, after: after.nanoseconds) }
    }

    private mutating func setTick(_ slot: Int, after moment: Int64) {
        guard let job = jobs[slot], case .every(let period) = job.entry.when else { return }
        let next = (moment >= 0 ? moment / period + 1 : 0) * period
        jobs[slot]?.next = next
        ticks.insert(Tick(at: next, slot: slot, generation: job.generation))
    }

    /// What is due: batches of orders that start one after the other, each with a delay.
    struct Due: Sendable {
        var order: Order
        var delay: Duration
        var slot: Int
    }

    mutating func advance(at now: ClockReading, paused: Set<String>) -> [[Due]] {
        let moment = now.realtime.wholeSeconds
        var batches: [[Due]] = []
        let jobs = jobs
        for name in queues.keys.sorted() {
            guard let next = queues[name]?.next, next <= moment else { continue }
            let found = queues[name]?.advance(to: moment) { Self.expression(jobs, $0) } ?? []
            var last: Int?
            for one in found {
                guard let job = jobs[one.slot], let order = due(job, one, at: now, paused: paused) else { continue }
                if last == one.batch { batches[batches.count - 1].append(order) } else { batches.append([order]) }
                last = one.batch
            }
        }
        queueStart = max(queueStart, moment)
        var periodic: [Due] = []
        while let tick = ticks.first, tick.at <= now.realtime.nanoseconds {
            _ = ticks.removeFirst()
            guard let job = jobs[tick.slot], job.generation == tick.generation else { continue }
            setTick(tick.slot, after: now.realtime.nanoseconds)
            let name = self.name(job)
            guard !paused.contains(name.key) else { continue }
            var order = order(job, planned: Instant(sinceEpoch: .nanoseconds(tick.at)), cause: .scheduled)
            setSuccessor(&order, self.jobs[tick.slot]?.next, delay: .zero)
            periodic.append(Due(order: order, delay: .zero, slot: tick.slot))
        }
        if !periodic.isEmpty { batches.insert(periodic, at: 0) }
        return batches
    }

    private mutating func due(_ job: Job, _ due: ZoneQueue.Due, at now: ClockReading, paused: Set<String>) -> Due? {
        let key = self.name(job).key
        guard !paused.contains(key) else { return nil }
        let planned = Instant<Realtime>(sinceEpoch: .seconds(due.planned))
        // A table that is younger than the moment had no such job then.
        if planned < start, let changed = tables[job.table]?.file.facts?.changed, changed > planned { return nil }
        let directive = job.entry.extras?.directive
        let context = self.context(job)
        var delay = directive?.offset ?? .zero
        if let jitter = directive?.jitter, jitter > .zero {
            // The same for this machine and job for ever.
            var draw = RandomSource(seed: job.entry.hash ^ settings.machineKey)
            delay += jitter * draw.uniform()
        }
        // An exact start is not delayed by chance.
        if context.randomDelay > 0, directive?.policy.exact == nil {
            delay += .seconds(Double(context.randomDelay * 60) * randomFactor)
        }
        var order = self.order(job, planned: planned, cause: due.isMadeUp ? .madeUp : .scheduled)
        if let offset = directive?.offset, offset > .zero {
            order.due = order.planned
            order.planned += offset
        }
        if planned < start, wasBegun(key, order.planned.wholeSeconds) { return nil }
        // What is made up for has times between it and now that are served together with it.
        setSuccessor(&order, next(due.slot, after: max(due.planned, now.realtime.wholeSeconds)), delay: delay)
        return Due(order: order, delay: delay, slot: due.slot)
    }

    /// Tells an order that may be tried again when its job starts next.
    private func setSuccessor(
        _ order: inout Order, _ next: @autoclosure () -> Int64?, delay: Duration
    ) {
        guard order.policy.retries > 0, let next = next() else { return }
        // The same delay awaits the next one; an offset is in both already.
        let jitter = order.due == nil ? delay : delay - (order.planned - (order.due ?? order.planned))
        order.successor = Instant(sinceEpoch: .nanoseconds(next)) + jitter
    }

    /// The same for a job that somebody asked for, or that is made up for.
    func withSuccessor(_ order: Order, slot: Int, at now: ClockReading) -> Order {
        var order = order
        setSuccessor(&order, next(slot, after: now.realtime.wholeSeconds), delay: .zero)
        return order
    }

    /// Whether an earlier daemon began a job's run for a second.
    func wasBegun(_ key: String, _ planned: Int) -> Bool { begun.contains(.init(key: key, planned: planned)) }

    /// One run for each job that asks for it and missed a time between two moments (`catch-up=`).
    ///
    /// - Parameters:
    ///   - from: nil is the last run of each, or when its table was written.
    ///   - lasts: how the last runs went.
    func missed(
        from: Int?, until: Int, lasts: [String: LastRun], paused: Set<String>, at now: ClockReading
    ) -> [Due] {
        var missed: [Due] = []
        for (slot, job) in jobs.enumerated() {
            guard let job, let directive = job.entry.extras?.directive, case .once(let window) = directive.catchUp,
                case .calendar(let expression) = job.entry.when, let zone = queues[zoneName(job)]?.zone
            else { continue }
            let key = name(job).key
            guard !paused.contains(key) else { continue }
            let known =
                lasts[key].map { Int($0.planned / 1_000_000_000) }
                ?? tables[job.table]?.file.facts?.changed.wholeSeconds
            guard let start = from ?? known else { continue }
            let earliest = max(start, until - Int(window.components.seconds))
            // The last of them, looked for from the end in stretches that grow: what runs often is found soon, and what
            // runs seldom has few times to walk over.
            var last: Int?
            var stretch = 7200
            repeat {
                let from = max(earliest, until - stretch)
                var rehearsal = Rehearsal(expression, zone: zone, dialect: settings.dialect, start: from)
                while let next = rehearsal.next(before: until) { last = next }
                if from == earliest { break }
                stretch *= 8
            } while last == nil
            guard let last, !wasBegun(key, last) else { continue }
            var delay = directive.offset
            if let hours = context(job).startHours {
                delay += .seconds(Self.wait(for: hours, local: zone.local(now.realtime.wholeSeconds)))
            }
            let order = order(job, planned: Instant(sinceEpoch: .seconds(last)), cause: .madeUp)
            missed.append(Due(order: withSuccessor(order, slot: slot, at: now), delay: delay, slot: slot))
        }
        return missed
    }

    /// Seconds until the clock on the wall shows an hour of a range.
    private static func wait(for hours: Range<Int>, local: Int) -> Int {
        let ofDay = floorRemainder(local, 86400)
        if hours.contains(ofDay / 3600) { return 0 }
        return floorRemainder(hours.lowerBound * 3600 - ofDay, 86400)
    }

    /// Where the time begins that the queues look after.
    var servedFrom: Int { queueStart }

    // MARK: Jobs

    private static func expression(_ jobs: [Job?], _ slot: Int) -> CronExpression? {
        guard let job = jobs[slot], case .calendar(let expression) = job.entry.when else { return nil }
        return expression
    }

    private static func owner(_ place: TableFile.Place) -> String {
        switch place {
        case .system: "*system*"
        case .directory(let name): "*system*\(name)"
        case .user(let name): name
        }
    }

    func user(_ job: Job) -> String {
        if let user = job.entry.user { return user }
        guard case .user(let name)? = tables[job.table]?.file.place else { return "nobody" }
        return name
    }

    func name(_ job: Job) -> JobName {
        guard let table = tables[job.table] else { return JobName(shown: "?", key: "?") }
        let prefix: String
        let own: String?
        let given = job.entry.extras?.directive.name
        switch table.file.place {
        case .system:
            prefix = "crontab"
            own = given
        case .directory(let name):
            prefix = "cron.d/\(name)"
            own = given
        case .user(let name):
            prefix = name
            own = given.map { "\(name)/\($0)" }
        }
        // A name that was given is the job, whatever becomes of its line.
        if let own { return JobName(shown: own, key: "\(prefix)=\(own)") }
        return JobName(shown: "\(prefix):\(job.entry.line)", key: "\(prefix)#\(String(job.entry.hash, radix: 36))")
    }

    /// What runs, as cron would run it.
    func order(_ job: Job, planned: Instant<Realtime>, cause: Order.Cause) -> Order {
        let context = self.context(job)
        let user = self.user(job)
        let command = job.entry.command
        let parts = CommandParts(command, dialect: settings.dialect)
        var launch = Launch(user: user, program: .shell(path: context.shell, command: parts.command))
        launch.input = parts.input
        let path = settings.dialect == .cronie ? "/usr/bin:/bin:/usr/sbin:/sbin" : "/usr/bin:/bin"
        launch.defaults = [Variable("SHELL", "/bin/sh"), Variable("PATH", path), Variable("USER", user)]
        launch.environment = context.environment
        launch.forced = [Variable("LOGNAME", user)]
        if settings.dialect == .cronie { launch.forced.append(Variable("USER", user)) }
        launch.needsDirectory = settings.dialect == .cronie
        let shown = String(decoding: command, as: UTF8.self)
        var order = Order(name: name(job), launch: launch, planned: planned, cause: cause, shownCommand: shown)
        order.mail = mail(job, context, user, shown)
        order.isLogged = !job.entry.isUnlogged
        if let directive = job.entry.extras?.directive { order.policy = directive.policy }
        order.launch.avoidsShell = order.policy.exact != nil
        return order
    }

    private func mail(_ job: Job, _ context: CronTable.Context, _ user: String, _ command: String) -> MailPolicy {
        let recipient = context.mailTo ?? user
        var mail = MailPolicy(
            when: recipient.isEmpty ? .never : job.entry.mailsOnlyFailure ? .ifFailed : .ifOutput, recipient: recipient,
            subject: "Cron <\(user)@HOST> \(command)")
        mail.sender = context.mailFrom
        var type = "text/plain; charset=UTF-8"
        var encoding = "8bit"
        for variable in context.environment {
            let value = String(decoding: variable.value, as: UTF8.self)
            if variable.name.elementsEqual("CONTENT_TYPE".utf8) { type = value }
            if variable.name.elementsEqual("CONTENT_TRANSFER_ENCODING".utf8) { encoding = value }
        }
        mail.headers = ["MIME-Version: 1.0", "Content-Type: \(type)", "Content-Transfer-Encoding: \(encoding)"]
        for variable in context.environment {
            mail.headers.append(
                "X-Cron-Env: <\(String(decoding: variable.name, as: UTF8.self))=\(String(decoding: variable.value, as: UTF8.self))>"
            )
        }
        return mail
    }

    // MARK: Exact starts

    /// Entries that are to start at an exact instant and were read since the last time.
    mutating func takeExact() -> [Int] {
        defer { newExact = [] }
        return newExact
    }

    /// What an entry starts next, with its instant; nil if there is nothing.
    ///
    /// - Parameter isExcepted: instants, in nanoseconds since 1970-01-01 00:00:00 UTC, that do not count.
    func ahead(_ slot: Int, except isExcepted: (Int64) -> Bool) -> Order? {
        guard let job = jobs[slot] else { return nil }
        switch job.entry.when {
        case .reboot: return nil
        case .every(let period):
            guard var next = job.next else { return nil }
            while isExcepted(next) { next += period }
            return exactOrder(slot, job, Instant(sinceEpoch: .nanoseconds(next)), offset: .zero)
        case .calendar(let expression):
            let offset = job.entry.extras?.directive.offset ?? .zero
            let next = queues[zoneName(job)]?.ahead(expression) {
                isExcepted(Int64($0) * 1_000_000_000 + offset.wholeNanoseconds)
            }
            return next.map { exactOrder(slot, job, Instant(sinceEpoch: .seconds($0)), offset: offset) }
        }
    }

    private func exactOrder(_ slot: Int, _ job: Job, _ minute: Instant<Realtime>, offset: Duration) -> Order {
        var order = order(job, planned: minute + offset, cause: .scheduled)
        if offset > .zero { order.due = minute }
        if case .every(let period) = job.entry.when {
            setSuccessor(&order, minute.nanoseconds + period, delay: .zero)
        } else {
            setSuccessor(&order, next(slot, after: minute.wholeSeconds), delay: .zero)
        }
        return order
    }

    // MARK: Telling

    /// Whether the job stands in a table of its own user.
    func isOwn(_ job: Job) -> Bool {
        if case .user? = tables[job.table]?.file.place { return true }
        return false
    }

    /// `/etc/cron.d/php:4`
    func place(_ job: Job) -> String { "\(tables[job.table]?.file.path ?? "?"):\(job.entry.line)" }

    /// Why a job is in no queue; nil if it is, or needs none.
    func reasonNotQueued(_ job: Job) -> String? {
        guard case .calendar = job.entry.when else { return nil }
        let name = zoneName(job)
        return queues[name] == nil ? "there is no time zone \(name)" : nil
    }

    /// When a job is due next, in nanoseconds since 1970-01-01 00:00:00 UTC.
    func next(_ slot: Int, after moment: Int) -> Int64? {
        guard let job = jobs[slot] else { return nil }
        switch job.entry.when {
        case .reboot: return nil
        case .every: return job.next
        case .calendar(let expression):
            guard let next = queues[zoneName(job)]?.next(expression, after: moment) else { return nil }
            let offset = job.entry.extras?.directive.offset ?? .zero
            return Int64(next) * 1_000_000_000 + offset.wholeNanoseconds
        }
    }
}

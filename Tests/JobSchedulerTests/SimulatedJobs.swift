import Engine
import ExactStarts
import JobScheduler
import JobsControl
import Scheduling
import TimeBase
import TimeZones

/// A machine that has jobs run, in which time passes only in waits.
struct SimulatedJobs: ~Copyable, Host {
    /// Something that happens to the clock when it shows a moment.
    struct Change {
        var at: Instant<Realtime>
        var by: Duration
        /// Whether the machine slept for that long: then the monotonic clock stood still.
        var isSleep = false
    }

    struct Start: Equatable {
        var run: RunNumber
        var launch: Launch
        /// The wall clock.
        var at: Instant<Realtime>
        var second: Int { at.wholeSeconds }
        var command: String {
            guard case .shell(_, let command) = launch.program else { return "" }
            return String(decoding: command, as: UTF8.self)
        }
    }

    private(set) var now: ClockReading
    private let end: Instant<Realtime>
    private var changes: [Change]
    private var pending: [(at: Instant<Monotonic>, event: JobScheduler.Event)] = []
    /// How long a command runs, and how it ends.
    var behaviour: (String) -> (duration: Duration, way: EndReport.Way, output: Int) = { _ in (.zero, .exited(0), 0) }
    var bound: (Instant<Realtime>) -> Duration? = { _ in nil }
    /// Commands that the host cannot start.
    var refusal: (String) -> String? = { _ in nil }
    var zones: [String: Zone] = [:]
    private(set) var starts: [Start] = []
    /// The jobs' keys, by the runs' numbers.
    private(set) var keys: [Int64: String] = [:]
    private var recordOf: [Int64: RunReport] = [:]
    var records: [RunReport] { recordOf.values.sorted { $0.number < $1.number } }
    private(set) var letters: [Letter] = []
    private(set) var notes: [Note] = []
    private(set) var replies: [JobsReply] = []
    private(set) var positions: [Position] = []
    private(set) var pings: [String] = []
    private(set) var signals: [(run: RunNumber, number: Int32, at: Instant<Realtime>)] = []
    private(set) var written: [String: [UInt8]?] = [:]
    private(set) var waits = 0
    /// True time less the wall clock at the beginning, as timeballd's page tells it; nil: there is no page.
    var pageOffset: Duration? { didSet { pageStart = (now.monotonic, now.realtime + (pageOffset ?? .zero)) } }
    private var pageStart: (monotonic: Instant<Monotonic>, estimate: Instant<Realtime>)?
    /// Processes that wait for their instant, and what they were told of it.
    private(set) var held: [RunNumber: HeldJob] = [:]
    private(set) var cancelled: [RunNumber] = []
    private(set) var looks = 0
    private(set) var keptPaused: [String] = []

    struct HeldJob {
        var launch: Launch
        var isLoaded: Bool
        var aim: (at: Instant<Monotonic>, latest: Instant<Monotonic>)?
    }
    /// Ends everything in the midst of an effect, as kill -9 does: after so many effects.
    var dieAfterEffects: Int?

    init(from start: Int, until end: Int, changes: [Change] = []) {
        now = ClockReading(
            realtime: Instant(sinceEpoch: .seconds(start)), monotonic: Instant(sinceEpoch: .seconds(1000)))
        self.end = Instant(sinceEpoch: .seconds(end))
        self.changes = changes
    }

    /// Lets something happen when so much monotonic time has gone by from now on.
    mutating func happen(_ event: JobScheduler.Event, after delay: Duration = .zero) {
        pending.append((now.monotonic + delay, event))
    }

    var isStopping: Bool { now.realtime >= end || dieAfterEffects == 0 }

    mutating func read() -> ClockReading { now }

    mutating func next(before deadline: Instant<Monotonic>) -> JobScheduler.Event? {
        waits += 1
        var moment = deadline
        if let event = pending.map(\.at).min() { moment = min(moment, event) }
        for one in held.values { if let aim = one.aim { moment = min(moment, aim.at) } }
        moment = max(moment, now.monotonic)
        let wall = now.realtime + (moment - now.monotonic)
        if let change = changes.first, change.at <= wall, change.at >= now.realtime {
            changes.removeFirst()
            let passed = change.at - now.realtime
            now.monotonic += passed
            now.realtime = change.at + change.by
            if change.isSleep { now.suspended += change.by }
            return .clockWasSet
        }
        if wall > end {
            now.monotonic += end - now.realtime
            now.realtime = end
            return nil
        }
        now.monotonic = moment
        now.realtime = wall
        if let event = heldNews() { return event }
        guard
            let index = pending.indices.filter({ pending[$0].at <= moment }).min(by: { pending[$0].at < pending[$1].at }
            )
        else { return nil }
        return pending.remove(at: index).event
    }

    /// A process that waits goes by itself.
    private mutating func heldNews() -> JobScheduler.Event? {
        for (run, one) in held.sorted(by: { $0.key < $1.key }) {
            guard let aim = one.aim, aim.at <= now.monotonic else { continue }
            guard now.monotonic <= aim.latest else {
                // It waits for another word.
                held[run]?.aim = nil
                continue
            }
            held[run] = nil
            let start = Start(run: run, launch: one.launch, at: now.realtime)
            starts.append(start)
            let (duration, way, output) = behaviour(start.command)
            happen(.ended(run, EndReport(way: way, outputCount: output)), after: duration)
            return .exact(.released(run, process: 1, at: now.monotonic, began: now.monotonic))
        }
        return nil
    }

    private mutating func performExact(_ act: ExactAct) {
        switch act {
        case .look:
            looks += 1
            let fromPage = pageStart.map { $0.estimate + (now.monotonic - $0.monotonic) + now.suspended }
            happen(
                .exact(
                    .known(
                        KnownTime(
                            moment: now.monotonic, estimate: Instant(sinceEpoch: (fromPage ?? now.realtime).sinceEpoch),
                            bound: bound(now.realtime), source: fromPage == nil ? .kernel : .page))))
        case .prepare(let run, let launch, let isLoaded):
            let command = Start(run: run, launch: launch, at: now.realtime).command
            if let reason = refusal(command) { return happen(.startFailed(run, reason: reason)) }
            held[run] = HeldJob(launch: launch, isLoaded: isLoaded)
            happen(.exact(.prepared(run)), after: .milliseconds(3))
        case .aim(let run, let target, let latest): held[run]?.aim = (target, latest)
        case .cancel(let run):
            guard held.removeValue(forKey: run) != nil else { return }
            cancelled.append(run)
            happen(.exact(.cancelled(run)))
        }
    }

    mutating func perform(_ effect: JobScheduler.Effect) {
        if let left = dieAfterEffects {
            if left == 0 { return }
            dieAfterEffects = left - 1
        }
        switch effect {
        case .start(let run, let launch):
            let start = Start(run: run, launch: launch, at: now.realtime)
            if let reason = refusal(start.command) {
                happen(.startFailed(run, reason: reason))
                return
            }
            starts.append(start)
            let (duration, way, output) = behaviour(start.command)
            happen(.started(run, StartReport(process: 1, released: now.realtime, bound: bound(now.realtime))))
            happen(.ended(run, EndReport(way: way, outputCount: output)), after: duration)
        case .signal(let run, let number):
            signals.append((run, number, now.realtime))
            if let index = pending.firstIndex(where: { if case .ended(run, _) = $0.event { true } else { false } }),
                number == 9 || !(starts.first { $0.run == run }?.command.hasPrefix("stubborn") ?? false)
            {
                pending.remove(at: index)
                happen(.ended(run, EndReport(way: .signalled(number), outputCount: 0)))
            }
        case .readBound: happen(.bound(bound(now.realtime)))
        case .readZone(let name): happen(.zone(name: name, zones[name]))
        case .record(let run, let key):
            recordOf[run.number] = run
            keys[run.number] = key
        case .finish(let run, let letter):
            if let letter, !letter.needsOutput || recordOf[run.value]?.outputCount ?? 0 > 0 { letters.append(letter) }
        case .keep(let position): positions.append(position)
        case .reply(let reply, _): replies.append(reply)
        case .note(let note): notes.append(note)
        case .ping(let url): pings.append(url)
        case .writeTable(let user, let text, let client):
            written[user] = text
            happen(.tableWritten(client: client, failure: nil))
        case .exact(let act): performExact(act)
        case .keepPaused(let keys): keptPaused = keys
        case .restoreTable, .readTable, .readTables, .replyHistory, .spool, .watches: break
        }
    }
}

extension SimulatedJobs {
    /// What a daemon finds that is started after this one was killed.
    func resumption() -> Settings {
        var settings = Settings()
        settings.firstRun = RunNumber((records.map(\.number).max() ?? 0) + 1)
        var resumption = Settings.Resumption()
        resumption.position = positions.last
        for record in records {
            guard let key = keys[record.number] else { continue }
            let isBoot = record.cause == "boot"
            resumption.begun.insert(
                .init(
                    key: key,
                    planned: isBoot ? Settings.Resumption.Begun.boot : Int(record.planned / 1_000_000_000)))
        }
        settings.resumption = resumption
        return settings
    }
}

/// A table as somebody who knows the rules would install it.
func table(_ text: String, user: String = "sa", path: String? = nil, changed: Int = 0) -> TableFile {
    TableFile(
        place: .user(name: user), path: path ?? "/var/spool/cron/crontabs/\(user)",
        facts: .init(
            kind: .file, owner: 1000, mode: 0o600, links: 1, size: UInt64(text.utf8.count),
            changed: Instant(sinceEpoch: .seconds(changed))), text: Array(text.utf8), user: 1000)
}

func systemTable(_ text: String, changed: Int = 0) -> TableFile {
    TableFile(
        place: .system, path: "/etc/crontab",
        facts: .init(
            kind: .file, owner: 0, mode: 0o644, links: 1, size: UInt64(text.utf8.count),
            changed: Instant(sinceEpoch: .seconds(changed))), text: Array(text.utf8))
}

/// Runs a table from one moment of the wall clock to another.
func simulate(
    _ tables: [TableFile], from start: Int, until end: Int, changes: [SimulatedJobs.Change] = [],
    settings: Settings = Settings(), prepare: (inout SimulatedJobs) -> Void = { _ in }
) -> SimulatedJobs {
    var host = SimulatedJobs(from: start, until: end, changes: changes)
    for one in tables { host.happen(.table(one)) }
    host.happen(.tablesRead)
    prepare(&host)
    var scheduler = Scheduler(settings: settings, at: host.now, random: RandomSource(seed: 1))
    run(&scheduler, on: &host)
    return host
}

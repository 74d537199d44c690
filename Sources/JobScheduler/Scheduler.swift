public import Engine
internal import JobsControl
public import TimeBase

/// Decides what runs when. Sources of jobs say what is due (``Crontabs``, and what plugs in), ``Runs`` what becomes of
/// it; this joins them to the clock, which others may set at any time.
public struct Scheduler: Engine, Sendable {
    /// Less than this is a slow wake-up and no step.
    static let noticeableStep = Duration.milliseconds(100)

    var settings: Settings
    var crontabs: Crontabs
    /// The runs of all sources.
    public internal(set) var runs: Runs
    /// What says what runs beside the crontabs.
    public var sources: [any JobSource] = []
    /// Keys of jobs that nobody wants to run.
    var paused: Set<String>
    /// What is to start at an exact instant.
    var exact = ExactRuns()
    private var last: ClockReading
    private var isBootServed: Bool
    private var isCaughtUp = false
    private var bootSlots: [Int] = []
    private var kept: Position?
    /// Clients that wait for all tables to be read.
    var waitingForTables: [ClientToken] = []

    public init(settings: Settings, at now: ClockReading, random: RandomSource) {
        self.settings = settings
        crontabs = Crontabs(settings: settings, at: now, random: random)
        runs = Runs(first: settings.firstRun, mostRuns: settings.mostRuns, lasts: settings.lasts)
        paused = settings.paused
        last = now
        isBootServed = settings.resumption?.position?.isBootServed ?? false
    }

    /// Adds something that says what runs beside the crontabs.
    public mutating func add(_ source: any JobSource) {
        sources.append(source)
        sources[sources.count - 1].paused = paused
    }

    // MARK: Engine

    public func nextWake(after now: ClockReading) -> Instant<Monotonic> {
        var wake = runs.nextMoment
        var due = crontabs.next
        for source in sources { if let next = source.next { due = min(due ?? .max, next) } }
        if let next = due {
            let left = Duration.nanoseconds(next) - now.realtime.sinceEpoch
            let moment = now.monotonic + left
            wake = min(wake ?? moment, moment)
        }
        if let moment = exact.nextWake(after: now) { wake = min(wake ?? moment, moment) }
        // For ever, nearly.
        return wake ?? now.monotonic + .seconds(86400 * 365)
    }

    public mutating func wake(at now: ClockReading, effects: inout [Effect]) {
        follow(now, &effects)
        serve(now, &effects)
        wakeExact(at: now, &effects)
        runs.wake(at: now, effects: &effects)
        keep(&effects)
    }

    public mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
        follow(now, &effects)
        switch event {
        case .table(let file):
            let reboot = crontabs.take(file, at: now, effects: &effects)
            if !isBootServed { bootSlots += reboot }
            exactTablesChanged(at: now, &effects)
        case .tableRemoved(let path):
            crontabs.remove(path: path, effects: &effects)
            exactTablesChanged(at: now, &effects)
        case .tablesRead: tablesRead(now, &effects)
        case .machineZone(let zone, let name):
            if name != settings.zoneName || zone != settings.zone {
                effects.append(.note(Note("The time zone is \(name) now, and was \(settings.zoneName)")))
                settings.zone = zone
                settings.zoneName = name
                crontabs.machineZone(zone)
            }
        case .zone(let name, let zone):
            crontabs.zone(name, zone, at: now, effects: &effects)
            exactTablesChanged(at: now, &effects)
        case .access(let access): settings.access = access
        case .started(let run, let report):
            if let order = runs.started(run, report, at: now, effects: &effects), let index = source(order) {
                sources[index].started(order, run: run, at: now, effects: &effects)
            }
        case .startFailed(let run, let reason):
            if exactFailed(run, reason, at: now, &effects) { break }
            if let order = runs.startFailed(run, reason, at: now, effects: &effects), let index = source(order) {
                sources[index].ended(order, run: run, end: nil, at: now, effects: &effects)
                for order in sources[index].takeOrders() { runs.begin(order, at: now, effects: &effects) }
            }
        case .ended(let run, let report):
            let order = runs.ended(run, report, at: now, effects: &effects)
            if let order { exactEnded(order.name.key, at: now, &effects) }
            if let order, let index = source(order) {
                sources[index].ended(order, run: run, end: report, at: now, effects: &effects)
                for order in sources[index].takeOrders() { runs.begin(order, at: now, effects: &effects) }
            }
        case .bound(let bound): runs.bound(bound, at: now, effects: &effects)
        case .exact(let news): exactNews(news, at: now, &effects)
        case .clockWasSet: break
        case .spool(let news): spoolNews(news, at: now, effects: &effects)
        case .watches(let news): watchNews(news, at: now, effects: &effects)
        case .request(let request, let client, let peer):
            answer(request, client, peer, at: now, effects: &effects)
        case .tableWritten(let client, let failure):
            if let failure {
                effects.append(.reply(.refused(.unknown, failure), to: client))
            } else {
                effects.append(.reply(.done(""), to: client))
            }
        }
    }

    public mutating func finish(at now: ClockReading, effects: inout [Effect]) {
        follow(now, &effects)
        keep(&effects)
    }

    private func source(_ order: Order) -> Int? { sources.firstIndex { $0.part == order.part } }

    // MARK: Time

    /// Looks whether the clock went on as clocks do since the last time.
    private mutating func follow(_ now: ClockReading, _ effects: inout [Effect]) {
        let expected = last.realtime + (now.monotonic - last.monotonic)
        let step = now.realtime - expected
        let slept = now.suspended - last.suspended
        last = now
        guard step > Self.noticeableStep || step < .zero - Self.noticeableStep else { return }
        // What was due before is served as if nothing had happened.
        serve(ClockReading(realtime: expected, monotonic: now.monotonic, suspended: now.suspended), &effects)
        crontabs.jump(from: expected.wholeSeconds, to: now.realtime)
        for index in sources.indices { sources[index].jump(from: expected, at: now, effects: &effects) }
        exactJump(by: step, at: now, &effects)
        // Up to three hours the table of minutes makes up for.
        if step > .seconds(180 * 60) { catchUp(from: expected.wholeSeconds, now, &effects) }
        let words = slept > Self.noticeableStep ? "The machine slept; the clock went on by" : "The clock was set by"
        effects.append(.note(Note("\(words) \(step.signedText)", .warning)))
    }

    /// Makes up for what was missed, where a job asks for it.
    private mutating func catchUp(from: Int?, _ now: ClockReading, _ effects: inout [Effect]) {
        let until = from == nil ? crontabs.servedFrom : now.realtime.wholeSeconds
        let missed = crontabs.missed(from: from, until: until, lasts: runs.lasts, paused: paused, at: now)
        for due in missed {
            if due.delay > .zero {
                runs.begin(due.order, after: due.delay, at: now)
            } else {
                runs.begin(due.order, at: now, effects: &effects)
            }
        }
    }

    private mutating func serve(_ now: ClockReading, _ effects: inout [Effect]) {
        var batches: [[Order]] = []
        for batch in crontabs.advance(at: now, paused: paused) {
            var together: [Order] = []
            for due in batch {
                if due.order.policy.exact != nil {
                    serveExact(due, at: now, &effects)
                } else if due.delay > .zero {
                    // The delay counts from when it was due, however late this is.
                    let late = max(.zero, now.realtime - (due.order.planned))
                    runs.begin(due.order, after: max(.zero, due.delay - late), at: now)
                } else if due.order.cause == .madeUp {
                    together.append(due.order)
                } else {
                    runs.begin(due.order, at: now, effects: &effects)
                }
            }
            if !together.isEmpty { batches.append(together) }
        }
        runs.beginSeries(batches, at: now, effects: &effects)
        for index in sources.indices {
            guard let next = sources[index].next, next <= now.realtime.nanoseconds else { continue }
            for order in sources[index].advance(at: now, effects: &effects) {
                runs.begin(order, at: now, effects: &effects)
            }
        }
    }

    /// Keeps how far everything is served, if that has changed.
    private mutating func keep(_ effects: inout [Effect]) {
        guard let next = crontabs.next else { return }
        var served = Instant<Realtime>(sinceEpoch: .nanoseconds(next))
        if let waiting = runs.earliestWaiting { served = min(served, waiting) }
        if let waiting = exact.earliest(before: last.realtime) { served = min(served, waiting) }
        let position = Position(served: served, isBootServed: isBootServed)
        if position == kept { return }
        kept = position
        effects.append(.keep(position))
    }

    // MARK: Tables

    private mutating func tablesRead(_ now: ClockReading, _ effects: inout [Effect]) {
        if !isBootServed {
            isBootServed = true
            if !bootSlots.isEmpty { effects.append(.note(.cron("CRON", "INFO", "Running @reboot jobs"))) }
            for slot in bootSlots {
                guard let job = crontabs.jobs[slot], case .reboot = job.entry.when else { continue }
                let order = crontabs.order(job, planned: now.realtime, cause: .boot)
                if crontabs.wasBegun(order.name.key, Settings.Resumption.Begun.boot) || paused.contains(order.name.key)
                {
                    continue
                }
                runs.begin(order, at: now, effects: &effects)
            }
            bootSlots = []
            effects.append(.keep(Position(served: now.realtime, isBootServed: true)))
        }
        if !isCaughtUp {
            isCaughtUp = true
            catchUp(from: nil, now, &effects)
        }
        for client in waitingForTables { effects.append(.reply(.done(""), to: client)) }
        waitingForTables = []
        keep(&effects)
    }
}

extension Duration {
    /// `+3600s`, `-0.500s`
    fileprivate var signedText: String {
        let nanoseconds = wholeNanoseconds
        let magnitude = nanoseconds.magnitude
        let milliseconds = magnitude / 1_000_000 % 1000
        let fraction = milliseconds == 0 ? "" : ".\(String(1000 + milliseconds).dropFirst())"
        return "\(nanoseconds < 0 ? "-" : "+")\(magnitude / 1_000_000_000)\(fraction) s"
    }
}

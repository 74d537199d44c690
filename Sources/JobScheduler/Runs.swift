internal import ExactStarts
internal import JobsControl
public import TimeBase

/// The runs of all jobs, whatever ordered them: overlap, time limits, further attempts, the clock's bound, records, mail.
public struct Runs: Sendable {
    /// A run that was begun and has not ended.
    struct Active: Sendable {
        var order: Order
        var record: RunReport
        var process: Int32?
        /// Whether its end was asked for, because of its time limit or of a run that takes its place.
        var endReason: String?
        /// The batch of a series with which it began: when all of that have ended, the next begins.
        var series: SeriesStep?
        /// By what its start was exact: then its end is told in true time, too.
        var known: KnownTime?
    }

    struct SeriesStep: Equatable, Sendable {
        var number: Int
        var step: Int
    }

    /// What a moment is for.
    enum Alarm: Sendable {
        /// The run's time is up.
        case timeout(RunNumber)
        /// It did not obey.
        case kill(RunNumber)
        /// An order that had to wait.
        case order(Order)
        /// The next of a series, whether the one before has ended or not.
        case series(Int, step: Int)
        /// The clock may be right enough now.
        case bound
    }

    struct Moment: Comparable, Sendable {
        var at: Instant<Monotonic>
        var number: Int

        static func < (left: Moment, right: Moment) -> Bool {
            left.at == right.at ? left.number < right.number : left.at < right.at
        }
    }

    /// Orders that run one after another: what one change of the clock made up for.
    private struct Series: Sendable {
        /// What was due in the same minute starts together.
        var batches: ArraySlice<[Order]>
        var step = 0
        /// Of the batch that was begun last, so many go on.
        var outstanding = 0
    }

    private struct Gated: Sendable {
        var order: Order
        var until: Instant<Monotonic>
    }

    /// How long a run has between SIGTERM and SIGKILL.
    static let grace = Duration.seconds(10)
    /// The longest that one of a series waits for the one before.
    static let seriesPause = Duration.seconds(10)

    var active: [RunNumber: Active] = [:]
    /// Those that are prepared and wait for their instant (``prepare(_:at:effects:)``).
    var held: [RunNumber: Active] = [:]
    private(set) var lasts: [String: LastRun] = [:]
    var runsOfJob: [String: [RunNumber]] = [:]
    private var runsOfUser: [String: Int] = [:]
    private var queued: [String: Order] = [:]
    private var gated: [Gated] = []
    private var series: [Int: Series] = [:]
    private var seriesCount = 0
    private var moments = Heap<Moment>()
    private var alarms: [Int: Alarm] = [:]
    private var alarmCount = 0
    private var nextNumber: Int64
    private let mostRuns: Int

    init(first: RunNumber, mostRuns: Int, lasts: [String: LastRun]) {
        nextNumber = first.value
        self.lasts = lasts
        self.mostRuns = mostRuns
    }

    /// How many runs of a job go on.
    public func running(_ key: String) -> Int { runsOfJob[key]?.count ?? 0 }

    /// When something is to be done that is no matter of the wall clock; nil: not at all.
    var nextMoment: Instant<Monotonic>? { moments.first?.at }

    /// The earliest planned moment of the orders that wait for something and were not begun; nil if there are none.
    var earliestWaiting: Instant<Realtime>? {
        var earliest: Instant<Realtime>?
        func see(_ order: Order) {
            if order.cause == .scheduled || order.cause == .madeUp {
                let due = order.due ?? order.planned
                earliest = min(earliest ?? due, due)
            }
        }
        for alarm in alarms.values { if case .order(let order) = alarm { see(order) } }
        for one in gated { see(one.order) }
        for one in series.values { for batch in one.batches { for order in batch { see(order) } } }
        return earliest
    }

    // MARK: Orders

    /// Lets an order run as soon as its policy permits.
    public mutating func begin(_ order: Order, at now: ClockReading, effects: inout [Effect]) {
        if order.policy.within != nil {
            if gated.isEmpty { effects.append(.readBound) }
            gated.append(Gated(order: order, until: now.monotonic + order.policy.withinWait))
            return
        }
        admit(order, at: now, effects: &effects)
    }

    /// The same after a while.
    public mutating func begin(_ order: Order, after delay: Duration, at now: ClockReading) {
        setAlarm(.order(order), at: now.monotonic + delay)
    }

    /// One batch after another: each waits for the ends of the one before, but not longer than ten seconds.
    public mutating func beginSeries(_ batches: [[Order]], at now: ClockReading, effects: inout [Effect]) {
        guard batches.count > 1 else {
            for order in batches.first ?? [] { begin(order, at: now, effects: &effects) }
            return
        }
        seriesCount += 1
        series[seriesCount] = Series(batches: batches[...])
        continueSeries(seriesCount, at: now, effects: &effects)
    }

    /// A run that was not begun and will not be, and why.
    public mutating func skip(_ order: Order, _ reason: String, at now: ClockReading, effects: inout [Effect]) {
        var record = newRecord(order, state: "skipped")
        record.ended = now.realtime.nanoseconds
        recordSkip(&record, order, reason, effects: &effects)
    }

    mutating func recordSkip(_ record: inout RunReport, _ order: Order, _ reason: String, effects: inout [Effect]) {
        record.state = "skipped"
        record.ending = reason
        lasts[order.name.key] = LastRun(planned: record.planned, took: nil, ending: reason)
        effects.append(.record(record, key: order.name.key))
        effects.append(.note(Note.cron(order.launch.user, "SKIP", "\(order.name.shown): \(reason)", .warning)))
    }

    /// Whether its user may have one more run; if not, it is skipped.
    mutating func mayStart(_ order: Order, at now: ClockReading, effects: inout [Effect]) -> Bool {
        if runsOfUser[order.launch.user, default: 0] < mostRuns { return true }
        skip(order, "\(mostRuns) runs of \(order.launch.user) go on", at: now, effects: &effects)
        return false
    }

    /// Counts runs of a user.
    mutating func count(_ user: String, by change: Int) {
        runsOfUser[user, default: 0] += change
        if runsOfUser[user] == 0 { runsOfUser[user] = nil }
    }

    private mutating func admit(
        _ order: Order, series: SeriesStep? = nil, at now: ClockReading, effects: inout [Effect]
    ) {
        let key = order.name.key
        if let others = runsOfJob[key], !others.isEmpty {
            switch order.policy.overlap {
            case .allow: break
            case .skip:
                skip(order, "run \(others[0].value) goes on still", at: now, effects: &effects)
                return
            case .queue:
                if queued[key] != nil {
                    skip(order, "another run waits already", at: now, effects: &effects)
                } else {
                    queued[key] = order
                }
                return
            case .kill:
                for other in others { end(other, "another run takes its place", at: now, effects: &effects) }
                queued[key] = order
                return
            }
        }
        guard mayStart(order, at: now, effects: &effects) else { return }
        let record = newRecord(order, state: "starting")
        let run = RunNumber(record.number)
        active[run] = Active(order: order, record: record, series: series)
        runsOfJob[key, default: []].append(run)
        count(order.launch.user, by: 1)
        if let series { self.series[series.number]?.outstanding += 1 }
        effects.append(.record(record, key: key))
        effects.append(.start(run, order.launch))
        if let ping = order.policy.ping { effects.append(.ping(ping + "/start")) }
    }

    mutating func newRecord(_ order: Order, state: String) -> RunReport {
        let number = nextNumber
        nextNumber += 1
        return RunReport(
            number: number, job: order.name.shown, user: order.launch.user, command: order.shownCommand,
            cause: order.cause.rawValue, state: state, planned: order.planned.nanoseconds)
    }

    // MARK: What happened

    /// A process was started.
    ///
    /// - Returns: the order; nil if there is no such run.
    mutating func started(
        _ run: RunNumber, _ report: StartReport, at now: ClockReading, effects: inout [Effect]
    ) -> Order? {
        guard var one = active[run] else { return nil }
        one.process = report.process
        one.record.state = "running"
        one.record.released = report.released.nanoseconds
        one.record.began = report.began?.nanoseconds
        one.record.bound = report.bound?.wholeNanoseconds
        active[run] = one
        effects.append(.record(one.record, key: one.order.name.key))
        if one.order.isLogged { effects.append(.note(.cron(one.order.launch.user, "CMD", one.order.shownCommand))) }
        if let timeout = one.order.policy.timeout { setAlarm(.timeout(run), at: now.monotonic + timeout) }
        return one.order
    }

    /// - Returns: the order, with how its run ended; nil if there is no such run.
    mutating func ended(
        _ run: RunNumber, _ end: EndReport, at now: ClockReading, effects: inout [Effect]
    ) -> Order? {
        guard var one = remove(run) else { return nil }
        let order = one.order
        one.record.state = "ended"
        one.record.ended =
            one.known?.estimate(at: now.monotonic).sinceEpoch.wholeNanoseconds ?? now.realtime.nanoseconds
        one.record.ending = one.endReason.map { "\(end.words): \($0)" } ?? end.words
        one.record.userTime = end.userTime?.wholeNanoseconds
        one.record.systemTime = end.systemTime?.wholeNanoseconds
        one.record.memory = end.memory.map(Int64.init)
        one.record.outputCount = Int64(end.outputCount)
        let isFailure = one.endReason != nil || (end.way != .exited(0) && end.way != .unknown)
        conclude(one, isFailure: isFailure, outputCount: end.outputCount, at: now, effects: &effects)
        if let ping = order.policy.ping {
            if case .exited(let status) = end.way {
                effects.append(.ping("\(ping)/\(status)"))
            } else {
                effects.append(.ping(ping + "/fail"))
            }
        }
        follow(order, run, end, isFailure: isFailure, at: now, effects: &effects)
        return order
    }

    /// - Returns: the order; nil if there is no such run.
    mutating func startFailed(
        _ run: RunNumber, _ reason: String, at now: ClockReading, effects: inout [Effect]
    ) -> Order? {
        guard var one = remove(run) else { return nil }
        one.record.state = "ended"
        one.record.ended = now.realtime.nanoseconds
        one.record.ending = "not started: \(reason)"
        effects.append(
            .note(.cron(one.order.launch.user, "ERROR", "\(one.order.name.shown): not started: \(reason)", .error)))
        conclude(one, isFailure: true, outputCount: 0, at: now, effects: &effects)
        if let ping = one.order.policy.ping { effects.append(.ping(ping + "/fail")) }
        follow(one.order, run, EndReport(way: .unknown, outputCount: 0), isFailure: true, at: now, effects: &effects)
        return one.order
    }

    /// How wrong the clock can be is known: orders that wait for it run, go on waiting, or are skipped.
    mutating func bound(_ bound: Duration?, at now: ClockReading, effects: inout [Effect]) {
        let waiting = gated
        gated = []
        for one in waiting {
            guard let within = one.order.policy.within else { continue }
            if let bound, bound <= within {
                admit(one.order, at: now, effects: &effects)
            } else if now.monotonic < one.until {
                gated.append(one)
            } else {
                let found = bound.map { "to within \($0.shortText)" } ?? "to no known bound"
                skip(
                    one.order, "the clock is right \(found), and \(within.shortText) is asked for", at: now,
                    effects: &effects)
            }
        }
        if !gated.isEmpty { setAlarm(.bound, at: now.monotonic + .seconds(1)) }
    }

    /// Does what is due by the monotonic clock.
    mutating func wake(at now: ClockReading, effects: inout [Effect]) {
        while let moment = moments.first, moment.at <= now.monotonic {
            _ = moments.removeFirst()
            guard let alarm = alarms.removeValue(forKey: moment.number) else { continue }
            switch alarm {
            case .order(let order):
                // The clock may have been set forward meanwhile.
                if order.cause == .retry, let successor = order.successor, successor <= now.realtime {
                    skip(order, "its next start is due", at: now, effects: &effects)
                } else {
                    begin(order, at: now, effects: &effects)
                }
            case .series(let number, let step):
                if series[number]?.step == step { continueSeries(number, at: now, effects: &effects) }
            case .timeout(let run):
                if let timeout = active[run]?.order.policy.timeout {
                    end(run, "it ran longer than \(timeout.shortText)", at: now, effects: &effects)
                }
            case .kill(let run):
                if active[run] != nil { effects.append(.signal(run, 9)) }
            case .bound: if !gated.isEmpty { effects.append(.readBound) }
            }
        }
    }

    // MARK: Ends

    /// Asks a run to end, and later forces it to.
    mutating func end(_ run: RunNumber, _ reason: String, at now: ClockReading, effects: inout [Effect]) {
        guard var one = active[run], one.endReason == nil else { return }
        one.endReason = reason
        active[run] = one
        effects.append(.note(.cron(one.order.launch.user, "END", "\(one.order.name.shown): \(reason)", .warning)))
        effects.append(.signal(run, 15))
        setAlarm(.kill(run), at: now.monotonic + Self.grace)
    }

    private mutating func remove(_ run: RunNumber) -> Active? {
        guard let one = active.removeValue(forKey: run) else { return nil }
        let key = one.order.name.key
        runsOfJob[key]?.removeAll { $0 == run }
        if runsOfJob[key]?.isEmpty ?? false { runsOfJob[key] = nil }
        count(one.order.launch.user, by: -1)
        return one
    }

    private mutating func conclude(
        _ one: Active, isFailure: Bool, outputCount: Int, at now: ClockReading, effects: inout [Effect]
    ) {
        let took = one.record.released.flatMap { released in one.record.ended.map { $0 - released } }
        lasts[one.order.name.key] = LastRun(planned: one.record.planned, took: took, ending: one.record.ending)
        effects.append(.record(one.record, key: one.order.name.key))
        let mail = one.order.mail
        let wanted =
            switch mail.when {
            case .never: false
            case .always: true
            case .ifOutput: true
            case .ifFailed: isFailure
            }
        var letter: Letter?
        if wanted, !mail.recipient.isEmpty {
            if MailAddress.isSafe(mail.recipient) {
                letter = Letter(
                    user: one.order.launch.user, recipient: mail.recipient,
                    sender: MailAddress.line(mail.sender ?? "root (Cron Daemon)"),
                    subject: MailAddress.line(mail.subject), headers: mail.headers.map(MailAddress.line))
                letter?.needsOutput = mail.when != .always
            } else if outputCount > 0 || mail.when == .always {
                effects.append(.note(.cron(one.order.launch.user, "UNSAFE MAIL", mail.recipient, .error)))
            }
        }
        effects.append(.finish(RunNumber(one.record.number), mail: letter))
        if let own = one.series, series[own.number]?.step == own.step {
            series[own.number]?.outstanding -= 1
            if series[own.number]?.outstanding == 0 { continueSeries(own.number, at: now, effects: &effects) }
        }
    }

    /// What an end leads to: another attempt, a command of success or failure, a run that waited.
    private mutating func follow(
        _ order: Order, _ run: RunNumber, _ end: EndReport, isFailure: Bool, at now: ClockReading,
        effects: inout [Effect]
    ) {
        let comesTooLate = order.successor.map { $0 <= now.realtime + order.policy.retryDelay } ?? false
        if isFailure, order.attempt < order.policy.retries, comesTooLate {
            effects.append(
                .note(
                    .cron(
                        order.launch.user, "RETRY",
                        "\(order.name.shown): not tried again: its next start is due",
                        .warning)))
        }
        if isFailure, order.attempt < order.policy.retries, !comesTooLate {
            var again = order
            again.attempt += 1
            again.cause = .retry
            begin(again, after: order.policy.retryDelay, at: now)
        } else if order.cause != .consequence,
            let command = isFailure ? order.policy.onFailure : order.policy.onSuccess
        {
            consequence(of: order, run, end, command, at: now, effects: &effects)
        }
        if running(order.name.key) == 0, let waiting = queued.removeValue(forKey: order.name.key) {
            begin(waiting, at: now, effects: &effects)
        }
    }

    private mutating func consequence(
        of order: Order, _ run: RunNumber, _ end: EndReport, _ command: [UInt8], at now: ClockReading,
        effects: inout [Effect]
    ) {
        guard case .shell(let path, _) = order.launch.program else { return }
        var next = order
        next.launch.program = .shell(path: path, command: command)
        next.launch.input = []
        next.launch.environment += [
            Variable("TIMEBALL_RUN", "\(run.value)"), Variable("TIMEBALL_ENDING", end.words),
        ]
        next.policy = RunPolicy()
        next.cause = .consequence
        next.attempt = 0
        next.shownCommand = String(decoding: command, as: UTF8.self)
        next.name = JobName(shown: order.name.shown + " (after)", key: order.name.key + " after")
        begin(next, at: now, effects: &effects)
    }

    // MARK: Series and alarms

    private mutating func continueSeries(_ number: Int, at now: ClockReading, effects: inout [Effect]) {
        guard var one = series[number] else { return }
        guard let batch = one.batches.popFirst() else {
            series[number] = nil
            return
        }
        one.step += 1
        one.outstanding = 0
        series[number] = one
        for order in batch {
            if order.policy.within == nil {
                admit(order, series: SeriesStep(number: number, step: one.step), at: now, effects: &effects)
            } else {
                begin(order, at: now, effects: &effects)
            }
        }
        setAlarm(.series(number, step: one.step), at: now.monotonic + Self.seriesPause)
    }

    private mutating func setAlarm(_ alarm: Alarm, at moment: Instant<Monotonic>) {
        alarmCount += 1
        alarms[alarmCount] = alarm
        moments.insert(Moment(at: moment, number: alarmCount))
    }
}

extension Duration {
    /// Nanoseconds, rounded down to whole ones; held to what 64 bits can count.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product &+ attoseconds / 1_000_000_000
    }

    /// `5ms`, `90s`.
    var shortText: String {
        let nanoseconds = wholeNanoseconds
        if nanoseconds % 1_000_000_000 == 0 { return "\(nanoseconds / 1_000_000_000)s" }
        if nanoseconds >= 10_000_000_000 { return "\(nanoseconds / 1_000_000_000)s" }
        if nanoseconds % 1_000_000 == 0 || nanoseconds >= 10_000_000 { return "\(nanoseconds / 1_000_000)ms" }
        return "\(nanoseconds / 1000)us"
    }
}

extension Instant where Scale == Realtime {
    /// Nanoseconds since 1970-01-01 00:00:00 UTC.
    public var nanoseconds: Int64 { sinceEpoch.wholeNanoseconds }

    /// Whole seconds since then, rounded down.
    public var wholeSeconds: Int {
        let (seconds, attoseconds) = sinceEpoch.components
        return Int(attoseconds < 0 ? seconds - 1 : seconds)
    }
}

internal import ExactStarts
internal import TimeBase

/// Starts at exact instants. Which instants, the queues of the crontabs say (``Crontabs/ahead(_:except:)``); what is done
/// until one comes, ``ExactStart`` decides, by true time; and ``Runs`` keeps the runs.
extension Scheduler {
    // MARK: Which

    /// Tables have changed: entries came and went.
    mutating func exactTablesChanged(at now: ClockReading, _ effects: inout [Effect]) {
        exact.members = exact.members.filter { crontabs.jobs[$0.key]?.generation == $0.value }
        for slot in crontabs.takeExact() {
            if let job = crontabs.jobs[slot] { exact.members[slot] = job.generation }
        }
        for (number, one) in exact.ones.sorted(by: { $0.key < $1.key }) where exact.members[one.slot] == nil {
            giveUp(number, "its table was changed before its instant", at: now, &effects)
        }
        exact.prune(before: now.realtime.nanoseconds - 10_800_000_000_000)
        exact.needsPlanning = !exact.members.isEmpty
    }

    /// A job was paused, or goes on.
    mutating func exactPaused(_ key: String, at now: ClockReading, _ effects: inout [Effect]) {
        for (number, one) in exact.ones.sorted(by: { $0.key < $1.key })
        where one.order.name.key == key && paused.contains(key) {
            giveUp(number, "it was paused before its instant", at: now, &effects)
        }
        exact.needsPlanning = !exact.members.isEmpty
    }

    /// The wall clock was set, or the machine slept.
    mutating func exactJump(by step: Duration, at now: ClockReading, _ effects: inout [Effect]) {
        // Where the page tells true time, an instant does not come again.
        if step < .seconds(-60), exact.source != .page { exact.forgetHandled() }
        for (number, one) in exact.ones.sorted(by: { $0.key < $1.key }) {
            if one.start != nil {
                stepExact(number, .clockWasSet, at: now, &effects)
            } else if one.order.planned <= now.realtime {
                // Its instant was passed over; what becomes of it is for its policy.
                begin(number)
            } else {
                exact.ones[number] = nil
            }
        }
        exact.needsPlanning = !exact.members.isEmpty
    }

    private mutating func planExact() {
        exact.needsPlanning = false
        let busy = Set(exact.ones.values.map(\.slot))
        for (slot, generation) in exact.members.sorted(by: { $0.key < $1.key }) {
            guard !busy.contains(slot), let job = crontabs.jobs[slot], job.generation == generation else { continue }
            let key = crontabs.name(job).key
            guard !paused.contains(key),
                let order = crontabs.ahead(slot, except: { exact.isHandled(key, $0) })
            else { continue }
            _ = exact.add(ExactRuns.One(order: order, slot: slot))
        }
    }

    /// The queues say that an entry is due.
    mutating func serveExact(_ due: Crontabs.Due, at now: ClockReading, _ effects: inout [Effect]) {
        let key = due.order.name.key
        guard let policy = due.order.policy.exact, !exact.knows(key, due.order.planned.nanoseconds) else { return }
        guard due.order.cause == .madeUp else {
            begin(exact.add(ExactRuns.One(order: due.order, slot: due.slot)))
            return
        }
        // Nobody could foresee that it would be made up for: its own instant was passed over.
        let isDecided = exact.ones.values.contains { $0.slot == due.slot && $0.order.planned <= now.realtime }
        guard policy.late == .run, !isDecided, exact.ranLate[key] != now.monotonic else {
            return runs.skip(due.order, "the clock passed over its instant", at: now, effects: &effects)
        }
        exact.ranLate[key] = now.monotonic
        runs.begin(due.order, at: now, effects: &effects)
    }

    private mutating func begin(_ number: Int) {
        guard let order = exact.ones[number]?.order, let policy = order.policy.exact else { return }
        exact.ones[number]?.start = ExactStart(
            StartPlan(
                planned: Instant(sinceEpoch: order.planned.sinceEpoch), limit: order.policy.within, policy: policy.late,
                preparation: .forked, preparationTime: ExactRuns.preparationTime))
    }

    // MARK: One start

    /// Does what is due.
    mutating func wakeExact(at now: ClockReading, _ effects: inout [Effect]) {
        if exact.needsPlanning { planExact() }
        for number in exact.ones.keys.sorted() {
            guard let one = exact.ones[number] else { continue }
            if one.start == nil, one.order.planned - ExactRuns.near <= now.realtime { begin(number) }
            if let start = exact.ones[number]?.start, !start.isFinished, start.nextWake(after: now) <= now.monotonic {
                stepExact(number, nil, at: now, &effects)
            }
        }
    }

    mutating func exactNews(_ news: ExactNews, at now: ClockReading, _ effects: inout [Effect]) {
        switch news {
        case .known(let known):
            exact.isLooking = false
            exact.source = known.source
            for number in exact.ones.keys.sorted() { stepExact(number, .known(known), at: now, &effects) }
        case .prepared(let run):
            if let number = exact.number(of: run) { stepExact(number, .prepared(.forked), at: now, &effects) }
        case .released(let run, let process, let moment, let began):
            guard let number = exact.number(of: run), let one = exact.ones[number] else { return }
            let known = one.start?.known
            var report = StartReport(
                process: process, released: Self.wall(moment, known, now), bound: known?.bound(at: moment))
            report.began = began.map { Self.wall($0, known, now) }
            runs.went(run, report, known: known, at: now, effects: &effects)
            forget(number)
        case .cancelled(let run):
            guard let number = exact.number(of: run), let one = exact.ones[number] else { return }
            runs.abandon(run, one.reason ?? "it was given up", at: now, effects: &effects)
            conclude(one, at: now, &effects)
            forget(number)
        }
    }

    /// A process could not be prepared, or executed.
    ///
    /// - Returns: whether it was one of these.
    mutating func exactFailed(
        _ run: RunNumber, _ reason: String, at now: ClockReading, _ effects: inout [Effect]
    ) -> Bool {
        guard let number = exact.number(of: run) else { return false }
        runs.failHeld(run, reason, at: now, effects: &effects)
        forget(number)
        return true
    }

    /// A run has ended: what waited for that may go.
    mutating func exactEnded(_ key: String, at now: ClockReading, _ effects: inout [Effect]) {
        guard runs.running(key) == 0 else { return }
        for (number, one) in exact.ones.sorted(by: { $0.key < $1.key }) where one.order.name.key == key {
            guard let aim = one.withheld, let run = one.run, one.reason == nil, now.monotonic <= aim.latest else {
                continue
            }
            exact.ones[number]?.withheld = nil
            effects.append(.exact(.aim(run, at: aim.at, latest: aim.latest)))
        }
    }

    private mutating func stepExact(
        _ number: Int, _ event: StartEvent?, at now: ClockReading, _ effects: inout [Effect]
    ) {
        guard var start = exact.ones[number]?.start, !start.isFinished else { return }
        var acts: [StartEffect] = []
        if let event {
            start.receive(event, at: now, effects: &acts)
        } else {
            start.wake(at: now, effects: &acts)
        }
        exact.ones[number]?.start = start
        for act in acts { perform(act, number, at: now, &effects) }
    }

    private mutating func perform(
        _ act: StartEffect, _ number: Int, at now: ClockReading, _ effects: inout [Effect]
    ) {
        switch act {
        case .look:
            if !exact.isLooking { effects.append(.exact(.look)) }
            exact.isLooking = true
        case .prepare: prepare(number, at: now, &effects)
        case .aim(let moment, let latest): aim(number, moment, latest, at: now, &effects)
        case .finish(.refused(let refusal)):
            if exact.ones[number]?.order.policy.exact?.late == .abort, refusal.isAboutTime {
                exact.ones[number]?.isAborted = true
            }
            giveUp(number, refusal.words, at: now, &effects)
        // It goes by itself; what went is told by the host.
        case .getReady, .go, .cancel, .finish(.ran): break
        }
    }

    private mutating func prepare(_ number: Int, at now: ClockReading, _ effects: inout [Effect]) {
        guard let order = exact.ones[number]?.order, let policy = order.policy.exact else { return }
        guard let run = runs.prepare(order, at: now, effects: &effects) else { return forget(number) }
        exact.ones[number]?.run = run
        effects.append(.exact(.prepare(run, order.launch, isLoaded: policy.preparation == .loaded)))
    }

    private mutating func aim(
        _ number: Int, _ moment: Instant<Monotonic>, _ latest: Instant<Monotonic>, at now: ClockReading,
        _ effects: inout [Effect]
    ) {
        guard let one = exact.ones[number], let run = one.run, one.reason == nil else { return }
        let key = one.order.name.key
        let overlap = one.order.policy.overlap
        guard overlap != .allow, let other = runs.others(key).first else {
            exact.ones[number]?.withheld = nil
            effects.append(.exact(.aim(run, at: moment, latest: latest)))
            return
        }
        let isFirst = one.withheld == nil
        exact.ones[number]?.withheld = (moment, latest)
        if overlap == .kill, isFirst {
            for other in runs.others(key) {
                runs.end(other, "another run takes its place", at: now, effects: &effects)
            }
        }
        if now.monotonic >= moment, overlap != .kill {
            giveUp(number, "run \(other.value) goes on still", at: now, &effects)
        }
    }

    /// It is not to go. If its process is there, the host says whether it has gone all the same.
    private mutating func giveUp(
        _ number: Int, _ reason: String, at now: ClockReading, _ effects: inout [Effect]
    ) {
        guard var one = exact.ones[number], one.reason == nil else { return }
        one.reason = reason
        if one.withheld != nil, let other = runs.others(one.order.name.key).first {
            one.reason = "run \(other.value) goes on still"
            one.isQueued = one.order.policy.overlap == .queue && exact.members[one.slot] != nil
        }
        exact.ones[number] = one
        if let run = one.run { return effects.append(.exact(.cancel(run))) }
        if one.start != nil {
            runs.skip(one.order, reason, at: now, effects: &effects)
            conclude(one, at: now, &effects)
        }
        forget(number)
    }

    private mutating func conclude(_ one: ExactRuns.One, at now: ClockReading, _ effects: inout [Effect]) {
        let key = one.order.name.key
        if one.isQueued { runs.begin(one.order, at: now, effects: &effects) }
        guard one.isAborted, paused.insert(key).inserted else { return }
        effects.append(.keepPaused(paused.sorted()))
        effects.append(
            .note(
                .cron(
                    one.order.launch.user, "ABORT",
                    "\(one.order.name.shown) does not run any more. Next: timeball jobs resume \(one.order.name.shown)",
                    .error)))
    }

    /// It is decided: the next one of its entry is looked for.
    private mutating func forget(_ number: Int) {
        guard let one = exact.ones.removeValue(forKey: number) else { return }
        if one.start != nil { exact.handle(one.order.name.key, one.order.planned.nanoseconds) }
        exact.needsPlanning = !exact.members.isEmpty
    }

    /// The wall clock's reading at a moment, if it were right: what is exact is told in true time.
    private static func wall(
        _ moment: Instant<Monotonic>, _ known: KnownTime?, _ now: ClockReading
    ) -> Instant<Realtime> {
        known.map { Instant(sinceEpoch: $0.estimate(at: moment).sinceEpoch) }
            ?? now.realtime - (now.monotonic - moment)
    }
}

internal import ExactStarts
internal import JobsControl
internal import TimeBase

/// Runs that are prepared and wait for their instant. They are not *running*: whether another run of their job goes on is
/// decided when the instant comes.
extension Runs {
    /// Gives an order its number and its record.
    ///
    /// - Returns: nil if it may not run, which is recorded.
    mutating func prepare(_ order: Order, at now: ClockReading, effects: inout [Effect]) -> RunNumber? {
        guard mayStart(order, at: now, effects: &effects) else { return nil }
        let record = newRecord(order, state: "starting")
        let run = RunNumber(record.number)
        held[run] = Active(order: order, record: record)
        count(order.launch.user, by: 1)
        effects.append(.record(record, key: order.name.key))
        return run
    }

    /// One went.
    mutating func went(
        _ run: RunNumber, _ report: StartReport, known: KnownTime?, at now: ClockReading, effects: inout [Effect]
    ) {
        guard let order = goOn(run, known) else { return }
        _ = started(run, report, at: now, effects: &effects)
        if let ping = order.policy.ping { effects.append(.ping(ping + "/start")) }
    }

    /// One could not be prepared or executed.
    mutating func failHeld(_ run: RunNumber, _ reason: String, at now: ClockReading, effects: inout [Effect]) {
        guard goOn(run, nil) != nil else { return }
        _ = startFailed(run, reason, at: now, effects: &effects)
    }

    /// One ended without having gone, as it was told to.
    mutating func abandon(_ run: RunNumber, _ reason: String, at now: ClockReading, effects: inout [Effect]) {
        guard var one = held.removeValue(forKey: run) else { return }
        count(one.order.launch.user, by: -1)
        one.record.ended = now.realtime.nanoseconds
        recordSkip(&one.record, one.order, reason, effects: &effects)
        effects.append(.finish(run, mail: nil))
    }

    /// The runs of a job that go on.
    func others(_ key: String) -> [RunNumber] { runsOfJob[key] ?? [] }

    /// Makes one that waited a run like any other.
    private mutating func goOn(_ run: RunNumber, _ known: KnownTime?) -> Order? {
        guard var one = held.removeValue(forKey: run) else { return nil }
        one.known = known
        active[run] = one
        runsOfJob[one.order.name.key, default: []].append(run)
        return one.order
    }
}

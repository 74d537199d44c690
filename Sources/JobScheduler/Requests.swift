internal import ExactStarts
internal import JobsControl
internal import Scheduling
internal import TimeBase

extension Scheduler {
    /// Answers what a tool asks.
    mutating func answer(
        _ request: JobsRequest, _ client: ClientToken, _ peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) {
        var replies: [JobsReply] = []
        func reply(_ reply: JobsReply) { replies.append(reply) }
        defer { for reply in replies { effects.append(.reply(reply, to: client)) } }
        switch request {
        case .list: reply(.jobs(reports(for: peer, at: now)))
        case .why(let name):
            if let job = find(name, peer) { return reply(.text(why(job, at: now))) }
            reply(whyOfSource(name, peer, at: now).map(JobsReply.text) ?? Self.noJob(name))
        case .log(let name, let count):
            let user = peer.isRoot ? nil : peer.name ?? ""
            effects.append(
                .replyHistory(
                    .runs(name: name, count: Int(min(max(count, 0), 10_000))), user: user, to: client))
        case .output(let run):
            effects.append(.replyHistory(.output(run: run), user: peer.isRoot ? nil : peer.name ?? "", to: client))
        case .run(let name):
            guard let slot = findSlot(name, peer), let job = crontabs.jobs[slot] else {
                return reply(runOfSource(name, peer, at: now, effects: &effects))
            }
            let order = crontabs.withSuccessor(
                crontabs.order(job, planned: now.realtime, cause: .asked), slot: slot, at: now)
            reply(.done("\(order.name.shown) was let go."))
            runs.begin(order, at: now, effects: &effects)
        case .pause(let name): reply(setPaused(true, name, peer, at: now, &effects))
        case .resume(let name): reply(setPaused(false, name, peer, at: now, &effects))
        case .readTable, .replaceTable, .removeTable, .restoreTable:
            answerTable(request, client, peer, effects: &effects)
        case .reload:
            waitingForTables.append(client)
            effects.append(.readTables)
        case .other(let part, let kind, let fields):
            guard let index = sources.firstIndex(where: { $0.part == part }) else {
                return reply(.refused(.misunderstood, "This daemon has no part that understands this."))
            }
            let orders = sources[index].answer(
                kind: kind, fields: fields, client: client, peer: peer, at: now, effects: &effects)
            for order in orders { runs.begin(order, at: now, effects: &effects) }
        }
    }

    private static func noJob(_ name: String) -> JobsReply {
        .refused(.no, "There is no job \(name). Next: timeball jobs")
    }

    /// A job by its name or key, among those that the caller may touch.
    private func find(_ name: String, _ peer: Peer) -> Crontabs.Job? {
        findSlot(name, peer).flatMap { crontabs.jobs[$0] }
    }

    private func findSlot(_ name: String, _ peer: Peer) -> Int? {
        for (slot, job) in crontabs.jobs.enumerated() {
            guard let job, mayTouch(job, peer) else { continue }
            let own = crontabs.name(job)
            if own.shown == name || own.key == name { return slot }
        }
        return nil
    }

    private func mayTouch(_ job: Crontabs.Job, _ peer: Peer) -> Bool {
        peer.isRoot || peer.name == crontabs.user(job) && crontabs.isOwn(job)
    }

    private mutating func setPaused(
        _ isPaused: Bool, _ name: String, _ peer: Peer, at now: ClockReading, _ effects: inout [Effect]
    ) -> JobsReply {
        let own = find(name, peer).map { crontabs.name($0).key }
        guard let key = own ?? sources.lazy.compactMap({ $0.key(of: name, for: peer) }).first else {
            return Self.noJob(name)
        }
        if isPaused { paused.insert(key) } else { paused.remove(key) }
        effects.append(.keepPaused(paused.sorted()))
        exactPaused(key, at: now, &effects)
        for index in sources.indices { sources[index].paused = paused }
        return .done(isPaused ? "\(name) does not run until it is resumed." : "\(name) runs again.")
    }

    private func reports(for peer: Peer, at now: ClockReading) -> [JobReport] {
        var reports: [JobReport] = []
        for (slot, job) in crontabs.jobs.enumerated() {
            guard let job, peer.isRoot || peer.name == crontabs.user(job) else { continue }
            let name = crontabs.name(job)
            var report = JobReport(
                name: name.shown, user: crontabs.user(job), source: "crontab", schedule: job.entry.scheduleText,
                command: String(decoding: job.entry.command, as: UTF8.self))
            report.next = crontabs.next(slot, after: now.realtime.wholeSeconds)
            if let last = runs.lasts[name.key] {
                report.last = last.planned
                report.took = last.took
                report.ending = last.ending
            }
            report.running = Int64(runs.running(name.key))
            report.isPaused = paused.contains(name.key)
            reports.append(report)
        }
        for source in sources { reports += source.reports(for: peer, at: now) }
        return reports.sorted { ($0.next ?? .max, $0.name) < ($1.next ?? .max, $1.name) }
    }

    private func why(_ job: Crontabs.Job, at now: ClockReading) -> String {
        let name = crontabs.name(job)
        var lines = ["\(name.shown) of \(crontabs.user(job)), \(crontabs.place(job))"]
        lines.append("when      \(job.entry.scheduleText)")
        if case .calendar(let expression) = job.entry.when {
            lines.append("          \(expression.explanation)")
            if !expression.canMatch { lines.append("NEVER     no such time exists") }
        }
        let context = crontabs.context(job)
        if let zone = job.entry.extras?.directive.zone ?? context.zone { lines.append("zone      \(zone)") }
        if let reason = crontabs.reasonNotQueued(job) { lines.append("NEVER     \(reason)") }
        if paused.contains(name.key) { lines.append("PAUSED    Next: timeball jobs resume \(name.shown)") }
        if let policy = job.entry.extras?.directive.policy {
            lines.append("overlap   \(policy.overlap.rawValue)")
            if let timeout = policy.timeout { lines.append("timeout   \(timeout.shortText)") }
            if let exact = policy.exact {
                let way = exact.preparation == .loaded ? "armed" : "exact"
                lines.append("start     \(way), at the instant by true time; late: \(exact.late.rawValue)")
            }
            lines += job.entry.extras?.directive.linesOfDelays ?? []
            if let within = policy.within { lines.append("within    \(within.shortText)") }
            if policy.retries > 0 { lines.append("retry     \(policy.retries), \(policy.retryDelay.shortText) apart") }
        }
        return (lines + linesOfRuns(name.key)).joined(separator: "\n")
    }

    private func linesOfRuns(_ key: String) -> [String] {
        var lines: [String] = []
        let going = runs.running(key)
        if going > 0 { lines.append("running   \(going)") }
        if let last = runs.lasts[key] {
            let at = CivilDate(Instant<Realtime>(sinceEpoch: .nanoseconds(last.planned))).rfc3339Seconds
            lines.append("last      \(at), \(last.ending ?? "not ended")")
        } else {
            lines.append("last      never, as far as is known")
        }
        return lines
    }

    /// Of a job that is in no crontab.
    private func whyOfSource(_ name: String, _ peer: Peer, at now: ClockReading) -> String? {
        for source in sources {
            guard let (known, key) = source.why(name, for: peer, at: now) else { continue }
            var lines = known
            if paused.contains(key) { lines.append("PAUSED    Next: timeball jobs resume \(name)") }
            return (lines + linesOfRuns(key)).joined(separator: "\n")
        }
        return nil
    }

    private mutating func runOfSource(
        _ name: String, _ peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> JobsReply {
        for index in sources.indices {
            switch sources[index].runNow(name, for: peer, at: now, effects: &effects) {
            case nil: continue
            case .refused(let reason): return .refused(.no, reason)
            case .orders(let orders):
                for order in orders { runs.begin(order, at: now, effects: &effects) }
                return .done("\(name) was let go.")
            }
        }
        return Self.noJob(name)
    }
}

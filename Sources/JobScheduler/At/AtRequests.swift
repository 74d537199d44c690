internal import AtSpool
internal import JobsControl
public import TimeBase

/// What at's tools ask.
extension AtJobs {
    public mutating func answer(
        kind: UInt8, fields: [UInt8], client: ClientToken, peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> [Order] {
        do throws(MessageError) {
            let request = try AtRequest(kind: kind, fields: fields)
            guard let user = peer.isRoot ? "root" : peer.name, access.refusal(of: user) == nil else {
                effects.append(.reply(.refused(.notPermitted, AtText.notPermitted), to: client))
                return []
            }
            switch request {
            case .submit(let submission): submit(submission, client, peer, at: now, effects: &effects)
            case .list: effects.append(.reply(AtReply.jobs(list(peer)).reply, to: client))
            case .remove(let numbers): remove(numbers, client, peer, effects: &effects)
            case .show(let number): show(number, client, peer, effects: &effects)
            }
        } catch {
            effects.append(.reply(.refused(.misunderstood, error.sentence), to: client))
        }
        return []
    }

    private func submit(
        _ submission: AtSubmission, _ client: ClientToken, _ peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) {
        func refuse(_ sentence: String) { effects.append(.reply(.refused(.no, sentence), to: client)) }
        guard let queue = AtQueue(submission.queue), !queue.isRunning else { return refuse("There is no such queue.") }
        // The year 2262, where 64 bits of nanoseconds end.
        guard submission.seconds >= 0, submission.seconds < 9_223_372_000 else {
            return refuse("at: that is too far away")
        }
        guard let name = peer.name else { return refuse("at: user \(peer.user) has no name") }
        let mailName = submission.mailName ?? name
        guard MailName.isSafe(Array(mailName.utf8)) else { return refuse("at: mail cannot go to that name") }
        guard !peer.isRoot, jobs.values.count(where: { $0.spooled.user == name }) >= Self.mostOfUser else {
            var environment: [(name: [UInt8], value: [UInt8])] = []
            for index in stride(from: 0, to: submission.environment.count - 1, by: 2) {
                environment.append((submission.environment[index], submission.environment[index + 1]))
            }
            // A part of a second: the file's name bears the next minute, and a line of its own the moment.
            let isWhole = submission.nanoseconds == 0 && submission.seconds.isMultiple(of: 60)
            let seconds = Int(submission.seconds) + (submission.nanoseconds > 0 ? 1 : 0)
            let file = SpoolFile(
                user: peer.user, group: 0, mailName: mailName,
                mail: SpoolFile.Mail(rawValue: Int(submission.mail)) ?? .ifOutput,
                start: isWhole
                    ? nil
                    : SpoolFile.Start(seconds: Int(submission.seconds), nanoseconds: Int(submission.nanoseconds)))
            effects.append(
                .spool(
                    .store(
                        Submission(
                            environment: environment, mask: UInt32(submission.mask), directory: submission.directory,
                            commands: submission.commands), file, queue: queue, seconds: seconds, client: client)))
            return
        }
        refuse("at: \(name) has \(Self.mostOfUser) jobs already")
    }

    /// The most jobs of one user.
    static let mostOfUser = 10_000

    private func list(_ peer: Peer) -> [AtReport] {
        jobs.values.filter { peer.isRoot || $0.spooled.user == peer.name }.map { job in
            AtReport(
                number: Int64(job.spooled.name.number), seconds: job.spooled.start / 1_000_000_000,
                queue: (job.state == .running ? .running : job.spooled.name.queue).letter, user: job.spooled.user)
        }.sorted { ($0.seconds, $0.number) < ($1.seconds, $1.number) }
    }

    private mutating func remove(
        _ numbers: [Int64], _ client: ClientToken, _ peer: Peer, effects: inout [Effect]
    ) {
        var outcomes: [AtReply.Outcome] = []
        var names: [SpoolName] = []
        for number in numbers.prefix(10_000) {
            guard let job = UInt32(exactly: number).flatMap({ jobs[$0] }) else {
                outcomes.append(.unknown)
                continue
            }
            guard peer.isRoot || job.spooled.user == peer.name else {
                outcomes.append(.notOwner)
                continue
            }
            if job.state == .running || job.state == .starting || job.spooled.name.queue.isRunning {
                outcomes.append(.running)
                continue
            }
            outcomes.append(.removed)
            names.append(job.spooled.name)
            jobs[job.spooled.name.number] = nil
            effects.append(.note(.cron(peer.name ?? "\(peer.user)", "AT", "job \(number) was removed")))
        }
        waiting[client] = outcomes
        effects.append(.spool(.remove(names, client: client)))
    }

    mutating func answerRemoved(_ removed: [Bool], _ client: ClientToken, effects: inout [Effect]) {
        guard var outcomes = waiting.removeValue(forKey: client) else { return }
        var results = removed[...]
        for index in outcomes.indices where outcomes[index] == .removed {
            if results.popFirst() == false { outcomes[index] = .failed }
        }
        effects.append(.reply(AtReply.outcomes(outcomes).reply, to: client))
    }

    private func show(_ number: Int64, _ client: ClientToken, _ peer: Peer, effects: inout [Effect]) {
        guard let job = UInt32(exactly: number).flatMap({ jobs[$0] }) else {
            effects.append(.reply(.refused(.no, "Cannot find jobid \(number)"), to: client))
            return
        }
        guard peer.isRoot || job.spooled.user == peer.name else {
            effects.append(.reply(.refused(.notPermitted, "\(number): Not owner"), to: client))
            return
        }
        let name = job.state == .running ? job.spooled.name.whileRunning : job.spooled.name
        effects.append(.spool(.show(name, client: client)))
    }
}

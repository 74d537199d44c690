internal import AtSpool
public import TimeBase

/// What `timeball jobs why` and `timeball jobs run` say of at's jobs: `at/17`.
extension AtJobs {
    private func named(_ name: String, for peer: Peer) -> (number: UInt32, job: Job)? {
        guard name.hasPrefix("at/"), let number = UInt32(name.dropFirst(3)), let job = jobs[number],
            peer.isRoot || job.spooled.user == peer.name
        else { return nil }
        return (number, job)
    }

    public func key(of name: String, for peer: Peer) -> String? {
        named(name, for: peer).map { Self.key($0.job.spooled.name) }
    }

    public func why(_ name: String, for peer: Peer, at now: ClockReading) -> (lines: [String], key: String)? {
        guard let (number, job) = named(name, for: peer) else { return nil }
        let spooled = job.spooled
        var lines = ["at/\(number) of \(spooled.user), \(spooled.name.text) in at's spool"]
        lines.append("when      once, \(Self.text(spooled.start)), queue \(spooled.name.queue.text)")
        if spooled.name.queue.waitsForIdleness {
            lines.append("          and when the machine has time for it (batch)")
            if let batchWait, spooled.start <= now.realtime.nanoseconds {
                lines.append("WAITS     it \(batchWait.sentence)")
            }
        }
        lines.append("command   \(spooled.title)")
        switch job.state {
        case .waiting: break
        case .starting: lines.append("running   it is being started")
        case .running: lines.append("running   its file is \(spooled.name.whileRunning.text) until it ends")
        case .failed(let again, let times):
            lines.append("WAITS     it could not be started \(times) times; again \(Self.text(again))")
        case .refused:
            lines.append("NEVER     it cannot be run as it is; the log has the reason. Next: atrm \(number)")
        }
        return (lines, Self.key(spooled.name))
    }

    public mutating func runNow(
        _ name: String, for peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> LetGo? {
        guard let (number, job) = named(name, for: peer) else { return nil }
        switch job.state {
        case .starting, .running: return .refused("\(name) runs already, and runs once.")
        case .waiting, .failed, .refused:
            // Its file is claimed by the process that runs it: it is not run again at its time.
            asked.insert(number)
            begin(number, effects: &effects)
            return .orders([])
        }
    }

    private static func text(_ nanoseconds: Int64) -> String {
        CivilDate(Instant<Realtime>(sinceEpoch: .nanoseconds(nanoseconds))).rfc3339Seconds
    }
}

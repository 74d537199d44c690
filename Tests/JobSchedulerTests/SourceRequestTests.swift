import AtSpool
import Engine
import JobsControl
import Testing
import TimeBase

@testable import JobScheduler

@Suite struct SourceRequestTests {
    private let now = ClockReading(
        realtime: Instant(sinceEpoch: .seconds(1_800_000_000)), monotonic: Instant(sinceEpoch: .seconds(1000)))
    private let root = Peer(user: 0, name: "root")
    private let owner = Peer(user: 1000, name: "sa")
    private let other = Peer(user: 1001, name: "xy")

    private func scheduler() throws -> Scheduler {
        var scheduler = Scheduler(settings: Settings(), at: now, random: RandomSource(seed: 1))
        var effects: [Effect] = []
        var at = AtJobs()
        let queue = try #require(AtQueue(option: "a"))
        let name = try #require(SpoolName(queue: queue, number: 17, seconds: 1_800_003_600))
        let job = SpooledJob(
            name: name, user: "sa",
            file: SpoolFile(user: 1000, group: 1000, mailName: "sa", mail: .ifOutput, start: nil), title: "x")
        _ = at.receive(.found([job]), at: now, effects: &effects)
        var watches = WatchJobs()
        let table = "/tmp IN_CREATE echo $# >> /x\n/tmp IN_DELETE echo gone $$HOME >> /x\n"
        _ = watches.receive(
            .table(
                WatchOwner(name: "sa", isSystem: false), WatchAccount(home: "/", shell: "/bin/sh"), Array(table.utf8)),
            at: now, effects: &effects)
        scheduler.sources = [at, watches]
        return scheduler
    }

    private func ask(_ scheduler: inout Scheduler, _ request: JobsRequest, as peer: Peer) -> [Effect] {
        var effects: [Effect] = []
        scheduler.receive(.request(request, client: ClientToken(number: 1), from: peer), at: now, effects: &effects)
        return effects
    }

    private func reply(_ effects: [Effect]) -> JobsReply? {
        effects.compactMap { if case .reply(let reply, _) = $0 { reply } else { nil } }.first
    }

    private func launches(_ effects: [Effect]) -> [Launch] {
        effects.compactMap { if case .start(_, let launch) = $0 { launch } else { nil } }
    }

    private func isNo(_ reply: JobsReply?, _ part: String) -> Bool {
        if case .refused(.no, let sentence)? = reply { sentence.contains(part) } else { false }
    }

    @Test(
        "why tells of jobs of at and incron to their users and root, and to nobody else",
        arguments: ["at/17", "incron/sa:1"])
    func why(name: String) throws {
        var scheduler = try scheduler()
        for peer in [root, owner] {
            guard case .text(let text)? = reply(ask(&scheduler, .why(name: name), as: peer)) else {
                Issue.record("\(peer) is told nothing")
                continue
            }
            #expect(text.contains("\(name) of sa"))
            #expect(text.contains(name == "at/17" ? "2027-01-15T09:00:00Z" : "IN_CREATE"))
            #expect(text.contains("last      never"))
        }
        #expect(isNo(reply(ask(&scheduler, .why(name: name), as: other)), "no job"))
        #expect(isNo(reply(ask(&scheduler, .run(name: name), as: other)), "no job"))
        #expect(isNo(reply(ask(&scheduler, .why(name: name + "0"), as: root)), "no job"))
    }

    @Test("A job of at that somebody lets run runs now, by its own file, and once")
    func runAt() throws {
        var scheduler = try scheduler()
        let effects = ask(&scheduler, .run(name: "at/17"), as: owner)
        #expect(reply(effects) == .done("at/17 was let go."))
        let read = effects.compactMap { if case .spool(.read(let name)) = $0 { name } else { nil } }
        let name = try #require(read.first)
        #expect(isNo(reply(ask(&scheduler, .run(name: "at/17"), as: owner)), "runs already"))
        var later: [Effect] = []
        let file = SpoolFile(user: 1000, group: 1000, mailName: "sa", mail: .ifOutput)
        let content = Submission(
            environment: [], mask: 0o22, directory: Array("/".utf8), commands: Array("x\n".utf8)
        ).content(file)
        scheduler.receive(.spool(.read(name, user: "sa", content)), at: now, effects: &later)
        #expect(launches(later).map { $0.claim?.from } == [name.text])
        let record = later.compactMap { if case .record(let run, _) = $0 { run } else { nil } }.first
        #expect(record?.cause == "asked" && record?.planned == now.realtime.nanoseconds)
        // Its time finds nothing more to do.
        var end: [Effect] = []
        let after = ClockReading(
            realtime: now.realtime + .seconds(3700), monotonic: now.monotonic + .seconds(3700))
        scheduler.wake(at: after, effects: &end)
        #expect(end.allSatisfy { if case .spool(.read) = $0 { false } else { true } })
    }

    @Test("A rule of incron runs when it is let run, unless its command asks for the file of an event")
    func runWatch() throws {
        var scheduler = try scheduler()
        #expect(isNo(reply(ask(&scheduler, .run(name: "incron/sa:1"), as: owner)), "which file"))
        let effects = ask(&scheduler, .run(name: "incron/sa:2"), as: owner)
        #expect(launches(effects).map(\.user) == ["sa"])
        #expect(reply(effects) == .done("incron/sa:2 was let go."))
        // Its end is no end of a run that the rule began.
        var later: [Effect] = []
        let run = try #require(effects.compactMap { if case .start(let run, _) = $0 { run } else { nil } }.first)
        scheduler.receive(.ended(run, EndReport(way: .exited(0), outputCount: 0)), at: now, effects: &later)
        guard case .text(let text)? = reply(ask(&scheduler, .why(name: "incron/sa:2"), as: owner)) else {
            Issue.record("nothing is told")
            return
        }
        #expect(text.contains("exit 0"))
    }
}

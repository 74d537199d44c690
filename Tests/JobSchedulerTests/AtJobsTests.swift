import AtSpool
import Foundation
import JobsControl
import Testing
import TimeBase

@testable import JobScheduler

/// at's jobs with a host that does what is asked, as values.
private struct AtRig {
    var jobs = AtJobs()
    var effects: [Effect] = []
    var orders: [Order] = []
    /// Seconds.
    var wall: Int64 = 1_800_000_000
    var mono: Int64 = 1000

    var now: ClockReading {
        ClockReading(
            realtime: Instant(sinceEpoch: .seconds(wall)), monotonic: Instant(sinceEpoch: .seconds(mono)))
    }

    static func spooled(_ number: UInt32, _ seconds: Int64, queue: String = "a", start: SpoolFile.Start? = nil)
        -> SpooledJob?
    {
        guard let queue = AtQueue(option: queue),
            let name = SpoolName(queue: queue, number: number, seconds: Int(seconds))
        else { return nil }
        return SpooledJob(
            name: name, user: "sa",
            file: SpoolFile(user: 1000, group: 1000, mailName: "sa", mail: .ifOutput, start: start), title: "x")
    }

    mutating func add(_ number: UInt32, at seconds: Int64, queue: String = "a", start: SpoolFile.Start? = nil) throws {
        let job = try #require(Self.spooled(number, seconds, queue: queue, start: start))
        orders += jobs.receive(.found([job]), at: now, effects: &effects)
    }

    /// Lets time go on, and does what is asked meanwhile.
    mutating func pass(_ seconds: Int64, load: Double = 0) {
        for _ in 0..<seconds {
            wall += 1
            mono += 1
            settle(load: load)
        }
    }

    mutating func settle(load: Double = 0) {
        if let next = jobs.next, next <= wall * 1_000_000_000 { orders += jobs.advance(at: now, effects: &effects) }
        var done = 0
        while done < effects.count {
            let effect = effects[done]
            done += 1
            switch effect {
            case .spool(.read(let name)):
                let file = SpoolFile(user: 1000, group: 1000, mailName: "sa", mail: .ifOutput)
                let content = Submission(
                    environment: [], mask: 0o22, directory: Array("/".utf8), commands: Array("x\n".utf8)
                )
                .content(file)
                orders += jobs.receive(.read(name, user: "sa", content), at: now, effects: &effects)
            case .spool(.readLoad): orders += jobs.receive(.load(load, pressure: nil), at: now, effects: &effects)
            default: continue
            }
        }
        effects.removeAll {
            if case .spool(.read) = $0 { true } else if case .spool(.readLoad) = $0 { true } else { false }
        }
    }

    mutating func ask(_ request: AtRequest, user: UInt32 = 1000, name: String? = "sa") {
        guard case .other(_, let kind, let fields) = request.request else { return }
        orders += jobs.answer(
            kind: kind, fields: fields, client: ClientToken(number: 1), peer: Peer(user: user, name: name), at: now,
            effects: &effects)
    }

    var replies: [JobsReply] {
        effects.compactMap { if case .reply(let reply, _) = $0 { reply } else { nil } }
    }
}

@Suite("at's jobs")
struct AtJobsTests {
    @Test(
        "Jobs are ordered when they are due, each once, the earlier first; their file is claimed by the process itself")
    func due() throws {
        var rig = AtRig()
        try rig.add(3, at: rig.wall + 60)
        try rig.add(1, at: rig.wall - 600)
        try rig.add(2, at: rig.wall + 120, queue: "d")
        rig.settle()
        #expect(rig.orders.map(\.token) == [1])
        rig.pass(300)
        #expect(rig.orders.map(\.token) == [1, 3, 2])
        let order = rig.orders[2]
        #expect(order.launch.niceness == 6)
        #expect(order.launch.claim.map { [$0.from.first, $0.to.first] } == ["d", "="])
        #expect(order.mail.subject == "Output from your job        2")
        #expect(order.planned == Instant(sinceEpoch: .seconds(1_800_000_120)))
        #expect(rig.jobs.next == nil)
    }

    @Test("A start between the minutes is kept, and the file's minute does not count")
    func start() throws {
        var rig = AtRig()
        try rig.add(
            1, at: rig.wall + 60, start: SpoolFile.Start(seconds: Int(rig.wall) + 17, nanoseconds: 250_000_000))
        #expect(rig.jobs.next == (rig.wall + 17) * 1_000_000_000 + 250_000_000)
    }

    @Test("A name that bears a time beyond all calendars is never due, and stops nothing")
    func beyond() throws {
        var rig = AtRig()
        let name = try #require(SpoolName("a00001fffffffe"))
        let job = SpooledJob(
            name: name, user: "sa", file: SpoolFile(user: 1, group: 1, mailName: "sa", mail: .never), title: "")
        rig.orders += rig.jobs.receive(.found([job]), at: rig.now, effects: &rig.effects)
        try rig.add(2, at: rig.wall)
        rig.pass(2)
        #expect(rig.orders.map(\.token) == [2])
        #expect(rig.jobs.reports(for: Peer(user: 0, name: "root"), at: rig.now).count == 2)
    }

    @Test(
        "batch: nothing while the load is high; then one after the other with the gap between them, the earliest first")
    func batch() throws {
        var rig = AtRig()
        try rig.add(1, at: rig.wall, queue: "b")
        try rig.add(2, at: rig.wall - 60, queue: "Z")
        rig.settle(load: 2)
        rig.pass(600, load: 2)
        #expect(rig.orders.isEmpty)
        rig.pass(15)
        #expect(rig.orders.map(\.token) == [2])
        rig.pass(44)
        #expect(rig.orders.count == 1)
        rig.pass(20)
        #expect(rig.orders.map(\.token) == [2, 1])
        rig.pass(200)
        #expect(rig.orders.count == 2 && rig.jobs.next == nil)
    }

    @Test("A clock that is set back does not stop batch, and one that is set forward makes what it passed due")
    func clock() throws {
        var rig = AtRig()
        try rig.add(1, at: rig.wall, queue: "b")
        rig.settle(load: 2)
        rig.wall -= 3600
        rig.jobs.jump(from: rig.now.realtime, at: rig.now, effects: &rig.effects)
        try rig.add(2, at: rig.wall + 7200)
        rig.pass(15)
        // Not due yet on the wall, so nothing.
        #expect(rig.orders.isEmpty)
        rig.wall += 7200
        rig.pass(15)
        #expect(Set(rig.orders.map(\.token)) == [1, 2])
    }

    @Test("A job that cannot be started is tried again each minute, ten times, and then stays")
    func retries() throws {
        var rig = AtRig()
        try rig.add(1, at: rig.wall)
        rig.settle()
        for attempt in 0..<10 {
            #expect(rig.orders.count == attempt + 1)
            let order = rig.orders[attempt]
            rig.jobs.ended(order, run: RunNumber(1), end: nil, at: rig.now, effects: &rig.effects)
            let restored = rig.effects.contains { if case .spool(.restore) = $0 { true } else { false } }
            #expect(restored)
            rig.pass(59)
            #expect(rig.orders.count == attempt + 1)
            rig.pass(2)
        }
        rig.pass(3600)
        #expect(rig.orders.count == 10)
        rig.jobs.access.deny = .names([])
        rig.ask(.list)
        #expect(
            try rig.replies.last.flatMap { try AtReply($0) }
                == .jobs([AtReport(number: 1, seconds: 1_800_000_000, queue: 0x61, user: "sa")]))
    }

    @Test("A job that ended leaves nothing; while it runs it stands in = and cannot be removed")
    func ends() throws {
        var rig = AtRig()
        rig.jobs.access.deny = .names([])
        try rig.add(1, at: rig.wall)
        rig.settle()
        rig.jobs.started(rig.orders[0], run: RunNumber(5), at: rig.now, effects: &rig.effects)
        rig.ask(.list)
        guard case .jobs(let listed)? = try rig.replies.last.flatMap({ try AtReply($0) }) else {
            Issue.record("no list")
            return
        }
        #expect(listed.map(\.queue) == [UInt8(ascii: "=")])
        rig.ask(.remove([1]))
        _ = rig.jobs.receive(.removed([], client: ClientToken(number: 1)), at: rig.now, effects: &rig.effects)
        #expect(try rig.replies.last.flatMap { try AtReply($0) } == .outcomes([.running]))
        rig.jobs.ended(
            rig.orders[0], run: RunNumber(5), end: EndReport(way: .exited(0), outputCount: 0), at: rig.now,
            effects: &rig.effects)
        #expect(rig.jobs.jobs.isEmpty)
        rig.pass(100)
        #expect(rig.orders.count == 1)
    }

    @Test("Without lists only root may; others neither see nor remove nor submit")
    func permission() throws {
        var rig = AtRig()
        try rig.add(1, at: rig.wall + 600)
        for request: AtRequest in [
            .list, .remove([1]), .show(1),
            .submit(AtSubmission(queue: 0x61, seconds: 9, mask: 0, directory: [], commands: [])),
        ] {
            rig.effects = []
            rig.ask(request)
            #expect(rig.replies == [.refused(.notPermitted, "You do not have permission to use at.")])
            #expect(rig.effects.count == 1)
        }
        rig.effects = []
        rig.jobs.access.deny = .names([])
        rig.ask(.remove([1, 2]), user: 1001, name: "eve")
        _ = rig.jobs.receive(.removed([], client: ClientToken(number: 1)), at: rig.now, effects: &rig.effects)
        #expect(try rig.replies.last.flatMap { try AtReply($0) } == .outcomes([.notOwner, .unknown]))
        #expect(rig.jobs.jobs.count == 1)
    }

    @Test("Damaged requests of at and incron are refused or understood, and never trap")
    func damage() throws {
        var submission = AtSubmission(
            queue: 0x62, seconds: 1_800_000_000, nanoseconds: 5, mask: 0o22, directory: [0x2f], commands: [1, 2])
        submission.environment = [[0x41], [0x42], [0x43], []]
        submission.mailName = "sa"
        let requests: [JobsRequest] = [
            AtRequest.submit(submission).request, AtRequest.list.request, AtRequest.remove([1, 2, 3]).request,
            AtRequest.show(7).request,
            WatchRequestMessage.replace(user: "sa", text: Array("/a IN_OPEN x\n".utf8)).request,
            WatchRequestMessage.read(user: "sa").request,
        ]
        for request in requests {
            guard case .other(let part, let kind, let fields) = request else { continue }
            if part == JobsRequest.Part.at {
                #expect(try AtRequest(kind: kind, fields: fields).request == request)
            } else {
                #expect(try WatchRequestMessage(kind: kind, fields: fields).request == request)
            }
        }
        var random = RandomSource(seed: 9)
        var (answered, refused) = (0, 0)
        var rig = AtRig()
        var watches = WatchJobs()
        rig.jobs.access.deny = .names([])
        let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
        for round in 0..<(isLong ? 1_000_000 : 100_000) {
            guard case .other(let part, var kind, var fields) = requests[round % requests.count] else { continue }
            for _ in 0...Int.random(in: 0..<2, using: &random) where !fields.isEmpty {
                let at = Int.random(in: 0..<fields.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: fields[at] = UInt8.random(in: 0...255, using: &random)
                case 1: fields.removeSubrange(at...)
                case 2: fields.insert(0, at: at)
                default: kind = UInt8.random(in: 0...5, using: &random)
                }
            }
            rig.effects = []
            let peer = Peer(user: 1000, name: round % 7 == 0 ? nil : "sa")
            if part == JobsRequest.Part.at {
                _ = rig.jobs.answer(
                    kind: kind, fields: fields, client: ClientToken(number: 1), peer: peer, at: rig.now,
                    effects: &rig.effects)
            } else {
                _ = watches.answer(
                    kind: kind, fields: fields, client: ClientToken(number: 1), peer: peer, at: rig.now,
                    effects: &rig.effects)
            }
            #expect(!rig.effects.isEmpty)
            if rig.replies.contains(where: { if case .refused = $0 { true } else { false } }) {
                refused += 1
            } else {
                answered += 1
            }
        }
        #expect(answered > 1000 && refused > 1000)
    }
}

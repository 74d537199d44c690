import Engine
import JobScheduler
import JobsControl
import Scheduling
import Testing
import TimeBase
import TimeZones

/// 2026-05-04T10:00:00Z
private let ten = 1_777_888_800

@Suite struct FaultTests {
    @Test(
        "Killed after any effect and started again, the daemon runs each job of each minute once, and says of at most one that it may have"
    )
    func killed() {
        let text =
            "@reboot boot\n" + (1...4).map { "* * * * * job-\($0)\n" }.joined()
            + "#@timeball offset=2s\n* * * * * late\n"
        // Three minutes make some hundred effects; each is the last one once.
        var died = 0
        for count in 1...140 {
            let first = simulate(
                [table(text)], from: ten + 30, until: ten + 211, prepare: { $0.dieAfterEffects = count })
            let wasKilled = first.dieAfterEffects == 0
            if wasKilled { died += 1 }
            let end = wasKilled ? first.now.realtime.wholeSeconds : ten + 211
            // Twenty seconds later, perhaps in another minute.
            let second = simulate(
                [table(text)], from: end + 20, until: max(ten + 271, end + 81), settings: first.resumption())
            let started = (first.starts + second.starts)
            let runs = (first.records + second.records).filter { $0.cause != "boot" }
            let pairs = runs.map { "\($0.job) \($0.planned / 60_000_000_000)" }
            #expect(Set(pairs).count == pairs.count, "twice, killed after \(count)")
            let commands = started.map(\.command)
            let begun = Set(first.starts.map(\.run))
            let unsure = first.records.filter { !begun.contains(RunNumber($0.number)) }
            #expect(unsure.count <= 1)
            let boots = commands.count { $0 == "boot" } + unsure.count { $0.cause == "boot" }
            #expect(boots == 1, "killed after \(count)")
            // All minutes that had come when the second ended.
            for minute in 1...3 {
                let planned = runs.filter { $0.planned / 60_000_000_000 == Int64(ten / 60 + minute) }
                #expect(planned.count == 5, "minute \(minute), killed after \(count): \(planned.map(\.command))")
            }
        }
        #expect(died > 60)
    }

    @Test(
        "A clock that is set by a second, an hour or a day while jobs run lets no run of a fixed time happen twice in a minute, and loses no run that goes on"
    )
    func steps() {
        var random = RandomSource(seed: 7)
        for _ in 0..<40 {
            let amounts = [1, -1, 30, -30, 3600, -3600, 86400, -86400]
            let change = SimulatedJobs.Change(
                at: Instant(sinceEpoch: .seconds(ten + Int.random(in: 60..<3000, using: &random))),
                by: .seconds(amounts.randomElement(using: &random) ?? 1))
            let host = simulate(
                [table("0-59 0-23 * * * fixed\n#@timeball\n* * * * * slow\n")], from: ten,
                until: ten + 6000 + max(0, Int(change.by.components.seconds)),
                changes: [change],
                prepare: { $0.behaviour = { $0 == "slow" ? (.seconds(90), .exited(0), 0) : (.zero, .exited(0), 0) } })
            // What is made up for starts together; what is on time must not start twice.
            let fixed = host.records.filter { $0.command == "fixed" && $0.cause == "scheduled" }.map { $0.planned }
            // Three hours back and more is another time, not the same again.
            if change.by > .seconds(-10_800) { #expect(Set(fixed).count == fixed.count, "\(change)") }
            // A run that went on when the clock was set is ended by its own end and nothing else.
            let slow = host.records.filter { $0.command == "slow" && $0.state == "ended" }
            #expect(!slow.isEmpty && slow.allSatisfy { $0.ending == "exit 0" })
        }
    }

    @Test("Whatever the expression, the zone and the steps of the clock: the daemon starts what the rehearsal says")
    func asRehearsed() throws {
        var random = RandomSource(seed: 11)
        let zones = try [
            "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "EST5EDT,M3.2.0,M11.1.0",
        ]
        .map { try Zone(rule: $0) }
        func field(_ low: Int, _ high: Int) -> String {
            let a = Int.random(in: low...high, using: &random)
            let b = Int.random(in: low...high, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: return "*"
            case 1: return "*/\(Int.random(in: 1...max(2, high), using: &random))"
            case 2: return "\(a)"
            case 3: return "\(min(a, b))-\(max(a, b))"
            default: return "\(a),\(b)"
            }
        }
        for _ in 0..<200 {
            let text = "\(field(0, 59)) \(field(0, 5)) \(field(1, 31)) * \(field(0, 7))"
            let zone = zones.randomElement(using: &random) ?? .utc
            // Around the last Sunday of October and March, when most clocks change.
            let start =
                (Bool.random(using: &random) ? 1_792_800_000 : 1_774_600_000)
                + 60 * Int.random(in: 0..<2880, using: &random)
            let until = start + 3 * 86400
            var jumps: [ClockJump] = []
            if Bool.random(using: &random) {
                jumps = [
                    ClockJump(
                        at: start + Int.random(in: 100..<200_000, using: &random),
                        by: Int.random(in: -20_000...20_000, using: &random))
                ]
            }
            var settings = Settings()
            settings.zone = zone
            let host = simulate(
                [table("\(text) x\n")], from: start, until: until,
                changes: jumps.map {
                    .init(at: Instant(sinceEpoch: .seconds($0.at)), by: .seconds($0.by))
                }, settings: settings)
            var rehearsal = Rehearsal(try CronExpression(text), zone: zone, start: start, jumps: jumps)
            var expected: [Int] = []
            while let next = rehearsal.next(before: until) { expected.append(next) }
            let found = host.starts.map(\.second).filter { $0 < until }
            #expect(found == expected, "\(text) from \(start) jumps \(jumps)")
        }
    }

    @Test("Ten thousand jobs of tomorrow wake nobody today")
    func idle() {
        let text = (0..<10_000).map { "\($0 % 60) \($0 / 60 % 9) * * * job-\($0)\n" }.joined()
        var settings = Settings()
        settings.mostEntries = 20_000
        let host = simulate([table(text)], from: ten, until: ten + 8 * 3600, settings: settings)
        #expect(host.starts.isEmpty)
        #expect(host.waits < 10)
    }

    @Test(
        "A hundred thousand mutated lines: each is read, ignored, or refused with its place, and nothing worse happens")
    func mutations() {
        let seeds = [
            "*/5 1-3,7 1 jan-mar mon-fri cmd % in", "@daily x", "@every 2s y", "A = \"b c\"", "CRON_TZ=Europe/Vienna",
            "#@timeball name=a overlap=queue timeout=1.5h retry=3/1s on-failure=\"x \\\" y\" within=5ms jitter=1m",
            "RANDOM_DELAY=5", "START_HOURS_RANGE=6-22", "59 23 31 12 7 z", "0~59 * * * * r", "- * * * * * q",
            "MAILTO=a@b",
            "#@timeball catch-up=2d zone=UTC offset=59.9s ping=https://x.org/y",
        ].map { Array($0.utf8) }
        var random = RandomSource(seed: 3)
        var refused = 0
        for round in 0..<100 {
            var text: [UInt8] = []
            for _ in 0..<1000 {
                var line = seeds.randomElement(using: &random) ?? []
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    let at = line.isEmpty ? 0 : Int.random(in: 0..<line.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: line.insert(UInt8.random(in: 0...255, using: &random), at: at)
                    case 1: if !line.isEmpty { line.remove(at: at) }
                    case 2: if !line.isEmpty { line[at] = UInt8.random(in: 0...255, using: &random) }
                    default: line.append(contentsOf: line[..<at])
                    }
                }
                text += line + [0x0a]
            }
            var settings = Settings()
            settings.dialect = round % 2 == 0 ? .debian : .cronie
            var file = table("")
            file.text = text
            let host = simulate([file], from: ten, until: ten + 1, settings: settings)
            let errors = host.notes.filter { $0.text.contains(") ERROR (") }
            refused += errors.count
            let lines = text.count { $0 == 0x0a }
            #expect(
                errors.allSatisfy { note in
                    let parts = note.text.split(separator: "crontabs/sa:", maxSplits: 1)
                    guard parts.count == 2, let line = Int(parts[1].prefix { $0.isNumber }) else { return false }
                    return (1...lines).contains(line)
                })
        }
        #expect(refused > 1000)
    }

    @Test(
        "A host that cannot start anything loses nothing: each run is recorded with the reason, and tried again if asked for"
    )
    func forkRefused() {
        let host = simulate(
            [table("* * * * * x\n#@timeball retry=1/1s\n* * * * * y\n")], from: ten, until: ten + 130,
            prepare: { $0.refusal = { _ in "fork: Resource temporarily unavailable" } })
        #expect(host.starts.isEmpty)
        #expect(host.records.filter { $0.command == "x" }.count == 2)
        #expect(host.records.filter { $0.command == "y" }.count == 4)
        #expect(host.records.allSatisfy { $0.ending == "not started: fork: Resource temporarily unavailable" })
        #expect(host.notes.contains { $0.severity == .error && $0.text.contains("sa:1: not started: fork") })
    }

    @Test("Paused jobs do not run; resumed ones do, and what was due meanwhile is not made up for")
    func paused() {
        let root = Peer(user: 0, name: "root")
        let client = ClientToken(number: 1)
        let host = simulate(
            [table("* * * * * x\n")], from: ten, until: ten + 301,
            prepare: {
                $0.happen(.request(.pause(name: "sa:1"), client: client, from: root), after: .seconds(90))
                $0.happen(.request(.resume(name: "sa:1"), client: client, from: root), after: .seconds(210))
            })
        #expect(host.starts.map { ($0.second - ten) / 60 } == [1, 4, 5])
        #expect(host.replies.count == 2)
    }
}

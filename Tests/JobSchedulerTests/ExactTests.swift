import Engine
import ExactStarts
import JobScheduler
import JobsControl
import Scheduling
import Testing
import TimeBase
import TimeZones

/// 2026-05-04T10:00:00Z
private let ten = 1_777_888_800

@Suite("Entries that start at their exact instant") struct ExactTests {
    /// When each start was, in nanoseconds after ten o'clock by the wall clock.
    private func starts(_ host: borrowing SimulatedJobs) -> [Int64] {
        host.starts.map { $0.at.nanoseconds - Int64(ten) * 1_000_000_000 }
    }

    private func change(_ seconds: Double, by: Duration, isSleep: Bool = false) -> SimulatedJobs.Change {
        .init(
            at: Instant(sinceEpoch: .seconds(ten) + .milliseconds(Int(seconds * 1000))), by: by, isSleep: isSleep)
    }

    private func skipped(_ host: borrowing SimulatedJobs) -> [String] {
        host.records.filter { $0.state == "skipped" }.compactMap(\.ending)
    }

    @Test("It is prepared before and goes at the instant; the record has planned, released and first instruction")
    func exact() {
        let host = simulate(
            [table("#@timeball start=armed\n* * * * * x\n#@timeball start=exact offset=10.25s\n* * * * * y\n")],
            from: ten + 30, until: ten + 189)
        #expect(starts(host) == [60, 70.25, 120, 130.25, 180].map { Int64($0 * 1e9) })
        let loaded = host.records.filter { $0.state == "ended" }
        #expect(loaded.count == 5)
        #expect(loaded.allSatisfy { $0.began == $0.planned && $0.released == $0.planned && $0.ending == "exit 0" })
        #expect(host.held.values.map(\.isLoaded) == [false])
    }

    @Test(
        "It goes by true time, whatever the wall clock shows, once for each instant",
        arguments: [-2500, -300, 40, 2500])
    func trueTime(milliseconds: Int) {
        // What true time is ahead of the wall clock.
        let offset = Duration.milliseconds(milliseconds)
        let host = simulate(
            [table("#@timeball start=armed\n* * * * * x\n")], from: ten + 30, until: ten + 270,
            prepare: { $0.pageOffset = offset })
        #expect(
            starts(host) == [60, 120, 180, 240].map { Int64($0) * 1_000_000_000 - Int64(milliseconds) * 1_000_000 })
        #expect(host.records.filter { $0.state != "starting" }.allSatisfy { $0.released == $0.planned })
        #expect(skipped(host) == [])
    }

    @Test("A period goes at whole multiples, one that is shorter than its preparation too")
    func every() {
        let host = simulate([table("#@timeball start=exact\n@every 500ms x\n")], from: ten, until: ten + 10)
        // The first may come too early to be prepared.
        #expect(starts(host).allSatisfy { $0 % 500_000_000 == 0 })
        #expect(Set(starts(host)).count == starts(host).count)
        #expect(starts(host).count >= 18)
    }

    @Test("A clock that is not right enough skips the start, with its bound as the reason")
    func within() {
        let text = "#@timeball start=armed within=5ms\n0 * * * * x\n"
        let host = simulate(
            [table(text)], from: ten + 3540, until: ten + 3700, prepare: { $0.bound = { _ in .milliseconds(50) } })
        #expect(host.starts.isEmpty)
        #expect(skipped(host) == ["the clock is right to within 50ms, and 5ms is asked for"])
        let right = simulate(
            [table(text)], from: ten + 3540, until: ten + 3700, prepare: { $0.bound = { _ in .milliseconds(4) } })
        #expect(starts(right) == [3_600_000_000_000])
        #expect(right.records.first?.bound.map { $0 >= 4_000_000 && $0 < 5_000_000 } ?? false)
    }

    @Test(
        "A clock that is set over the instant: skipped, or run late once, or given up and the job paused",
        arguments: [
            ("skip", 0, "its instant was over since 1"), ("run", 1, ""), ("abort", 0, "the clock was stepped by 2"),
        ])
    func steppedOver(late: String, count: Int, reason: String) {
        let host = simulate(
            [table("#@timeball start=armed late=\(late)\n0 * * * * x\n")], from: ten + 3540, until: ten + 4700,
            changes: [change(3580, by: .seconds(1000))])
        #expect(host.starts.count == count)
        #expect(host.records.filter { $0.state == "ended" }.count == count)
        if count == 0 { #expect(!skipped(host).isEmpty) }
        let near = simulate(
            [table("#@timeball start=armed late=\(late)\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            changes: [change(3599, by: .milliseconds(2500))])
        #expect(near.starts.count == count)
        if count == 0 { #expect(skipped(near).first?.hasPrefix(reason) ?? false, "\(skipped(near))") }
        #expect(near.keptPaused == (late == "abort" ? near.keys.values.sorted() : []))
    }

    @Test("With the page, a step of the wall clock changes nothing", arguments: [-7200.0, -2.5, 2.5, 7200])
    func pageAndStep(seconds: Double) {
        let host = simulate(
            [table("#@timeball start=armed late=abort within=5ms\n0 * * * * x\n")], from: ten + 3540,
            until: ten + 12_000,
            changes: [change(3599, by: .milliseconds(Int(seconds * 1000)))],
            prepare: {
                $0.pageOffset = .zero
                $0.bound = { _ in .milliseconds(1) }
            })
        #expect(host.starts.first.map { $0.at.nanoseconds } == Int64(ten + 3600) * 1_000_000_000 + Int64(seconds * 1e9))
        #expect(host.records.first?.released == host.records.first?.planned)
    }

    @Test(
        "Set back after the start, a fixed time is not served again; without the page, neither is anything within a minute"
    )
    func setBack() {
        for text in ["0 11 * * * x", "0 * * * * x"] {
            let host = simulate(
                [table("#@timeball start=exact\n\(text)\n")], from: ten + 3540, until: ten + 3640,
                changes: [change(3600.5, by: .seconds(-1))])
            #expect(host.starts.count == 1, "\(text)")
        }
        // A wildcard is, as in cron, when the wall shows its time again.
        let later = simulate(
            [table("#@timeball start=exact\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            changes: [change(3605, by: .seconds(-600))])
        #expect(later.starts.count == 2)
    }

    @Test(
        "A machine that sleeps over the instant: skipped, or run late, or given up",
        arguments: [("skip", 0), ("run", 1), ("abort", 0)], [3599.0, 3545, 3000])
    func slept(policy: (late: String, count: Int), asleep: Double) {
        let host = simulate(
            [table("#@timeball start=armed late=\(policy.late)\n0 * * * * x\n")], from: ten + 2900, until: ten + 5000,
            changes: [change(asleep, by: .seconds(1000), isSleep: true)])
        #expect(host.starts.count == policy.count, "\(skipped(host))")
        if policy.count == 0 { #expect(skipped(host).count == 1, "\(skipped(host))") }
        #expect(host.held.isEmpty)
    }

    @Test("A run that goes on: skipped, queued, or ended; if it ends in time, the next one goes at its instant")
    func overlap() {
        func run(_ overlap: String, takes seconds: Double) -> SimulatedJobs {
            simulate(
                [table("#@timeball start=armed overlap=\(overlap)\n* * * * * x\n")], from: ten, until: ten + 181,
                prepare: { $0.behaviour = { _ in (.milliseconds(Int(seconds * 1000)), .exited(0), 0) } })
        }
        let fits = run("skip", takes: 59.5)
        #expect(starts(fits) == [60_000_000_000, 120_000_000_000, 180_000_000_000])
        let skips = run("skip", takes: 70)
        #expect(starts(skips) == [60_000_000_000, 180_000_000_000])
        #expect(skipped(skips).count == 1 && skipped(skips)[0].hasPrefix("run "))
        let queues = run("queue", takes: 70)
        #expect(starts(queues).map { $0 / 1_000_000_000 } == [60, 130])
        let kills = run("kill", takes: 70)
        #expect(starts(kills) == [60_000_000_000, 120_000_000_000, 180_000_000_000])
        #expect(kills.signals.first.map { $0.at.nanoseconds < Int64(ten + 120) * 1_000_000_000 } ?? false)
        let beside = run("allow", takes: 70)
        #expect(starts(beside).count == 3)
    }

    @Test(
        "A table that changes, or a pause, before the instant: what was prepared ends, and what stands there goes once")
    func changedTable() {
        let gone = simulate(
            [table("#@timeball start=armed\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            prepare: { $0.happen(.tableRemoved(path: "/var/spool/cron/crontabs/sa"), after: .seconds(59)) })
        #expect(gone.starts.isEmpty && gone.cancelled.count == 1)
        #expect(skipped(gone) == ["its table was changed before its instant"])
        let same = simulate(
            [table("#@timeball start=armed\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            prepare: {
                $0.happen(.table(table("#@timeball start=armed\n0 * * * * x\n1 1 1 1 * y\n")), after: .seconds(59))
            })
        #expect(starts(same) == [3_600_000_000_000])
        let paused = simulate(
            [table("#@timeball start=armed name=a\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            prepare: {
                $0.happen(
                    .request(.pause(name: "sa/a"), client: ClientToken(number: 1), from: Peer(user: 0, name: "root")),
                    after: .seconds(59))
            })
        #expect(paused.starts.isEmpty)
        #expect(skipped(paused) == ["it was paused before its instant"])
    }

    @Test("What cannot be prepared is recorded, and tried again where that is asked for, without an instant")
    func failure() {
        let host = simulate(
            [table("#@timeball start=armed retry=2/5s\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            prepare: { $0.refusal = { _ in "no such program" } })
        #expect(host.records.map(\.ending) == Array(repeating: "not started: no such program", count: 3))
    }

    @Test("Over a change to summer time it goes at the instant that cron's rules make of it, once")
    func daylight() throws {
        // Clocks go from 2:00 to 3:00 here.
        let spring = 1_774_746_000
        var settings = Settings()
        settings.zone = try Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        let host = simulate(
            [table("#@timeball start=armed\n30 2 * * * x\n#@timeball start=armed\n10,40 2 * * * y\n")],
            from: spring - 100, until: spring + 100, settings: settings)
        #expect(host.starts.map { $0.at.wholeSeconds - spring } == [0, 0])
        #expect(Set(host.starts.map(\.command)) == ["x", "y"])
    }

    @Test("Whatever the steps of the clock and the sleeps: no instant is started twice, and each is recorded once")
    func noneTwice() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = RandomSource(seed: seed)
            var changes: [SimulatedJobs.Change] = []
            var at = 5.0
            while at < 600 {
                at += random.uniform() * 90
                let step = [0.2, -0.2, 1.5, -1.5, 65, -65, 400][Int(random.uniform() * 7)]
                changes.append(
                    change(at, by: .milliseconds(Int(step * 1000)), isSleep: step > 0 && random.uniform() < 0.5))
            }
            let late = ["skip", "run", "abort"][Int(random.uniform() * 3)]
            let hasPage = random.uniform() < 0.5
            let host = simulate(
                [table("#@timeball start=armed overlap=allow late=\(late)\n* * * * * x\n")], from: ten,
                until: ten + 900,
                changes: changes, prepare: { if hasPage { $0.pageOffset = .zero } })
            // By true time, where that is known; a clock that was set back shows a minute twice.
            let own = host.records.filter { $0.released != nil && $0.cause == "scheduled" }
            let isSetBack = changes.contains { $0.by < .seconds(-60) }
            if hasPage || !isSetBack {
                #expect(
                    Set(own.map(\.planned)).count == own.count,
                    "seed \(seed) \(late) \(hasPage) \(own.map { ($0.planned / 1_000_000_000 - Int64(ten), $0.released ?? 0) }) \(changes)"
                )
            }
            #expect(host.records.filter { $0.state == "starting" }.count <= 1, "seed \(seed)")
            #expect(host.held.count <= 1, "seed \(seed)")
        }
    }

    @Test("A daily one costs nothing before its last minute")
    func idle() {
        let host = simulate([table("#@timeball start=armed\n0 3 * * * x\n")], from: ten, until: ten + 3600)
        #expect(host.waits < 10)
        #expect(host.looks == 0)
    }

    @Test(
        "Words that contradict each other keep the entry from running, and are named",
        arguments: [
            "start=now", "start=armed late=never", "late=run", "start=armed jitter=5s",
            "start=exact wait=5s within=1ms",
            "start=armed late=run catch-up=1d",
        ])
    func contradictions(words: String) {
        let host = simulate([table("#@timeball \(words)\n* * * * * x\n")], from: ten, until: ten + 70)
        #expect(host.starts.isEmpty && host.records.isEmpty)
        #expect(host.notes.contains { $0.text.contains("crontabs/sa:1:") && $0.text.contains("bad directive") })
    }

    @Test("@reboot has no instant")
    func reboot() {
        let host = simulate([table("#@timeball start=armed\n@reboot x\n")], from: ten, until: ten + 70)
        #expect(host.starts.isEmpty)
        #expect(host.notes.contains { $0.text.contains("@reboot has no instant") })
    }

    @Test("A command of plain words goes without a shell; whatever a shell would read does not")
    func plain() {
        func words(_ command: String, _ shell: String = "/bin/sh") -> [String]? {
            PlainCommand.words(Array(command.utf8), shell: shell)?.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(words("/bin/x  -a b=c\td") == ["/bin/x", "-a", "b=c", "d"])
        for one in [
            "x", "/bin/x 'a'", "/bin/x $A", "/bin/x ~", "/bin/x *", "/bin/x a;b", "/bin/x >a", "/a=b c", "/x #a", "",
        ] {
            #expect(words(one) == nil, "\(one)")
        }
        #expect(words("/bin/x a", "/usr/bin/python3") == nil)
    }
}

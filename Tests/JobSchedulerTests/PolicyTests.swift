import Engine
import JobScheduler
import JobsControl
import Scheduling
import Testing
import TimeBase
import TimeZones

/// 2026-05-04T10:00:00Z
private let ten = 1_777_888_800

@Suite struct PolicyTests {
    private func minutes(_ host: borrowing SimulatedJobs) -> [Int] { host.starts.map { ($0.second - ten) / 60 } }

    @Test("A classic line runs beside itself, as in every cron; a line with a directive does not")
    func overlap() {
        let slow: (inout SimulatedJobs) -> Void = { $0.behaviour = { _ in (.seconds(150), .exited(0), 0) } }
        let classic = simulate([table("* * * * * x\n")], from: ten, until: ten + 301, prepare: slow)
        #expect(minutes(classic) == [1, 2, 3, 4, 5])
        let skipping = simulate([table("#@timeball\n* * * * * x\n")], from: ten, until: ten + 301, prepare: slow)
        #expect(minutes(skipping) == [1, 4])
        #expect(skipping.records.filter { $0.state == "skipped" }.count == 3)
    }

    @Test("A run that is queued starts when the one before has ended, and only one waits")
    func queue() {
        let host = simulate(
            [table("#@timeball overlap=queue\n* * * * * x\n")], from: ten, until: ten + 301,
            prepare: { $0.behaviour = { _ in (.seconds(150), .exited(0), 0) } })
        #expect(host.starts.map { $0.second - ten } == [60, 210])
    }

    @Test("A run that replaces another ends it first")
    func kill() {
        let host = simulate(
            [table("#@timeball overlap=kill\n* * * * * x\n")], from: ten, until: ten + 181,
            prepare: { $0.behaviour = { _ in (.seconds(150), .exited(0), 0) } })
        #expect(minutes(host) == [1, 2, 3])
        #expect(host.signals.map(\.number) == [15, 15])
    }

    @Test("A run is ended at its time limit, and killed ten seconds later if it does not obey")
    func timeout() {
        let host = simulate(
            [table("#@timeball timeout=20s\n0 * * * * stubborn\n")], from: ten + 3540, until: ten + 3700,
            prepare: { $0.behaviour = { _ in (.seconds(1000), .exited(0), 0) } })
        #expect(host.signals.map { $0.at.wholeSeconds - ten } == [3620, 3630])
        #expect(host.signals.map(\.number) == [15, 9])
        #expect(host.records.last?.ending == "signal 9: it ran longer than 20s")
    }

    @Test("A failure is tried again as often and as late as asked for, and a success is not")
    func retry() {
        let host = simulate(
            [table("#@timeball retry=2/5s name=a\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700,
            prepare: { $0.behaviour = { _ in (.seconds(1), .exited(1), 0) } })
        #expect(host.starts.map { $0.second - ten } == [3600, 3606, 3612])
        #expect(host.records.map(\.cause) == ["scheduled", "retry", "retry"])
        let fine = simulate(
            [table("#@timeball retry=2/5s\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700)
        #expect(fine.starts.count == 1)
    }

    @Test("No attempt is made when or after the same job starts next, whatever delays that has")
    func retryEnds() {
        let failing: (inout SimulatedJobs) -> Void = { $0.behaviour = { _ in (.seconds(1), .exited(1), 0) } }
        // Ends at 1 s and 26 s, and would be tried again at 51 s and 76 s.
        let host = simulate(
            [table("#@timeball retry=9/25s on-failure=alarm\n* * * * * x\n")], from: ten, until: ten + 179,
            prepare: failing)
        let own = host.starts.filter { $0.command == "x" }
        #expect(own.map { $0.second - ten } == [60, 86, 112, 120, 146, 172])
        #expect(host.starts.filter { $0.command == "alarm" }.map { $0.second - ten } == [113, 173])
        #expect(host.notes.contains { $0.text.contains("next start is due") })
        let late = simulate(
            [table("#@timeball retry=9/25s offset=30s\n* * * * * x\n")], from: ten, until: ten + 145, prepare: failing)
        #expect(late.starts.map { $0.second - ten } == [90, 116, 142])
        let periodic = simulate(
            [table("#@timeball retry=9/3s\n@every 10s x\n")], from: ten, until: ten + 19, prepare: failing)
        #expect(periodic.starts.map { $0.second - ten } == [10, 14, 18])
        let far = simulate(
            [table("#@timeball retry=2/25s\n@reboot x\n")], from: ten, until: ten + 100, prepare: failing)
        #expect(far.starts.count == 3)
    }

    @Test("An attempt that waits is not made if the clock is set beyond the next start")
    func retryAndStep() {
        let host = simulate(
            [table("#@timeball retry=9/50m\n0 * * * * x\n")], from: ten + 3540, until: ten + 10_190,
            changes: [.init(at: Instant(sinceEpoch: .seconds(ten + 3660)), by: .seconds(3530))],
            prepare: { $0.behaviour = { _ in (.seconds(1), .exited(1), 0) } })
        #expect(host.records.filter { $0.state == "skipped" }.map(\.ending) == ["its next start is due"])
        #expect(host.starts.map { $0.second - ten } == [3600, 7200])
    }

    @Test("What follows a success or a failure runs as the job's own command, and knows how it went")
    func consequences() {
        let text = "#@timeball on-success=\"echo \\\"fine\\\"\" on-failure=alarm ping=https://x.org/1\n0 * * * * x\n"
        for (status, command) in [(0, "echo \"fine\""), (3, "alarm")] as [(Int32, String)] {
            let host = simulate(
                [table(text)], from: ten + 3540, until: ten + 3700,
                prepare: { $0.behaviour = { $0 == "x" ? (.zero, .exited(status), 0) : (.zero, .exited(1), 0) } })
            #expect(host.starts.map(\.command) == ["x", command])
            let ending = host.starts.last?.launch.environment.last
            #expect(ending == Variable("TIMEBALL_ENDING", "exit \(status)"))
            #expect(host.pings == ["https://x.org/1/start", "https://x.org/1/\(status)"])
        }
    }

    @Test("A job that wants the clock right waits for that as long as it says, and then is skipped with the reason")
    func within() {
        let text = "#@timeball within=5ms wait=30s\n0 * * * * x\n"
        let soon = simulate(
            [table(text)], from: ten + 3540, until: ten + 3700,
            prepare: { $0.bound = { $0.wholeSeconds >= ten + 3607 ? .milliseconds(4) : .milliseconds(50) } })
        #expect(soon.starts.map { $0.second - ten } == [3607])
        let never = simulate(
            [table(text)], from: ten + 3540, until: ten + 3700, prepare: { $0.bound = { _ in .milliseconds(50) } })
        #expect(never.starts.isEmpty)
        #expect(never.records.first?.ending == "the clock is right to within 50ms, and 5ms is asked for")
        let unknown = simulate([table("#@timeball within=5ms\n0 * * * * x\n")], from: ten + 3540, until: ten + 3700)
        #expect(unknown.starts.isEmpty && unknown.records.first?.state == "skipped")
    }

    @Test("An offset starts a job so long after the minute, a period at whole multiples of it")
    func seconds() {
        let host = simulate(
            [table("#@timeball offset=10.5s\n* * * * * x\n@every 20s y\n")], from: ten, until: ten + 71)
        #expect(
            host.starts.map { $0.at.nanoseconds - Int64(ten) * 1_000_000_000 } == [
                20_000_000_000, 40_000_000_000, 60_000_000_000, 70_500_000_000,
            ])
        #expect(host.starts.map(\.command) == ["y", "y", "y", "x"])
    }

    @Test("Jitter delays a job by the same each time, and by no more than it may")
    func jitter() {
        let host = simulate([table("#@timeball jitter=40s\n* * * * * x\n")], from: ten, until: ten + 600)
        let delays = Set(host.starts.map { ($0.at.nanoseconds - Int64(ten) * 1_000_000_000) % 60_000_000_000 })
        #expect(delays.count == 1)
        #expect(delays.allSatisfy { $0 > 0 && $0 < 40_000_000_000 })
    }

    @Test("A job with a zone of its own runs by the clocks there, whatever clocks are here")
    func zone() throws {
        let tokyo = try Zone(rule: "JST-9")
        for text in ["CRON_TZ=Asia/Tokyo\n30 19 * * * x\n", "#@timeball zone=Asia/Tokyo\n30 19 * * * x\n"] {
            let host = simulate(
                [table(text)], from: ten, until: ten + 3600, prepare: { $0.zones = ["Asia/Tokyo": tokyo] })
            #expect(host.starts.map { $0.second - ten } == [1800])
        }
        let nowhere = simulate([table("CRON_TZ=Mars\n* * * * * x\n")], from: ten, until: ten + 300)
        #expect(nowhere.starts.isEmpty)
        #expect(nowhere.notes.contains { $0.text.contains("crontabs/sa:2:1: there is no time zone Mars") })
    }

    @Test("What was missed while the machine slept for a day runs once if the job asks for it, and not otherwise")
    func catchUp() {
        let sleep = SimulatedJobs.Change(
            at: Instant(sinceEpoch: .seconds(ten + 30)), by: .seconds(86400), isSleep: true)
        let asking = simulate(
            [table("#@timeball catch-up=2d\n0 * * * * x\n", changed: ten)], from: ten, until: ten + 86400 + 600,
            changes: [sleep])
        #expect(asking.starts.count == 1)
        #expect(asking.records.first?.cause == "made up")
        let classic = simulate([table("0 11 * * * x\n")], from: ten, until: ten + 86400 + 600, changes: [sleep])
        #expect(classic.starts.isEmpty)
    }

    @Test("A daemon that was away for a night catches up at its start, in the hours that the table names")
    func catchUpAtStart() {
        var settings = Settings()
        let text = "START_HOURS_RANGE=12-14\n#@timeball name=a catch-up=1d\n0 3 * * * x\n"
        settings.lasts["sa=sa/a"] = LastRun(planned: Int64(ten - 86400) * 1_000_000_000, took: nil, ending: nil)
        let host = simulate([table(text)], from: ten, until: ten + 4 * 3600, settings: settings)
        #expect(host.starts.map { $0.second - ten } == [2 * 3600])
        settings.lasts["sa=sa/a"] = LastRun(planned: Int64(ten - 7 * 3600) * 1_000_000_000, took: nil, ending: nil)
        let done = simulate([table(text)], from: ten, until: ten + 4 * 3600, settings: settings)
        #expect(done.starts.isEmpty)
    }

    @Test(
        "What a change of the clock makes up for starts one minute's jobs after another: at the end of those before, or ten seconds later"
    )
    func series() throws {
        // Clocks go from 2:00 to 3:00 here.
        let spring = 1_774_746_000
        var settings = Settings()
        settings.zone = try Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        let text = "10 2 * * * quick\n20 2 * * * slow\n20 2 * * * quick\n30 2 * * * last\n40 2 * * * end\n"
        let host = simulate(
            [table(text)], from: spring - 100, until: spring + 100, settings: settings,
            prepare: { $0.behaviour = { ($0 == "slow" ? .seconds(15) : .seconds(3), .exited(0), 0) } })
        #expect(host.starts.map { $0.second - spring } == [0, 3, 3, 13, 16])
        #expect(host.starts.map(\.command) == ["quick", "slow", "quick", "last", "end"])
    }
}

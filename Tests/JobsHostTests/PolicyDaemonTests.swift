import Foundation
import Glibc
import JobsControl
import Testing

@Suite(
    "Policies of jobs, through the real daemon", .enabled(if: isRoot, "needs root, to run jobs as other users"),
    .serialized)
struct PolicyDaemonTests {
    private func daemon(_ options: [String] = [], _ table: (String) -> String) throws -> RunningDaemon {
        try RunningDaemon(options: options.map { $0 }) { daemon in
            try daemon.write(table("\(daemon.root)/out"), to: "etc/crontab")
        }
    }

    private func ended(_ daemon: RunningDaemon) -> [RunReport] { daemon.runs.filter { $0.state == "ended" } }

    @Test("A failure is tried again, and then its command runs, once, as the job's user, told how it ended")
    func retry() throws {
        let daemon = try daemon { out in
            """
            #@timeball name=a retry=2/100ms on-failure="echo $TIMEBALL_RUN $TIMEBALL_ENDING $(id -un) > \(out)/failed" on-success="touch \(out)/fine"
            @reboot nobody echo x >> \(out)/tries; exit 3

            """
        }
        #expect(eventually { !daemon.out("failed").isEmpty })
        #expect(daemon.lines("tries").count == 3)
        #expect(daemon.out("failed") == "3 exit 3 nobody\n")
        #expect(!FileManager.default.fileExists(atPath: "\(daemon.root)/out/fine"))
        #expect(daemon.runs.map(\.cause) == ["boot", "retry", "retry", "consequence"])
    }

    @Test("A success runs the other command, and is not tried again")
    func success() throws {
        let daemon = try daemon { out in
            "#@timeball name=a retry=2/100ms on-failure=\"touch \(out)/failed\" on-success=\"echo $TIMEBALL_ENDING > \(out)/fine\"\n@reboot root true\n"
        }
        #expect(eventually { daemon.out("fine") == "exit 0\n" })
        #expect(daemon.runs.map(\.cause) == ["boot", "consequence"])
        #expect(!FileManager.default.fileExists(atPath: "\(daemon.root)/out/failed"))
    }

    @Test("A URL is asked at the start and with the exit status at the end, by nobody and without a shell")
    func ping() throws {
        let daemon = try RunningDaemon(options: ["--curl", "/tmp/jobs-test-curl-\(getpid())"]) { daemon in
            let curl = "/tmp/jobs-test-curl-\(getpid())"
            try daemon.writeScript(
                "for last; do :; done\necho \"$(id -un) $last\" >> \(daemon.root)/out/pings\n", to: "curl")
            unsafe rename("\(daemon.root)/curl", curl)
            try daemon.write(
                "#@timeball name=a ping=https://example.org/$(id)/1\n@reboot root exit 4\n"
                    + "#@timeball name=b ping=https://example.org/2\n@reboot root kill -9 $$\n", to: "etc/crontab")
        }
        defer { unsafe unlink("/tmp/jobs-test-curl-\(getpid())") }
        #expect(eventually { daemon.lines("pings").count == 4 }, "\(daemon.log)")
        #expect(
            Set(daemon.lines("pings").map(String.init)) == [
                "nobody https://example.org/$(id)/1/start", "nobody https://example.org/$(id)/1/4",
                "nobody https://example.org/2/start", "nobody https://example.org/2/fail",
            ])
    }

    @Test(
        "A run that goes on when the next is due: skipped, queued, ended, or joined",
        arguments: ["skip", "queue", "kill", "allow"])
    func overlap(policy: String) throws {
        let daemon = try daemon { out in
            "#@timeball name=a overlap=\(policy)\n@every 1s root echo b >> \(out)/x; sleep 1.5; echo e >> \(out)/x\n"
        }
        #expect(eventually(within: 20) { daemon.runs.count >= 6 })
        let lines = daemon.lines("x").map(String.init)
        let going = lines.reduce(into: (now: 0, most: 0)) { count, line in
            count.now += line == "b" ? 1 : -1
            count.most = max(count.most, count.now)
        }.most
        switch policy {
        case "skip":
            #expect(going == 1)
            #expect(daemon.runs.contains { $0.state == "skipped" && $0.ending?.hasSuffix("goes on still") ?? false })
        case "queue": #expect(going == 1)
        case "kill":
            #expect(daemon.runs.contains { $0.ending?.hasSuffix("another run takes its place") ?? false })
            #expect(!lines.contains("e"))
        default: #expect(going >= 2)
        }
    }

    @Test("A run is ended at its time limit, all of its processes")
    func timeout() throws {
        let daemon = try daemon { out in
            "#@timeball name=a timeout=1s\n@reboot root sleep 300 & echo $! > \(out)/child; wait\n"
        }
        #expect(eventually { ended(daemon).count == 1 })
        #expect(daemon.runs.first?.ending == "signal 15: it ran longer than 1s")
        let child = pid_t(daemon.out("child").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        #expect(child > 1 && eventually { kill(child, 0) != 0 || isZombie(child) })
    }

    private func isZombie(_ process: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }

    @Test("What was missed while no daemon was there is made up for once, if asked for")
    func catchUp() throws {
        let table: (String) -> String = { out in
            """
            #@timeball name=asks catch-up=1d
            */5 * * * * root echo x >> \(out)/asks
            #@timeball name=not
            */5 * * * * root echo x >> \(out)/not

            """
        }
        let daemon = try RunningDaemon { daemon in
            try daemon.write(table("\(daemon.root)/out"), to: "etc/crontab")
            // The table is a day old.
            var times = [
                timeval(tv_sec: time(nil) - 86400, tv_usec: 0), timeval(tv_sec: time(nil) - 86400, tv_usec: 0),
            ]
            unsafe utimes("\(daemon.root)/etc/crontab", &times)
        }
        #expect(eventually { daemon.lines("asks").count == 1 }, "\(daemon.log)")
        #expect(daemon.runs.filter { $0.cause == "made up" }.map(\.job) == ["asks"])
        daemon.stop()
        try daemon.start()
        Thread.sleep(forTimeInterval: 0.5)
        #expect(daemon.runs.filter { $0.cause == "made up" }.count == 1)
    }

    @Test("A delay by chance is the same each time on one machine, and within its limit")
    func jitter() throws {
        let daemon = try daemon { out in "#@timeball name=a jitter=40s\n* * * * * root true\n" }
        guard case .text(let text)? = daemon.ask(.why(name: "a")) else {
            Issue.record("no answer")
            return
        }
        #expect(text.contains("jitter"), "\(text)")
    }

    @Test("A pause holds jobs of at and rules of incron too, over a new start of the daemon, until they are resumed")
    func pause() throws {
        let daemon = try RunningDaemon { daemon in
            for folder in ["var/spool/cron/atjobs", "etc/incron.d", "watched"] {
                try FileManager.default.createDirectory(
                    atPath: "\(daemon.root)/\(folder)", withIntermediateDirectories: true)
            }
            try daemon.write(
                "\(daemon.root)/watched IN_CLOSE_WRITE /bin/sh -c 'echo $# >> \(daemon.root)/out/events'\n",
                to: "etc/incron.d/table")
        }
        let given = try daemon.timeball(
            ["spool", "at", "-q", "a", "now", "+", "1", "minute"], input: "echo at >> \(daemon.root)/out/at\n")
        #expect(given.status == 0, "\(given.errors)")
        try #require(eventually { daemon.jobs.count == 2 }, "\(daemon.jobs) \(daemon.log)")
        let names = daemon.jobs.map(\.name).sorted()
        #expect(names == ["at/1", "incron.d/table:1"])
        for name in names { #expect(try daemon.timeball(["jobs", "pause", name]).status == 0) }
        #expect(daemon.jobs.filter(\.isPaused).count == 2)
        #expect(try daemon.timeball(["jobs", "pause", "at/1"], as: nobody).status == 1)
        daemon.kill()
        try daemon.start()
        #expect(eventually { daemon.jobs.filter(\.isPaused).count == 2 }, "\(daemon.jobs)")
        try Data("x".utf8).write(to: URL(filePath: "\(daemon.root)/watched/a"))
        // Until the minute of the job is over.
        Thread.sleep(until: Date(timeIntervalSince1970: (Date().timeIntervalSince1970 / 60).rounded(.up) * 60 + 61))
        #expect(daemon.out("at").isEmpty && daemon.out("events").isEmpty)
        for name in names { #expect(try daemon.timeball(["jobs", "resume", name]).status == 0) }
        #expect(
            eventually { daemon.out("at") == "at\n" }, "what was due meanwhile runs when it is resumed: \(daemon.log)")
        try Data("x".utf8).write(to: URL(filePath: "\(daemon.root)/watched/b"))
        #expect(eventually { daemon.out("events") == "b\n" }, "\(daemon.out("events")) \(daemon.log)")
    }
}

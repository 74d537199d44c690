import Foundation
import Glibc
import JobsControl
import Testing

@Suite(
    "Entries of a crontab that start at their exact instant",
    .enabled(if: isRoot, "needs root, to run jobs as other users"),
    .serialized)
struct ExactEntryTests {
    private func ended(_ daemon: RunningDaemon) -> [RunReport] { daemon.runs.filter { $0.state == "ended" } }

    @Test(
        "It runs as any job does, at its instant, and the record has the first instruction",
        arguments: ["exact", "armed"])
    func environment(start: String) throws {
        let daemon = try RunningDaemon { daemon in
            let out = "\(daemon.root)/out"
            try daemon.write(
                """
                X = "a b"
                HOME=\(out)
                #@timeball start=\(start) name=told
                @every 2s nobody (id -u; id -G; pwd; umask; echo "$X|$LOGNAME|$HOME"; ls /proc/self/fd | tr '\\n' ' '; cat; tty; ps -o cls= -p $$) > env 2>&1%one%two
                #@timeball start=\(start) name=plain
                @every 2s nobody /usr/bin/env

                """, to: "etc/crontab")
        }
        #expect(eventually(within: 20) { daemon.lines("env").count == 8 && ended(daemon).count >= 4 })
        let lines = daemon.lines("env").map(String.init)
        try #require(lines.count == 9 || lines.count == 8, "\(lines) \(daemon.log)")
        #expect(
            Array(lines.prefix(5)) == ["65534", "65534", "\(daemon.root)/out", "0022", "a b|nobody|\(daemon.root)/out"])
        #expect(lines[5] == "0 1 2 3 one" && lines[6] == "two" && lines[7] == "not a tty")
        for run in ended(daemon) {
            #expect(run.planned % 2_000_000_000 == 0)
            let released = try #require(run.released)
            let began = try #require(run.began)
            // The two clocks cannot be read at one moment.
            #expect(released > run.planned - 1_000_000 && began >= released, "\(run)")
            #expect(run.ended ?? 0 >= began)
            #expect(run.userTime != nil && run.memory ?? 0 > 0)
        }
        // What is plain goes without a shell: env is not told of a shell's own variables.
        let plain = try #require(ended(daemon).first { $0.command == "/usr/bin/env" })
        guard case .octets(let octets)? = daemon.ask(.output(run: plain.number)) else {
            Issue.record("no output")
            return
        }
        let text = String(decoding: octets, as: UTF8.self)
        #expect(text.contains("LOGNAME=nobody\n") && !text.contains("PWD="), "\(text)")
    }

    @Test(
        "Ends, signals, time limits and output of one that was prepared are those of its program",
        arguments: ["exact", "armed"])
    func ends(start: String) throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                """
                #@timeball start=\(start) name=fails
                @every 3s root echo told; exit 7
                #@timeball start=\(start) name=dies
                @every 3s root kill -11 $$
                #@timeball start=\(start) name=long timeout=1s
                @every 3s root trap '' TERM; while :; do sleep 0.1; done
                #@timeball start=\(start) name=absent
                @every 3s root /no/such/program x

                """, to: "etc/crontab")
        }
        func last(_ name: String) -> RunReport? { ended(daemon).first { $0.job.hasSuffix(name) } }
        #expect(
            eventually(within: 40) { ["fails", "dies", "long", "absent"].allSatisfy { last($0) != nil } },
            "\(daemon.log)")
        #expect(last("fails")?.ending == "exit 7" && last("dies")?.ending == "signal 11")
        #expect(last("long")?.ending?.hasPrefix("signal 9: it ran longer") ?? false, "\(last("long")?.ending ?? "")")
        #expect(last("absent")?.ending == "not started: /no/such/program: No such file or directory")
        let run = try #require(last("fails"))
        #expect(daemon.ask(.output(run: run.number)) == .octets(Array("told\n".utf8)))
    }

    @Test(
        "If the daemon is killed before the instant, what it had prepared does not start; later instants do, once each",
        arguments: ["exact", "armed"])
    func killed(start: String) throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                "#@timeball start=\(start) name=a\n@every 6s root echo $(date +\\%s) >> \(daemon.root)/out/runs\n",
                to: "etc/crontab")
        }
        // It is prepared two seconds before.
        let isHeld = eventually(within: 10) { daemon.runs.last?.state == "starting" }
        try #require(isHeld, "\(daemon.log)")
        let planned = try #require(daemon.runs.last?.planned) / 1_000_000_000
        daemon.kill()
        Thread.sleep(until: Date(timeIntervalSince1970: Double(planned) + 1))
        #expect(!daemon.lines("runs").contains { Int64($0) == planned })
        try daemon.start()
        #expect(eventually(within: 20) { daemon.lines("runs").count >= 1 })
        let seconds = daemon.lines("runs").compactMap { Int64($0) }
        #expect(seconds.allSatisfy { $0 > planned } && Set(seconds).count == seconds.count, "\(seconds)")
        #expect(daemon.runs.first?.state == "interrupted", "\(daemon.runs)")
    }

    @Test("A limit that the clock does not keep: nothing starts, and the record has the reason")
    func refused() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                "#@timeball start=armed within=1us name=a\n@every 2s root touch \(daemon.root)/out/ran\n",
                to: "etc/crontab")
        }
        #expect(eventually(within: 10) { daemon.runs.contains { $0.state == "skipped" } })
        let reason = daemon.runs.first { $0.state == "skipped" }?.ending ?? ""
        #expect(reason.hasSuffix("and 1us is asked for"), "\(reason)")
        #expect(!FileManager.default.fileExists(atPath: "\(daemon.root)/out/ran"))
    }

    @Test(
        "A daemon that wakes late: the start is skipped with the reason, or made once, as the entry says; the next is at its instant"
    )
    func lateWake() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                """
                #@timeball start=armed name=skips
                @every 10s root echo x >> \(daemon.root)/out/skips
                #@timeball start=armed late=run name=runs
                @every 10s root echo x >> \(daemon.root)/out/runs

                """, to: "etc/crontab")
        }
        let next = ((Date().timeIntervalSince1970 + 4) / 10).rounded(.up) * 10
        // Before anything is prepared, until the instant is long over.
        Thread.sleep(until: Date(timeIntervalSince1970: next - 3.5))
        // The daemon may have been there in time for the instant ten seconds earlier.
        let (skips, runs) = (daemon.lines("skips").count, daemon.lines("runs").count)
        kill(daemon.process.processIdentifier, SIGSTOP)
        Thread.sleep(until: Date(timeIntervalSince1970: next + 2))
        #expect(daemon.lines("skips").count == skips && daemon.lines("runs").count == runs)
        kill(daemon.process.processIdentifier, SIGCONT)
        let planned = Int64(next) * 1_000_000_000
        func run(_ name: String) -> RunReport? { daemon.runs.first { $0.job == name && $0.planned == planned } }
        #expect(eventually { run("skips")?.state == "skipped" && run("runs")?.state == "ended" }, "\(daemon.log)")
        #expect(run("skips")?.ending?.hasPrefix("its instant was over since") ?? false, "\(daemon.runs)")
        #expect(run("runs")?.released ?? 0 > planned + 1_000_000_000)
        #expect(daemon.lines("skips").count == skips)
        #expect(daemon.lines("runs").count == runs + 1)
        #expect(
            eventually(within: 15) {
                daemon.lines("skips").count == skips + 1 && daemon.lines("runs").count == runs + 2
            },
            "\(daemon.log)")
    }

    @Test("What is paused before its instant is ended without having gone, and nothing is left of it")
    func paused() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                "#@timeball start=armed name=a\n@every 6s root touch \(daemon.root)/out/ran\n", to: "etc/crontab")
        }
        try #require(eventually(within: 10) { daemon.runs.last?.state == "starting" }, "\(daemon.log)")
        #expect(daemon.ask(.pause(name: "a")) == .done("a does not run until it is resumed."))
        #expect(eventually { daemon.runs.last?.state == "skipped" })
        #expect(daemon.runs.last?.ending == "it was paused before its instant")
        let children = try String(
            contentsOfFile:
                "/proc/\(daemon.process.processIdentifier)/task/\(daemon.process.processIdentifier)/children",
            encoding: .utf8)
        #expect(eventually { children.isEmpty } || !FileManager.default.fileExists(atPath: "\(daemon.root)/out/ran"))
        Thread.sleep(forTimeInterval: 3)
        #expect(!FileManager.default.fileExists(atPath: "\(daemon.root)/out/ran"))
    }

    @Test("A program that does not come to its own first instruction holds up neither the daemon nor other jobs")
    func stuck() throws {
        // A library whose constructor never ends.
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") else {
            print("not tried: there is no /usr/bin/cc to make such a library")
            return
        }
        let daemon = try RunningDaemon { daemon in
            let source = "\(daemon.root)/stuck.c"
            try Data(
                "#include <unistd.h>\n__attribute__((constructor)) static void stay(void) { for (;;) pause(); }\n".utf8
            )
            .write(to: URL(filePath: source))
            let compiler = Process()
            compiler.executableURL = URL(filePath: "/usr/bin/cc")
            compiler.arguments = ["-shared", "-fPIC", "-o", "\(daemon.root)/stuck.so", source]
            try compiler.run()
            compiler.waitUntilExit()
            try daemon.write(
                """
                #@timeball start=armed name=other
                @every 2s root echo x >> \(daemon.root)/out/other
                LD_PRELOAD=\(daemon.root)/stuck.so
                #@timeball start=armed name=stuck
                @every 2s nobody /bin/true

                """, to: "etc/crontab")
        }
        #expect(eventually(within: 20) { daemon.lines("other").count >= 3 }, "\(daemon.log)")
        #expect(daemon.jobs.count == 2)
        #expect(!daemon.runs.contains { $0.job.hasSuffix("stuck") && $0.released != nil })
        // It is given up when its instant is over.
        #expect(
            eventually(within: 10) { daemon.runs.contains { $0.job.hasSuffix("stuck") && $0.state == "skipped" } },
            "\(daemon.log)")
    }
}

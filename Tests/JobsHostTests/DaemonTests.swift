import Foundation
import Glibc
import JobsControl
import Testing

@Suite("A real daemon", .enabled(if: isRoot, "needs root, to run jobs as other users"), .serialized)
struct DaemonTests {
    @Test("Jobs of all tables run as their users, with their groups, environment, home and standard input")
    func environment() throws {
        let daemon = try RunningDaemon { daemon in
            let out = "\(daemon.root)/out"
            try daemon.write(
                """
                X = "a b"
                HOME=\(out)
                LOGNAME=liar
                @every 1s nobody (id -u; id -G; pwd; umask; echo "$X|$LOGNAME|$SHELL|$PATH|$HOME"; ls /proc/self/fd | tr '\\n' ' '; cat; tty) > env 2>&1%one%two

                """, to: "etc/crontab")
        }
        #expect(eventually { daemon.lines("env").count == 8 })
        let lines = daemon.lines("env").map(String.init)
        try #require(lines.count == 8)
        #expect(
            Array(lines.prefix(5)) == [
                "65534", "65534", "\(daemon.root)/out", "0022", "a b|nobody|/bin/sh|/usr/bin:/bin|\(daemon.root)/out",
            ])
        // 3 is the directory that ls reads.
        #expect(Array(lines[5...]) == ["0 1 2 3 one", "two", "not a tty"])
    }

    @Test("@reboot runs once after the start of the machine, however often the daemon is started or killed")
    func reboot() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                (1...20).map { "@reboot root echo \($0) >> \(daemon.root)/out/boot\n" }.joined(), to: "etc/crontab")
        }
        #expect(eventually { daemon.lines("boot").count == 20 })
        daemon.kill()
        try daemon.start()
        daemon.stop()
        try daemon.start()
        Thread.sleep(forTimeInterval: 0.3)
        #expect(Set(daemon.lines("boot")).count == 20)
        #expect(daemon.lines("boot").count == 20)
    }

    @Test(
        "Killed while it starts the @reboot jobs, the daemon runs none of them twice, and says which it is not sure of")
    func killedInBoot() throws {
        for milliseconds in [0.5, 1, 2, 4, 8, 15] {
            let root = "/tmp/jobs-kill-\(UUID().uuidString.prefix(13))"
            defer { try? FileManager.default.removeItem(atPath: root) }
            for folder in ["etc", "out"] {
                try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            }
            let table = (1...40).map { "@reboot root echo \($0) >> \(root)/out/boot\n" }.joined()
            try Data(table.utf8).write(to: URL(filePath: "\(root)/etc/crontab"))
            func begin() throws -> Process {
                let process = Process()
                process.executableURL = RunningDaemon.binaries.appending(path: "timeball-jobsd")
                process.arguments = ["--foreground", "--root", root, "--log", "\(root)/log"]
                try process.run()
                return process
            }
            func lines() -> [Substring] {
                ((try? String(contentsOfFile: "\(root)/out/boot", encoding: .utf8)) ?? "").split(separator: "\n")
            }
            func log() -> String { (try? String(contentsOfFile: "\(root)/log", encoding: .utf8)) ?? "" }
            let first = try begin()
            _ = eventually { log().contains("Running @reboot") || !first.isRunning }
            Thread.sleep(forTimeInterval: milliseconds / 1000)
            Glibc.kill(first.processIdentifier, SIGKILL)
            first.waitUntilExit()
            let second = try begin()
            defer {
                second.terminate()
                second.waitUntilExit()
            }
            _ = eventually(within: 4) { lines().count == 40 }
            let unsure = log().components(separatedBy: "while it was about to be started").count - 1
            #expect(Set(lines()).count == lines().count, "some ran twice")
            // The one that was about to be started may have been, or not.
            #expect(lines().count + unsure >= 40, "some were lost: \(40 - lines().count), unsure of \(unsure)")
            #expect(unsure <= 1)
        }
    }

    @Test("A job outlives a killed daemon, is still known to the next one, and its output is kept")
    func survivor() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                "@reboot root echo begun; sleep 2; echo done; touch \(daemon.root)/out/done\n", to: "etc/crontab")
        }
        #expect(eventually { daemon.log.contains("CMD (echo begun") })
        daemon.kill()
        try daemon.start()
        #expect(daemon.log.contains("ADOPTED"))
        #expect(eventually { daemon.runs.first?.state == "ended" })
        #expect(FileManager.default.fileExists(atPath: "\(daemon.root)/out/done"))
        #expect(daemon.ask(.output(run: 1)) == .octets(Array("begun\ndone\n".utf8)))
    }

    @Test("A killed daemon goes on with the jobs of the minute that it missed meanwhile, and runs none of them twice")
    func killedOverTheMinute() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                (1...50).map { "* * * * * root echo \($0) $(date +\\%H:\\%M) >> \(daemon.root)/out/minute\n" }.joined(),
                to: "etc/crontab")
        }
        func second() -> Double { Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 60) }
        while second() < 59.9 { Thread.sleep(forTimeInterval: 0.01) }
        // In the midst of the fifty.
        _ = eventually { daemon.lines("minute").count >= 5 }
        daemon.kill()
        Thread.sleep(forTimeInterval: 1.5)
        try daemon.start()
        _ = eventually { Set(daemon.lines("minute").map { $0.split(separator: " ")[0] }).count == 50 }
        Thread.sleep(forTimeInterval: 0.5)
        let numbers = daemon.lines("minute").map { $0.split(separator: " ")[0] }
        let unsure = daemon.log.components(separatedBy: "while it was about to be started").count - 1
        #expect(Set(numbers).count == numbers.count, "some ran twice")
        #expect(numbers.count + unsure >= 50)
    }

    @Test("Output is mailed to MAILTO by sendmail as the job's user, with no word of the table in its environment")
    func mail() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.writeScript(
                "{ id -un; echo \"$@\"; env; cat; } > \(daemon.root)/out/mail.$$\nmv \(daemon.root)/out/mail.$$ \(daemon.root)/out/mail\n",
                to: "usr/sbin/sendmail")
            try daemon.write(
                "MAILTO=someone@example.org\nMAILFROM=robot\nLD_PRELOAD_NOT=x\nSECRET=y\n@reboot nobody echo the output; exit 3\n",
                to: "etc/crontab")
        }
        #expect(eventually { daemon.lines("mail").contains("the output") })
        let mail = daemon.out("mail")
        #expect(mail.hasPrefix("nobody\n-FCronDaemon -i -B8BITMIME -oem -- someone@example.org\n"))
        #expect(mail.contains("\nFrom: robot\nTo: someone@example.org\nSubject: Cron <nobody@"))
        #expect(mail.contains("> echo the output; exit 3\n"))
        #expect(mail.contains("X-Cron-Env: <SECRET=y>\n"))
        #expect(!mail.contains("\nSECRET=y"))
        #expect(daemon.runs.first?.ending == "exit 3")
    }

    @Test(
        "A recipient that a mailer could take for an option, or a command, gets no mail",
        arguments: [
            "-oQ/tmp", "a b", "a|id", "`id`", "a;id", "$(id)", "a'b",
        ])
    func unsafeRecipient(recipient: String) throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.writeScript("touch \(daemon.root)/out/mailed\n", to: "usr/sbin/sendmail")
            try daemon.write("MAILTO=\(recipient)\n@reboot root echo x\n", to: "etc/crontab")
        }
        #expect(eventually { daemon.log.contains("UNSAFE MAIL") })
        #expect(!FileManager.default.fileExists(atPath: "\(daemon.root)/out/mailed"))
    }

    @Test("A table is read as soon as it is there, and gone as soon as it is gone")
    func reload() throws {
        let daemon = try RunningDaemon()
        #expect(daemon.jobs.isEmpty)
        try daemon.write("1 1 1 1 * root x\n", to: "etc/cron.d/new")
        #expect(eventually(within: 2) { daemon.jobs.map(\.name) == ["cron.d/new:1"] })
        // Twice within the same second, and in place.
        let path = "\(daemon.root)/etc/cron.d/new"
        try Data("1 1 1 1 * root y\n".utf8).write(to: URL(filePath: path), options: [])
        #expect(eventually(within: 2) { daemon.jobs.map(\.command) == ["y"] })
        try FileManager.default.removeItem(atPath: path)
        #expect(eventually(within: 2) { daemon.jobs.isEmpty })
    }

    @Test("A thousand jobs of one moment all run, once each, and nothing is left of them")
    func thousand() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write(
                (1...1000).map { "@reboot root echo \($0) >> \(daemon.root)/out/many\n" }.joined(), to: "etc/crontab")
        }
        #expect(eventually(within: 60) { daemon.lines("many").count >= 1000 })
        #expect(eventually { daemon.runs.filter { $0.state == "ended" }.count == 1000 })
        #expect(Set(daemon.lines("many")).count == 1000)
        #expect(daemon.runs.allSatisfy { $0.ending == "exit 0" })
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(daemon.root)/var/lib/timeball/jobs/output")
        #expect(left.isEmpty)
    }

    @Test(
        "What cannot be started is in the history with its reason",
        arguments: [
            ("no-such-user x", "there is no user no-such-user"), ("root x", "/no/such/shell"),
        ])
    func notStarted(entry: String, reason: String) throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write("SHELL=/no/such/shell\n@reboot \(entry)\n", to: "etc/crontab")
        }
        #expect(eventually { daemon.runs.first?.state == "ended" })
        let ending = daemon.runs.first?.ending ?? ""
        #expect(ending.hasPrefix("not started") && ending.contains(reason), "\(ending)")
    }

    @Test("A broken history is put aside, and jobs run")
    func brokenHistory() throws {
        let daemon = try RunningDaemon { daemon in
            try FileManager.default.createDirectory(
                atPath: "\(daemon.root)/var/lib/timeball/jobs", withIntermediateDirectories: true)
            try daemon.write(
                String(repeating: "garbage ", count: 4000), to: "var/lib/timeball/jobs/history.sqlite", mode: 0o600)
            try daemon.write("@reboot root echo x > \(daemon.root)/out/x\n", to: "etc/crontab")
        }
        #expect(eventually { daemon.out("x") == "x\n" })
        #expect(daemon.log.contains("history.sqlite.broken"))
    }

    @Test("A second daemon on the same state does not start")
    func second() throws {
        let daemon = try RunningDaemon()
        let other = Process()
        other.executableURL = RunningDaemon.binaries.appending(path: "timeball-jobsd")
        other.arguments = ["--foreground", "--root", daemon.root]
        other.standardError = Pipe()
        try other.run()
        other.waitUntilExit()
        #expect(other.terminationStatus == 1)
        #expect(daemon.ask(.list) == .jobs([]))
    }

    @Test("On a full disk jobs run all the same, and when there is room again nothing is missing from the history")
    func fullDisk() throws {
        let mount = "mount -t tmpfs -o size=1m none ROOT/var/lib/timeball/jobs && exec \"$@\""
        let daemon = try RunningDaemon(
            through: ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh"]
        ) { daemon in
            try FileManager.default.createDirectory(
                atPath: "\(daemon.root)/var/lib/timeball/jobs", withIntermediateDirectories: true)
            try daemon.write(
                "@reboot root cat /dev/zero; sleep 3\n@every 500ms root echo x >> \(daemon.root)/out/x\n",
                to: "etc/crontab")
        }
        #expect(eventually { daemon.log.contains("The history cannot be written") })
        let before = daemon.lines("x").count
        #expect(eventually { daemon.lines("x").count >= before + 2 })
        #expect(eventually { daemon.log.contains("The history can be written again; nothing was lost") })
        let runs = daemon.runs.filter { $0.command.hasPrefix("echo") && $0.state == "ended" }
        #expect(abs(runs.count - daemon.lines("x").count) <= 1)
        #expect(daemon.process.isRunning)
    }
}

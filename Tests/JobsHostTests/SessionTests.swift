import Foundation
import Glibc
import JobsControl
import Testing

@Suite("Sessions and output of jobs", .enabled(if: isRoot, "needs root, to run jobs as other users"), .serialized)
struct SessionTests {
    private static let hasPAM =
        ["x86_64", "aarch64"].contains {
            FileManager.default.fileExists(atPath: "/lib/\($0)-linux-gnu/security/pam_exec.so")
        }

    /// A namespace in which a service of PAM tells of each session.
    private static let through = [
        "unshare", "--mount", "sh", "-c",
        """
        mount -t tmpfs none /etc/pam.d
        for kind in auth account; do echo "$kind required pam_permit.so"; done >/etc/pam.d/told
        echo "session required pam_exec.so type=open_session ROOT/tell" >>/etc/pam.d/told
        echo "session required pam_exec.so type=close_session ROOT/tell" >>/etc/pam.d/told
        exec "$@"
        """, "sh",
    ]

    private func daemon(_ table: (String) -> String) throws -> RunningDaemon {
        try RunningDaemon(options: ["--pam", "told"], through: Self.through) { daemon in
            try daemon.writeScript("echo \"$PAM_TYPE $PAM_USER\" >> \(daemon.root)/out/sessions\n", to: "tell")
            try daemon.write(table(daemon.root), to: "etc/crontab")
        }
    }

    @Test(
        "A session of PAM is closed when its run has ended, and the run ends as its program did", .enabled(if: hasPAM))
    func closed() throws {
        let daemon = try daemon { root in
            """
            @reboot nobody cat \(root)/out/sessions; ps -o sid=,pid= -p $$; id -u; exit 7
            @reboot nobody kill -11 $$

            """
        }
        #expect(eventually { daemon.runs.filter { $0.state == "ended" }.count == 2 })
        #expect(daemon.runs.map(\.ending) == ["exit 7", "signal 11"])
        // By the time the end is known, the session is closed.
        #expect(
            daemon.lines("sessions").sorted()
                == ["close_session nobody", "close_session nobody", "open_session nobody", "open_session nobody"])
        guard case .octets(let octets)? = daemon.ask(.output(run: 1)) else {
            Issue.record("no output")
            return
        }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "open_session nobody" && lines.last == "65534", "\(lines)")
        // It leads a session of its own.
        let numbers = lines.dropLast().last?.split(separator: " ") ?? []
        #expect(numbers.count == 2 && numbers.first == numbers.last, "\(lines)")
    }

    @Test("A time limit reaches a job that has a session of PAM, also one that does not obey", .enabled(if: hasPAM))
    func killed() throws {
        let daemon = try daemon { root in
            """
            #@timeball timeout=1s
            @reboot nobody exec sleep 60
            #@timeball timeout=1s
            @reboot nobody trap '' TERM; echo $$ > \(root)/out/pid; while :; do sleep 1; done

            """
        }
        #expect(eventually(within: 20) { daemon.runs.filter { $0.state == "ended" }.count == 2 })
        #expect(daemon.runs.map { $0.ending?.prefix(9) } == ["signal 15", "signal 9:"])
        #expect(daemon.lines("sessions").filter { $0.hasPrefix("close") }.count == 2)
        let process = pid_t(daemon.out("pid").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        #expect(process > 1 && kill(process, 0) != 0)
    }

    @Test(
        "One that is prepared for its instant has its session before it, and the session is closed when it has ended",
        .enabled(if: hasPAM), arguments: ["exact", "armed"])
    func prepared(start: String) throws {
        let daemon = try daemon { root in
            "#@timeball start=\(start) name=a\n@every 3s nobody cp \(root)/out/sessions \(root)/out/then; id -u; exit 7\n"
        }
        #expect(eventually(within: 20) { daemon.runs.contains { $0.state == "ended" } }, "\(daemon.log)")
        let run = try #require(daemon.runs.first { $0.state == "ended" })
        #expect(run.ending == "exit 7" && run.began != nil)
        #expect(daemon.ask(.output(run: run.number)) == .octets(Array("65534\n".utf8)))
        #expect(daemon.lines("then").first == "open_session nobody")
        #expect(daemon.lines("sessions").contains("close_session nobody"))
    }

    @Test(
        "Limits that PAM sets hold for the job",
        .enabled(if: hasPAM))
    func limits() throws {
        let through =
            Array(Self.through.dropLast(2)) + [
                """
                mount -t tmpfs none /etc/pam.d
                for kind in auth account; do echo "$kind required pam_permit.so"; done >/etc/pam.d/told
                echo "session required pam_limits.so conf=ROOT/limits" >>/etc/pam.d/told
                exec "$@"
                """, "sh",
            ]
        let daemon = try RunningDaemon(options: ["--pam", "told"], through: through) { daemon in
            try daemon.write("nobody hard nofile 77\nnobody soft nofile 70\n", to: "limits")
            try daemon.write("@reboot nobody ulimit -Hn; ulimit -Sn\n", to: "etc/crontab")
        }
        #expect(eventually { daemon.runs.first?.state == "ended" })
        #expect(daemon.ask(.output(run: 1)) == .octets(Array("77\n70\n".utf8)), "\(daemon.log)")
    }

    @Test(
        "Each run has a control group of its own, and none is left", arguments: ["", "#@timeball start=armed name=a\n"])
    func groups(directive: String) throws {
        let mount = "/tmp/jobs-test-cgroup-\(UUID().uuidString.prefix(8))"
        let group = "\(mount)/jobs-test-\(getpid())"
        let make = "mkdir -p \(mount); mount -t cgroup2 none \(mount) && mkdir -p \(group) && exec \"$@\""
        defer {
            // The tree of groups is the machine's, whoever mounts it.
            let cleaner = Process()
            cleaner.executableURL = URL(filePath: "/usr/bin/unshare")
            cleaner.arguments = ["--mount", "sh", "-c", "mount -t cgroup2 none \(mount); rmdir \(group)/* \(group)"]
            cleaner.standardError = Pipe()
            try? cleaner.run()
            cleaner.waitUntilExit()
            unsafe rmdir(mount)
        }
        let daemon = try RunningDaemon(
            options: ["--cgroup", group], through: ["unshare", "--mount", "sh", "-c", make, "sh"]
        ) { daemon in
            try daemon.write(
                "\(directive)@every 2s nobody grep ^0: /proc/self/cgroup; ls -d \(group)/run-*\n",
                to: "etc/crontab")
        }
        #expect(eventually(within: 20) { daemon.runs.filter { $0.state == "ended" }.count >= 2 }, "\(daemon.log)")
        let run = try #require(daemon.runs.filter { $0.state == "ended" }.last)
        guard case .octets(let octets)? = daemon.ask(.output(run: run.number)) else {
            Issue.record("no output")
            return
        }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.first?.hasSuffix("/jobs-test-\(getpid())/run-\(run.number)") ?? false, "\(lines)")
        // Those of runs that had ended are gone, but for what was being prepared then.
        #expect(lines.dropFirst().allSatisfy { !$0.hasSuffix("run-\(run.number - 1)") }, "\(lines)")
    }

    @Test("What is written in the background after a run's end is kept and mailed, also over a kill of the daemon")
    func lateOutput() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.writeScript("cat >> \(daemon.root)/out/mail\n", to: "usr/sbin/sendmail")
            try daemon.write(
                """
                MAILTO=nobody
                @reboot nobody (sleep 1; echo late) & echo early
                @reboot nobody (sleep 1; echo alone) &
                @reboot nobody (sleep 60 > /dev/null 2>&1) & echo quick
                MAILTO=""
                @reboot nobody (sleep 4; echo last) &

                """, to: "etc/crontab")
        }
        #expect(eventually(within: 2) { daemon.runs.filter { $0.state == "ended" }.count == 4 })
        func output(_ run: Int64) -> String {
            guard case .octets(let octets)? = daemon.ask(.output(run: run)) else { return "?" }
            return String(decoding: octets, as: UTF8.self)
        }
        #expect(output(1) == "early\n")
        #expect(eventually { output(1) == "early\nlate\n" && output(2) == "alone\n" })
        #expect(output(3) == "quick\n")
        #expect(eventually { daemon.out("mail").contains("early\nlate\n") && daemon.out("mail").contains("alone\n") })
        #expect(daemon.out("mail").components(separatedBy: "Subject:").count == 4)
        #expect(daemon.runs.map(\.outputCount) == [11, 6, 6, 0])
        daemon.kill()
        try daemon.start()
        #expect(eventually { output(4) == "last\n" })
        let folder = "\(daemon.root)/var/lib/timeball/jobs/output"
        #expect(eventually { (try? FileManager.default.contentsOfDirectory(atPath: folder)) == [] })
    }
}

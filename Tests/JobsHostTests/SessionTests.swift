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

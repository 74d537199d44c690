import Foundation
import Glibc
import JobsControl
import Testing

/// The classes of holes that schedulers have had (scheduling's CVEs), each tried on a real daemon.
@Suite("Attacks", .enabled(if: isRoot, "needs root, to be somebody else"), .serialized)
struct SecurityTests {
    private func names(_ daemon: RunningDaemon) -> Set<String> { Set(daemon.jobs.map(\.name)) }

    @Test("A table that another owns, can write to, or has a second name for is not read, and the log says why")
    func tables() throws {
        let daemon = try RunningDaemon { daemon in
            let spool = "var/spool/cron/crontabs"
            let line = "1 1 1 1 * id\n"
            try daemon.write(line, to: "\(spool)/daemon", mode: 0o600, owner: nobody)
            try daemon.write(line, to: "\(spool)/bin", mode: 0o644, owner: 2)
            try daemon.write(line, to: "\(spool)/nobody", mode: 0o600, owner: nobody)
            unsafe link("\(daemon.root)/\(spool)/nobody", "\(daemon.root)/second-name")
            try daemon.write(line, to: "secret", mode: 0o600)
            unsafe symlink("\(daemon.root)/secret", "\(daemon.root)/\(spool)/sys")
            unsafe mkfifo("\(daemon.root)/\(spool)/games", 0o600)
            unsafe mkdir("\(daemon.root)/\(spool)/man", 0o700)
            unsafe mknod("\(daemon.root)/\(spool)/lp", S_IFCHR | 0o600, 0x105)
            try daemon.write(line, to: "\(spool)/no-such-user", mode: 0o600)
            try daemon.write("1 1 1 1 * root id\n", to: "etc/cron.d/of-nobody", owner: nobody)
            try daemon.write("1 1 1 1 * root id\n", to: "etc/cron.d/group", mode: 0o664)
            try daemon.write("1 1 1 1 * root id\n", to: "etc/cron.d/with.dot")
            try daemon.write("1 1 1 1 * root id\n", to: "etc/cron.d/good")
            try daemon.write("1 1 1 1 * root id\n", to: "elsewhere", owner: nobody)
            unsafe symlink("\(daemon.root)/elsewhere", "\(daemon.root)/etc/cron.d/link")
        }
        #expect(names(daemon) == ["cron.d/good:1"])
        for (word, name) in [
            ("WRONG FILE OWNER", "daemon"), ("INSECURE MODE", "bin"), ("NUMBER OF HARD LINKS > 1", "nobody"),
            ("NOT A REGULAR FILE", "sys"), ("NOT A REGULAR FILE", "games"), ("NOT A REGULAR FILE", "man"),
            ("NOT A REGULAR FILE", "lp"), ("ORPHAN", "no-such-user"), ("WRONG FILE OWNER", "of-nobody"),
            ("INSECURE MODE", "group"), ("IGNORED", "with.dot"), ("WRONG FILE OWNER", "link"),
        ] {
            #expect(
                daemon.log.split(separator: "\n").contains { $0.contains(word) && $0.contains("/\(name):") },
                "\(word) \(name)")
        }
    }

    @Test("A user's second name for the system table does not stop its jobs (CVE-2007-1856)")
    func hardLink() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write("1 1 1 1 * root id\n", to: "etc/crontab")
            unsafe link("\(daemon.root)/etc/crontab", "\(daemon.root)/out/mine")
        }
        #expect(names(daemon) == ["crontab:1"])
    }

    @Test("A table that is swapped for a link all the time never makes the daemon read what the link leads to")
    func race() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write("1 1 1 1 * root secret-command\n", to: "secret", mode: 0o600)
        }
        let path = "\(daemon.root)/var/spool/cron/crontabs/nobody"
        for _ in 0..<300 {
            try daemon.writeTable("1 1 1 1 * id\n", of: "nobody", owner: nobody)
            unsafe unlink(path)
            unsafe symlink("\(daemon.root)/secret", path)
            unsafe unlink(path)
        }
        _ = daemon.ask(.reload)
        #expect(!daemon.jobs.contains { $0.command.contains("secret") })
        #expect(!daemon.log.contains("secret-command"))
        #expect(daemon.process.isRunning)
    }

    @Test("Who has used up the processes that they may have gets no job run as root (CVE-2006-2607)")
    func processLimit() throws {
        let daemon = try RunningDaemon(through: ["prlimit", "--nproc=1"]) { daemon in
            try daemon.write(
                (1...5).map { "@reboot nobody id -u >> \(daemon.root)/out/who; sleep 2 # \($0)\n" }.joined(),
                to: "etc/crontab")
        }
        #expect(eventually { daemon.runs.filter { $0.state == "ended" }.count == 5 })
        let refused = daemon.runs.filter { $0.ending?.hasPrefix("not started") ?? false }
        // The kernel counts all processes of the user on this machine: other tests may have used up the last one.
        #expect((3...5).contains(refused.count), "\(daemon.runs.map { $0.ending ?? "" })")
        #expect(daemon.lines("who").allSatisfy { $0 == "65534" })
    }

    @Test("Only root touches the tables and jobs of others; each user has their own")
    func peers() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write("1 1 1 1 * root id\n", to: "etc/crontab")
        }
        let bin: uid_t = 2
        #expect(try daemon.timeball(["crontab", "-"], as: bin, input: "2 2 2 2 * x\n").status == 0)
        #expect(try daemon.timeball(["crontab", "-l"], as: bin).output == "2 2 2 2 * x\n")
        let other = try daemon.timeball(["crontab", "-u", "bin", "-l"], as: nobody)
        #expect(other.status == 1 && other.errors.contains("must be privileged to use -u"))
        #expect(try daemon.timeball(["crontab", "-u", "root", "-"], as: bin, input: "* * * * * x\n").status == 1)
        #expect(try daemon.timeball(["jobs", "run", "crontab:1"], as: bin).status == 1)
        let seen = try daemon.timeball(["jobs", "list", "--json"], as: nobody)
        #expect(seen.status == 0 && seen.output.contains("\"jobs\":[]"))
        for name in ["../../etc/crontab", ".", "", "-x", "a/b"] {
            #expect(try daemon.timeball(["crontab", "-u", name, "-"], input: "* * * * * x\n").status == 1)
        }
        let table = "\(daemon.root)/var/spool/cron/crontabs/bin"
        var status = stat()
        #expect(unsafe lstat(table, &status) == 0 && status.st_mode & 0o7777 == 0o600 && status.st_uid == bin)
    }

    @Test("cron.allow and cron.deny hold for changes of tables, by Debian's rules and without their slips")
    func access() throws {
        let daemon = try RunningDaemon()
        func may() throws -> Bool {
            _ = daemon.ask(.reload)
            return try daemon.timeball(["crontab", "-"], as: nobody, input: "1 1 1 1 * x\n").status == 0
        }
        #expect(try may())
        try daemon.write("bin\r\nnobody", to: "etc/cron.deny")
        #expect(try !may())
        #expect(try daemon.timeball(["crontab", "-"], input: "1 1 1 1 * x\n").status == 0, "root may always")
        try daemon.write("# who\n nobody \n", to: "etc/cron.allow")
        #expect(try may())
        try daemon.write("", to: "etc/cron.allow")
        #expect(try !may())
        unsafe unlink("\(daemon.root)/etc/cron.allow")
        unsafe unlink("\(daemon.root)/etc/cron.deny")
        unsafe mkdir("\(daemon.root)/etc/cron.allow", 0o700)
        #expect(try !may(), "a list that cannot be read lets nobody in")
    }

    @Test("Nonsense on the socket is answered or closed, and harms nobody")
    func nonsense() throws {
        let daemon = try RunningDaemon()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let count = Int.random(in: 0..<64, using: &random)
            var frame = Frame.make(
                part: UInt8.random(in: 0...5, using: &random), kind: UInt8.random(in: 0...13, using: &random),
                (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            if Bool.random(using: &random), let index = frame.indices.randomElement(using: &random) {
                frame[index] = UInt8.random(in: 0...255, using: &random)
            }
            daemon.send(frame)
        }
        #expect(daemon.ask(.list) == .jobs([]))
    }

    @Test("A user who holds connections open keeps neither root nor the daemon's processor")
    func heldConnections() throws {
        let daemon = try RunningDaemon()
        let script = """
            import os, socket, sys, time
            os.setuid(65534)
            held = []
            for _ in range(200):
                one = socket.socket(socket.AF_UNIX)
                one.connect(sys.argv[1])
                held.append(one)
            print("held", flush=True)
            time.sleep(5)
            """
        let holder = Process()
        holder.executableURL = URL(filePath: "/usr/bin/env")
        holder.arguments = ["python3", "-c", script, "\(daemon.root)/run/timeball/jobs.sock"]
        let output = Pipe()
        holder.standardOutput = output
        try holder.run()
        defer { holder.terminate() }
        _ = output.fileHandleForReading.availableData
        #expect(daemon.ask(.list) == .jobs([]))
        func processorTime() throws -> Int {
            let fields = try String(
                contentsOfFile: "/proc/\(daemon.process.processIdentifier)/stat", encoding: .utf8
            ).split(separator: " ")
            return (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
        }
        let before = try processorTime()
        Thread.sleep(forTimeInterval: 1)
        // In hundredths of a second.
        #expect(try processorTime() - before < 20)
    }

    @Test("Huge, binary and endless tables cost their own lines only")
    func hugeTables() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.writeTable(
                String(repeating: "1 1 1 1 * x\n", count: 12_000), of: "nobody", owner: nobody)
            try daemon.writeTable(
                "1 1 1 1 * " + String(repeating: "y", count: 3 << 20) + "\n1 1 1 1 * z\n", of: "bin", owner: 2)
            try daemon.writeTable(String(repeating: "#", count: 5 << 20), of: "daemon", owner: 1)
            try daemon.writeTable("\0\u{1}\u{7f}\0\n1 1 1 1 * a\0b\n", of: "sys", owner: 3)
        }
        let counts = Dictionary(grouping: daemon.jobs, by: \.user).mapValues(\.count)
        #expect(counts["nobody"] == 10_000)
        #expect(counts["bin"] == 1)
        #expect(counts["daemon"] == nil)
        #expect(counts["sys"] == 1)
        #expect(daemon.log.contains("10000 entries are the most"))
        #expect(daemon.log.contains("command too long"))
    }

    @Test("A command cannot write a line of the log that it did not earn, nor a header of a mail")
    func injection() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.writeScript("cat > \(daemon.root)/out/mail\n", to: "usr/sbin/sendmail")
            try daemon.write(
                "CONTENT_TYPE=\"text/plain\u{d}Bcc: x\"\nMAILTO=a\n@reboot root echo x #\u{1b}[31m\u{d}(root) CMD (forged)\n",
                to: "etc/crontab")
        }
        #expect(eventually { daemon.out("mail").contains("\nx") })
        #expect(!daemon.log.contains("\u{1b}") && !daemon.log.contains("\u{d}"))
        #expect(!daemon.out("mail").contains("\u{d}"))
    }
}

extension RunningDaemon {
    /// Octets as they are; whatever comes back is not looked at.
    func send(_ octets: [UInt8]) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("\(root)/run/timeball/jobs.sock".utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { return }
        _ = unsafe octets.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}

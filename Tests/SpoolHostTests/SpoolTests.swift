import Foundation
import Testing

@Suite("at's spool and the daemon", .serialized, .enabled(if: JobsRig.isRoot, "needs root"))
struct SpoolFileTests {
    private static let head = "#!/bin/sh\n# atrun uid=0 gid=0\n# mail root 0\n"
    private static let due = "0" + String(Int(time(nil)) / 60 - 5, radix: 16)

    private func put(_ rig: JobsRig, _ name: String, _ text: String, mode: UInt32 = 0o700, owner: UInt32 = 0) throws {
        let path = rig.spool + "/" + name
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        unsafe chown(path, owner, 0)
        unsafe chmod(path, mode)
    }

    @Test("Files that the real at has written are shown and run")
    func recorded() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let vectors = JobsRig.checkout.appending(path: "Tests/AtSpoolTests/Vectors/at-spool.jsonl")
        let first = try #require(try String(contentsOf: vectors, encoding: .utf8).split(separator: "\n").first)
        struct Recorded: Decodable {
            var name: String
            var content: String
        }
        let job = try JSONDecoder().decode(Recorded.self, from: Data(first.utf8))
        let digits = Array(job.content.utf8)
        let text = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
        let content = String(decoding: text, as: UTF8.self).replacing("cd /srv/a ||", with: "cd / ||")
        #expect(content.contains("echo hello"))
        try put(rig, job.name, content)
        try rig.wait("it is shown") { rig.run("atq").output.contains("4097\tWed Jan  2 12:00:00 2030 a root") }
        #expect(rig.run("at -c 4097").output == content)
        try put(rig, "a01002" + Self.due, content)
        try rig.wait("it has run") { rig.letters.contains { $0.hasSuffix("\n\nhello\n") } }
        // The next number comes after those in use where there is no number file yet.
        #expect(rig.run("at noon tomorrow", input: "true\n").errors.contains("job 4098 at"))
    }

    @Test(
        "The real at and ours read each other's jobs",
        .enabled(
            if: FileManager.default.isExecutableFile(
                atPath: JobsRig.checkout.appending(path: ".build-programs/usr/bin/at").path),
            "Scripts/install-test-programs"))
    func real() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        #expect(rig.run("at noon 2030-01-02", input: "echo ours\n").status == 0)
        // at finds its spool at one place only: there, in a mount namespace of its own, lies ours.
        let program = JobsRig.checkout.appending(path: ".build-programs/usr/bin/at").path
        let script = """
            mount --make-rprivate / && mkdir -p /var/spool/cron && mount --bind \(rig.path("var/spool/cron")) /var/spool/cron &&
            mount -t tmpfs none /mnt && cp \(program) /mnt/at && chown daemon:daemon /mnt/at && chmod 6755 /mnt/at &&
            ln -s at /mnt/atq && chown daemon \(rig.spool)/.SEQ && /mnt/atq && /mnt/at -c 1 && cd / &&
            echo 'echo theirs; pwd' | /mnt/at -t \(JobsRig.past())
            """
        let result = rig.run("unshare -m sh -e", input: script)
        #expect(
            result.output.hasPrefix("1\tWed Jan  2 12:00:00 2030 a root\n#!/bin/sh\n# atrun uid=0 gid=0\n"), "\(result)"
        )
        #expect(result.errors.contains("job 2 at "), "\(result)")
        try rig.wait("theirs has run here") { rig.letters.contains { $0.hasSuffix("\n\ntheirs\n/\n") } }
    }

    @Test(
        "The real atd runs a job that ours has left, with its start between the minutes and all",
        .enabled(
            if: FileManager.default.isExecutableFile(
                atPath: JobsRig.checkout.appending(path: ".build-programs/usr/sbin/atd").path),
            "Scripts/install-test-programs"))
    func realDaemon() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let given = rig.run(
            "at -M noon 2030-01-02", input: "echo \"ours $FOO\" >ran\n", environment: ["FOO": "a 'b"])
        #expect(given.status == 0)
        rig.end(SIGKILL)
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.spool)
        let name = try #require(names.first { $0.hasPrefix("a") })
        let text = try String(contentsOfFile: rig.spool + "/" + name, encoding: .utf8)
        let mail = "# mail root -1\n"
        try put(rig, "a00001" + Self.due, text.replacing(mail, with: mail + "# start 1795228309.250000000\n"))
        let program = JobsRig.checkout.appending(path: ".build-programs/usr/sbin/atd").path
        let script = """
            mount --make-rprivate / && mkdir -p /var/spool/cron && mount --bind \(rig.path("var/spool/cron")) /var/spool/cron
            mkdir -p /var/spool/cron/atspool && chown daemon:daemon /var/spool/cron/atspool /var/spool/cron/atjobs
            mount -t tmpfs none /run && mount -t tmpfs none /etc/pam.d
            for kind in auth account session; do echo "$kind required pam_permit.so"; done >/etc/pam.d/atd
            timeout -s KILL 10 \(program) -f -l 1000 >/dev/null 2>&1 &
            for try in $(seq 80); do [ -e \(rig.path("work/ran")) ] && break; sleep 0.1; done
            kill $!
            """
        let result = rig.run("unshare -m -p -f sh", input: script)
        #expect(rig.read("work/ran") == "ours a 'b\n", "\(result)")
    }

    @Test(
        "Links, pipes, directories, files of others and half-written ones are not run, do not stop the daemon, and are named with the reason"
    )
    func hostile() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let evil = Self.head + "echo evil >>\(rig.path("work/evil"))\n"
        let target = rig.path("work/target")
        try evil.write(toFile: target, atomically: false, encoding: .utf8)
        unsafe chmod(target, 0o700)
        let names = (1...12).map { "a0000" + String($0, radix: 16) + Self.due }
        let files = FileManager.default
        try files.createSymbolicLink(atPath: rig.spool + "/" + names[0], withDestinationPath: target)
        unsafe link(target, rig.spool + "/" + names[1])
        unsafe mkfifo(rig.spool + "/" + names[2], 0o700)
        try files.createDirectory(atPath: rig.spool + "/" + names[3], withIntermediateDirectories: false)
        try put(rig, names[4], evil, mode: 0o722)
        try put(rig, names[5], evil, owner: JobsRig.nobody)
        try put(rig, names[6], evil, mode: 0o600)
        try put(rig, names[7], "garbage\n")
        try put(
            rig, names[8],
            Self.head.replacing("mail root", with: "mail -oQ/tmp") + "echo evil >>\(rig.path("work/evil"))\n")
        try put(rig, names[9], evil + String(repeating: "#", count: 5 << 20))
        try put(rig, names[10], evil.replacing("uid=0", with: "uid=4294967295"))
        try put(rig, "z\u{1b}[31mGARBAGE", evil)
        // In the year 10136.
        try put(rig, "a0000fffffffff", evil)
        try put(rig, names[11], Self.head + "echo good >>\(rig.path("work/good"))\n")
        try rig.wait("the good one has run") { rig.read("work/good") == "good\n" }
        usleep(300_000)
        #expect(rig.read("work/evil").isEmpty)
        #expect(rig.run("atq").output.split(separator: "\n").map { $0.prefix(3) } == ["15\t"])
        for (name, reason) in [
            (names[0], "no regular file"), (names[1], "2 names lead to it"), (names[2], "no regular file"),
            (names[3], "no regular file"), (names[4], "others than its owner may write it (mode 722)"),
            (names[5], "is to run as user 0 and belongs to user 65534"), (names[7], "line 1"),
            (names[8], "line 3: mail cannot go to that name"), (names[9], "too large"),
            (names[10], "belongs to user 0"),
            ("z?[31mGARBAGE", "not that of a job"),
        ] {
            #expect(rig.log.contains { _ in true } && rig.log.contains("job file \(name) is ignored: "), "\(name)")
            let line = rig.log.split(separator: "\n").first { $0.contains(name) } ?? ""
            #expect(line.contains(reason), "\(name): \(line)")
        }
        // Completed, the half-written one runs.
        unsafe chmod(rig.spool + "/" + names[6], 0o700)
        try rig.wait("the completed one has run") { rig.read("work/evil") == "evil\n" }
    }

    @Test("A damaged number file, and one that is a link, give no number twice and harm nothing")
    func sequence() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        var numbers: Set<String> = []
        for damage in ["", "garbage", "fffff\n", "00005", "123456789"] {
            try damage.write(toFile: rig.spool + "/.SEQ", atomically: false, encoding: .utf8)
            let errors = rig.run("at noon tomorrow", input: "true\n").errors
            let number = try #require(errors.firstMatch(of: /job (\d+) at/)?.1)
            #expect(numbers.insert(String(number)).inserted)
        }
        unsafe unlink(rig.spool + "/.SEQ")
        try rig.write("work/precious", "precious\n")
        unsafe symlink(rig.path("work/precious"), rig.spool + "/.SEQ")
        let refused = rig.run("at noon tomorrow", input: "true\n")
        #expect(refused.status != 0 && refused.errors.contains("Cannot generate a job number"), "\(refused)")
        #expect(rig.read("work/precious") == "precious\n")
    }

    @Test("A daemon that is ended by kill -9 again and again loses no job and runs none twice")
    func killed() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
        let count = isLong ? 600 : 60
        for number in 1...count {
            let name = "a" + String(String(0x100000 + number, radix: 16).dropFirst()) + Self.due
            // Put aside first, so that all become due at one moment.
            try put(rig, name, Self.head + "cd \(rig.path("work"))\necho \(number) >>ran\nsleep 0.05\n", mode: 0o600)
        }
        rig.end(SIGKILL)
        for number in 1...count {
            unsafe chmod(rig.spool + "/a" + String(String(0x100000 + number, radix: 16).dropFirst()) + Self.due, 0o700)
        }
        for round in 0..<(isLong ? 250 : 25) {
            try rig.start()
            usleep(UInt32(20_000 + round * 7919 % 90_000))
            rig.end(SIGKILL)
        }
        try rig.start()
        try rig.wait("all have run", seconds: 60) { rig.read("work/ran").split(separator: "\n").count >= count }
        usleep(1_000_000)
        let ran = rig.read("work/ran").split(separator: "\n").compactMap { Int($0) }.sorted()
        #expect(ran == Array(1...count), "\(ran)")
    }

    @Test("A job goes on when its daemon is killed, stands in the queue = for the next one, and is gone when it ends")
    func adopted() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        rig.run("at -t \(JobsRig.past())", input: "echo begun >>ran; sleep 3; echo ended >>ran\n")
        rig.run("at noon tomorrow", input: "true\n")
        try rig.wait("it runs") { rig.read("work/ran") == "begun\n" }
        rig.end(SIGKILL)
        try rig.start()
        try rig.waitUntilReady()
        #expect(rig.run("atq").output.contains(/1\t.* = root/), "\(rig.run("atq").output)")
        try rig.wait("it has ended") {
            rig.read("work/ran") == "begun\nended\n" && !rig.run("atq").output.contains("=")
        }
        #expect(rig.run("atq").output.hasPrefix("2\t"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.spool).count == 2)
    }

    @Test("A job that was cut short with the machine is not run again: it is logged, mailed and removed")
    func interrupted() throws {
        let rig = try JobsRig { rig in
            try FileManager.default.createDirectory(atPath: rig.spool, withIntermediateDirectories: true)
            try Self.put(rig, "=00007" + Self.due, Self.head + "echo again >>\(rig.path("work/again"))\n")
        }
        try rig.waitUntilReady()
        try rig.wait("the letter") { rig.letters.contains { $0.contains("Subject: Your job 7 was interrupted\n") } }
        #expect(rig.log.contains("INTERRUPTED (at job 7"))
        #expect(rig.read("work/again").isEmpty && rig.run("atq").output.isEmpty)
    }

    private static func put(_ rig: JobsRig, _ name: String, _ text: String) throws {
        try text.write(toFile: rig.spool + "/" + name, atomically: false, encoding: .utf8)
        unsafe chmod(rig.spool + "/" + name, 0o700)
    }

    @Test("While an atd runs, its jobs are left to it; when it is gone, they run here")
    func rival() throws {
        let rig = try JobsRig { rig in
            try rig.write("run/atd.pid", "\(getpid())\n")
            try FileManager.default.createDirectory(atPath: rig.spool, withIntermediateDirectories: true)
            try Self.put(rig, "a00001" + Self.due, Self.head + "cd \(rig.path("work"))\necho x >>ran\n")
        }
        try rig.waitUntilReady()
        usleep(500_000)
        #expect(rig.read("work/ran").isEmpty && rig.log.contains("atd (process \(getpid())) keeps"))
        #expect(rig.run("at noon tomorrow", input: "true\n").errors.contains("at is its business"))
        unsafe unlink(rig.path("run/atd.pid"))
        try Self.put(rig, "a00002" + Self.due, Self.head + "cd \(rig.path("work"))\necho y >>ran\n")
        try rig.wait("both have run") { Set(rig.read("work/ran").split(separator: "\n")) == ["x", "y"] }
    }

    @Test("Jobs of a user of whom the machine knows nothing stay, and are named")
    func unknownUser() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let name = "a00001" + Self.due
        try put(
            rig, name, Self.head.replacing("uid=0", with: "uid=54321") + "id -u >>\(rig.path("work/evil"))\n",
            owner: 54321)
        try rig.wait("it is named") { rig.log.contains("job file \(name) is ignored: line 2: there is no user 54321") }
        #expect(FileManager.default.fileExists(atPath: rig.spool + "/" + name) && rig.read("work/evil").isEmpty)
    }
}

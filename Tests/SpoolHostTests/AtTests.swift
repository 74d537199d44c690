import Foundation
import Testing

@Suite("at, atq, atrm and batch with a daemon", .serialized, .enabled(if: JobsRig.isRoot, "needs root"))
struct AtTests {
    @Test("The session of the page: what is told, listed, shown, removed and refused")
    func session() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        // A zone in which it is between 14:00 and 15:00 now.
        let zone = ["TZ": "SES\((Int(time(nil)) / 3600 % 24) - 14)"]
        func run(_ line: String, input: String? = nil) -> JobsRig.Result {
            rig.run(line, input: input, environment: zone)
        }
        var lines: [Substring] = run("at 1am tomorrow", input: "echo \"this one gets executed tomorrow 1am\"\n").errors
            .split(separator: "\n")
        #expect(lines.first == "warning: commands will be executed using /bin/sh")
        #expect(
            lines.last?.wholeMatch(of: /job 1 at [A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]\d 01:00:00 20\d\d/) != nil,
            "\(lines)")
        #expect(run("at -l").output.wholeMatch(of: /1\t\w{3} \w{3} [ \d]\d 01:00:00 20\d\d a root\n/) != nil)

        let refused = run("at 3am today", input: "x\n")
        #expect(refused.errors == "at: refusing to create job destined in the past\n" && refused.status == 1)
        lines = run("at 5pm today", input: "echo \"now, 5pm works\"\n").errors.split(separator: "\n")
        #expect(lines.last?.contains("17:00:00") == true)
        #expect(run("at noon", input: "echo \"well, at noon...\"\n").status == 0)
        try rig.write("work/ridin", "Got my Audi today, going crusin later... wiiiiiiii ;]\n")
        #expect(run("at midnight -f ridin").errors.contains("00:00:00"))
        #expect(run("at -l").output.split(separator: "\n").map { $0.prefix(1) } == ["2", "4", "1", "3"])

        // Word for word.
        let pipe = "at -l | cut -f1 | xargs -n1 -i{} at -c {} | grep ^} -A1 | egrep -v ^-\\|}"
        #expect(
            run(pipe).output
                == "echo \"now, 5pm works\"\nGot my Audi today, going crusin later... wiiiiiiii ;]\n"
                + "echo \"this one gets executed tomorrow 1am\"\necho \"well, at noon...\"\n")
        #expect(run("at -d 3").status == 0)
        #expect(run("atrm 1 4").status == 0)
        #expect(run("atq").output.hasPrefix("2\t"))
        #expect(run("atrm 2 && atq").output.isEmpty)
        #expect(run("at teatime - 45 minutes", input: "true\n").errors.contains("15:15:00"))
        #expect(run("atrm 99").errors == "Cannot find jobid 99\n")
        #expect(run("at -c foo").errors == "at: unknown jobid: foo\n")
        #expect(run("at", input: "x").errors == "Garbled time\n")
        #expect(run("atq -o %s").output.contains(/5\t\d{10} a root/))
    }

    @Test(
        "A job runs on the minute, with what it found when it was given: user, directory, mask, environment, niceness; its output is mailed"
    )
    func captured() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let folder = rig.path("work/a dir'$x")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        unsafe chmod(folder, 0o755)
        let script =
            "id -un; id -G; pwd; umask; echo \"[$FOO] [$SHELL] [$TERM]\"; nice; echo oops >&2; date +%s.%N >$OUT\n"
        let given = rig.run(
            "umask 027; at -q d now + 1 minute", input: script, user: JobsRig.nobody,
            environment: ["FOO": "a b'c$x\n\"d", "SHELL": "/bin/dash", "TERM": "vt100", "OUT": rig.path("work/when")],
            directory: folder)
        #expect(given.status == 0, "\(given)")
        let due = (Int(time(nil)) / 60 + 1) * 60
        try rig.wait("the letter", seconds: 75) { rig.letters.count == 1 }
        let letter = rig.letters[0]
        #expect(letter.hasPrefix("AS nobody ARGS -FCronDaemon -i -B8BITMIME -oem -- nobody\n"))
        #expect(letter.contains("Subject: Output from your job        1\n"))
        #expect(
            letter.hasSuffix("\n\nnobody\n65534\n\(folder)\n0027\n[a b'c$x\n\"d] [/bin/dash] []\n6\noops\n"),
            "\(letter)")
        let started = try #require(Double(rig.read("work/when").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(started >= Double(due) && started < Double(due) + 2, "\(started - Double(due)) s late")
        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.spool) == [".SEQ"])
    }

    @Test("Mail: always with -m, never with -M, to whom -u says; nothing is sent of a job that writes nothing")
    func mail() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let past = JobsRig.past()
        rig.run("at -t \(past)", input: "true\n")
        rig.run("at -M -t \(past)", input: "echo never; echo x >m\n")
        rig.run("at -u daemon -t \(past)", input: "echo to daemon\n")
        rig.run("at -m -t \(past)", input: "true\n")
        try rig.wait("two letters") { rig.letters.count == 2 && rig.read("work/m") == "x\n" }
        usleep(300_000)
        #expect(rig.letters.count == 2)
        #expect(rig.letters.contains { $0.contains("To: daemon\n") && $0.hasSuffix("\nto daemon\n") })
        #expect(rig.letters.contains { $0.contains("Subject: Output from your job        4\n") })
    }

    @Test(
        "Jobs of others are neither shown nor removed; root may; what runs stands in the queue = and cannot be removed")
    func others() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        rig.run("at noon tomorrow", input: "echo secret\n")
        rig.run("at noon tomorrow", input: "true\n", user: JobsRig.nobody)
        #expect(rig.run("atq", user: JobsRig.nobody).output.split(separator: "\n").count == 1)
        #expect(rig.run("atq").output.split(separator: "\n").count == 2)
        let refused = rig.run("atrm 1", user: JobsRig.nobody)
        #expect(refused.errors == "1: Not owner\n" && refused.status == 1)
        #expect(rig.run("at -c 1", user: JobsRig.nobody).errors == "1: Not owner\n")
        #expect(rig.run("atrm 2").status == 0)
        rig.run("at -t \(JobsRig.past())", input: "sleep 3; echo done >ran\n")
        try rig.wait("it runs") { rig.run("atq -q =").output.hasPrefix("3\t") }
        let running = rig.run("atrm 3")
        #expect(running.status == 1 && running.errors == "Warning: job 3 already running\n")
        try rig.wait("it ends") { rig.read("work/ran") == "done\n" && !rig.run("atq").output.contains("=") }
        #expect(rig.run("atq").output.hasPrefix("1\t"))
    }

    @Test(
        "at.allow and at.deny say who may",
        arguments: [
            (nil, nil, false), (nil, "", true), (nil, "nobody\n", false), (nil, " nobody \r\n", false),
            ("nobody", nil, true),
            ("root\n", "", false), ("", nil, false), ("# all\nnobody\n", "nobody\n", true), (nil, "nobod\n", true),
        ] as [(String?, String?, Bool)])
    func permission(allow: String?, deny: String?, isAllowed: Bool) throws {
        let rig = try JobsRig { rig in
            try FileManager.default.removeItem(atPath: rig.path("etc/at.deny"))
            if let allow { try rig.write("etc/at.allow", allow) }
            if let deny { try rig.write("etc/at.deny", deny) }
        }
        try rig.waitUntilReady()
        let result = rig.run("at noon tomorrow", input: "true\n", user: JobsRig.nobody)
        #expect((result.status == 0) == isAllowed, "\(result)")
        if !isAllowed { #expect(result.errors == "You do not have permission to use at.\n") }
        #expect(rig.run("at noon tomorrow", input: "true\n").status == 0)
    }

    @Test("batch waits for the load to fall, then starts one job after another")
    func batch() throws {
        let rig = try JobsRig(options: ["--batch-gap", "1", "--load", "0.8"]) { rig in
            try rig.write("proc/loadavg", "0.80 0.1 0.1 1/1 1\n")
        }
        try rig.waitUntilReady()
        for number in 1...3 { rig.run("batch", input: "echo \(number) $(date +%s) >>order\n") }
        rig.run("at -q E -t \(JobsRig.past(5))", input: "echo 0 $(date +%s) >>order\n")
        usleep(1_500_000)
        #expect(rig.read("work/order").isEmpty)
        #expect(rig.log.contains("waits: the load average is 0.80"))
        try rig.write("proc/loadavg", "0.79 0.1 0.1 1/1 1\n")
        try rig.wait("all have run", seconds: 40) { rig.read("work/order").split(separator: "\n").count == 4 }
        let runs = rig.read("work/order").split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
        // The earliest first, then by number, and never two at once.
        #expect(runs.map { $0[0] } == [0, 1, 2, 3])
        for (before, after) in zip(runs, runs.dropFirst()) { #expect(after[1] > before[1]) }
    }
}

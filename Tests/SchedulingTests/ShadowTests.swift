import Foundation
import Scheduling
import Testing
import TimeZones

@testable import timeball

@Suite("cron's log, and moving tables over")
struct ShadowTests {
    // 2026-11-24 23:40:00 UTC
    private static let minute = 1_795_563_600

    @Test(
        "A start in the log, in each of its forms",
        arguments: [
            "Nov 24 23:40:01 vm CRON[99]: (root) CMD (echo a)", "Nov 24 23:40:02 vm CROND[99]: (root) CMD (echo a)",
            "Nov 24 23:40:01 vm /USR/SBIN/CRON[313]: (root) CMD (echo a)",
            "2026-11-24T23:40:01.123456+00:00 vm CRON[99]: (root) CMD (echo a)",
            "2026-11-25T00:40:01+01:00 vm CRON[99]: (root) CMD ([4711] echo a)",
        ])
    func forms(line: String) {
        let starts = CronLog.starts(line, zone: .utc, now: Self.minute + 3600)
        #expect(starts == [CronStart(minute: Self.minute, user: "root", command: Array("echo a".utf8))])
    }

    @Test("A time without a year is the last that has been")
    func years() {
        let starts = CronLog.starts(
            "Dec 31 23:59:01 vm CRON[1]: (a) CMD (x)\nJan  1 00:00:01 vm CRON[1]: (a) CMD (x)", zone: .utc,
            now: 1_798_761_600 + 60)
        // 2026-12-31 23:59 and 2027-01-01 00:00
        #expect(starts.map(\.minute) == [1_798_761_540, 1_798_761_600])
    }

    @Test(
        "What is no start is passed over",
        arguments: [
            "", "Nov 24 23:40:01 vm cron[99]: (CRON) INFO (Running @reboot jobs)",
            "Nov 24 23:40:01 vm CRON[99]: (root) END (echo a)", "Nov 24 vm CRON[99]: (root) CMD (echo a)",
            "Foo 24 23:40:01 vm CRON[99]: (root) CMD (echo a)", "Nov 24 23:40:01 vm CRON[99]: (root) CMD (cut off",
            "CRON[99]: (root) CMD (x)", "Nov 99 23:40:01 vm CRON[99]: (root) CMD (x)",
        ])
    func others(line: String) {
        #expect(CronLog.starts(line, zone: .utc, now: Self.minute).isEmpty)
    }

    @Test("Starts are compared as often as they occur")
    func comparison() {
        func start(_ minute: Int, _ command: String) -> CronStart {
            CronStart(minute: minute * 60, user: "a", command: Array(command.utf8))
        }
        let found = ShadowComparison(
            ours: [start(1, "x"), start(1, "x"), start(2, "x"), start(3, "y")],
            crons: [start(1, "x"), start(2, "x"), start(2, "x"), start(3, "z")])
        #expect(found.sameCount == 2)
        #expect(found.onlyOurs == [start(1, "x"), start(3, "y")])
        #expect(found.onlyCrons == [start(2, "x"), start(3, "z")])
    }

    private func tables() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try folder.write("etc/crontab", "*/5 * * * * root echo \"a b\"\n0 0 * * * root never\n@reboot root x\n")
        try folder.write("etc/cron.d/not.read", "* * * * * root dotted\n")
        try folder.write("var/spool/cron/crontabs/root", "* * * * * each\n", permissions: 0o600)
        return folder
    }

    @Test("From the same tables and the log: what both say, what one says only; exit code 1 if they differ")
    func shadow() throws {
        let folder = try tables()
        let same = """
            Nov 24 23:40:01 vm CRON[1]: (root) CMD (echo "a b")
            Nov 24 23:40:01 vm CRON[2]: (root) CMD (each)
            Nov 24 23:41:01 vm CRON[3]: (root) CMD (each)

            """
        let options = [
            "shadow", "jobs", "--root", folder.url.path, "--tz", "UTC", "--from", "2026-11-24T23:40:00Z", "--until",
            "2026-11-24T23:42:00Z", "--json", "--cron-log", folder.url.appending(path: "log").path,
        ]
        try folder.write(
            "log",
            same.replacingOccurrences(of: "Nov 24 ", with: "2026-11-24T").replacingOccurrences(
                of: ":01 vm", with: ":01Z vm"))
        let agreed = try ProgramRun(ProgramRun.timeball, options)
        #expect(
            agreed.output
                == #"{"schema":"timeball.shadow-jobs/1","from":"2026-11-24T23:40:00Z","until":"2026-11-24T23:42:00Z","same":3,"#
                + #""only_ours":[],"only_crons":[]}"# + "\n")
        #expect(agreed.code == 0)
        try folder.write("log", "2026-11-24T23:41:01Z vm CRON[3]: (joe) CMD (other)\n")
        let differing = try ProgramRun(ProgramRun.timeball, options)
        #expect(differing.output.contains(#""same":0"#))
        #expect(
            differing.output.contains(#""only_crons":[{"at":"2026-11-24T23:41:00Z","user":"joe","command":"other"}]"#))
        #expect(differing.code == 1)
    }

    @Test("What a process has below it in /proc is compared: shells by their text, what ran before not at all")
    func processes() throws {
        // As cron does it: a process of its own for the job, and a shell below that. The outer one stands for cron.
        let cron = Process()
        cron.executableURL = URL(filePath: "/bin/bash")
        cron.arguments = [
            "-c",
            """
            (/bin/sh -c 'sleep 3; echo old'; :) &
            read go
            (/bin/sh -c 'sleep 3; echo "new one"'; :) &
            (sleep 3.5; :) &
            read stop
            kill $(jobs -p); exit
            """,
        ]
        let input = Pipe()
        cron.standardInput = input
        cron.standardOutput = FileHandle.nullDevice
        try cron.run()
        defer {
            try? input.fileHandleForWriting.close()
            cron.waitUntilExit()
        }
        Thread.sleep(forTimeInterval: 0.3)
        var found = try CronProcesses(Int(cron.processIdentifier))
        found.look()
        #expect(found.starts.isEmpty)
        let before = Int(Date().timeIntervalSince1970)
        try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
        Thread.sleep(forTimeInterval: 0.4)
        found.look()
        found.look()
        let after = Int(Date().timeIntervalSince1970)
        #expect(found.starts.map(\.command).sorted() == ["sleep 3.5", "sleep 3; echo \"new one\""])
        for start in found.starts {
            #expect(start.user == NSUserName())
            #expect(((before - 2) / 60 * 60...after).contains(start.minute))
        }
        #expect(throws: ToolError.self) { try CronProcesses(0) }
    }

    @Test("Tables are copied, never taken away; what they replace is kept; a bad line keeps its table back")
    func importing() throws {
        let (folder, target) = (try tables(), try ScratchFolder())
        func run(_ arguments: [String]) throws -> ProgramRun {
            try ProgramRun(
                ProgramRun.timeball,
                ["jobs", "import", "--from", folder.url.path, "--root", target.url.path] + arguments)
        }
        #expect(try run(["--all", "--dry-run"]).code == 0)
        #expect(target.read("etc/crontab") == nil)
        #expect(try run(["--all"]).code == 0)
        #expect(target.read("etc/crontab") == folder.read("etc/crontab"))
        #expect(target.read("var/spool/cron/crontabs/root") == "* * * * * each\n")
        let mode =
            try FileManager.default.attributesOfItem(
                atPath: target.url.appending(path: "var/spool/cron/crontabs/root").path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(target.read("etc/cron.d/not.read") == nil)
        let old = folder.read("etc/crontab")
        try folder.write("etc/crontab", "* * * * * root new\n")
        try folder.write("var/spool/cron/crontabs/root", "61 * * * * bad\n", permissions: 0o600)
        let second = try run(["--all"])
        #expect(second.code == 1)
        #expect(second.output.contains("crontabs/root:1:1: error: bad minute"))
        #expect(target.read("etc/crontab") == "* * * * * root new\n")
        #expect(target.read("etc/.crontab.before-import") == old)
        #expect(target.read("var/spool/cron/crontabs/root") == "* * * * * each\n")
        #expect(folder.read("etc/crontab") == "* * * * * root new\n")
    }
}

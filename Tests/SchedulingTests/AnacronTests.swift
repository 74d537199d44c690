import Foundation
import Scheduling
import Testing

@Suite("anacrontab, and what is to run")
struct AnacronTableTests {
    @Test("Assignments hold from where they stand; a backslash continues a line")
    func table() throws {
        let table = AnacronTable(
            "# c\n1 5 cron.daily run-parts /etc/cron.daily\nA = b c \n\t@monthly\t15 m  echo \\\n  x\\y\nA=2\n7 0 w true"
        )
        #expect(table.errors == [])
        #expect(table.jobs.map(\.identifier) == ["cron.daily", "m", "w"])
        #expect(table.jobs.map(\.period) == [.days(1), .monthly, .days(7)])
        #expect(table.jobs.map(\.delay) == [5, 15, 0])
        #expect(table.jobs.map { $0.value("A") } == [nil, " b c ", "2"])
        #expect(table.jobs[1].command == "echo    xy")
        #expect(table.jobs.map(\.line) == [2, 5, 7])
    }

    @Test(
        "A line that makes no sense is told of, and the others stay",
        arguments: [
            "bad", "1 0 a", "1 0 a/b true", "1 x a true", "x 0 a true", "1 -5 a true", "=z", "@bogus 0 a true",
            "99999999999 0 a true", "1 9999999 a true", "1 0 .. true", "1 0 . true",
        ])
    func errors(line: String) {
        let table = AnacronTable("1 0 x true\n\(line)\n1 0 y true\n")
        #expect(table.jobs.map(\.identifier) == ["x", "y"])
        #expect(table.errors.map(\.line) == [2])
    }

    @Test("Whatever is in the table, reading it ends, and no job leaves the folder of stamps")
    func garbage() {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "1", "0", "@monthly", "a", " ", "\t", "\\", "\n", "=", "/", "..", "#", "é", "\u{0}", "99999999999999999999",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            for job in AnacronTable(text).jobs {
                #expect(!job.identifier.contains("/") && job.identifier != "..", "\(text)")
            }
        }
    }

    private func selection(
        _ text: String, stamps: [String: String] = [:], isNow: Bool = false, minute: Int = 12 * 60, random: Int = 0
    ) -> AnacronSelection {
        // 2026-11-24
        AnacronSelection(
            AnacronTable(text).jobs, isForced: false, isNow: isNow, today: 20781, minute: minute,
            randomMinutes: { min(random, $0) }, stamp: { stamps[$0.identifier] })
    }

    @Test("What is due is ordered by delay, and with -n stays as it is asked for")
    func order() {
        let text = "1 15 a true\n1 5 b true\n1 15 c true\n1 5 d true\n"
        #expect(selection(text).choices.map(\.job.identifier) == ["b", "d", "a", "c"])
        #expect(selection(text, isNow: true).choices.map(\.job.identifier) == ["a", "b", "c", "d"])
        #expect(selection(text, isNow: true).choices.allSatisfy { $0.delay == 0 })
        #expect(selection(text, stamps: ["b": "20261124\n"]).choices.map(\.job.identifier) == ["d", "a", "c"])
    }

    @Test("A stamp in the future is due, as with Debian's, and that is said")
    func future() {
        let found = selection("1 0 a true\n", stamps: ["a": "20261125\n"])
        #expect(found.choices.count == 1)
        #expect(found.notes.count == 1 && found.notes.allSatisfy { $0.contains("20261125 is in the future") })
    }

    @Test("START_HOURS_RANGE looks at the hour of the start, delay and RANDOM_DELAY included")
    func hours() {
        let text = "START_HOURS_RANGE=6-13\nRANDOM_DELAY=30\n1 50 a true\n"
        #expect(selection(text, minute: 12 * 60).choices.map(\.delay) == [50])
        #expect(selection(text, minute: 12 * 60, random: 20).choices.isEmpty)
        #expect(selection(text, minute: 12 * 60 + 10).choices.isEmpty)
        #expect(selection(text, minute: 5 * 60).choices.isEmpty)
        #expect(selection(text, minute: 5 * 60 + 10).choices.count == 1)
        #expect(selection("START_HOURS_RANGE=x\n1 0 a true\n").notes.count == 1)
    }
}

private let debianAnacron = ProgramRun.checkout.appending(path: ".build-programs/usr/sbin/anacron").path

@Suite(
    "anacron, beside Debian's", .enabled(if: FileManager.default.isExecutableFile(atPath: debianAnacron)))
struct AnacronProgramTests {
    private static let table = "1 0 a true\n7 0 b false\n@monthly 0 m exit 3\n30 0 c kill -9 $$\n"
    private static let noon = "2026-11-24 12:00:00"

    private static var faketime: String {
        let libraries = ProgramRun.checkout.appending(path: ".build-programs/usr/lib")
        let machine = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path))?.first {
            FileManager.default.fileExists(atPath: libraries.appending(path: "\($0)/faketime/libfaketime.so.1").path)
        }
        return libraries.appending(path: "\(machine ?? "")/faketime/libfaketime.so.1").path
    }

    /// Runs an anacron in a folder with a table `tab` and stamps in `spool`.
    private func run(
        _ program: String, _ options: [String], in folder: ScratchFolder, at time: String = noon
    ) throws -> ProgramRun {
        var environment = ["LD_PRELOAD": Self.faketime, "FAKETIME_DONT_RESET": "1", "DONT_FAKE_MONOTONIC": "1"]
        if time.isEmpty {
            environment["FAKETIME_TIMESTAMP_FILE"] = folder.url.appending(path: "clock").path
            environment["FAKETIME_NO_CACHE"] = "1"
        } else {
            environment["FAKETIME"] = time
        }
        // By way of env: libfaketime changes the environment of the first program that it is loaded into, and Swift's
        // library then finds no arguments there.
        return try ProgramRun(
            "/usr/bin/env", [program, "-t", "tab", "-S", folder.url.appending(path: "spool").path] + options,
            in: folder.url,
            environment: environment)
    }

    private func folder(_ table: String, _ stamps: [String: String]) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try folder.write("tab", table)
        try folder.write("spool/.kept", "")
        for (name, stamp) in stamps { try folder.write("spool/\(name)", stamp + "\n") }
        return folder
    }

    /// The stamps, with their permissions.
    private func stamps(_ folder: ScratchFolder) throws -> [String: String] {
        var result: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "spool").path)
        where name != ".kept" {
            let path = folder.url.appending(path: "spool/\(name)").path
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            result[name] = "\(folder.read("spool/\(name)") ?? "") \(mode ?? 0)"
        }
        return result
    }

    @Test(
        "The same jobs, the same words, the same stamps",
        arguments: [
            [:], ["a": "20261124", "b": "20261124", "m": "20261124", "c": "20261124"],
            ["a": "20261123", "b": "20261117", "m": "20261024", "c": "20261025"],
            ["a": "2026112", "b": "garbage", "m": "20261101", "c": "20261118"], ["b": "20261132", "m": "20261031"],
        ],
        [
            ["-d", "-n"], ["-d", "-n", "-f"], ["-d", "-u"], ["-d", "-n", "c", "a"], ["-d", "-n", "[ab]"],
            ["-d", "-n", "nosuch"], ["-d", "-s"],
        ])
    func sideBySide(stamps before: [String: String], options: [String]) throws {
        let (ours, theirs) = (try folder(Self.table, before), try folder(Self.table, before))
        let mine = try run(ours.link("anacron"), options, in: ours)
        let debian = try run(debianAnacron, options, in: theirs)
        #expect(mine.errors == debian.errors)
        #expect(mine.code == debian.code)
        #expect(try stamps(ours) == stamps(theirs))
    }

    @Test("A table with mistakes: the same lines are passed over, in the same words")
    func mistakes() throws {
        let table =
            "1 0 a true\nbad line\n=z\n1 0 b true\n1 0 x/y true\n1 x q true\n1 0 z\n99999999999 0 big true\n"
            + "1 0 twice true\n1 0 twice false\n0 0 zero true\n1 0 nonl true"
        let (ours, theirs) = (try folder(table, [:]), try folder(table, [:]))
        let mine = try run(ours.link("anacron"), ["-d", "-n"], in: ours)
        #expect(mine.errors == (try run(debianAnacron, ["-d", "-n"], in: theirs)).errors)
        #expect(try stamps(ours) == stamps(theirs))
        #expect(try run(ours.link("anacron2"), ["-T"], in: ours).code != 0)
    }

    @Test("What one has stamped, the other does not run again")
    func stampsOfBoth() throws {
        let both = try folder(Self.table, [:])
        let link = try both.link("anacron")
        #expect(try run(debianAnacron, ["-d", "-n"], in: both).errors.contains("(4 jobs run)"))
        #expect(try run(link, ["-d", "-n"], in: both).errors.contains("(0 jobs run)"))
        let other = try folder(Self.table, [:])
        #expect(try run(link, ["-d", "-n"], in: other).errors.contains("(4 jobs run)"))
        #expect(try run(debianAnacron, ["-d", "-n"], in: other).errors.contains("(0 jobs run)"))
    }

    @Test("While one runs a job, the other passes it over", arguments: [true, false])
    func locks(oursFirst: Bool) throws {
        let both = try folder("1 0 long sleep 3\n", [:])
        let link = try both.link("anacron")
        let first = Foundation.Process()
        first.executableURL = URL(filePath: oursFirst ? link : debianAnacron)
        first.arguments = ["-t", "tab", "-S", both.url.appending(path: "spool").path, "-d", "-n"]
        first.currentDirectoryURL = both.url
        first.standardError = FileHandle.nullDevice
        try first.run()
        Thread.sleep(forTimeInterval: 1)
        let second = try ProgramRun(
            oursFirst ? debianAnacron : link, ["-t", "tab", "-S", both.url.appending(path: "spool").path, "-d", "-n"],
            in: both.url)
        first.waitUntilExit()
        #expect(second.errors.contains("Job `long' locked by another anacron - skipping"))
        #expect(second.errors.contains("(0 jobs run)"))
    }

    @Test("A clock that is set right while jobs run causes no second run")
    func wrongClock() throws {
        // The machine starts in 1970; the first job finds the clock set right.
        let folder = try folder(
            "1 0 first echo '2026-11-25 08:00:00' > clock.new; mv clock.new clock\n1 0 second echo ran >> second\n",
            ["first": "20261124", "second": "20261125"])
        try folder.write("clock", "1970-01-02 00:00:10\n")
        // Jobs run in /.
        try folder.write(
            "tab",
            (folder.read("tab") ?? "").replacingOccurrences(of: "clock", with: folder.url.appending(path: "clock").path)
                .replacingOccurrences(of: ">> second", with: ">> \(folder.url.appending(path: "second").path)"))
        let link = try folder.link("anacron")
        let run = try run(link, ["-d", "-n"], in: folder, at: "")
        #expect(run.errors.contains("time stamp 20261124 is in the future"))
        #expect(run.errors.contains("Job `second' is not due by the clock as it is now - skipping"))
        #expect(folder.read("second") == nil)
        // Debian's would have written 19700102, and would run the first again.
        #expect(folder.read("spool/first") == "20261125\n")
        #expect(folder.read("spool/second") == "20261125\n")
        #expect(try self.run(link, ["-d", "-n"], in: folder, at: "").errors.contains("(0 jobs run)"))
    }

    @Test("A symbolic link, a pipe or a folder in a stamp's place is not followed, and stops nobody")
    func traps() throws {
        let folder = try folder("1 0 link true\n1 0 pipe true\n1 0 dir true\n1 0 good true\n", [:])
        try folder.write("secret", "secret")
        let spool = folder.url.appending(path: "spool")
        try FileManager.default.createSymbolicLink(
            at: spool.appending(path: "link"), withDestinationURL: folder.url.appending(path: "secret"))
        unsafe mkfifo(spool.appending(path: "pipe").path, 0o600)
        try FileManager.default.createDirectory(at: spool.appending(path: "dir"), withIntermediateDirectories: true)
        let run = try run(folder.link("anacron"), ["-d", "-n"], in: folder)
        #expect(run.errors.contains("(1 job run)"))
        #expect(folder.read("secret") == "secret")
        #expect(folder.read("spool/good") == "20261124\n")
    }
}

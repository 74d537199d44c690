import Foundation
import Scheduling
import Testing

@Suite("run-parts")
struct RunPartsTests {
    private static let debian = "/usr/bin/run-parts"

    @Test(
        "Names with anything but letters, digits, - and _ are passed over",
        arguments: [
            ("backup", true), ("0anacron", true), ("A_b-9", true), ("_", true), ("-", true), ("backup.sh", false),
            ("x~", false), ("a b", false), ("ä", false), ("", false), ("a.dpkg-old", false),
        ])
    func classic(name: String, isAccepted: Bool) {
        #expect(RunPartsNames.classic.accepts(name) == isAccepted)
    }

    @Test(
        "With --lsbsysinit, the LSB's namespaces",
        arguments: [
            ("abc1", true), ("org.name-x", true), ("_a.b-c", true), ("a-", true), ("a.b", false), ("A", false),
            ("_a", false), ("a_b", false), ("a-b.dpkg-new", false), ("a.dpkg-old", false), ("x-y.z", false),
        ])
    func lsb(name: String, isAccepted: Bool) {
        #expect(RunPartsNames.lsb.accepts(name) == isAccepted)
    }

    /// What is listed on the Debian page that this project was asked to reproduce.
    private static let daily = [
        "0anacron", "apache2", "apt", "apt-listbugs", "aptitude", "bsdmainutils", "chkrootkit", "debsums", "debtags",
        "dlocate", "dpkg", "etckeeper", "exim4-base", "htdig", "integrit", "locate", "logrotate", "man-db", "mdadm",
        "mlocate", "popularity-contest", "quota", "standard", "sxid",
    ]

    @Test("The listing of a usual /etc/cron.daily, by name and as a command", arguments: [true, false])
    func listing(byName: Bool) throws {
        let folder = try ScratchFolder()
        for name in Self.daily.shuffled() { try folder.write("cron.daily/\(name)", "#!/bin/sh\nexit 1\n") }
        for name in [".placeholder", "sysklogd.dpkg-old", "backup.sh"] {
            try folder.write("cron.daily/\(name)", "#!/bin/sh\n")
        }
        try folder.write("cron.daily/README", "nothing to run\n")
        let path = folder.url.appending(path: "cron.daily").path
        let run =
            byName
            ? try ProgramRun(folder.link("run-parts"), ["--test", path])
            : try ProgramRun(ProgramRun.timeball, ["run-parts", "--test", path])
        #expect(run.output == Self.daily.map { "\(path)/\($0)\n" }.joined())
        #expect(run.errors == "")
        #expect(run.code == 0)
    }

    @Test(
        "It does and says what Debian's does, word for word",
        .enabled(if: FileManager.default.isExecutableFile(atPath: debian)),
        arguments: [
            [], ["--test"], ["--list"], ["-v"], ["--report"], ["--report", "--exit-on-error"], ["--exit-on-error"],
            ["--exit-on-error", "-v"], ["--reverse", "--test"], ["--reverse"], ["--lsbsysinit", "--test"],
            ["--lsbsysinit", "--list"], ["--regex=^[a-b]", "--test"], ["--regex", "^p.*d$|x", "--list"], ["--regex=("],
            ["--test", "--list"], ["-u", "077", "--arg=x", "--arg=y z", "-v"], ["-u", "9"], ["--umask=0777777"],
            ["--bogus"], ["-d"], ["--report", "-v"], ["-a", "one", "--report"], ["--tes"], ["--re", "--test"],
            ["--stdin"], ["--stdin", "--report"], ["-x"], ["--arg"], ["--test=5"], ["-vu077"], ["--list", "d"],
            ["--new-session", "-v"],
        ])
    func sideBySide(options: [String]) throws {
        let folder = try ScratchFolder()
        let files = [
            "d/aa": "#!/bin/sh\necho out-a\necho err-a >&2\n", "d/bb": "#!/bin/sh\nexit 3\n",
            "d/cc": "#!/bin/sh\nkill -9 $$\n", "d/not-x": "nothing", "d/x.sh": "#!/bin/sh\necho dot\n",
            "d/under_score": "#!/bin/sh\necho \"$#: $*\"\numask\ncat\n", "d/badint": "#!/nonexistent\n",
            "d/Zz": "#!/bin/sh\nsleep 0.1; echo e1 >&2; sleep 0.1; echo o1; printf o2\n", "d/a.b-c": "#!/bin/sh\n",
        ]
        for (name, text) in files { try folder.write(name, text) }
        try folder.write("d/noshebang", "echo hi\n", permissions: 0o755)
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "d/dir"), withIntermediateDirectories: true)
        for (name, to) in [("d/dangling", "nowhere"), ("d/link", "aa")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.url.appending(path: name).path, withDestinationPath: to)
        }
        let theirs = try ProgramRun(Self.debian, options + ["d"], in: folder.url, input: "in\n")
        let ours = try ProgramRun(folder.link("run-parts"), options + ["d"], in: folder.url, input: "in\n")
        #expect(ours.output == theirs.output)
        // getopt says how it was called.
        #expect(ours.errors == theirs.errors.replacingOccurrences(of: Self.debian + ":", with: "run-parts:"))
        #expect(ours.code == theirs.code)
    }
}

import Foundation
import Testing

@Suite("incron with a daemon", .serialized, .enabled(if: JobsRig.isRoot, "needs root"))
struct WatchTests {
    /// Lines that the commands have written.
    private func told(_ rig: JobsRig) -> [String] { rig.read("work/told").split(separator: "\n").map(String.init) }

    /// A directory to watch, and a command that writes one line for each event.
    private func watched(_ rig: JobsRig) throws -> (folder: String, command: String) {
        let folder = rig.path("work/w")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        unsafe chmod(folder, 0o777)
        try rig.write("bin/tell", "#!/bin/sh\nprintf '%s %s\\n' \"$1\" \"$2\" >>\(rig.path("work/told"))\n")
        unsafe chmod(rig.path("bin/tell"), 0o755)
        try rig.write("work/told", "")
        unsafe chmod(rig.path("work/told"), 0o666)
        return (folder, rig.path("bin/tell"))
    }

    @Test(
        "A table is taken, listed and removed; what happens to files runs its commands, in directories made meanwhile too"
    )
    func plain() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let (folder, tell) = try watched(rig)
        let table = "# files that come\n\(folder) IN_CREATE,IN_MOVED_TO,IN_CLOSE_WRITE \(tell) $% $@/$#\n"
        #expect(rig.run("incrontab -", input: table).status == 0)
        #expect(rig.run("incrontab -l").output == table)
        rig.run("mkdir -p a/b/c/d && echo x >a/b/c/d/f && mv a z && echo y >z/b/g", directory: folder)
        try rig.wait("all is told") {
            told(rig).contains { $0.hasSuffix("\(folder)/z/b/g") } && told(rig).contains { $0.hasSuffix("b/c/d/f") }
        }
        #expect(told(rig).contains("IN_MOVED_TO,IN_ISDIR \(folder)/z"))
        #expect(rig.run("incrontab -r").output.contains("successfully removed"))
        #expect(rig.run("incrontab -l").status == 1)
        try rig.write("work/told", "")
        rig.run("echo >after", directory: folder)
        usleep(300_000)
        #expect(told(rig).isEmpty)
    }

    @Test("A file's name runs nothing, whatever it is; a table's path is a path")
    func injection() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let (folder, _) = try watched(rig)
        let odd = rig.path("work/w/x;id>pwned;")
        try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
        let table = """
            \(folder) IN_CREATE,recursive=false sh -c 'cd \(rig.path("work")); printf "%s|" "$1" >>names' x $#
            \(folder) IN_CREATE,recursive=false cd \(rig.path("work")); printf "%s|" $# >>shelled; echo "$#" '$#' >>quoted
            \(odd.replacing(";", with: "\\;")) IN_CREATE /usr/bin/touch \(rig.path("work/odd"))
            """
        // Within the first rule's own shell text, $1 is meant for that shell.
        let given = rig.run("incrontab -", input: table.replacing("\"$1\"", with: "\"$$1\"") + "\n")
        #expect(given.status == 0, "\(given)")
        let names = [
            "$(touch pwned)", ";touch pwned", "`touch pwned`", "-rf", "a b", "'\"", "new\nline", "$2", "&& touch pwned",
        ]
        for name in names { rig.touch(folder + "/" + name) }
        rig.touch(odd + "/f")
        try rig.wait("all were told") {
            rig.read("work/shelled").split(separator: "|").count == names.count
                && FileManager.default.fileExists(atPath: rig.path("work/odd"))
        }
        #expect(Set(rig.read("work/shelled").split(separator: "|").map(String.init)) == Set(names))
        let found = try FileManager.default.subpathsOfDirectory(atPath: rig.path("work"))
        #expect(!found.contains { ($0 as NSString).lastPathComponent == "pwned" })
    }

    @Test("A user's commands run as the user, and what the user may not read is not told")
    func rights() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let (folder, tell) = try watched(rig)
        for (name, mode) in [("closed", 0o700), ("closed/pub", 0o777), ("passage", 0o711)] as [(String, UInt32)] {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: false)
            unsafe chmod(folder + "/" + name, mode)
        }
        let table = """
            \(folder) IN_CREATE \(tell) $@/$# $(id)
            \(folder)/closed/pub IN_CREATE \(tell) $@/$# x
            \(folder)/passage IN_CREATE \(tell) $@/$# x

            """
        let refused = rig.run("incrontab -", input: table, user: JobsRig.nobody)
        #expect(refused.status == 1 && refused.errors.contains("a dollar for the shell is written $$"), "\(refused)")
        let given = rig.run(
            "incrontab -", input: table.replacing("$(id)", with: "\"$$(id -un)\""), user: JobsRig.nobody)
        #expect(given.status == 0, "\(given)")
        try rig.wait("it is loaded") { rig.log.contains("(nobody) LOAD") && rig.log.contains("passage is not watched") }
        #expect(rig.log.contains("closed/pub is not watched"))
        for name in ["closed/pub/a", "passage/b", "closed/c", "open"] {
            rig.touch(folder + "/" + name)
        }
        try rig.wait("what is open is told") { told(rig).contains("\(folder)/open nobody") }
        usleep(300_000)
        #expect(told(rig).count == 1, "\(told(rig))")

        #expect(rig.run("incrontab -u root -l", user: JobsRig.nobody).errors.contains("only root may"))
        #expect(rig.run("incrontab -u nobody -l").output.contains("passage"))
    }

    @Test(
        "incron.allow and incron.deny say who may",
        arguments: [
            (nil, nil, true), ("", nil, false), ("nobody\n", nil, true), (nil, "nobody", false), (nil, "root\n", true),
        ] as [(String?, String?, Bool)])
    func permission(allow: String?, deny: String?, isAllowed: Bool) throws {
        let rig = try JobsRig { rig in
            if let allow { try rig.write("etc/incron.allow", allow) }
            if let deny { try rig.write("etc/incron.deny", deny) }
        }
        try rig.waitUntilReady()
        let result = rig.run("incrontab -", input: "/tmp IN_CREATE true\n", user: JobsRig.nobody)
        #expect((result.status == 0) == isAllowed, "\(result)")
    }

    @Test("Tables that are links, belong to others or can be written by others are not used; a wrong line costs itself")
    func tables() throws {
        let rig = try JobsRig()
        let (folder, tell) = try watched(rig)
        let table = "\(folder) IN_CREATE \(tell) $# x\n"
        try rig.write("work/elsewhere", table)
        unsafe symlink(rig.path("work/elsewhere"), rig.path("etc/incron.d/link"))
        unsafe link(rig.path("work/elsewhere"), rig.path("etc/incron.d/hard"))
        try rig.write("etc/incron.d/open", table)
        unsafe chmod(rig.path("etc/incron.d/open"), 0o666)
        try rig.write("etc/incron.d/foreign", table)
        unsafe chown(rig.path("etc/incron.d/foreign"), JobsRig.nobody, 0)
        try rig.write("var/spool/incron/nosuchuser", table)
        unsafe mkfifo(rig.path("etc/incron.d/pipe"), 0o600)
        try rig.waitUntilReady()
        try rig.wait("all are named") {
            [
                "link: ", "hard: 2 names", "open: others may write", "foreign: it belongs to user 65534",
                "nosuchuser: there is no user", "pipe: ",
            ]
            .allSatisfy { rig.log.contains("incron table \($0)") }
        }
        rig.run("echo >f", directory: folder)
        try rig.write("etc/incron.d/good", "\(folder) IN_BAD x\n\(folder) IN_CREATE \(tell) $# good\n")
        try rig.wait("the good one is loaded") { rig.log.contains("good, 1 rules") }
        #expect(rig.log.contains("incron table good:1:"))
        rig.run("echo >g", directory: folder)
        try rig.wait("it is told") { told(rig) == ["g good"] }
    }

    @Test("While tables change again and again, no file is missed")
    func reload() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let (folder, tell) = try watched(rig)
        let line = "\(folder) IN_CREATE \(tell) $# x\n"
        rig.run("incrontab -", input: line)
        for number in 0..<60 {
            rig.touch("\(folder)/\(number)")
            if number % 5 == 0 { rig.run("incrontab -", input: String(repeating: "#\n", count: number) + line) }
            rig.touch("\(folder)/b\(number)")
        }
        try rig.wait("all are told", seconds: 30) { told(rig).count >= 120 }
        #expect(told(rig).count == 120 && Set(told(rig)).count == 120)
    }

    @Test("Where the kernel's queue runs over, that is said, and the files that came are found")
    func overflow() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let (folder, tell) = try watched(rig)
        for name in ["one", "two"] { try rig.write("work/\(name)", "") }
        let table = """
            \(folder) IN_CREATE \(tell) $# x
            \(rig.path("work/one")) IN_OPEN,loopable=true /bin/true
            \(rig.path("work/two")) IN_OPEN,loopable=true /bin/true

            """
        #expect(rig.run("incrontab -", input: table).status == 0)
        try rig.wait("it is loaded") { rig.log.contains("(root) LOAD") }
        let most = try #require(
            Int(String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8).dropLast()))
        kill(rig.daemonNumber, SIGSTOP)
        // By turns, because the kernel makes one of two equal events.
        for _ in 0..<(most / 2 + 500) {
            for name in ["one", "two"] { close(unsafe open(rig.path("work/\(name)"), O_RDONLY)) }
        }
        try FileManager.default.createDirectory(atPath: folder + "/d", withIntermediateDirectories: false)
        for name in ["late", "d/later"] { rig.touch("\(folder)/\(name)") }
        kill(rig.daemonNumber, SIGCONT)
        try rig.wait("the files are told", seconds: 60) {
            rig.log.contains("fs.inotify.max_queued_events") && told(rig).contains("late x")
                && told(rig).contains("later x")
        }
        rig.touch("\(folder)/d/after")
        try rig.wait("it goes on") { told(rig).contains("after x") }
    }

    @Test("A command that changes what it watches does not run for ever")
    func loop() throws {
        let rig = try JobsRig()
        try rig.waitUntilReady()
        let (folder, _) = try watched(rig)
        let table = """
            \(folder) IN_CLOSE_WRITE,recursive=false echo x >>\(folder)/log
            \(folder)/calm IN_CLOSE_WRITE,loopable=true echo x >>\(folder)/calm/log

            """
        try FileManager.default.createDirectory(atPath: folder + "/calm", withIntermediateDirectories: false)
        rig.run("incrontab -", input: table)
        rig.run("echo >f; echo >calm/f", directory: folder)
        try rig.wait("it is stopped", seconds: 30) { rig.log.contains("loopable=true") }
        let before = rig.read("work/w/log").count
        usleep(1_000_000)
        #expect(rig.read("work/w/log").count == before)
        #expect(before < 200)
        #expect(!rig.read("work/w/calm/log").isEmpty)
    }
}

import FileWatches
import Testing
import TimeBase

@Suite("Watched directories")
struct TreeTests {
    @Test("Events of a directory run the command, and say what happened where; other events do not")
    func plain() {
        var rig = WatchRig()
        rig.files.make("/w", isDirectory: true)
        rig.files.make("/w/old", isDirectory: false)
        rig.load("/w IN_CREATE,IN_MOVED_TO x $#\n/w IN_DELETE y\n")
        #expect(rig.runs.isEmpty)
        rig.files.make("/w/f", isDirectory: false)
        rig.files.write("/w/f")
        rig.files.make("/w/d", isDirectory: true)
        rig.files.remove("/w/old")
        rig.settle()
        #expect(rig.told == ["IN_CREATE /w/f", "IN_CREATE,IN_ISDIR /w/d", "IN_DELETE /w/old"])
        #expect(rig.runs.map(\.rule) == [1, 1, 2])
    }

    @Test("Directories that are made, and what came into them before they were watched, are not missed")
    func madeMeanwhile() {
        var rig = WatchRig()
        rig.files.make("/w", isDirectory: true)
        rig.load("/w IN_CREATE x\n")
        for path in ["/w/a", "/w/a/b", "/w/a/b/c"] { rig.files.make(path, isDirectory: true) }
        rig.files.make("/w/a/b/c/x", isDirectory: false)
        rig.settle()
        #expect(
            Set(rig.told) == [
                "IN_CREATE,IN_ISDIR /w/a", "IN_CREATE,IN_ISDIR /w/a/b", "IN_CREATE,IN_ISDIR /w/a/b/c",
                "IN_CREATE /w/a/b/c/x",
            ])
        #expect(rig.told.count == 4)
        rig.forgetRuns()
        rig.files.make("/w/a/b/c/y", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_CREATE /w/a/b/c/y"])
    }

    @Test("Hidden directories and directories below are watched only as the options say")
    func options() {
        for (option, wanted) in [
            ("", ["/w/d/f"]), (",dotdirs=true", ["/w/.h/f", "/w/d/f"]), (",recursive=false", []),
        ] {
            var rig = WatchRig()
            for path in ["/w", "/w/d", "/w/.h"] { rig.files.make(path, isDirectory: true) }
            rig.load("/w IN_CREATE\(option) x\n")
            for path in ["/w/d/f", "/w/.h/f"] { rig.files.make(path, isDirectory: false) }
            rig.settle()
            #expect(rig.told.sorted() == wanted.map { "IN_CREATE \($0)" }, "\(option)")
        }
    }

    @Test("A directory that is moved within is told of under its new name, one that leaves not at all")
    func moves() {
        var rig = WatchRig()
        for path in ["/w", "/w/a", "/w/a/b", "/w/t", "/o"] { rig.files.make(path, isDirectory: true) }
        rig.load("/w IN_CREATE x\n")
        rig.files.move("/w/a", "/w/t/n")
        rig.settle()
        rig.files.make("/w/t/n/b/f", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_CREATE /w/t/n/b/f"])
        rig.files.move("/w/t/n", "/o/n")
        rig.settle()
        rig.files.make("/o/n/b/g", isDirectory: false)
        rig.settle()
        #expect(rig.told.count == 1)
        #expect(rig.files.watched() == rig.files.directories("/w"))
    }

    @Test("A path that is not there yet is awaited, and one that is replaced goes on to be watched")
    func awaited() {
        var rig = WatchRig()
        rig.load("/a/b/conf IN_MODIFY,IN_CLOSE_WRITE x\n")
        #expect(rig.files.watched() == [Array("/".utf8)])
        rig.files.make("/a", isDirectory: true)
        rig.settle()
        rig.files.make("/a/b", isDirectory: true)
        rig.files.make("/a/b/other", isDirectory: false)
        rig.files.make("/a/b/conf", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_MODIFY,IN_CLOSE_WRITE /a/b/conf"])
        #expect(rig.files.watched() == [Array("/a/b/conf".utf8)])
        rig.forgetRuns()
        // As an editor saves.
        rig.files.make("/a/b/conf~", isDirectory: false)
        rig.files.move("/a/b/conf~", "/a/b/conf")
        rig.settle()
        #expect(rig.told == ["IN_MODIFY,IN_CLOSE_WRITE /a/b/conf"])
        rig.forgetRuns()
        rig.files.write("/a/b/conf")
        rig.settle()
        #expect(rig.told == ["IN_MODIFY /a/b/conf", "IN_CLOSE_WRITE /a/b/conf"])
        rig.files.remove("/a")
        rig.settle()
        rig.forgetRuns()
        rig.files.make("/a", isDirectory: true)
        rig.files.make("/a/b", isDirectory: true)
        rig.files.make("/a/b/conf", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_MODIFY,IN_CLOSE_WRITE /a/b/conf"])
    }

    @Test("A star stands for any name, also for one that comes later")
    func star() {
        var rig = WatchRig()
        for path in ["/users", "/users/a", "/users/a/in"] { rig.files.make(path, isDirectory: true) }
        rig.load("/users/*/in IN_CREATE x\n")
        rig.files.make("/users/a/in/f", isDirectory: false)
        rig.files.make("/users/b", isDirectory: true)
        rig.files.make("/users/b/in", isDirectory: true)
        rig.files.make("/users/b/in/g", isDirectory: false)
        rig.files.make("/users/b/out", isDirectory: true)
        rig.files.make("/users/b/out/h", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_CREATE /users/a/in/f", "IN_CREATE /users/b/in/g"])
    }

    @Test("A new table takes over without missing what the old one watched, and lets go of the rest")
    func reload() {
        var rig = WatchRig()
        for path in ["/w", "/v"] { rig.files.make(path, isDirectory: true) }
        rig.load("/w IN_CREATE x\n/v IN_CREATE y\n")
        rig.files.make("/w/before", isDirectory: false)
        rig.load("# now in the second line\n/w IN_CREATE x\n")
        rig.files.make("/w/after", isDirectory: false)
        rig.files.make("/v/after", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_CREATE /w/before", "IN_CREATE /w/after"])
        #expect(rig.files.watched() == [Array("/w".utf8)])
        #expect(rig.tree.rule(1)?.line == 2)
    }

    @Test("A full queue is reported, and what was lost is found: files made, changed and gone, also in new directories")
    func overflow() {
        var rig = WatchRig()
        for path in ["/w", "/w/d"] { rig.files.make(path, isDirectory: true) }
        for path in ["/w/d/gone", "/w/d/changed", "/w/d/same"] { rig.files.make(path, isDirectory: false) }
        rig.files.time += 1000
        rig.load("/w IN_CREATE,IN_CLOSE_WRITE,IN_DELETE x\n")
        rig.settle()
        rig.files.time += 1000
        rig.settle()
        rig.files.limit = 0
        rig.files.time += 1000
        rig.files.make("/w/n", isDirectory: true)
        rig.files.make("/w/n/made", isDirectory: false)
        rig.files.write("/w/d/changed")
        rig.files.remove("/w/d/gone")
        rig.files.limit = .max
        rig.settle()
        #expect(rig.notes.contains { $0.contains("fs.inotify.max_queued_events") })
        #expect(
            Set(rig.told) == [
                "IN_CREATE,IN_ISDIR /w/n", "IN_CLOSE_WRITE,IN_CREATE /w/n/made", "IN_CLOSE_WRITE /w/d/changed",
                "IN_DELETE /w/d/gone",
            ])
        rig.forgetRuns()
        rig.files.make("/w/n/later", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_CREATE /w/n/later", "IN_CLOSE_WRITE /w/n/later"])
    }

    @Test(
        "With loopable=true nothing starts while a run goes on; without it a command that sets off itself is stopped, and said so"
    )
    func loops() {
        var rig = WatchRig()
        rig.files.make("/w", isDirectory: true)
        rig.endsAtOnce = false
        rig.load("/w IN_CLOSE_WRITE,loopable=true x\n")
        rig.files.make("/w/a", isDirectory: false)
        rig.files.make("/w/b", isDirectory: false)
        rig.settle()
        #expect(rig.told == ["IN_CLOSE_WRITE /w/a"])
        rig.end(1)
        rig.files.write("/w/b")
        rig.settle()
        #expect(rig.told == ["IN_CLOSE_WRITE /w/a", "IN_CLOSE_WRITE /w/b"])

        var loop = WatchRig()
        loop.files.make("/w", isDirectory: true)
        loop.load("/w IN_CLOSE_WRITE x\n")
        loop.files.make("/w/log", isDirectory: false)
        for _ in 0..<200 {
            loop.settle()
            loop.files.write("/w/log")
        }
        #expect(loop.runs.count < 30)
        #expect(loop.notes.count == 1 && loop.notes[0].contains("loopable=true"))
        loop.files.make("/w/other", isDirectory: false)
        loop.settle()
        #expect(loop.told.last == "IN_CLOSE_WRITE /w/other")
    }

    @Test("A rule for one event runs once")
    func oneShot() {
        var rig = WatchRig()
        rig.files.make("/w", isDirectory: true)
        rig.load("/w IN_CREATE,IN_ONESHOT x\n")
        for name in ["a", "b"] { rig.files.make("/w/\(name)", isDirectory: false) }
        rig.settle()
        #expect(rig.told == ["IN_CREATE /w/a"])
        #expect(rig.files.watched().isEmpty)
    }

    @Test("A storm of events does not start more than some hundred runs at once; the rest follow in order")
    func storm() {
        var rig = WatchRig()
        rig.files.make("/w", isDirectory: true)
        rig.endsAtOnce = false
        rig.load("/w IN_CREATE x\n")
        for number in 0..<1000 { rig.files.make("/w/\(number)", isDirectory: false) }
        rig.settle()
        #expect(rig.runs.count == 200)
        for _ in 0..<1000 { rig.end(1) }
        #expect(rig.told == (0..<1000).map { "IN_CREATE /w/\($0)" })
    }
}

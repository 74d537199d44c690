import Foundation
import Linux
import Testing

@testable import Daemon

@Suite struct AtomicFileTests {
    @Test("Whichever step is the last, the file holds its old content or the new one, whole", arguments: 0...4)
    func interrupted(steps: Int) throws {
        let scratch = try Scratch()
        try scratch.write("old", to: "drift")
        if steps > 0 {
            let file = try AtomicFile(replacing: scratch.file("drift"))
            if steps > 1 { try file.write(Array("new".utf8)) }
            if steps > 2 { try file.sync() }
            if steps > 3 { try file.replace() }
            // Here the process is killed: nothing is tidied up.
        }
        #expect(try scratch.text(of: "drift") == (steps > 3 ? "new" : "old"))
        // What the killed process left does not disturb the next.
        try AtomicFile.write("newer", to: scratch.file("drift"))
        #expect(try scratch.text(of: "drift") == "newer")
        #expect(scratch.names == ["drift"])
    }

    @Test("A link that somebody put beside the file is not followed")
    func link() throws {
        let scratch = try Scratch()
        try scratch.write("precious", to: "victim")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file(".drift.new"), withDestinationPath: scratch.file("victim"))
        try AtomicFile.write("new", to: scratch.file("drift"))
        #expect(try scratch.text(of: "victim") == "precious")
        #expect(try scratch.text(of: "drift") == "new")
        #expect(scratch.names == ["drift", "victim"])
    }

    @Test("A disk that takes nothing leaves the old content, and nothing beside it")
    func full() throws {
        let scratch = try Scratch()
        // A directory cannot be replaced by a file, so the last step fails.
        try FileManager.default.createDirectory(atPath: scratch.file("drift"), withIntermediateDirectories: false)
        #expect(throws: SystemError.self) { try AtomicFile.write("new", to: scratch.file("drift")) }
        #expect(scratch.names == ["drift"])
        #expect(throws: SystemError.self) { try AtomicFile.write("new", to: "/nowhere/at/all/drift") }
    }

    @Test("A file that is not there is nil, not an error")
    func missing() throws {
        let scratch = try Scratch()
        #expect(try AtomicFile.read(scratch.file("drift")) == nil)
        try scratch.write("-1.5 0.02\n", to: "drift")
        #expect(try AtomicFile.read(scratch.file("drift")) == "-1.5 0.02\n")
        #expect(try AtomicFile.read(scratch.file("drift"), atMost: 4) == "-1.5")
    }

    @Test("A state directory in which everybody may replace files is complained about")
    func stateDirectory() throws {
        let scratch = try Scratch()
        #expect(StateDirectory.complaint(aboutFile: scratch.file("drift")) == nil)
        try scratch.permit(0o777)
        #expect(
            StateDirectory.complaint(aboutFile: scratch.file("drift"))?.hasPrefix("Wrong permissions on") == true)
        #expect(StateDirectory.complaint(aboutFile: "/nowhere/drift")?.contains("No such file") == true)
    }
}

@Suite struct PIDFileTests {
    private let own = ProcessInfo.processInfo.processIdentifier

    @Test("The file names this process, and is gone afterwards")
    func life() throws {
        let scratch = try Scratch()
        let file = try PIDFile(scratch.file("pid"))
        #expect(try scratch.text(of: "pid") == "\(own)\n")
        file.remove()
        #expect(scratch.names.isEmpty)
    }

    @Test("A live process's file is refused with a sentence that names the process")
    func alive() throws {
        let scratch = try Scratch()
        // The first process of the system is always alive.
        try scratch.write("1\n", to: "pid")
        do throws(StartError) {
            _ = try PIDFile(scratch.file("pid"))
            Issue.record("it was taken over")
        } catch {
            #expect(error.sentence == "Another daemon may already be running (pid=1); check \(scratch.file("pid")).")
        }
        #expect(try scratch.text(of: "pid") == "1\n")
    }

    @Test(
        "A dead process's file, or one without sense, is replaced", arguments: ["4194304999\n", "", "seven\n", "-1\n"])
    func stale(text: String) throws {
        let scratch = try Scratch()
        try scratch.write(text, to: "pid")
        let file = try PIDFile(scratch.file("pid"))
        #expect(try scratch.text(of: "pid") == "\(own)\n")
        file.remove()
    }

    @Test("A link in the file's place is not followed")
    func link() throws {
        let scratch = try Scratch()
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("pid"), withDestinationPath: scratch.file("victim"))
        do throws(StartError) {
            _ = try PIDFile(scratch.file("pid"))
            Issue.record("it was taken over")
        } catch {
            #expect(error.sentence.contains("not an ordinary file"))
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("victim")))
    }

    @Test("A file that names somebody else by now is left to them")
    func replaced() throws {
        let scratch = try Scratch()
        let file = try PIDFile(scratch.file("pid"))
        try scratch.write("1\n", to: "pid")
        file.remove()
        #expect(try scratch.text(of: "pid") == "1\n")
    }
}

@Suite struct LogTests {
    @Test("A line begins with the time in UTC, and cannot be made into two")
    func line() throws {
        let scratch = try Scratch()
        var log = try Log.file(scratch.file("log"))
        log.write("Selected source 192.0.2.1\n2026-01-01T00:00:00Z forged")
        log.write("unseen", .debug)
        log.minimum = .debug
        log.write("seen", .debug)
        let lines = try scratch.text(of: "log").split(separator: "\n")
        #expect(lines.count == 2)
        let first = try #require(lines.first)
        #expect(first.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ Selected source 192\.0\.2\.1\?2026.*/) != nil)
        #expect(lines.last?.hasSuffix("Z seen") == true)
    }
}

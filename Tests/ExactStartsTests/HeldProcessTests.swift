import ExactStarts
import Foundation
import Linux
import Testing
import TimeBase

@Suite("Processes that wait to be let go", .serialized)
struct HeldProcessTests {
    private func scratch() -> String {
        FileManager.default.temporaryDirectory.appending(path: "held-\(UUID().uuidString.prefix(13))").path
    }

    /// Writes to a file as its first act.
    private func marker(_ file: String, exit code: Int = 0) -> ProgramStart {
        ProgramStart(path: "/bin/sh", arguments: ["sh", "-c", "echo $$ > \(file); exit \(code)"])
    }

    private func exists(_ process: Int32) -> Bool {
        FileManager.default.fileExists(atPath: "/proc/\(process)")
    }

    @Test("One that is held at its entry is loaded, has done nothing, and goes when it is let go")
    func entry() throws {
        let file = scratch()
        var held = try HeldProcess(marker(file, exit: 7), hold: .entry)
        let process = held.process
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        // The dynamic linker has mapped the libraries, and bound them.
        #expect(maps.contains("libc.so"))
        Thread.sleep(forTimeInterval: 0.1)
        #expect(!FileManager.default.fileExists(atPath: file))
        try held.release()
        held.letGo()
        #expect(try ChildProcess.wait(for: process).code == 7)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "\(process)\n")
    }

    @Test("One that is held before exec goes by itself, not before its instant, and says when")
    func before() throws {
        let file = scratch()
        var held = try HeldProcess(marker(file, exit: 7), hold: .before)
        let target = KernelClock.monotonic + .milliseconds(300)
        // First a later one: the last word counts.
        let isFirst = try held.aim(at: target + .seconds(60), latest: target + .seconds(61))
        let isSecond = try held.aim(at: target, latest: target + .seconds(30))
        #expect(isFirst && isSecond)
        Thread.sleep(forTimeInterval: 0.1)
        #expect(!FileManager.default.fileExists(atPath: file))
        let process = held.process
        #expect(try ChildProcess.wait(for: process).code == 7)
        guard case .released(let moment) = held.news else {
            Issue.record("it has not gone")
            return
        }
        #expect(moment >= target)
        #expect(moment - target < .seconds(1))
        held.letGo()
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test("One that would be too late waits for another word instead")
    func late() throws {
        let file = scratch()
        let held = try HeldProcess(marker(file), hold: .before)
        let past = KernelClock.monotonic - .seconds(1)
        let isWaiting = try held.aim(at: past, latest: past + .milliseconds(10))
        #expect(isWaiting)
        for _ in 0..<100 where held.news != .late { Thread.sleep(forTimeInterval: 0.02) }
        let news = held.news
        #expect(news == .late)
        #expect(!FileManager.default.fileExists(atPath: file))
        _ = try held.aim(at: past, latest: past + .seconds(3600))
        let process = held.process
        #expect(try ChildProcess.wait(for: process).code == 0)
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test("One that is cancelled, or forgotten, ends without having gone", arguments: [Hold.before, .entry])
    func cancelled(hold: Hold) throws {
        let file = scratch()
        var process: Int32 = 0
        do {
            var held = try HeldProcess(marker(file), hold: hold)
            process = held.process
            #expect(exists(process))
            let (first, second) = (held.cancel(), held.cancel())
            #expect(first && !second)
        }
        #expect(!exists(process))
        do {
            let held = try HeldProcess(marker(file), hold: hold)
            process = held.process
        }
        #expect(!exists(process))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("What cannot be executed is said when it is prepared, not at the instant", arguments: [Hold.before, .entry])
    func missing(hold: Hold) {
        #expect(throws: SystemError(call: "exec /nonexistent/program", number: SystemError.noSuchFile)) {
            _ = try HeldProcess(ProgramStart(path: "/nonexistent/program", arguments: ["program"]), hold: hold)
        }
    }

    @Test("Descriptors, directory, environment and file mask are as asked for")
    func setting() throws {
        let file = scratch()
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        let output = try #require(FileHandle(forWritingAtPath: file))
        var start = ProgramStart(
            path: "/bin/sh",
            arguments: ["sh", "-c", "pwd; echo $A; umask; echo e >&2"])
        start.directory = "/usr"
        start.environment = ["A=b c", "PATH=/usr/bin:/bin"]
        start.fileMask = 0o27
        start.output = output.fileDescriptor
        start.errors = output.fileDescriptor
        start.isNewSession = true
        #expect(try ChildProcess.wait(for: try start.start()).code == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "/usr\nb c\n0027\ne\n")
    }
}

@Suite("What is loaded with a program")
struct ProgramImageTests {
    @Test("Of a binary its dynamic linker, of a script its interpreter")
    func images() throws {
        let shell = [UInt8](try Data(contentsOf: URL(filePath: "/bin/sh")).prefix(ProgramImage.headLength))
        guard case .binary(let linker?)? = ProgramImage(shell) else {
            Issue.record("/bin/sh is linked dynamically")
            return
        }
        #expect(FileManager.default.isExecutableFile(atPath: linker))
        #expect(ProgramImage(Array("#! /usr/bin/env python3\nx".utf8)) == .script(interpreter: "/usr/bin/env"))
        #expect(ProgramImage(Array("#!/bin/sh".utf8)) == .script(interpreter: "/bin/sh"))
        for text in ["", "#!", "#!\n", "hello", "\u{7f}ELF"] { #expect(ProgramImage(Array(text.utf8)) == nil) }
    }

    @Test("Cut short or changed anywhere, a binary is read or refused, and nothing else")
    func mutated() throws {
        let shell = [UInt8](try Data(contentsOf: URL(filePath: "/bin/sh")).prefix(2048))
        var random = SplitMix(state: 1)
        for _ in 0..<20_000 {
            var octets = shell
            for _ in 0..<3 { octets[Int(random.next() % 1024)] = UInt8(truncatingIfNeeded: random.next()) }
            if case .binary(let linker?)? = ProgramImage(Array(octets.prefix(Int(random.next() % 2048)))) {
                #expect(linker.utf8.count <= 4096)
            }
        }
    }

    @Test("The files that the dynamic linker lists")
    func listed() {
        let text = """
            \tlinux-vdso.so.1 (0x00007fff)
            \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f58)
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f59)
            \tlibmissing.so => not found
            """
        #expect(
            ProgramImage.libraries(listed: text)
                == ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"])
    }
}

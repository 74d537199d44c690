import Addresses
import Foundation
import Testing

/// The program as a whole, started as an operator would, without touching the clock.
@Suite struct DaemonTests {
    @Test(
        "The daemon starts, leaves traces of itself, ends within a second of SIGTERM, and tidies up",
        .timeLimit(.minutes(1)))
    func life() throws {
        let scratch = try Scratch()
        let process = try start(scratch, ["server 127.0.0.1 port \(try closedEndpoint().port)"])
        #expect(eventually { scratch.names == ["bound", "log", "pid", "sock"] })
        #expect(try scratch.text(of: "pid") == "\(process.processIdentifier)\n")
        let asked = Date()
        process.terminate()
        let hasEnded = eventually { !process.isRunning }
        if !hasEnded { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        #expect(Date().timeIntervalSince(asked) < 1)
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        // The page stays: what it says goes on.
        #expect(scratch.names == ["bound", "log"])
        let lines = try scratch.text(of: "log").split(separator: "\n")
        #expect(lines.first?.hasSuffix("Z timeballd starting") == true)
        #expect(lines.last?.hasSuffix("Z timeballd exiting") == true)
    }

    @Test("The drift file's folder is made", .timeLimit(.minutes(1)))
    func driftFolder() throws {
        let scratch = try Scratch()
        let process = try start(scratch, ["driftfile \(scratch.file("lib"))/drift"])
        defer { process.terminate() }
        #expect(eventually { scratch.names.contains("lib") && scratch.names.contains("sock") })
        #expect(try scratch.text(of: "log").contains("cannot be saved") == false)
    }

    @Test("Going into the background it lets go of what whoever started it left open", .timeLimit(.minutes(1)))
    func inheritedDescriptors() throws {
        let scratch = try Scratch()
        let options = [
            "-x", "-l", scratch.file("log"), "port 0", "cmdport 0", "pidfile \(scratch.file("pid"))",
            "bindcmdaddress \(scratch.file("sock"))",
        ]
        // The shell's `cat` ends when nobody holds the pipe's other end any more, and the daemon lives on.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments =
            ["-c", #"{ "$@" 7>&1 >/dev/null 2>&1; } | cat; test -e "$0""#, scratch.file("pid"), daemonPath] + options
        try shell.run()
        let hasEnded = eventually { !shell.isRunning }
        if let process = Int32(try scratch.text(of: "pid").dropLast()) { kill(process, SIGTERM) }
        shell.waitUntilExit()
        #expect(hasEnded && shell.terminationStatus == 0)
    }

    @Test("A signal is not missed, however near it comes to the beginning of the wait", .timeLimit(.minutes(1)))
    func signals() throws {
        for delay in 0..<20 as Range<UInt32> {
            let scratch = try Scratch()
            let process = try start(scratch, [])
            #expect(eventually { scratch.names.contains("sock") })
            usleep(delay * 37)
            process.terminate()
            let hasEnded = eventually { !process.isRunning }
            #expect(hasEnded)
            if !hasEnded { kill(process.processIdentifier, SIGKILL) }
        }
    }

    @Test("A second daemon with the same PID file refuses to start, with status 1 and a sentence")
    func second() throws {
        let scratch = try Scratch()
        let first = try start(scratch, [])
        defer { first.terminate() }
        #expect(eventually { scratch.names.contains("sock") })
        let second = try start(scratch, [], log: "second")
        second.waitUntilExit()
        #expect(second.terminationStatus == 1)
        #expect(
            try scratch.text(of: "second").contains(
                "Another daemon may already be running (pid=\(first.processIdentifier))"))
        #expect(first.isRunning)
    }

    @Test("The daemon keeps a page for every program, marks it at its end, and without a place for it goes on")
    func page() throws {
        let scratch = try Scratch()
        let process = try start(scratch, [])
        func state() throws -> UInt8 { try Data(contentsOf: URL(fileURLWithPath: scratch.file("bound")))[64] }
        #expect(eventually { scratch.names.contains("sock") && scratch.names.contains("bound") })
        #expect(try state() == 1)
        process.terminate()
        process.waitUntilExit()
        #expect(try state() == 2)
        let homeless = try start(scratch, ["boundfile \(scratch.file("log"))/bound"], log: "homeless")
        defer { homeless.terminate() }
        let hasComplained = eventually {
            (try? scratch.text(of: "homeless"))?.contains("Other programs cannot read") == true
        }
        #expect(hasComplained)
        #expect(homeless.isRunning)
    }

    private func start(_ scratch: Scratch, _ directives: [String], log: String = "log") throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: daemonPath)
        process.arguments =
            ["-x", "-n", "-l", scratch.file(log), "port 0", "cmdport 0"]
            + ["pidfile \(scratch.file("pid"))", "bindcmdaddress \(scratch.file("sock"))"]
            + ["boundfile \(scratch.file("bound"))"] + directives
        try process.run()
        return process
    }
}

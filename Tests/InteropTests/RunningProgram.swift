import Foundation
import Testing

/// A program that runs. What it prints goes to a file; it is known by its process identifier, never by name.
final class RunningProgram {
    let name: String
    let log: URL
    private let process = Process()
    private let input = Pipe()

    init(_ name: String, path: String, arguments: [String], environment: [String: String], log: URL) throws {
        self.name = name
        self.log = log
        try Data().write(to: log)
        let file = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = file
        process.standardError = file
        try withoutBlockedSignals { try process.run() }
        try file.close()
    }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Everything that it has printed so far.
    var output: String { (try? String(decoding: Data(contentsOf: log), as: UTF8.self)) ?? "" }

    /// A line on its standard input.
    func tell(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    }

    func send(_ signal: Int32) {
        if process.isRunning { kill(pid, signal) }
    }

    /// Waits for its end, and says its exit status, or 128 and the signal that ended it.
    func exitStatus(within limit: Duration) throws -> Int32 {
        try wait(for: "\(name) to end", within: limit) { !process.isRunning }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Ends it, by force if it does not end by itself.
    func stop() {
        // Foundation would keep it for ever, and starting a process crashes where more than a thousand files are open.
        defer { try? input.fileHandleForWriting.close() }
        send(SIGTERM)
        if (try? exitStatus(within: .seconds(3))) == nil {
            send(SIGKILL)
            _ = try? exitStatus(within: .seconds(3))
        }
    }
}

/// It did not come about in time.
struct Waited: Error, CustomStringConvertible {
    var description: String
}

/// It cannot come about any more.
struct Hopeless: Error, CustomStringConvertible {
    var description: String
}

/// Threads of a test run with most signals blocked, and a child inherits that; a daemon could not be ended by SIGTERM.
private func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
}

/// Waits until something holds. Except ``Hopeless``, what is thrown while looking counts as "not yet", and is named if it stays so.
func wait(for what: String, within limit: Duration, until holds: () throws -> Bool) throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var last = ""
    while true {
        do {
            if try holds() { return }
            last = ""
        } catch let error as Hopeless {
            throw error
        } catch {
            last = " (\(error))"
        }
        guard clock.now < deadline else { throw Waited(description: "\(limit) were not enough for \(what)\(last)") }
        pause(.milliseconds(50))
    }
}

/// Does nothing for a while.
func pause(_ duration: Duration) {
    Thread.sleep(forTimeInterval: Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
}

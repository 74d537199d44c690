import Foundation
import Glibc
import JobsControl
import Testing

/// A timeball-jobsd with tables, spool and state of its own; it and the folder go away with the test.
final class RunningDaemon {
    let root: String
    private(set) var process: Process
    private let options: [String]
    private let through: [String]

    /// - Parameters:
    ///   - through: a command that executes the words behind it; ROOT in it is the folder of this daemon.
    ///   - prepare: lays out what the daemon finds.
    init(
        options: [String] = [], through: [String] = [],
        prepare: (RunningDaemon) throws -> Void = { _ in }
    ) throws {
        root = "/tmp/jobs-test-\(UUID().uuidString.prefix(13))"
        self.options = options
        self.through = through
        process = Process()
        for folder in ["etc/cron.d", "var/spool/cron/crontabs", "usr/sbin", "out"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        for folder in ["", "out"] { unsafe chmod("\(root)/\(folder)", folder.isEmpty ? 0o755 : 0o777) }
        // The zone is UTC then.
        try prepare(self)
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: root)
    }

    static var binaries: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".build/debug")
    }

    func start() throws {
        process = Process()
        let program = Self.binaries.appending(path: "timeball-jobsd")
        let arguments = ["--foreground", "--root", root, "--log", "\(root)/log"] + options
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = through.map { $0.replacingOccurrences(of: "ROOT", with: root) } + [program.path] + arguments
        try process.run()
        let isUp = eventually { self.connection != nil }
        try #require(isUp, "the daemon did not start: \(log)")
        // What it found at its start is in force once it answers.
        _ = ask(.reload)
    }

    /// As a failure of power to the process alone.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    var log: String { (try? String(contentsOfFile: "\(root)/log", encoding: .utf8)) ?? "" }
    func out(_ name: String) -> String { (try? String(contentsOfFile: "\(root)/out/\(name)", encoding: .utf8)) ?? "" }
    func lines(_ name: String) -> [Substring] { out(name).split(separator: "\n") }

    // MARK: Files

    func write(_ text: String, to path: String, mode: mode_t = 0o644, owner: uid_t = 0) throws {
        let whole = "\(root)/\(path)"
        // In one go, as an editor does it.
        let aside = "\(root)/.aside-\(UUID().uuidString)"
        try Data(text.utf8).write(to: URL(filePath: aside))
        unsafe chmod(aside, mode)
        unsafe chown(aside, owner, owner)
        let renamed = unsafe rename(aside, whole)
        try #require(renamed == 0)
    }

    func writeTable(_ text: String, of user: String, owner: uid_t) throws {
        try write(text, to: "var/spool/cron/crontabs/\(user)", mode: 0o600, owner: owner)
    }

    func writeScript(_ text: String, to path: String) throws {
        try write("#!/bin/sh\n" + text, to: path, mode: 0o755)
    }

    // MARK: Requests

    private var connection: Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array("\(root)/run/timeball/jobs.sock".utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// As root.
    @discardableResult
    func ask(_ request: JobsRequest) -> JobsReply? {
        guard let descriptor = connection else { return nil }
        defer { close(descriptor) }
        let frame = request.frame
        guard unsafe frame.withUnsafeBytes({ unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }) == frame.count
        else {
            return nil
        }
        var stream: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            if let content = try? Frame.take(&stream, longest: Frame.longestReply) { return try? JobsReply(content) }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return nil }
            stream += buffer.prefix(count)
        }
    }

    var runs: [RunReport] {
        guard case .runs(let runs)? = ask(.log(name: nil, count: 10_000)) else { return [] }
        return runs.reversed()
    }

    var jobs: [JobReport] {
        guard case .jobs(let jobs)? = ask(.list) else { return [] }
        return jobs
    }

    /// A tool's output, status and complaints, run as a user.
    func timeball(
        _ arguments: [String], as user: uid_t = 0, input: String = "", environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let tool = Process()
        tool.executableURL = URL(filePath: "/usr/bin/setpriv")
        tool.arguments =
            [
                "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups",
                Self.binaries.appending(path: "timeball").path,
            ]
            + arguments
        tool.environment = ["TIMEBALL_JOBS_SOCKET": "\(root)/run/timeball/jobs.sock", "PATH": "/usr/bin:/bin"]
            .merging(environment) { $1 }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (tool.standardInput, tool.standardOutput, tool.standardError) = (stdin, stdout, stderr)
        try tool.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        let errors = stderr.fileHandleForReading.readDataToEndOfFile()
        tool.waitUntilExit()
        return (
            tool.terminationStatus, String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self)
        )
    }
}

/// Waits until something is true, for at most so many seconds.
func eventually(within seconds: Double = 8, _ condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if condition() { return true }
        Thread.sleep(forTimeInterval: 0.01)
    }
    return condition()
}

/// The user of which every system has one and that may do nothing.
let nobody: uid_t = 65534

/// Whether this process may start others' processes.
let isRoot = getuid() == 0

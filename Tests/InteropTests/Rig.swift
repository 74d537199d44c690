import Foundation
import Testing

/// A private folder and the programs that were started in it.
final class Rig {
    let folder: URL
    private var running: [RunningProgram] = []

    private init() throws {
        // Short, because the path of a Unix socket must fit into 108 octets.
        folder = URL(filePath: "/tmp/timeball-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    }

    /// Hands out a rig, and ends its programs and removes its folder afterwards, whatever happens.
    /// If the test throws, what the programs had printed is shown.
    static func with(_ body: (Rig) throws -> Void) throws {
        let rig = try Rig()
        defer {
            for program in rig.running.reversed() { program.stop() }
            try? FileManager.default.removeItem(at: rig.folder)
        }
        do {
            try body(rig)
        } catch {
            for program in rig.running {
                let lines = program.output.split(separator: "\n").suffix(25).joined(separator: "\n    ")
                print("--- \(program.name)\(program.isRunning ? "" : " (ended)") said last:\n    \(lines)")
            }
            throw error
        }
    }

    /// Starts a program that stays until the rig goes, or until it is stopped.
    @discardableResult
    func start(
        _ name: String, _ path: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> RunningProgram {
        let log = folder.appending(path: "\(name)-\(running.count).log")
        let program = try RunningProgram(
            name, path: path, arguments: arguments, environment: environment, log: log)
        running.append(program)
        return program
    }

    /// Runs a program to its end.
    @discardableResult
    func run(
        _ program: NeededProgram, _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = .seconds(20)
    ) throws -> (status: Int32, output: String) {
        try run(program.rawValue, program.path, arguments, environment: environment, within: limit)
    }

    /// Runs a program to its end.
    @discardableResult
    func run(
        _ name: String, _ path: String, _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = .seconds(20)
    ) throws -> (status: Int32, output: String) {
        let program = try start(name, path, arguments, environment: environment)
        defer {
            program.stop()
            running.removeAll { $0 === program }
        }
        let status = try program.exitStatus(within: limit)
        return (status, program.output)
    }

    /// Writes a file into the folder, and says its path.
    func write(_ name: String, _ text: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// A folder in the folder that nobody else may enter, as chronyd demands for its socket.
    func privateFolder(_ name: String) throws -> String {
        let inner = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: inner, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        return inner.path
    }

    /// A UDP port that nobody uses now.
    func freePort() throws -> UInt16 {
        let used = try ["/proc/net/udp", "/proc/net/udp6"].map { try String(contentsOfFile: $0, encoding: .utf8) }
            .joined()
        for _ in 0..<1000 {
            let port = UInt16.random(in: 11_000...30_000)
            let digits = String(port, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: 4 - digits.count) + digits
            if !used.contains(":\(padded) ") { return port }
        }
        throw Waited(description: "no UDP port is free")
    }
}

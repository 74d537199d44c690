import Foundation

/// A program that was run, and what it said.
struct ProgramRun {
    var output: String
    var errors: String
    var code: Int32

    /// The folder of this checkout.
    static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let timeball = checkout.appending(path: ".build/debug/timeball").path

    /// Runs a program to its end, with files for what it prints, so that no pipe fills up.
    init(
        _ path: String, _ arguments: [String], in folder: URL? = nil, input: String = "",
        environment: [String: String] = [:]
    ) throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let files = ["in", "out", "err"].map { scratch.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        let process = Foundation.Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        output = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
        code = process.terminationStatus
    }
}

/// A folder that goes away with the test.
final class ScratchFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "timeball-test-\(UUID().uuidString.prefix(13))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file; executable if it begins with `#!` or is told to be.
    func write(_ name: String, _ text: String, permissions: Int? = nil) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        let mode = permissions ?? (text.hasPrefix("#!") ? 0o755 : 0o644)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    }

    func read(_ name: String) -> String? {
        (try? Data(contentsOf: url.appending(path: name))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A name by which timeball is something else.
    func link(_ name: String) throws -> String {
        let path = url.appending(path: name)
        try FileManager.default.createSymbolicLink(atPath: path.path, withDestinationPath: ProgramRun.timeball)
        return path.path
    }
}

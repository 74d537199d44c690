import FileWatches
import Foundation
import Testing

@Suite("Commands of incrontabs")
struct CommandTests {
    static let nasty = [
        "plain", "a b", "$(touch pwned)", ";touch pwned", "`touch pwned`", "-rf", "x\ny", "'", "\"",
        "'\"; touch pwned; \"'",
        "$1", "${2}", "*", "\\", "\u{1b}[31m", "&& touch pwned", "| touch pwned",
    ]

    private func arguments(_ command: String, _ name: String) throws -> [String] {
        try WatchCommand(Array(command.utf8)).arguments(
            WatchOccurrence(path: Array("/w d".utf8), name: Array(name.utf8), mask: [.create, .isDirectory])
        ).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("Without shell syntax a command is words, and what a wildcard stands for stays in its word", arguments: nasty)
    func plain(name: String) throws {
        #expect(
            try arguments("/bin/x $@/$# a$%b $&", name)
                == ["/bin/x", "/w d/\(name)", "aIN_CREATE,IN_ISDIRb", "1073742080"])
        #expect(try arguments("x a\\ b", name) == ["x", "a b"])
    }

    @Test("With shell syntax the shell gets values as parameters, never as text", arguments: nasty)
    func shell(name: String) throws {
        for command in [
            "printf '%s' $# >out", "printf '%s' \"$#\" >out", "printf '%s' ''$#'' >out", "printf '%s' '$#' >out",
            "a=$#; printf %s \"$$a\" >out",
        ] {
            // A per cent sign that is no wildcard stays.
            let words = try arguments(command, name)
            #expect(words.prefix(2) == ["/bin/sh", "-c"] && !words[2].contains("pwned"))
            let folder = URL.temporaryDirectory.appending(path: "timeball-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let process = Process()
            process.executableURL = URL(filePath: words[0])
            process.arguments = Array(words.dropFirst())
            process.currentDirectoryURL = folder
            try process.run()
            process.waitUntilExit()
            #expect(try String(contentsOf: folder.appending(path: "out"), encoding: .utf8) == name, "\(command)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "pwned").path()))
        }
    }

    @Test("A dollar for the shell is written $$")
    func dollars() throws {
        #expect(try arguments("echo $$HOME", "x")[2] == "echo $HOME")
        #expect(throws: WatchCommandError.self) { try WatchCommand(Array("echo $HOME".utf8)) }
        #expect(try arguments("echo a$", "x")[2] == "echo a$")
    }
}

import FileWatches
import Foundation
import Testing
import TimeBase

@Suite("Incrontabs")
struct TableTests {
    private func rule(_ line: String) throws(WatchTableError) -> WatchRule? { try WatchTable.rule(Array(line.utf8)) }

    private func error(_ line: String) -> WatchTableError? {
        do throws(WatchTableError) {
            _ = try rule(line)
            return nil
        } catch { return error }
    }

    @Test("A line is a path, events with options, and a command")
    func lines() throws {
        let first = try #require(try rule("/tmp IN_ALL_EVENTS abcd $@/$# $%"))
        #expect(first.path == Array("/tmp".utf8) && first.events == .allEvents)
        #expect(first.isRecursive && !first.isLoopable && !first.includesDotDirectories)
        #expect(first.command == Array("abcd $@/$# $%".utf8))
        let options = try #require(
            try rule("\t/usr/bin/ IN_ACCESS,loopable=true,recursive=false,dotdirs=true,IN_ONLYDIR abcd $# "))
        #expect(options.path == Array("/usr/bin".utf8))
        #expect(options.isLoopable && !options.isRecursive && options.includesDotDirectories)
        #expect(options.mask == [.access, .onlyDirectory])
        #expect(options.command == Array("abcd $# ".utf8))
        #expect(try #require(try rule("/var/log 12 abcd")).events == [.attributes, .closeWrite])
        #expect(try #require(try rule("/a IN_MOVE,IN_CLOSE,IN_NO_LOOP x")).events.rawValue == 0xd8)
        #expect(try #require(try rule("/a\\ b\\\\c//d IN_CREATE x")).path == Array("/a b\\c/d".utf8))
        #expect(try rule("# /tmp IN_CREATE x") == nil && rule("") == nil && rule(" \t") == nil)
    }

    @Test(
        "What is wrong with a line is said, and where",
        arguments: [
            ("tmp IN_CREATE x", 1, "begin with /"), ("/tmp", 5, "events are missing"),
            ("/tmp IN_CREATE", 15, "command is missing"), ("/tmp IN_FOO x", 6, "no event IN_FOO"),
            ("/tmp IN_CREATE,,IN_OPEN x", 16, "a name is missing"), ("/tmp IN_ONLYDIR x", 16, "no event is named"),
            ("/tmp 99999999999 x", 6, "no sum of events"), ("/tmp 4096 x", 6, "no sum of events"),
            ("/tmp 0 x", 7, "no event is named"), ("/a/../b IN_CREATE x", 1, "must not hold"),
            ("/tmp\\", 6, "follows the backslash"), ("/tmp IN_CREATE echo $x", 21, "no such wildcard"),
            ("/tmp IN_CREATE,loopable=yes x", 16, "no event loopable=yes"), ("/tmp IN_CREATE x\0y", 1, "octet 0"),
            ("/tmp IN_CREATE x\\", 17, "follows the backslash"),
        ])
    func mistakes(line: String, column: Int, words: String) {
        #expect(error(line)?.column == column, "\(String(describing: error(line)))")
        #expect(error(line)?.reason.contains(words) == true, "\(String(describing: error(line)))")
    }

    @Test("A wrong line costs itself; several rules for one path all stay")
    func table() {
        let table = WatchTable(Array("/a IN_CREATE x\n#\n/a IN_BAD y\n/a IN_DELETE z\n\n/b 1 w".utf8))
        #expect(table.rules.map(\.line) == [1, 4, 6])
        #expect(table.errors.map(\.line) == [3])
    }

    @Test("The events that -t lists can all be asked for")
    func listed() throws {
        #expect(WatchMask.listed.count == 18)
        for name in WatchMask.listed where !["IN_DONT_FOLLOW", "IN_ONESHOT", "IN_ONLYDIR"].contains(name) {
            #expect(try rule("/a \(name) x") != nil)
        }
    }

    @Test("Damaged lines are read or refused, and never trap; what is read is well formed")
    func damage() throws {
        let originals = [
            "/tmp IN_ALL_EVENTS abcd $@/$# $%", "/usr/bin IN_ACCESS,loopable=true,recursive=false sh -c \"$# '$@'\"",
            "/a\\ b 12 x $& $$HOME | y > z", "/home/*/in IN_CLOSE_WRITE,IN_MOVED_TO,dotdirs=true mv $@/$# /srv",
        ].map { Array($0.utf8) }
        var random = RandomSource(seed: 3)
        var (taken, refused) = (0, 0)
        let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
        for round in 0..<(isLong ? 1_000_000 : 100_000) {
            var octets = originals[round % originals.count]
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let at = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[at] = UInt8.random(in: 0...255, using: &random)
                case 1: octets[at] = "$@#%&\\'\"/, =\t`;|".utf8.randomElement(using: &random) ?? 0
                case 2: octets.insert(contentsOf: octets[at...].prefix(9), at: at)
                default: octets.remove(at: at)
                }
            }
            let table = WatchTable(octets)
            taken += table.rules.count
            refused += table.errors.count
            for error in table.errors { #expect(error.column >= 1 && error.column <= octets.count + 1) }
            for rule in table.rules {
                #expect(rule.path.first == UInt8(ascii: "/") && !rule.events.isEmpty)
                let command = try WatchCommand(rule.command)
                let name = Array("x;y $(z)".utf8)
                let words = command.arguments(WatchOccurrence(path: Array("/p".utf8), name: name, mask: .create))
                // A plain command is never the shell's; in the shell's text no file's name appears.
                if case .shell = command.form { #expect(!words[2].contains(name)) }
            }
        }
        #expect(taken > 10_000 && refused > 10_000)
    }
}

import Foundation
import Testing

/// What a log's lines look like, whatever they say.
private struct LogShape: Equatable, CustomStringConvertible {
    var headings: Set<String> = []
    /// Where the columns of the lines end.
    var columns: Set<[Int]> = []
    /// Numbers, words, signs: what each column holds.
    var kinds: Set<[String]> = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("=") || line.hasPrefix(" ") {
                headings.insert(String(line))
                continue
            }
            // A column of a width that its content exceeds would end elsewhere.
            let letters = Array(line)
            columns.insert(
                letters.indices.filter { letters[$0] != " " && ($0 + 1 == letters.count || letters[$0 + 1] == " ") })
            kinds.insert(
                line.split(separator: " ").map { word in
                    String(word.map { $0.isNumber ? "0" : $0 }.filter { $0 != "-" && $0 != "+" })
                })
        }
    }

    var description: String { "\(headings.sorted()) \(columns.sorted { $0.count < $1.count }) " }
}

extension Interop {
    @Suite("Measurement logs are chrony's")
    struct Logs {
        private static let kinds = ["measurements", "statistics", "selection", "tracking"]

        private static func text(_ folder: String, _ kind: String) throws -> String {
            try String(contentsOfFile: "\(folder)/\(kind).log", encoding: .utf8)
        }

        private static func lines(_ folder: String, _ kind: String) -> [Substring] {
            ((try? text(folder, kind)) ?? "").split(separator: "\n").filter { $0.first?.isNumber == true }
        }

        @Test("Of the same server both daemons write lines of the same shape, which timeball study import takes")
        func shape() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let (mine, theirs) = (try rig.privateFolder("mine"), try rig.privateFolder("theirs"))
                func directives(_ folder: String) -> String {
                    """
                    \(server.line) iburst minpoll 0 maxpoll 0
                    server 127.0.0.1 port \(server.port &+ 1) noselect minpoll 0 maxpoll 0
                    logdir \(folder)
                    logbanner 5
                    log \(Self.kinds.joined(separator: " "))
                    """
                }
                let ours = try rig.timeballd(directives(mine))
                let chronyd = try rig.chronyd("theirs", directives(theirs))
                for (daemon, folder) in [(ours, mine), (chronyd, theirs)] {
                    try wait(for: "\(daemon.program.name) to have logged", within: .seconds(40)) {
                        Self.kinds.allSatisfy { Self.lines(folder, $0).count >= 12 }
                    }
                    // The last words are that there is no reference any more, or nothing.
                    daemon.program.stop()
                }
                for kind in Self.kinds {
                    let (ours, other) = (LogShape(try Self.text(mine, kind)), LogShape(try Self.text(theirs, kind)))
                    #expect(ours.headings == other.headings && !ours.headings.isEmpty, "\(kind)")
                    // Which lines there are is each daemon's own affair; how they look is not.
                    #expect(!ours.columns.isDisjoint(with: other.columns), "\(kind): \(ours) \(other)")
                    // chronyd's first line of tracking.log has a skew that is too long for its column.
                    #expect(ours.columns.map(\.count).max() == other.columns.map(\.count).max(), "\(kind)")
                    #expect(
                        ours.columns.map { $0.last ?? 0 }.min() == other.columns.map { $0.last ?? 0 }.min(), "\(kind)")
                    let mine = try Self.text(mine, kind).split(separator: "\n")
                    #expect(mine.first?.hasPrefix("====") == true && mine[1].hasPrefix("   Date (UTC)"), "\(kind)")
                    #expect(mine[8].hasPrefix("===="), "a heading after five lines: \(kind)")
                }
                for kind in ["measurements", "statistics", "tracking"] {
                    let (status, output) = try rig.run(
                        .timeball, ["study", "import", "\(mine)/\(kind).log", "--lenient"])
                    #expect(status == 0, "\(kind): \(output)")
                }
            }
        }

        @Test("After a rename cyclelogs begins the files anew, and nothing is lost")
        func cycle() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let folder = "\(rig.folder.path)/made/by/nobody"
                try FileManager.default.createDirectory(
                    atPath: "\(rig.folder.path)/made/by", withIntermediateDirectories: true)
                let ours = try rig.timeballd(
                    "\(server.line) iburst minpoll 0 maxpoll 0", "logdir \(folder)", "log tracking rawmeasurements")
                try wait(for: "lines", within: .seconds(20)) { Self.lines(folder, "measurements").count >= 3 }
                for kind in ["measurements", "tracking"] {
                    try FileManager.default.moveItem(
                        atPath: "\(folder)/\(kind).log", toPath: "\(folder)/\(kind).1.log")
                }
                pause(.seconds(1.5))
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/measurements.log"))
                #expect(try rig.chronyc(ours, "cyclelogs").contains("200 OK"))
                try wait(for: "new lines", within: .seconds(20)) { Self.lines(folder, "measurements").count >= 3 }
                #expect(try Self.text(folder, "measurements").hasPrefix("===="))
                let seconds = (Self.lines(folder, "measurements.1") + Self.lines(folder, "measurements")).map {
                    $0.prefix(19)
                }
                #expect(seconds == seconds.sorted() && Set(seconds).count >= seconds.count - 4)
            }
        }

        @Test("A file that can't be opened is named, and the daemon runs all the same")
        func refused() throws {
            try Asked.need(.timeballd, .chronyc)
            try Rig.with { rig in
                let folder = try rig.privateFolder("logs")
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/tracking.log", withDestinationPath: "\(rig.folder.path)/elsewhere")
                let ours = try rig.timeballd("logdir \(folder)", "log tracking statistics")
                _ = try rig.chronyc(ours, "tracking")
                #expect(ours.program.output.contains("Nothing is written to \(folder)/tracking.log"))
                #expect(!FileManager.default.fileExists(atPath: "\(rig.folder.path)/elsewhere"))
            }
        }
    }
}

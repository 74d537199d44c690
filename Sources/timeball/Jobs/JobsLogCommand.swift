import ArgumentParser
import Glibc
import JobHistory
import JobsControl
import Rendering

struct JobsLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The newest runs of a job, or of all; with --output, what one wrote.",
        discussion: """
            Exact starts (timeball at, timeball tick) are among them, as exact/PROGRAM; "exact" names all of them. If the daemon \
            is down, its history is read without it.
            """)

    @OptionGroup var socket: JobsSocket
    @Argument(help: "As timeball jobs shows it; without it, all jobs.") var name: String?
    @Option(name: [.customShort("n"), .long], help: "How many runs.") var count = 20
    @Option(help: ArgumentHelp("What this run wrote, and nothing else.", valueName: "run")) var output: Int64?
    @Option(help: ArgumentHelp("The daemon's history, for when it is down.", valueName: "file"))
    var history = "/var/lib/timeball/jobs/history.sqlite"
    @Option(help: ArgumentHelp("Records of exact starts; - for none.", valueName: "file")) var starts: String?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        if let output { return try Output.octets(try octets(of: output)) }
        let path = starts == "-" ? nil : starts ?? StartHistory.usual
        let exact = try path.map { try ExactStartLog($0).runs(name: name, count: count) } ?? []
        var runs = try scheduled(hasExact: !exact.isEmpty) + exact
        // The newest first; what was planned for one moment stays in its order.
        runs = Array(
            runs.enumerated().sorted { ($1.element.planned, $0.offset) < ($0.element.planned, $1.offset) }
                .map(\.element).prefix(max(0, count)))
        if json {
            print(JobsText.json(runs).text)
        } else if runs.isEmpty {
            print("No runs are known\(name.map { " of \($0)" } ?? "").")
        } else {
            Output.lines(try JobsText.lines(runs))
        }
    }

    /// The runs of the daemon: from it, or from its file if it is down.
    private func scheduled(hasExact: Bool) throws -> [RunReport] {
        let connection: JobsConnection
        do {
            connection = try socket.connect()
        } catch {
            guard let file = try offline(error, canDoWithout: hasExact) else { return [] }
            do throws(HistoryError) {
                return try file.runs(name: name, user: Self.user, count: count)
            } catch {
                throw ToolError.cannotTell("\(history) cannot be read: \(error)")
            }
        }
        guard case .runs(let runs) = try connection.demand(.log(name: name, count: Int64(count))) else {
            throw JobsText.unexpected
        }
        return runs
    }

    private func octets(of run: Int64) throws -> [UInt8] {
        let connection: JobsConnection
        do {
            connection = try socket.connect()
        } catch {
            let file = try offline(error, canDoWithout: false)
            let octets: [UInt8]?
            do throws(HistoryError) {
                octets = try file?.output(run, user: Self.user)
            } catch {
                throw ToolError.cannotTell("\(history) cannot be read: \(error)")
            }
            guard let octets else { throw ToolError.no("There is no run \(run). Next: timeball jobs log") }
            return octets
        }
        guard case .octets(let octets) = try connection.demand(.output(run: run)) else { throw JobsText.unexpected }
        return octets
    }

    /// The history's file, and a line that says that the daemon is down; nil if there is neither, and it can be done without.
    private func offline(_ reason: any Error, canDoWithout: Bool) throws -> JobHistory? {
        do throws(HistoryError) {
            let file = try JobHistory(reading: history)
            Output.complain("timeball-jobsd cannot be reached; this is what \(history) holds.")
            return file
        } catch {
            guard canDoWithout else { throw reason }
            Output.complain("timeball-jobsd cannot be reached, and \(history) cannot be read: exact starts only.")
            return nil
        }
    }

    /// Whose runs may be seen: root sees all.
    private static var user: String? {
        if geteuid() == 0 { return nil }
        return unsafe getpwuid(geteuid()).map { unsafe String(cString: $0.pointee.pw_name) } ?? ""
    }
}

import Addresses
import ArgumentParser
import BoundPage
import Control
import Rendering
import TimeBase

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "The verdict, its bound, and what stands behind it.")

    @OptionGroup var connection: Connection
    @OptionGroup var page: PageOption
    @Flag(help: "One JSON object.") var json = false
    @Flag(help: "One line.") var short = false
    @Option(help: "Exit with 1 unless the clock is within this bound, such as 5ms.")
    var within: String?

    func run() throws {
        var limit: Duration?
        if let within {
            guard let parsed = DurationText.parse(within) else {
                throw ToolError.usage("\(within) is not a duration. Next: timeball status --within 5ms")
            }
            limit = parsed
        }
        let view: StatusView
        do throws(ToolError) {
            view = try connection.session().status()
        } catch {
            try withoutDaemon(error, limit)
            return
        }
        if json {
            print(StatusText.json(view).text)
        } else if short {
            print(StatusText.short(view))
        } else {
            Output.lines(StatusText.lines(view))
        }
        guard let limit else { return }
        guard let bound = view.report.bound else { throw ExitCode(3) }
        if bound > limit { throw ExitCode(1) }
    }

    /// What the page says that the daemon keeps, if it is this machine's daemon that does not answer.
    private func withoutDaemon(_ problem: ToolError, _ limit: Duration?) throws {
        guard connection.host == nil, case .cannotTell(let sentence) = problem,
            let view = try? page.view()
        else { throw problem }
        Output.complain(sentence)
        if json {
            print(NowText.json(view).text)
        } else {
            let lines = NowText.withoutDaemon(view, path: page.page)
            Output.lines(short ? Array(lines.prefix(1)) : lines)
        }
        if let limit, view.time.error(of: view.wall).bound > limit { throw ExitCode(1) }
    }
}

struct SourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "The sources, and what is made of each.")

    @OptionGroup var connection: Connection
    @Flag(name: .shortAndLong, help: "Tell each source's story.") var verbose = false
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let rows = try connection.session().sources(stories: verbose || json)
        if json {
            print(SourcesText.json(rows, at: Clock.realtime()).text)
        } else {
            Output.lines(SourcesText.lines(rows, verbose: verbose))
        }
    }
}

struct SourceStatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sourcestats", abstract: "What each source's samples say together.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let session = try connection.session()
        var rows: [(name: String?, report: SourceStatisticsReport)] = []
        for index in 0..<min(try session.sourceCount(), 4096) {
            let report = try session.report(.sourceStatistics(index: index)) {
                if case .sourceStatistics(let report) = $0 { report } else { nil }
            }
            let name = report.address == .unspecified ? nil : try session.name(report.address)
            rows.append((name, report))
        }
        if json {
            print(StatisticsText.json(rows, at: Clock.realtime()).text)
        } else {
            Output.lines(StatisticsText.lines(rows))
        }
    }
}

struct TrackingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracking", abstract: "How the clock is kept: offset, frequency, root delay and dispersion.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let report = try connection.session().tracking()
        if json {
            print(TrackingText.json(report, at: Clock.realtime()).text)
        } else {
            Output.lines(TrackingText.lines(report, at: Clock.realtime()))
        }
    }
}

struct ActivityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activity", abstract: "How many sources are online and offline.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let report = try connection.session().report(.activity) {
            if case .activity(let report) = $0 { report } else { nil }
        }
        if json {
            print(ActivityText.json(report, at: Clock.realtime()).text)
        } else {
            Output.lines(ActivityText.lines(report))
        }
    }
}

struct SelectionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selectdata", abstract: "How selection sees each source.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let session = try connection.session()
        var rows: [(name: String?, report: SelectionReport)] = []
        for index in 0..<min(try session.sourceCount(), 4096) {
            let report = try session.report(.selection(index: index)) {
                if case .selection(let report) = $0 { report } else { nil }
            }
            let name = report.address == .unspecified ? nil : try session.name(report.address)
            rows.append((name, report))
        }
        if json {
            print(SelectionText.json(rows, at: Clock.realtime()).text)
        } else {
            Output.lines(SelectionText.lines(rows))
        }
    }
}

struct NTPDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ntpdata", abstract: "The last packet of each server, or of one.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false
    @Argument(help: "Address or configured name of a source.") var source: String?

    func run() throws {
        let session = try connection.session()
        let addresses: [SourceAddress]
        if let source {
            addresses = [try session.address(source)]
        } else {
            addresses = try session.sources(details: false).map(\.report)
                .filter { $0.mode != .referenceClock && $0.address.ip != nil }.map(\.address)
        }
        let reports = try addresses.map { address in
            try session.report(.ntpData(address)) {
                if case .ntpData(let report) = $0 { report } else { nil }
            }
        }
        if json {
            print(NTPDataText.json(reports, at: Clock.realtime()).text)
        } else {
            Output.lines(Array(reports.map(NTPDataText.lines).joined(separator: [""])))
        }
    }
}

struct ServerStatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serverstats", abstract: "What the server did since it started.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let report = try connection.session().report(.serverStatistics) {
            if case .serverStatistics(let report) = $0 { report } else { nil }
        }
        if json {
            print(ServerStatisticsText.json(report, at: Clock.realtime()).text)
        } else {
            Output.lines(ServerStatisticsText.lines(report))
        }
    }
}

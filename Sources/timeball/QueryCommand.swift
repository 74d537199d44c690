import ArgumentParser
import Rendering
import TimeBase

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask servers how wrong the clock is, without a daemon; never touches the clock.")

    @Argument(help: "Names or addresses of NTP servers.") var hosts: [String]
    @Option(name: [.customShort("n"), .long], help: "Requests to each host.") var count = 4
    @Option(name: .shortAndLong, help: "UDP port of the servers.") var port: UInt16 = 123
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard (1...64).contains(count) else { throw ToolError.usage("-n must be 1 to 64.") }
        let reports = QueryProbe.ask(hosts, port: port, count: count)
        if json {
            print(QueryText.json(reports, at: Clock.realtime()).text)
        } else {
            Output.lines(QueryText.lines(reports))
        }
        if reports.allSatisfy({ $0.best == nil }) { throw ExitCode(3) }
    }
}

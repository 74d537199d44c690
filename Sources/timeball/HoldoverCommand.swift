import ArgumentParser
import Rendering

struct HoldoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdover",
        abstract: "How the bound would grow if all sources went, and how that went in the past.",
        discussion: "Exit codes: 0 told, 1 the bound is beyond the budget already, 3 no daemon or nothing known.")

    @OptionGroup var connection: Connection
    @Option(help: "Tell how long the bound stays within this, such as 40ms.") var budget: String?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        var limit: Duration?
        if let budget {
            guard let parsed = DurationText.parse(budget), parsed > .zero else {
                throw ToolError.usage("\(budget) is not a duration. Next: timeball holdover --budget 40ms")
            }
            limit = parsed
        }
        let report = try connection.session().status().report
        guard let forecast = HoldoverForecast(report) else {
            throw ToolError.cannotTell(
                "Nothing is known of the clock yet, so nothing of its holdover. Next: timeball status")
        }
        if json {
            print(HoldoverText.json(report, forecast, budget: limit).text)
        } else {
            Output.lines(HoldoverText.lines(report, forecast, budget: limit))
        }
        if let limit, forecast.lasts(within: limit) == nil { throw ExitCode(1) }
    }
}

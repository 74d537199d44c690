import ArgumentParser
import Control
import Rendering

struct TemperatureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "temperature",
        abstract: "What the temperature does to the clock, and what compensating it is worth.",
        discussion: """
            The daemon reads a sensor if its configuration says so: temperature /sys/class/thermal/thermal_zone0/temp

            Exit codes: 0 told, 1 no compensation is configured, 3 no daemon.
            """)

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let reply = try connection.session().transport.ask(.temperature)
        if case .status(.notEnabled) = reply {
            throw ToolError.no(
                "The daemon reads no thermometer. Next: in its configuration, temperature /sys/class/thermal/thermal_zone0/temp"
            )
        }
        let report = try connection.session().report(.temperature) {
            if case .temperature(let report) = $0 { report } else { nil }
        }
        if json {
            print(TemperatureText.json(report).text)
        } else {
            Output.lines(TemperatureText.lines(report))
        }
    }
}

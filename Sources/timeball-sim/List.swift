internal import ArgumentParser
internal import Simulation

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the scenarios.")

    func run() {
        for scenario in Scenario.all {
            print(
                scenario.name.padded(to: 16), "\(scenario.length.components.seconds)".padded(to: -8), "s ",
                scenario.summary)
        }
    }
}

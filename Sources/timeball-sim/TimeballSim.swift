internal import ArgumentParser

/// The simulator: runs the clock daemon's mind on machines that do not exist.
@main struct TimeballSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeball-sim",
        abstract: "Run the clock daemon in simulated worlds where the true time is known.",
        subcommands: [List.self, Run.self, Bench.self, Demo.self])
}

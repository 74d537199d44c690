internal import ArgumentParser
internal import Simulation

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the clock's error in scenarios, beside chrony's published figures.")

    @Option(name: .long, help: "A scenario to run; may be given several times. Without it: all.")
    var scenario: [String] = []

    @Option(help: "Number of seeds for each scenario.")
    var seeds = 8

    @Option(help: "The first seed.")
    var firstSeed: UInt64 = 1

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    @Option(help: "Runs at a time.")
    var jobs = 2

    func validate() throws {
        for name in scenario where Scenario.named(name) == nil {
            throw ValidationError("There is no scenario \"\(name)\". See: timeball-sim list")
        }
        guard (1...100_000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 100000.") }
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be 1 to 1024.") }
    }

    func run() async {
        let scenarios = scenario.isEmpty ? Scenario.all : scenario.compactMap(Scenario.named)
        let work = scenarios.flatMap { scenario in
            (0..<seeds).map { (scenario: scenario, seed: firstSeed &+ UInt64($0)) }
        }
        var results: [String: [RunResult]] = [:]
        await withTaskGroup(of: (String, RunResult).self) { group in
            var waiting = work.makeIterator()
            func start() {
                guard let (scenario, seed) = waiting.next() else { return }
                group.addTask { (scenario.name, simulate(scenario, seed: seed)) }
            }
            for _ in 0..<jobs { start() }
            for await (name, result) in group {
                results[name, default: []].append(result)
                start()
            }
        }
        let rows = scenarios.compactMap { scenario in
            results[scenario.name].map { runs in
                // Whichever run ended first, the sums are the same.
                ScenarioResult(scenario.name, runs.sorted { $0.seed < $1.seed })
            }
        }
        print(json ? ScenarioResult.json(rows) : BenchReport.table(rows))
    }
}

internal import ArgumentParser
internal import Simulation
internal import TimeBase
internal import Timekeeping

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the clock's error in scenarios, beside chrony's published figures.")

    @Option(name: .long, help: "A scenario to run; may be given several times. Without it: all.")
    var scenario: [String] = []

    @Option(help: "Number of seeds for each scenario.")
    var seeds = 8

    @Option(help: "The first seed.")
    var firstSeed: UInt64 = 1

    @Flag(
        help:
            "Print how far each is from a filter that knows the noise; without --scenario, only where that is defined.")
    var limits = false

    @Option(
        help: "How samples become an estimate: filter, or regression (a straight line per source, as chrony has it).")
    var estimator = EstimatorChoice.filter

    @Option(
        name: .customLong("maxclockerror"),
        help: "What a crystal may suddenly do, ppm, as in the configuration: what the bound pays for that.")
    var maximumClockError: Double?

    @Flag(help: "Run each scenario by regression, too, and print the ratio to that.")
    var baseline = false

    @Option(help: "A file that --json wrote: print its figures beside these.")
    var compare: String?

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    @Option(help: "Runs at a time.")
    var jobs = 2

    func validate() throws {
        for name in scenario where Scenario.named(name) == nil {
            throw ValidationError("There is no scenario \"\(name)\". See: timeball-sim list")
        }
        guard (1...100_000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 100000.") }
        if let ppm = maximumClockError, !(0...1000).contains(ppm) {
            throw ValidationError("--maxclockerror must be 0 to 1000 ppm.")
        }
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be 1 to 1024.") }
    }

    func run() async throws {
        let earlier = try compare.map { try EarlierResults(file: $0) }
        let names = scenario.isEmpty && limits ? Scenario.limited + Scenario.reckoned : scenario
        let scenarios = names.isEmpty ? Scenario.all : names.compactMap(Scenario.named)
        let rows = await results(of: scenarios, by: estimator.estimator)
        guard !json else {
            print(ScenarioResult.json(rows))
            return
        }
        print(limits ? LimitReport.table(rows) : BenchReport.table(rows))
        if baseline {
            let lines = await results(of: scenarios, by: .regression)
            print("\n" + ComparisonReport.calibration(rows, baseline: lines))
        }
        if let earlier { print("\n" + ComparisonReport.table(rows, earlier: earlier)) }
    }

    /// Runs all seeds of some scenarios, several at a time.
    private func results(
        of scenarios: [Scenario], by estimator: TimekeeperSettings.Estimator
    ) async -> [ScenarioResult] {
        let scenarios = scenarios.map { scenario in
            var scenario = scenario
            scenario.settings.estimator = estimator
            if let maximumClockError { scenario.settings.maximumClockError = Frequency(ppm: maximumClockError) }
            return scenario
        }
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
        return scenarios.compactMap { scenario in
            results[scenario.name].map { runs in
                // Whichever run ended first, the sums are the same.
                ScenarioResult(scenario.name, runs.sorted { $0.seed < $1.seed })
            }
        }
    }
}

/// The estimators by the names that the command line has for them.
enum EstimatorChoice: String, CaseIterable, ExpressibleByArgument {
    case filter, regression

    var estimator: TimekeeperSettings.Estimator {
        switch self {
        case .filter: .filter
        case .regression: .regression
        }
    }
}

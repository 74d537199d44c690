import ArgumentParser
import ClockStatistics
import Rendering

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study", abstract: "What a record of a clock says about it. Needs no daemon.",
        subcommands: [
            StatisticsCommand.self, PlotCommand.self, ReportCommand.self, CompareCommand.self,
            StudyHoldoverCommand.self, StudyImportCommand.self, StudyExportCommand.self,
        ])
}

/// Whether the file holds phases or frequencies.
enum ReadingKind: String, ExpressibleByArgument, CaseIterable {
    case phase, frequency
}

enum AveragingUnit: String, ExpressibleByArgument, CaseIterable {
    case samples, seconds
}

struct StatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "How steady the clock is over different averaging times.",
        discussion: """
            The file has one number per line, or a time in seconds and a number; # begins a comment, nan is a missing \
            reading. Phases are seconds, clock minus reference; frequencies are fractional.
            """)

    @Argument(help: "The readings; - is the standard input.") var file: String
    @Option(
        name: .customLong("stat"),
        help: "adev oadev mdev tdev hdev ohdev totdev mtotdev ttotdev htotdev theo1 pdev gradev mtie tierms."
    ) var name = "oadev"
    @Option(help: "Averaging times: octave, all, or a list such as 1,2,4.") var taus = "octave"
    @Option(help: "What the numbers in --taus count.") var tauUnit: AveragingUnit = .samples
    @Option(name: .customLong("tau0"), help: "Seconds from one reading to the next.") var interval: Double
    @Option(help: "What the numbers in the file are.") var data: ReadingKind = .phase
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard interval > 0, interval.isFinite else {
            throw ToolError.usage("--tau0 must be a positive number of seconds.")
        }
        guard let statistic = Statistic(rawValue: name) else {
            throw ToolError.usage("There is no statistic \(name). Next: timeball study stats --help")
        }
        let octets = try StudyFile.read(file)
        let readings = ReadingFile(parsing: octets.span, interval: interval)
        if let header = readings.header { Output.complain("\(file):\(header): taken as the names of the columns.") }
        for problem in readings.problems { Output.complain("\(file):\(problem.line): \(problem.sentence)") }
        guard readings.problems.isEmpty else {
            throw ToolError.no("\(readings.problems.count) of the lines cannot be taken.")
        }
        guard !readings.values.isEmpty else { throw ToolError.no("\(file) holds no readings.") }
        let series =
            data == .phase
            ? ClockSeries(phases: readings.values, interval: interval)
            : ClockSeries(frequencies: readings.values, interval: interval)
        let factors = try averagingFactors(of: statistic, count: series.phases.count)
        do {
            let points = try series.stability(statistic, factors: factors)
            if json {
                print(StabilityText.json(points).text)
            } else {
                Output.lines(StabilityText.lines(points, of: statistic))
            }
        } catch {
            throw ToolError.no(sentence(error))
        }
    }

    private func sentence(_ error: StabilityError) -> String {
        switch error {
        case .gaps(let count):
            "\(count) readings are missing, and only gradev bears that. Next: timeball study stats --stat gradev"
        case .interval: "--tau0 must be a positive number of seconds."
        case .overflow: "The numbers are so great that their squares overflow."
        }
    }

    private func averagingFactors(of statistic: Statistic, count: Int) throws -> [Int] {
        switch taus {
        case "octave": return statistic.octaves(of: count)
        case "all": return statistic.all(of: count)
        default:
            return try taus.split(separator: ",", omittingEmptySubsequences: false).map { try averagingFactor($0) }
        }
    }

    private func averagingFactor(_ text: Substring) throws -> Int {
        let next = "Next: --taus octave, or a list such as 1,2,4"
        guard let number = Double(text), number > 0 else {
            throw ToolError.usage("\(text) is not an averaging time. \(next)")
        }
        let samples = tauUnit == .samples ? number : number / interval
        let whole = samples.rounded()
        guard whole >= 1, whole < 1e15, (samples - whole).magnitude <= 1e-6 * whole else {
            throw ToolError.usage("\(text) is not a whole number of steps of \(interval) s. \(next)")
        }
        return Int(whole)
    }
}

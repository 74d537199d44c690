internal import ArgumentParser
internal import Control
internal import Glibc
internal import Simulation
internal import TimeBase
internal import Timekeeping

/// A trace that could not be written; the program ends with status 1.
struct TraceError: Error, CustomStringConvertible {
    var description: String
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one scenario and print how the clock fared.",
        discussion: """
            The trace has one line a second: seconds since the start, true error (positive = fast) and bound in seconds, \
            verdict, poll interval as a binary logarithm, true frequency error in ppm.
            """)

    @Argument(help: "The scenario's name; see: timeball-sim list")
    var scenario: String

    @Option(help: "The seed: the same one gives the same run.")
    var seed: UInt64 = 1

    @Option(help: "Write a line for each second to this CSV file (\"-\" for standard output).")
    var trace: String?

    @Option(help: "Print a line for each so many seconds.")
    var every = 1000

    func validate() throws {
        guard Scenario.named(scenario) != nil else {
            throw ValidationError("There is no scenario \"\(scenario)\". See: timeball-sim list")
        }
        guard every > 0 else { throw ValidationError("--every must be positive.") }
    }

    func run() throws {
        guard let scenario = Scenario.named(scenario) else { return }
        var trace = "seconds,error_seconds,bound_seconds,verdict,poll,frequency_ppm\n"
        let isTracing = self.trace != nil
        let isQuiet = self.trace == "-"
        var notes = 0
        if !isQuiet { print("       t       error       bound  verdict   poll  frequency") }
        let result = simulate(scenario, seed: seed) { sample, host in
            if isTracing { trace += Self.line(of: sample) }
            guard !isQuiet else { return }
            for note in host.notes[notes...] {
                print(
                    String(note.moment.components.seconds).padded(to: -8), " *", note.note.text)
            }
            notes = host.notes.count
            guard sample.moment.components.seconds.isMultiple(of: Int64(every)) else { return }
            print(
                String(sample.moment.components.seconds).padded(to: -8),
                String(seconds: sample.error).padded(to: -11), String(seconds: sample.bound).padded(to: -11),
                (sample.isInside ? " " : "!") + sample.verdict.word.padded(to: 9),
                (sample.poll.map { "\($0)" } ?? "-").padded(to: -4),
                String(sample.frequencyError.ppm, decimals: 4).padded(to: -10))
        }
        if let path = self.trace { try Self.write(trace, to: path) }
        if !isQuiet { print(BenchReport.table([ScenarioResult(scenario.name, [result])])) }
    }

    private static func line(of sample: Sample) -> String {
        "\(sample.moment.components.seconds),\(sample.error),\(sample.bound.map { "\($0)" } ?? ""),"
            + "\(sample.verdict.word),\(sample.poll.map { "\($0)" } ?? ""),\(sample.frequencyError.ppm)\n"
    }

    private static func write(_ text: String, to path: String) throws {
        guard path != "-" else {
            print(text, terminator: "")
            return
        }
        guard let file = unsafe fopen(path, "w") else {
            throw TraceError(description: "Could not open \(path) for writing.")
        }
        let written = unsafe fputs(text, file)
        let closed = unsafe fclose(file)
        guard written >= 0, closed == 0 else { throw TraceError(description: "Could not write \(path).") }
    }
}

import ArgumentParser
import BoundPage
import ExactStarts
import Rendering
import TimeBase

struct TickCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tick",
        abstract: "Start a program again and again, at instants that are the same on every machine.",
        discussion: """
            Ticks are counted from 1970-01-01 00:00:00 UTC, so they have the same phase everywhere. A tick that comes while \
            the program still runs is passed over. Without a program, a line is printed for each tick.
            """)

    @Option(help: ArgumentHelp("Between ticks, such as 2s.", valueName: "duration")) var every: String
    @Option(help: ArgumentHelp("After whole periods, such as 0.5s.", valueName: "duration")) var phase = "0"
    @Option(name: [.customShort("n"), .long], help: "End after so many ticks.") var count: Int?
    @OptionGroup var options: StartOptions
    @Argument(parsing: .postTerminator, help: "What, behind --.") var command: [String] = []

    func run() throws {
        let period = try StartOptions.duration(every, "--every")
        guard let grid = TickGrid(period: period, phase: try StartOptions.duration(phase, "--phase")) else {
            throw ToolError.usage("--every is 1ms and more, and --phase less than it.")
        }
        let program = try StartOptions.program(command)
        let source = TrueTimeSource(path: options.boundfile)
        let history = StartHistory(program == nil ? "-" : options.history)
        Interruption.watch()
        var served: Int64?
        var left = count ?? Int.max
        var exitCode: Int32 = 0
        while left > 0, !Interruption.hasCome {
            let index = grid.next(after: source.know().estimate, served: served)
            let missed = served.map { index - $0 - 1 }
            served = index
            let run = StartRun(options: options, command: command, program: program, time: source, missed: missed)
            let record = try run.record(try options.plan(grid.instant(index)))
            if case .refused(.interrupted) = record.outcome { break }
            history.add(record)
            tell(record, hasProgram: program != nil)
            left -= 1
            exitCode = max(exitCode, record.exitCode)
            switch record.outcome {
            case .refused where options.late == .abort: throw ExitCode(record.exitCode)
            case .refused(.failed): throw ExitCode(record.exitCode)
            default: break
            }
        }
        throw ExitCode(Interruption.hasCome && count != nil ? 130 : exitCode)
    }

    private func tell(_ record: StartRecord, hasProgram: Bool) {
        if options.json {
            print(record.json.text)
        } else if !hasProgram {
            let planned = CivilDate(Instant(sinceEpoch: record.planned.sinceEpoch)).rfc3339
            let late = record.lateness.map { HumanText.size($0) + " late" } ?? "not told"
            print("\(planned)  \(late)  \(HumanText.bound(record.known?.bound))")
        }
        if let reason = record.reason { Output.complain("Passed over. \(reason)") }
    }
}

import ArgumentParser
import BoundPage
import ExactStarts
import Rendering
import TimeBase

struct ExactStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "at", abstract: "Start a program at an instant of true time: timeball at 18:00:00 -- CMD",
        discussion: """
            TIME is RFC 3339, @ and seconds since 1970, HH:MM[:SS[.fff]], +10s, or at's own words ('noon tomorrow'). \
            True time is what timeballd knows, whatever the wall clock shows; without it, the kernel's clock.

            Exit codes: the program's own; 5 if it was not started because the clock's bound does not permit it or the \
            instant was over; 126 if it could not be executed, 127 if it is not there.
            """)

    @Argument(help: "When.") var time: String
    @OptionGroup var options: StartOptions
    @Argument(parsing: .postTerminator, help: "What, behind --.") var command: [String] = []

    func run() throws {
        guard let program = try StartOptions.program(command) else {
            throw ToolError.usage("There is nothing to start. Next: timeball at \(time) -- COMMAND")
        }
        let source = TrueTimeSource(path: options.boundfile)
        let planned: Instant<UTC>
        do throws(StartTimeError) {
            planned = try StartTime.resolve(time, now: source.know().estimate, zone: ZoneDirectory.forStarts())
        } catch {
            throw ToolError.usage(error.sentence)
        }
        Interruption.watch()
        let run = StartRun(options: options, command: command, program: program, time: source)
        let record = try run.record(try options.plan(planned))
        StartHistory(options.history).add(record)
        if options.json { print(record.json.text) }
        if let reason = record.reason { Output.complain("Not started. \(reason)") }
        throw ExitCode(record.exitCode)
    }
}

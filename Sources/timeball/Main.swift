import ArgumentParser
import Glibc

/// The command line.
struct Timeball: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeball",
        abstract: "Tells how right the clock is, and why.",
        discussion: """
            Exit codes: 0 yes or done, 1 no or refused, 2 usage error, 3 cannot tell (no daemon, no data), \
            4 not permitted, 5 refused for safety (at, tick), 124 timed out (wait).
            """,
        version: "timeball (Timeball) version 0.1",
        subcommands: subcommands,
        defaultSubcommand: StatusCommand.self,
        helpNames: [.long])

    static let subcommands: [any ParsableCommand.Type] = [
        StatusCommand.self,
        SourcesCommand.self,
        SourceStatisticsCommand.self,
        TrackingCommand.self,
        ActivityCommand.self,
        SelectionCommand.self,
        NTPDataCommand.self,
        ServerStatisticsCommand.self,
        HoldoverCommand.self,
        TemperatureCommand.self,
        NowCommand.self,
        WaitCommand.self,
        QueryCommand.self,
        KeyGenerationCommand.self,
        OnlineCommand.self,
        OfflineCommand.self,
        BurstCommand.self,
        AddCommand.self,
        DeleteCommand.self,
        ShutdownCommand.self,
        ChronycCommand.self,
        AuthenticationCommand.self,
        ClientsCommand.self,
        SourceCommand.self,
        ServeCommand.self,
        StepCommand.self,
        TuneCommand.self,
        RekeyCommand.self,
        DumpCommand.self,
        CycleLogsCommand.self,
        ConfigCommand.self,
        JobsCommand.self,
        TimeZoneCommand.self,
        ExactStartCommand.self,
        TickCommand.self,
        CrontabCommand.self,
        SpoolCommand.self,
        IncrontabCommand.self,
        RunPartsCommand.self,
        ShadowCommand.self,
        AnacronCommand.self,
        StudyCommand.self,
        DriftCommand.self,
        TAICommand.self,
        ClockspeedCommand.self,
        RealTimeClockCommand.self,
        BootCommand.self,
    ]
}

@main
enum Main {
    static func main() {
        if let (program, arguments) = Names.program(for: CommandLine.arguments) { exit(program.run(arguments)) }
        do {
            var command = try Timeball.parseAsRoot(Arguments.commandFirst(Array(CommandLine.arguments.dropFirst())))
            try command.run()
            exit(0)
        } catch let error as ToolError {
            Output.complain(error.sentence)
            exit(error.exitCode)
        } catch let error as ExitCode {
            exit(error.rawValue)
        } catch {
            if Timeball.exitCode(for: error) == .success {
                print(Timeball.fullMessage(for: error))
                exit(0)
            }
            Output.complain(Timeball.fullMessage(for: error))
            exit(2)
        }
    }
}

/// What is printed.
enum Output {
    static func lines(_ lines: [String]) {
        for line in lines { print(line) }
    }

    /// For people, not for pipes.
    static func complain(_ text: String) { put(text + "\n", on: STDERR_FILENO) }

    /// At once, also into a pipe or a file: for commands that run for days.
    static func now(_ text: String) { put(text, on: STDOUT_FILENO) }

    /// Much at once, also into a pipe.
    static func octets(_ octets: [UInt8]) throws {
        var start = 0
        while start < octets.count {
            let written = unsafe octets.withUnsafeBytes {
                unsafe write(STDOUT_FILENO, $0.baseAddress.map { unsafe $0 + start }, $0.count - start)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw ToolError.cannotTell("The output cannot be written: \(unsafe String(cString: strerror(errno))).")
            }
            start += written
        }
    }

    private static func put(_ text: String, on descriptor: Int32) {
        let octets = Array(text.utf8)
        _ = unsafe octets.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}

/// Options may stand before the command too: `timeball -h HOST tracking`.
enum Arguments {
    private static let withValue: Set<String> = [
        "-h", "--host", "-p", "--port", "--socket", "-n", "--count", "--within", "--timeout", "--page", "--good",
        "--total",
    ]

    /// The same arguments with the command's name in front.
    static func commandFirst(_ arguments: [String]) -> [String] {
        let names = Set(
            Timeball.subcommands.flatMap {
                ($0.configuration.commandName.map { [$0] } ?? []) + $0.configuration.aliases
            }
                + ["help"])
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("-") {
            index += withValue.contains(arguments[index]) ? 2 : 1
        }
        guard index > 0, index < arguments.count, names.contains(arguments[index]) else { return arguments }
        var result = arguments
        result.insert(result.remove(at: index), at: 0)
        return result
    }
}

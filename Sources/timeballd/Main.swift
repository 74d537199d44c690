import Configuration
import Daemon

@main struct Main {
    static func main() {
        exitProcess(start(CommandLine.arguments))
    }
}

/// Everything that happens, outside of `main`, where the compiler would tie it to the main actor.
private func start(_ arguments: [String]) -> Int32 {
    if arguments.first == ResolverProgram.name { return ResolverProgram.run(arguments) }
    if arguments.first == MailerProgram.name { return MailerProgram.run(arguments) }
    do throws(UsageError) {
        let options = try CommandLineOptions.parse(Array(arguments.dropFirst()))
        if options.printsUsage {
            print(CommandLineOptions.usage, terminator: "")
        } else if options.printsVersion {
            print("timeballd (Timeball) version 0.1")
        } else {
            return start(options)
        }
        return 0
    } catch {
        Log.standardError.write(error.description, .error)
        return 1
    }
}

private func start(_ options: CommandLineOptions) -> Int32 {
    var log = Log.standardError
    var background = Background()
    do throws(StartError) {
        let settings = try options.loadSettings()
        if options.printsConfiguration {
            for warning in settings.warnings { print("# \(warning)") }
            print(Configuration.describe(settings), terminator: "")
            return 0
        }
        // First, while a relative path still means what it meant to the operator.
        log = try options.openLog()
        if !options.staysInForeground { background = try Background(leavingTerminal: ()) }
        log.write("timeballd starting")
        for warning in settings.warnings { log.write(warning.description, .warning) }
        let status = try keepTime(settings, log: log, background: &background)
        log.write("timeballd exiting")
        return status
    } catch {
        log.writeLines(error.sentence, .error)
        // Whoever started it looks at the terminal, and not into the system's log.
        if background.isWaitedFor { Log.standardError.writeLines(error.sentence, .error) }
        background.failed()
        return 1
    }
}

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
    var log = Log.standardError
    var background = Background()
    do throws(StartError) {
        let launch = try Launch(arguments: Array(arguments.dropFirst()))
        if let prints = launch.prints {
            Output.write(text(prints, launch))
            return 0
        }
        log.minimum = launch.mostDetailed
        if launch.leavesTerminal { background = try Background(leavingTerminal: ()) }
        switch launch.log {
        case .standardError: break
        case .system: log = .system(name: "timeballd")
        case .file(let path): log = try .file(path)
        }
        log.minimum = launch.mostDetailed
        for warning in launch.settings.warnings { log.write(warning.description, .warning) }
        log.write("timeballd version \(Launch.version) starting")
        let status = try keepTime(launch, log: log, background: &background)
        log.write("timeballd exiting")
        return status
    } catch {
        log.write(error.sentence, .error)
        // Whoever started it looks at the terminal, and not into the system's log.
        if background.isWaitedFor { Log.standardError.write(error.sentence, .error) }
        background.failed()
        return 1
    }
}

/// What a run that only prints something prints.
private func text(_ prints: Launch.Print, _ launch: Launch) -> String {
    switch prints {
    case .usage: CommandLineOptions.usage
    case .version: "timeballd (Timeball) version \(Launch.version)\n"
    case .configuration: Configuration.describe(launch.settings)
    }
}

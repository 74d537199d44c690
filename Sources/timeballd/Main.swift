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
        if launch.leavesTerminal { background = try Background(leavingTerminal: ()) }
        switch launch.log {
        case .standardError: break
        case .system: log = .system(name: "timeballd")
        case .file(let path): log = try .file(path)
        }
        log.write("timeballd starting")
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

import Daemon

@main struct Main {
    static func main() {
        exitProcess(start(Array(CommandLine.arguments.dropFirst())))
    }
}

/// Everything that happens, outside of `main`, where the compiler would tie it to the main actor.
private func start(_ arguments: [String]) -> Int32 {
    do throws(StartError) {
        let options = try Options.parse(arguments)
        if options.printsUsage {
            print(Options.usage, terminator: "")
        } else if options.printsVersion {
            print("timeball-jobsd (Timeball) version 0.1")
        } else {
            return start(options)
        }
        return 0
    } catch {
        Log.standardError.writeLines(error.sentence, .error)
        return 2
    }
}

private func start(_ options: Options) -> Int32 {
    var log = Log.standardError
    var background = Background()
    do throws(StartError) {
        if let path = options.logFile {
            log = try .file(path)
        } else if !options.staysInForeground {
            log = .system(name: "timeball-jobsd")
        }
        if !options.staysInForeground { background = try Background(leavingTerminal: ()) }
        log.write("timeball-jobsd starting")
        let status = try runJobs(options, log: log, background: &background)
        log.write("timeball-jobsd exiting")
        return status
    } catch {
        log.writeLines(error.sentence, .error)
        if background.isWaitedFor { Log.standardError.writeLines(error.sentence, .error) }
        background.failed()
        return 1
    }
}

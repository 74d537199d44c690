internal import ArgumentParser
internal import Glibc

/// The simulator: runs the clock daemon's mind on machines that do not exist.
struct TimeballSim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeball-sim",
        abstract: "Run the clock daemon in simulated worlds where the true time is known.",
        discussion: "Exit codes: 0 done, 1 a promise was broken or a file could not be written, 2 usage error.",
        version: "timeball-sim (Timeball) version 0.1",
        subcommands: [List.self, Run.self, Bench.self, Island.self, Demo.self])
}

@main
enum Main {
    static func main() async {
        do {
            var command = try TimeballSim.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            // The usual status of a usage error, as of the other programs, in place of the parser's own.
            guard TimeballSim.exitCode(for: error) == .validationFailure else { TimeballSim.exit(withError: error) }
            let octets = Array((TimeballSim.fullMessage(for: error) + "\n").utf8)
            _ = unsafe octets.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(2)
        }
    }
}

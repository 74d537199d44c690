import ArgumentParser
import Control
import Rendering

/// What all commands that change something have: whom to tell, and how to say what came of it.
struct ActOptions: ParsableArguments {
    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false
    @Flag(help: "Say what would be asked for, and ask for nothing.") var dryRun = false

    /// Has the daemon do something.
    ///
    /// - Parameter what: the request in words, for who only wants to know.
    func perform(_ what: String, _ request: (ControlSession) throws -> ControlRequest) throws {
        let session = try connection.session()
        let asked = try request(session)
        if !dryRun { try session.perform(asked) }
        if json {
            print(
                JSON.object([
                    ("schema", .string("timeball.done/1")), ("request", .string(what)), ("done", .bool(!dryRun)),
                ]).text)
        } else {
            print(dryRun ? "would ask: \(what)" : "done")
        }
    }

    func perform(_ what: String, _ request: ControlRequest) throws { try perform(what) { _ in request } }
}

/// A command without arguments that asks for one thing.
protocol PlainCommand: ParsableCommand {
    static var word: String { get }
    static var abstract: String { get }
    static var request: ControlRequest { get }
    var act: ActOptions { get }
}

extension PlainCommand {
    static var configuration: CommandConfiguration { CommandConfiguration(commandName: word, abstract: abstract) }

    func run() throws { try act.perform(Self.word, Self.request) }
}

struct RekeyCommand: PlainCommand {
    static let word = "rekey"
    static let abstract = "Read the key file again."
    static var request: ControlRequest { .rekey }
    @OptionGroup var act: ActOptions
}

struct DumpCommand: PlainCommand {
    static let word = "dump"
    static let abstract = "Save the measurements, for the next start."
    static var request: ControlRequest { .dump }
    @OptionGroup var act: ActOptions
}

struct CycleLogsCommand: PlainCommand {
    static let word = "cyclelogs"
    static let abstract = "Open the log files again, after they were moved away."
    static var request: ControlRequest { .cycleLogs }
    @OptionGroup var act: ActOptions
}

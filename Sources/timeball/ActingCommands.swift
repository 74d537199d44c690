import ArgumentParser
import Control
import Rendering

struct OnlineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "online", abstract: "Poll all sources, or some, again.")

    @OptionGroup var connection: Connection
    @Argument(help: "Address, ADDRESS/BITS, or configured name.") var source: String?

    func run() throws {
        let session = try connection.session()
        try session.perform(.online(try session.selector(source)))
        print("done")
    }
}

struct OfflineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offline", abstract: "Do not poll any source, or some, until they are online again.")

    @OptionGroup var connection: Connection
    @Argument(help: "Address, ADDRESS/BITS, or configured name.") var source: String?

    func run() throws {
        let session = try connection.session()
        try session.perform(.offline(try session.selector(source)))
        print("done")
    }
}

struct BurstCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "burst", abstract: "Ask all sources, or some, several times in quick succession.")

    @OptionGroup var connection: Connection
    @Argument(help: "Address, ADDRESS/BITS, or configured name.") var source: String?
    @Option(help: "Good samples that are wanted.") var good: Int32 = 4
    @Option(help: "Requests that may be sent for them.") var total: Int32 = 8

    func run() throws {
        guard (1...1000).contains(good), good <= total, total <= 1000 else {
            throw ToolError.usage("--good must be at least 1 and not above --total.")
        }
        let session = try connection.session()
        try session.perform(.burst(try session.selector(source), good: good, total: total))
        print("done")
    }
}

struct MakeStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "makestep", abstract: "Let what is left to correct be corrected at once, by a step.")

    @OptionGroup var connection: Connection

    func run() throws {
        try connection.session().perform(.makeStep)
        print("done")
    }
}

struct AddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a source until the daemon ends.",
        usage: "timeball add server|pool NAME [iburst] [minpoll N] [maxpoll N] [prefer] ...")

    @OptionGroup var connection: Connection
    @Argument(help: "server or pool.") var kind: String
    @Argument(help: "Name or address.") var name: String
    @Argument(parsing: .allUnrecognized, help: "Options as in chrony.conf.") var options: [String] = []

    func run() throws {
        let source: SourceAddition
        switch SourceWords.parse(kind: kind, name: name, options: options) {
        case .success(let parsed): source = parsed
        case .failure(let problem): throw ToolError.usage(problem.sentence)
        }
        try connection.session().perform(.addSource(source))
        print("done")
    }
}

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forget a source until the daemon ends.")

    @OptionGroup var connection: Connection
    @Argument(help: "Address or configured name.") var source: String

    func run() throws {
        let session = try connection.session()
        try session.perform(.deleteSource(try session.address(source)))
        print("done")
    }
}

struct ShutdownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "shutdown", abstract: "End the daemon.")

    @OptionGroup var connection: Connection

    func run() throws {
        try connection.session().perform(.shutdown)
        print("done")
    }
}

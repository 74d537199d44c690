import ArgumentParser
import Control
import Rendering

struct OnlineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "online", abstract: "Poll all sources, or some, again.")

    @OptionGroup var act: ActOptions
    @Argument(help: "Address, ADDRESS/BITS, or configured name.") var source: String?

    func run() throws {
        try act.perform("online \(source ?? "all")") { .online(try $0.selector(source)) }
    }
}

struct OfflineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offline", abstract: "Do not poll any source, or some, until they are online again.")

    @OptionGroup var act: ActOptions
    @Argument(help: "Address, ADDRESS/BITS, or configured name.") var source: String?

    func run() throws {
        try act.perform("offline \(source ?? "all")") { .offline(try $0.selector(source)) }
    }
}

struct BurstCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "burst", abstract: "Ask all sources, or some, several times in quick succession.")

    @OptionGroup var act: ActOptions
    @Argument(help: "Address, ADDRESS/BITS, or configured name.") var source: String?
    @Option(help: "Good samples that are wanted.") var good: Int32 = 4
    @Option(help: "Requests that may be sent for them.") var total: Int32 = 8

    func run() throws {
        guard (1...1000).contains(good), good <= total, total <= 1000 else {
            throw ToolError.usage("--good must be at least 1 and not above --total.")
        }
        try act.perform("burst \(good)/\(total) \(source ?? "all")") {
            .burst(try $0.selector(source), good: good, total: total)
        }
    }
}

struct AddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a source until the daemon ends.",
        usage: "timeball add server|pool NAME [iburst] [minpoll N] [maxpoll N] [prefer] ...")

    @OptionGroup var act: ActOptions
    @Argument(help: "server or pool.") var kind: String
    @Argument(help: "Name or address.") var name: String
    @Argument(parsing: .allUnrecognized, help: "Options as in chrony.conf.") var options: [String] = []

    func run() throws {
        let source: SourceAddition
        switch SourceWords.parse(kind: kind, name: name, options: options) {
        case .success(let parsed): source = parsed
        case .failure(let problem): throw ToolError.usage(problem.sentence)
        }
        try act.perform("add \(kind) \(name)", .addSource(source))
    }
}

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forget a source until the daemon ends.", aliases: ["rm"])

    @OptionGroup var act: ActOptions
    @Argument(help: "Address or configured name.") var source: String

    func run() throws {
        try act.perform("delete \(source)") { .deleteSource(try $0.address(source)) }
    }
}

struct ShutdownCommand: PlainCommand {
    static let word = "shutdown"
    static let abstract = "End the daemon."
    static var request: ControlRequest { .shutdown }
    @OptionGroup var act: ActOptions
}

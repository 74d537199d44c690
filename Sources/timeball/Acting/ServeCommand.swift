import Addresses
import ArgumentParser
import Control
import Rendering
import TimeBase

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Whom the daemon answers, and with what time.",
        subcommands: [
            AllowCommand.self, DenyCommand.self, AccessCheckCommand.self, ClientsCommand.self,
            ServerStatisticsCommand.self, ServeLocalCommand.self, SmoothingCommand.self, SmoothTimeCommand.self,
        ])
}

/// Whom a rule is about.
struct AccessRule: ParsableArguments {
    @OptionGroup var act: ActOptions
    @Flag(help: "The control protocol over UDP rather than NTP (cmdallow, cmddeny).") var control = false
    @Flag(help: "Forget narrower rules inside the subnet.") var all = false
    @Argument(help: "Address or ADDRESS/BITS; everybody if left out.") var subnet: String?

    func perform(allowed: Bool) throws {
        let (address, bits) = try parsed()
        let what = (allowed ? "allow" : "deny") + (all ? " all" : "") + (subnet.map { " \($0)" } ?? "")
        try act.perform(
            what, .access(control ? .control : .time, address, bits: bits, allowed: allowed, all: all))
    }

    private func parsed() throws(ToolError) -> (SourceAddress, Int32) {
        guard let subnet else { return (.unspecified, 0) }
        let parts = subnet.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let address = IPAddress(parts[0]), parts.count <= 2,
            let bits = parts.count == 2 ? Int32(parts[1]) : Int32(address.width),
            (0...address.width).contains(Int(bits))
        else { throw .usage("'\(subnet)' is not a subnet. Next: such as 192.0.2.0/24") }
        return (.ip(address), bits)
    }
}

struct AllowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "allow", abstract: "Answer these addresses.")
    @OptionGroup var rule: AccessRule
    func run() throws { try rule.perform(allowed: true) }
}

struct DenyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "deny", abstract: "Do not answer these addresses.")
    @OptionGroup var rule: AccessRule
    func run() throws { try rule.perform(allowed: false) }
}

struct AccessCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Whether an address would be answered. Exit code 1 if not.")

    @OptionGroup var connection: Connection
    @Flag(help: "The control protocol over UDP rather than NTP.") var control = false
    @Flag(help: "One JSON object.") var json = false
    @Argument(help: "An address.") var address: String

    func run() throws {
        guard let parsed = IPAddress(address) else { throw ToolError.usage("'\(address)' is not an IP address.") }
        let session = try connection.session()
        let allowed = try session.access(of: parsed, to: control ? .control : .time)
        if json {
            print(
                JSON.object([
                    ("schema", .string("timeball.access/1")), ("address", .string(address)),
                    ("allowed", .bool(allowed)),
                ]).text)
        } else {
            print(allowed ? "answered" : "not answered")
        }
        if !allowed { throw ExitCode(1) }
    }
}

struct ClientsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "Who asked the server, how often and when.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false
    @Flag(help: "Count anew from now on.") var reset = false
    @Flag(name: [.customShort("n"), .long], help: "Addresses, without looking for their names.") var numeric = false
    @Option(help: "Only who asked at least so often.") var least: UInt32 = 0

    func run() throws {
        let clients = try connection.session().clients(minimumHits: least, reset: reset)
        if json {
            print(ClientsText.json(clients, at: Clock.realtime()).text)
        } else {
            let names = clients.map { numeric ? nil : $0.address.ip.flatMap { Resolver.name(of: $0) } }
            Output.lines(ClientsText.lines(clients, names: names))
        }
    }
}

struct ServeLocalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local", abstract: "Serve this clock although no source confirms it, or end that (--off).")

    @OptionGroup var act: ActOptions
    @Flag(help: "Serve only what sources confirm.") var off = false
    @Option(help: "The stratum to claim, 1 to 15.") var stratum: Int32 = 10
    @Option(help: "Root distance beyond which this begins, in seconds.") var distance = 1.0
    @Flag(help: "Agree with others that do the same: one of them is followed.") var orphan = false
    @Option(help: "Root distance that must have been reached once, in seconds.") var activate = 0.0

    func run() throws {
        guard (1...15).contains(stratum) else { throw ToolError.usage("A stratum is 1 to 15, not \(stratum).") }
        guard distance >= 0, activate >= 0, distance.isFinite, activate.isFinite else {
            throw ToolError.usage("A distance is a number of seconds, and not negative.")
        }
        let local = LocalReference(
            stratum: stratum, distance: Duration(clampingSeconds: distance), orphan: orphan,
            activate: Duration(clampingSeconds: activate))
        try act.perform(off ? "local off" : "local stratum \(stratum)", .local(off ? nil : local))
    }
}

struct SmoothingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smoothing", abstract: "How the served time is smoothed.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let report = try connection.session().report(.smoothing) {
            if case .smoothing(let report) = $0 { report } else { nil }
        }
        if json {
            print(SmoothingText.json(report, at: Clock.realtime()).text)
        } else {
            Output.lines(SmoothingText.lines(report))
        }
    }
}

struct SmoothTimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smoothtime", abstract: "Begin smoothing the served time, or begin it anew.")

    @OptionGroup var act: ActOptions
    @Argument(help: "activate or reset.") var what: String

    func run() throws {
        guard let mode: SmoothTimeMode = what == "activate" ? .activate : what == "reset" ? .reset : nil else {
            throw ToolError.usage("'\(what)' is neither activate nor reset.")
        }
        try act.perform("smoothtime \(what)", .smoothTime(mode))
    }
}

extension ControlSession {
    /// Every client that the daemon remembers.
    func clients(minimumHits: UInt32, reset: Bool) throws(ToolError) -> [ClientAccessReport.Client] {
        var clients: [ClientAccessReport.Client] = []
        var next: UInt32 = 0
        while true {
            let page = try report(
                .clientAccesses(
                    first: next, count: UInt32(ClientAccessReport.pageSize), minimumHits: minimumHits, reset: reset)
            ) {
                if case .clientAccesses(let page) = $0 { page } else { nil }
            }
            clients += page.clients.filter { $0.address != .unspecified }
            // A daemon that does not go on would be asked for ever.
            guard page.next > next, page.next < page.indexCount else { return clients }
            next = page.next
        }
    }

    /// Whether an address would be answered.
    func access(of address: IPAddress, to subject: AccessSubject) throws(ToolError) -> Bool {
        switch try transport.ask(.checkAccess(subject, .ip(address))) {
        case .status(.accessAllowed): return true
        case .status(.accessDenied): return false
        case .status(.unauthorised):
            throw .notPermitted(
                "The daemon tells this only through its Unix socket. Next: run it there, as root (sudo).")
        default: throw .cannotTell("The daemon's answer is of another kind than the question.")
        }
    }
}

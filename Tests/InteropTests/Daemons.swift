import Foundation
import Testing

/// A daemon that answers NTP, control requests, or both.
struct Daemon {
    var program: RunningProgram
    /// Where it serves NTP.
    var address: String
    var port: UInt16
    /// Where it takes control requests.
    var socket: String
    var controlPort: UInt16
    var configuration: String

    /// How a client's configuration names it.
    var line: String { "server \(address) port \(port)" }
}

extension Rig {
    /// Debian's chronyd. It never touches the clock (-x).
    func chronyd(_ name: String, address: String = "127.0.0.1", _ directives: String...) throws -> Daemon {
        let user = getuid() == 0 ? ["-u", "root"] : ["-U", "-u", NSUserName()]
        return try daemon(name, .chronyd, address, ["-d", "-x"] + user, directives)
    }

    /// Our daemon, without clock control.
    func timeballd(
        named name: String = "timeballd", address: String = "127.0.0.1", program: NeededProgram = .timeballd,
        _ directives: String...
    ) throws -> Daemon {
        try daemon(name, program, address, ["-d", "-x"] + ourUser, directives)
    }

    /// Our daemon, steering this machine's clock.
    func steeringTimeballd(_ directives: String...) throws -> Daemon {
        try daemon("timeballd", .timeballd, "127.0.0.1", ["-d"] + ourUser, directives)
    }

    /// Stay root: the user `timeball` does not exist on a machine where nothing was installed.
    var ourUser: [String] { getuid() == 0 ? ["-u", "root"] : ["-U"] }

    /// Our daemon with its own shared memory (an IPC namespace), or with a library loaded before libc.
    func timeballd(
        named name: String = "timeballd", isolated: Bool = false, environment: [String: String] = [:],
        _ directives: [String]
    ) throws -> Daemon {
        try daemon(
            name, .timeballd, "127.0.0.1", ["-d", "-x"] + ourUser, directives,
            through: isolated ? [NeededProgram.unshare.path, "--ipc"] : [], environment: environment)
    }

    private func daemon(
        _ name: String, _ program: NeededProgram, _ address: String, _ options: [String], _ directives: [String],
        through launcher: [String] = [], environment: [String: String] = [:]
    ) throws -> Daemon {
        let inner = try privateFolder(name)
        let port = try freePort()
        let controlPort = try freePort()
        let socket = "\(inner)/control.sock"
        let configuration = try write(
            "\(name).conf",
            ([
                "bindaddress \(address)", "port \(port)", "cmdport \(controlPort)", "bindcmdaddress 127.0.0.1",
                "bindcmdaddress \(socket)", "pidfile \(inner)/pid",
            ] + (program == .chronyd ? [] : ["boundfile \(inner)/bound"]) + directives).joined(separator: "\n") + "\n")
        let words = launcher + [program.path] + options + ["-f", configuration]
        let started = try start(name, words[0], Array(words.dropFirst()), environment: environment)
        try wait(for: "\(name) to open its control socket", within: .seconds(10)) {
            guard started.isRunning else { throw Hopeless(description: "it ended: \(started.output)") }
            return FileManager.default.fileExists(atPath: socket)
        }
        return Daemon(
            program: started, address: address, port: port, socket: socket, controlPort: controlPort,
            configuration: configuration)
    }

    /// A server whose time is ahead by `offset` seconds; see lying-server.py for the other arguments.
    func lyingServer(address: String = "127.0.0.1", offset: Double = 0, _ arguments: String...) throws -> Daemon {
        let port = try freePort()
        let program = try start(
            "liar", NeededProgram.python3.path,
            [
                Places.script("lying-server.py"), "--address", address, "--port", "\(port)", "--offset=\(offset)",
            ] + arguments)
        try wait(for: "the lying server to be ready", within: .seconds(10)) { program.output.contains("ready") }
        return Daemon(program: program, address: address, port: port, socket: "", controlPort: 0, configuration: "")
    }

    /// Three honest servers on 127.0.0.2 to 127.0.0.4.
    func honestServers() throws -> [Daemon] {
        try (2...4).map { try chronyd("honest\($0)", address: "127.0.0.\($0)", "local stratum 1", "allow all") }
    }

    /// What chronyc prints about a daemon, asked over its Unix socket.
    func chronyc(_ daemon: Daemon, _ command: String...) throws -> String {
        try chronyc(["-n", "-h", daemon.socket], command)
    }

    /// What chronyc prints about a daemon, asked over UDP.
    func chronycOverUDP(_ daemon: Daemon, _ command: String...) throws -> String {
        try chronyc(["-n", "-h", "127.0.0.1", "-p", "\(daemon.controlPort)"], command)
    }

    private func chronyc(_ options: [String], _ command: [String]) throws -> String {
        let (status, output) = try run(.chronyc, options + command)
        guard status == 0 else { throw Waited(description: "chronyc \(command.joined(separator: " ")): \(output)") }
        return output
    }

    /// chronyc's report as fields (its option -c), line by line.
    func fields(_ daemon: Daemon, _ command: String) throws -> [Row] {
        try chronyc(["-n", "-c", "-h", daemon.socket], [command]).split(separator: "\n").map(Row.init)
    }

    /// Waits until a daemon follows one of its sources.
    func waitUntilFollowing(_ daemon: Daemon, sources: Int, within limit: Duration = .seconds(40)) throws {
        try wait(for: "\(daemon.program.name) to follow \(sources) sources", within: limit) {
            guard daemon.program.isRunning else { throw Hopeless(description: "it ended") }
            let states = try fields(daemon, "sources").map { $0[1] }
            return states.contains("*") && states.filter(["*", "+", "-"].contains).count >= sources
        }
    }

    /// Waits until a daemon follows one of its sources and has enough samples of all to know their frequency.
    func waitUntilMeasured(_ daemon: Daemon, sources: Int) throws {
        try waitUntilFollowing(daemon, sources: sources)
        try wait(for: "\(daemon.program.name) to have samples of \(sources) sources", within: .seconds(40)) {
            let rows = try fields(daemon, "sourcestats")
            return rows.count == sources && rows.allSatisfy { (Int($0[1]) ?? 0) >= 8 }
        }
    }
}

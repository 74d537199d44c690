import Addresses
import ArgumentParser
import Rendering

/// Which daemon is asked.
struct Connection: ParsableArguments {
    static let defaultSocket = "/run/chrony/chronyd.sock"

    @Option(
        name: [.customShort("h"), .long],
        help: ArgumentHelp(
            "Hosts to ask, separated by commas; a path is a Unix socket.", valueName: "host,..."))
    var host: String?

    @Option(name: .shortAndLong, help: "UDP port of the daemon's command socket.")
    var port: UInt16 = 323

    @Option(help: "The daemon's Unix socket.")
    var socket: String?

    func session() throws(ToolError) -> ControlSession {
        ControlSession(
            transport: ControlTransport(servers: try Self.servers(socket: socket, hosts: host, port: port)))
    }

    /// Where to ask: at a socket, at hosts (names, addresses and paths between commas), or, where neither is named, on this
    /// machine.
    static func servers(
        socket: String?, hosts: String?, port: UInt16, family: AddressFamily? = nil
    ) throws(ToolError) -> [ControlServer] {
        var servers: [ControlServer] = []
        if let socket { servers.append(.unix(socket)) }
        for name in (hosts ?? "").split(separator: ",") {
            if name.hasPrefix("/") {
                servers.append(.unix(String(name)))
                continue
            }
            let addresses = Resolver.addresses(String(name)).filter { family == nil || $0.family == family }
            guard !addresses.isEmpty else { throw .cannotTell("The name \(name) has no address.") }
            servers += addresses.map { .udp(Endpoint(address: $0, port: port)) }
        }
        guard servers.isEmpty else { return servers }
        return [
            .unix(Self.defaultSocket), .udp(Endpoint(address: .v4(0x7f00_0001), port: port)),
            .udp(Endpoint(address: .v6(0, 1), port: port)),
        ]
    }
}

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
        var servers: [ControlServer] = []
        if let socket { servers.append(.unix(socket)) }
        if let host {
            for name in host.split(separator: ",") {
                if name.hasPrefix("/") {
                    servers.append(.unix(String(name)))
                    continue
                }
                let addresses = Resolver.addresses(String(name))
                guard !addresses.isEmpty else { throw .cannotTell("The name \(name) has no address.") }
                servers += addresses.map { .udp(Endpoint(address: $0, port: port)) }
            }
        }
        if servers.isEmpty {
            servers = [
                .unix(Self.defaultSocket), .udp(Endpoint(address: .v4(0x7f00_0001), port: port)),
                .udp(Endpoint(address: .v6(0, 1), port: port)),
            ]
        }
        return ControlSession(transport: ControlTransport(servers: servers))
    }
}

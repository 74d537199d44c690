import Addresses
import Control
import Glibc
import TimeBase

/// Where a daemon may listen.
enum ControlServer: CustomStringConvertible {
    case unix(String)
    case udp(Endpoint)

    var description: String {
        switch self {
        case .unix(let path): path
        case .udp(let endpoint): "UDP \(endpoint)"
        }
    }

    func open() throws(SystemError) -> DatagramSocket {
        switch self {
        case .unix(let path): try .unix(to: path)
        case .udp(let endpoint): try .udp(to: endpoint)
        }
    }
}

/// Asks a daemon and waits for its answer, by default 1, 2, then 4 seconds, then the next server.
///
/// The server that answered first is kept.
final class ControlTransport {
    private var servers: [ControlServer]
    private var socket: DatagramSocket?
    private var problems: [String] = []
    private var wasForbidden = false

    /// How long each attempt at one server waits.
    var timeouts: [Duration] = [.seconds(1), .seconds(2), .seconds(4)]

    init(servers: [ControlServer]) {
        self.servers = servers
    }

    /// Whether the daemon is asked through its Unix socket, where everything is allowed.
    var isUnix: Bool {
        if case .unix? = servers.first { true } else { false }
    }

    /// - Throws: ``ToolError`` if no server answers.
    func ask(_ request: ControlRequest) throws(ToolError) -> ControlReply {
        while let server = servers.first {
            if Interruption.hasCome { throw .interrupted }
            do {
                let current: DatagramSocket
                if let socket {
                    current = socket
                } else {
                    current = try server.open()
                    socket = current
                }
                if let reply = try exchange(request, current) { return reply }
                problems.append("\(server): no answer")
            } catch {
                if error.number == EACCES || error.number == EPERM { wasForbidden = true }
                problems.append("\(server): \(unsafe String(cString: strerror(error.number)))")
            }
            servers.removeFirst()
            socket = nil
        }
        if Interruption.hasCome { throw .interrupted }
        let tried = "Tried \(problems.joined(separator: "; "))."
        if wasForbidden {
            throw .notPermitted(
                "The daemon's socket is not open to this user, and UDP gave no answer. "
                    + "\(tried) Next: run it as root (sudo).")
        }
        throw .cannotTell("No daemon answers. \(tried) Next: is it running? systemctl status timeballd chrony")
    }

    private func exchange(_ request: ControlRequest, _ socket: DatagramSocket) throws(SystemError) -> ControlReply? {
        for (attempt, timeout) in timeouts.enumerated() where !Interruption.hasCome {
            let sequence = UInt32.random(in: .min ... .max)
            try socket.send(request.octets(sequence: sequence, attempt: UInt16(attempt)))
            let deadline = Clock.monotonic() + timeout
            while true {
                let left = deadline - Clock.monotonic()
                guard left > .zero, Waiting.wait(for: [socket], timeout: left) else { break }
                guard let (octets, _) = try socket.receive() else { continue }
                if let reply = ControlReply(octets, to: request.command, sequence: sequence) { return reply }
            }
        }
        return nil
    }
}

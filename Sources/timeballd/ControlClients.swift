import Linux
import Timekeeping

/// Who waits for the answer to a control request, and by which way it goes there.
struct ControlClients {
    enum Door {
        /// The path of the client's socket.
        case unixSocket(String)
        /// The command socket by which the request came, and no more octets than the request had: nobody is to flood
        /// a third with what we answer.
        case udp(socket: Int, to: SocketAddress, from: SocketAddress, room: Int)
    }

    private var doors: [UInt64: Door] = [:]
    private var next: UInt64 = 0
    /// Requests that the engine drops are never answered; so many of the last ones are remembered.
    private static let most: UInt64 = 64

    /// Remembers a client until it is answered.
    mutating func add(_ door: Door) -> ControlClient {
        let number = next
        next &+= 1
        doors[number] = door
        doors[number &- Self.most] = nil
        return ControlClient(number: number)
    }

    /// The way to a client, which is forgotten by it.
    mutating func take(_ client: ControlClient) -> Door? {
        doors.removeValue(forKey: client.number)
    }
}

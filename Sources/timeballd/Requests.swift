import Addresses
import Daemon
import Linux
import TimeBase
import Timekeeping

/// Requests to time sources: one fresh socket with a random port for each, so that nobody off the path can guess where
/// an answer would be taken.
extension LinuxHost {
    /// Datagrams taken from one socket before others have their turn.
    private static let mostDatagrams = 8
    /// Octets of a datagram that the engine looks at.
    private static let mostOctets = 1024

    mutating func send(_ octets: [UInt8], _ token: RequestToken, to destination: Endpoint) {
        do throws(SystemError) {
            let socket = try DatagramSocket(family: destination.address.family, transmitStamps: true)
            if let local = settings.clientAddresses.first(where: { $0.family == destination.address.family }) {
                try socket.bind(to: Endpoint(address: local, port: 0))
            }
            try socket.connect(to: destination)
            try socket.send(octets, count: octets.count)
            let request = Socket(socket)
            requests[token] = request
            pollSet.watch(request.socket.number, .request(token))
            // Mostly the packet has left by now, and to look here saves a wake-up.
            takeSentStamp(token, request)
        } catch {
            events.append(.sendFailed(token, KernelRefusal(error)))
        }
    }

    mutating func close(_ token: RequestToken) {
        guard let request = requests.removeValue(forKey: token) else { return }
        pollSet.forget(request.socket.number)
        events.forget(token)
    }

    mutating func receive(_ token: RequestToken) {
        guard let request = requests[token] else { return }
        // First, so that the engine knows when the request left before it sees the answer.
        takeSentStamp(token, request)
        do throws(SystemError) {
            for _ in 0..<Self.mostDatagrams {
                guard let datagram = try request.socket.receive(into: &incoming) else { return }
                guard let source = datagram.source.endpoint else { continue }
                let stamp =
                    datagram.stamp.map { Stamp(time: $0, kind: .kernel) }
                    ?? Stamp(time: KernelClock.realtime, kind: .daemon)
                events.append(
                    .datagram(
                        token, octets: Array(incoming.prefix(min(datagram.count, Self.mostOctets))), from: source,
                        to: datagram.destination.address, at: stamp))
            }
        } catch {
            events.append(.sendFailed(token, KernelRefusal(error)))
        }
    }

    /// Empties the error queue. Each socket sends one packet, so the report of packet 0 that comes first is the one.
    private mutating func takeSentStamp(_ token: RequestToken, _ request: Socket) {
        while let report = try? request.socket.receiveTransmitStamp(scratch: &incoming) {
            guard let time = report.stamp, report.identifier == 0, !request.hasSentStamp else { continue }
            request.hasSentStamp = true
            events.append(.sent(token, at: Stamp(time: time, kind: .kernel)))
        }
    }
}

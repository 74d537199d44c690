import Addresses
import Configuration
import Daemon
import Linux
import TimeBase
import Timekeeping

/// Requests to time sources: one fresh socket with a random port for each, so that nobody off the path can guess where
/// an answer would be taken.
extension LinuxHost {
    /// Octets of a datagram that the engine looks at.
    private static let mostOctets = 1024

    mutating func send(_ octets: [UInt8], _ token: RequestToken, to destination: Endpoint) {
        do throws(SystemError) {
            let socket = try DatagramSocket(
                family: destination.address.family, transmitStamps: true, hardware: !hardware.isEmpty)
            let family = destination.address.family
            if let device = settings.clientDevice { try socket.bind(toDevice: device) }
            if settings.dscp != 0 { try socket.set(dscp: settings.dscp) }
            let local = settings.clientAddresses.first { $0.family == family }
            if local != nil || settings.clientPort != 0 {
                if settings.clientPort != 0 { try socket.sharePort() }
                let anywhere: IPAddress = family == .ipv4 ? .v4(0) : .v6(0, 0)
                try socket.bind(to: Endpoint(address: local ?? anywhere, port: settings.clientPort))
            }
            try socket.connect(to: destination)
            try socket.send(octets, count: octets.count)
            let request = Socket(socket)
            requests[token] = request
            pollSet.watch(request.socket.number, .request(token), reports: true)
            // Mostly the packet has left by now, and to look here saves a wake-up.
            if request.socket.hasTransmitStamps { takeSentStamp(token, request) }
        } catch {
            events.append(.sendFailed(token, KernelRefusal(error)))
        }
    }

    mutating func close(_ token: RequestToken) {
        guard let request = requests.removeValue(forKey: token) else { return }
        pollSet.forget(request.socket.number)
        events.forget(token)
    }

    /// Takes what a socket has: the stamp of sending first, so that the engine knows when the request left before it
    /// sees the answer. One datagram at a time: no more than one is expected, and others have their turn.
    mutating func receive(_ token: RequestToken, _ ready: PollSet<Watched>.Ready) {
        guard let request = requests[token] else { return }
        let hadReport = ready.hasErrors && request.socket.hasTransmitStamps && takeSentStamp(token, request)
        guard ready.isReadable || !hadReport else { return }
        do throws(SystemError) {
            guard let datagram = try request.socket.receive(into: &incoming),
                let source = datagram.source.endpoint
            else { return }
            let stamp = stamp(of: datagram, now: KernelClock.realtime)
            let octets = Array(incoming.prefix(min(datagram.count, Self.mostOctets)))
            if stamp.kind == .hardware { awaitHardwareStamp(token, request) }
            events.append(
                .datagram(token, octets: octets, from: source, to: datagram.destination.address, at: stamp))
        } catch {
            events.append(.sendFailed(token, KernelRefusal(error)))
        }
    }

    /// Takes one report from the error queue; false if there was none. Each socket sends one packet, so the report of
    /// packet 0 that comes first is the one.
    @discardableResult
    private mutating func takeSentStamp(_ token: RequestToken, _ request: Socket) -> Bool {
        guard let report = try? request.socket.receiveTransmitStamp(scratch: &incoming) else { return false }
        guard report.identifier == 0, let stamp = stamps(ofSent: report) else { return true }
        let isNews = stamp.kind == .hardware ? !request.hasHardwareStamp : !request.hasSentStamp
        if stamp.kind == .hardware { request.hasHardwareStamp = true } else { request.hasSentStamp = true }
        if isNews { events.append(.sent(token, at: stamp)) }
        return true
    }

    /// The answer of a request came with the interface's stamp; its own may take a little longer.
    private mutating func awaitHardwareStamp(_ token: RequestToken, _ request: Socket) {
        var hasWaited = false
        while !request.hasHardwareStamp {
            if takeSentStamp(token, request) { continue }
            if hasWaited { return }
            hasWaited = true
            request.socket.awaitTransmitStamp(atMost: settings.hardwareStampTimeout)
        }
    }
}

import Addresses
import Configuration
import Control
import Daemon
import Linux
import TimeBase
import Timekeeping

/// The NTP server: clients are answered here and at once, and the engine does not hear of them.
extension LinuxHost {
    /// Datagrams answered before the engine has its turn. Clock simulators want each announced by poll.
    private static let mostDatagrams = Simulator.isPreloaded ? 1 : 64

    /// Opens the server's sockets if anybody is to be answered and they are not open yet.
    mutating func openServers() throws(StartError) {
        let isNeeded =
            responder.access.allowsAnybody || !settings.timekeeper.broadcasts.isEmpty || !responder.peers.isEmpty
            || settings.timekeeper.sources.contains { $0.kind == .peer }
        guard settings.serverPort != 0, servers.isEmpty, isNeeded else { return }
        var failures: [(text: String, isTaken: Bool)] = []
        for anywhere in [IPAddress.v4(0), .v6(0, 0)] where settings.family ?? anywhere.family == anywhere.family {
            let address = settings.serverAddresses.first { $0.family == anywhere.family } ?? anywhere
            let endpoint = Endpoint(address: address, port: settings.serverPort)
            do throws(SystemError) {
                let socket = try DatagramSocket(
                    family: address.family, stamps: Simulator.isPreloaded ? .none : .some,
                    hardware: !hardware.isEmpty)
                if let device = settings.serverDevice { try socket.bind(toDevice: device) }
                if settings.dscp != 0 { try socket.set(dscp: settings.dscp) }
                if !settings.timekeeper.broadcasts.isEmpty { try socket.allowBroadcast() }
                if settings.clientPort == settings.serverPort { try socket.sharePort() }
                try socket.bind(to: endpoint)
                pollSet.watch(socket.number, .server(servers.count), reports: socket.hasTransmitStamps)
                serverFamilies.append(address.family)
                servers.append(Socket(socket, awaiting: settings.awaitedStamps))
            } catch {
                failures.append(("\(endpoint): \(error)", error.number == SystemError.addressInUse))
            }
        }
        guard servers.isEmpty, let failure = failures.first else {
            // A machine may have no IPv6, which is no news; that somebody else has the port is.
            for failure in failures where failure.isTaken {
                log.write("Nobody is served at \(failure.text)", .warning)
            }
            return
        }
        throw StartError("Could not open the NTP server's socket at \(failure.text)")
    }

    /// Answers those who wait at a server socket. It allocates nothing.
    mutating func serve(_ index: Int) {
        let server = servers[index]
        for _ in 0..<Self.mostDatagrams {
            guard let datagram = try? server.socket.receive(into: &incoming) else { return }
            guard !datagram.isTruncated, let client = datagram.source.endpoint else { continue }
            let now = KernelClock.realtime
            let received = hardware.isEmpty ? datagram.stamp ?? now : stamp(of: datagram, now: now).time
            if datagram.stamp == nil { responder.daemonStamps &+= 1 } else { responder.kernelStamps &+= 1 }
            let (outcome, length) = Self.respond(
                &responder, incoming, datagram.count, client, received: received, now: now, &outgoing)
            if outcome == .fromPeer { handOver(datagram, from: client, now) }
            guard length > 0 else { continue }
            let awaited = server.socket.hasTransmitStamps ? responder.awaitedStamp : nil
            do throws(SystemError) {
                try server.socket.send(
                    outgoing, count: length, to: datagram.source, from: datagram.destination, stamped: awaited != nil)
                if let awaited { server.await(.answer(awaited)) }
            } catch {
                // A client whose answer does not go out is one whose answer got lost.
            }
        }
    }

    /// Apart from `self`, whose parts are used side by side here.
    private static func respond(
        _ responder: inout Responder, _ incoming: [UInt8], _ count: Int, _ client: Endpoint,
        received: Instant<Realtime>, now: Instant<Realtime>, _ outgoing: inout [UInt8]
    ) -> (ServingOutcome, Int) {
        var room = outgoing.mutableSpan
        var reply = room._mutatingExtracting(0..<count)
        let (outcome, length) = responder.answer(
            incoming.span.extracting(0..<count), from: client, received: received, now: now, into: &reply)
        return (outcome, length)
    }

    // MARK: Requests about serving

    /// Answers a control request that is about serving. Whether the client may ask is decided already.
    mutating func responderReply(_ octets: [UInt8]) -> [UInt8]? {
        let reply = responder.control(
            octets, commands: &commandAccess, commandHits: commandCount, now: KernelClock.realtime)
        do throws(StartError) {
            // The first who is let in opens the door.
            try openServers()
        } catch {
            log.write(error.sentence, .error)
        }
        return reply
    }
}

import Addresses
import Configuration
import Control
import Daemon
import Linux
import TimeBase
import Timekeeping

/// The NTP server: clients are answered here and at once, and the engine does not hear of them.
extension LinuxHost {
    /// Opens the server's sockets if anybody is to be answered and they are not open yet.
    mutating func openServers() throws(StartError) {
        let isNeeded =
            responder.access.allowsAnybody || !settings.timekeeper.broadcasts.isEmpty || !responder.peers.isEmpty
            || settings.timekeeper.sources.contains { $0.kind == .peer }
        guard settings.serverPort != 0, servers.isEmpty, isNeeded else { return }
        var failures: [(text: String, isTaken: Bool)] = []
        var workerServers = Array(repeating: [Socket](), count: workerCount)
        for anywhere in [IPAddress.v4(0), .v6(0, 0)] where settings.family ?? anywhere.family == anywhere.family {
            let address = settings.serverAddresses.first { $0.family == anywhere.family } ?? anywhere
            let endpoint = Endpoint(address: address, port: settings.serverPort)
            do throws(SystemError) {
                // Whoever joins a port does not hear that somebody else has it.
                if workerCount > 0 { _ = try serverSocket(endpoint, joinsPort: false) }
                let socket = try serverSocket(endpoint, joinsPort: workerCount > 0)
                for worker in workerServers.indices {
                    workerServers[worker].append(Socket(try serverSocket(endpoint, joinsPort: true)))
                }
                if workerCount > 0 {
                    try socket.shareOut(among: workerCount, key: UInt32.random(in: .min ... .max))
                }
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
            if !servers.isEmpty, workerCount > 0 { makeWorkers(workerServers) }
            return
        }
        throw StartError("Could not open the NTP server's socket at \(failure.text)")
    }

    /// A socket of the server.
    ///
    /// - Parameter joinsPort: whether others of ours have the same port.
    private func serverSocket(_ endpoint: Endpoint, joinsPort: Bool) throws(SystemError) -> DatagramSocket {
        let socket = try DatagramSocket(family: endpoint.address.family, stamps: Simulator.isPreloaded ? .none : .some)
        // Clock simulators know no such option.
        if !Simulator.isPreloaded { try socket.sendWhole() }
        if let device = settings.serverDevice { try socket.bind(toDevice: device) }
        if settings.dscp != 0 { try socket.set(dscp: settings.dscp) }
        if !settings.timekeeper.broadcasts.isEmpty { try socket.allowBroadcast() }
        if settings.clientPort == settings.serverPort { try socket.sharePort() }
        if joinsPort { try socket.joinPort() }
        try socket.bind(to: endpoint)
        return socket
    }

    /// Answers those who wait at a server socket. It allocates nothing.
    mutating func serve(_ index: Int) {
        Self.serve(&round, servers[index], &responder, &events)
    }

    /// Apart from `self`, whose parts are used side by side here.
    private static func serve(
        _ round: inout ServerRound, _ server: Socket, _ responder: inout Responder, _ events: inout EventQueue
    ) {
        round.serve(server, &responder) { octets, peer, destination, received in
            let now = KernelClock.realtime
            let stamp =
                received.map { Stamp(time: $0.instant(near: now), kind: .kernel) } ?? Stamp(time: now, kind: .daemon)
            events.append(.peerDatagram(octets: octets, from: peer, to: destination, at: stamp))
        }
    }

    /// What clients are told from now on.
    mutating func serve(_ time: ServedTime) {
        responder.served = time
        pool?.serve(time)
    }

    // MARK: Requests about serving

    /// Answers a control request that is about serving. Whether the client may ask is decided already.
    ///
    /// - Returns: the reply; nil if there is none, or not yet.
    mutating func responderReply(_ octets: [UInt8], for client: ControlClient) -> [UInt8]? {
        if hasWorkers, settings.clientLog.isListed, let pages = ClientPages(request: octets, workers: workerCount) {
            gather(pages, for: client)
            return nil
        }
        responder.workers = pool?.counts ?? ServingCounts()
        let reply = responder.control(
            octets, commands: &commandAccess, commandHits: commandCount, now: KernelClock.realtime)
        tellWorkers(ofAccess: octets)
        do throws(StartError) {
            // The first who is let in opens the door.
            try openServers()
        } catch {
            log.write(error.sentence, .error)
        }
        return reply
    }
}

import Addresses
import Daemon
import Linux
import NTPWire
import TimeBase
import Timekeeping

/// What leaves by the server's sockets unasked, and when what left by them left.
extension LinuxHost {
    /// Takes symmetric packets of these from now on.
    mutating func listen(to peers: [Endpoint]) {
        responder.peers = peers
        do throws(StartError) {
            try openServers()
        } catch {
            log.write("\(error.sentence); peers cannot be asked", .error)
        }
    }

    mutating func sendToPeer(_ octets: [UInt8], _ token: RequestToken, to peer: Endpoint) {
        guard let server = server(for: peer) else {
            let refusal = KernelRefusal(call: "sendmsg", number: SystemError.noSuchAddress, text: "no server socket")
            events.append(.sendFailed(token, refusal))
            return
        }
        do throws(SystemError) {
            let isStamped = server.socket.hasTransmitStamps
            try server.socket.send(octets, count: octets.count, to: SocketAddress(peer), stamped: isStamped)
            if isStamped { server.await(.peer(token)) }
        } catch {
            events.append(.sendFailed(token, KernelRefusal(error)))
        }
    }

    mutating func broadcast(_ octets: [UInt8], to destination: Endpoint) {
        guard let server = server(for: destination) else { return }
        do throws(SystemError) {
            try server.socket.send(octets, count: octets.count, to: SocketAddress(destination))
        } catch {
            log.write("Could not broadcast to \(destination): \(error)", .debug)
        }
    }

    private func server(for destination: Endpoint) -> Socket? {
        serverFamilies.firstIndex(of: destination.address.family).map { servers[$0] }
    }

    /// Takes the kernel's reports of packets that left by a server's socket.
    mutating func takeServerStamps(_ index: Int) {
        let server = servers[index]
        // One report for each packet that was asked for, and some that the kernel makes twice.
        for _ in 0..<64 {
            guard let report = try? server.socket.receiveTransmitStamp(scratch: &incoming) else { return }
            guard let stamp = stamps(ofSent: report), let awaited = server.awaited(report.identifier) else { continue }
            switch awaited {
            case .answer(let receive): responder.sent(receive, at: stamp.time)
            case .peer(let token): events.append(.sent(token, at: stamp))
            }
        }
    }
}

extension LinuxHost.Socket {
    /// The packet that was just sent is this; the kernel counts those whose stamp was asked for.
    func await(_ packet: LinuxHost.Awaited) {
        if awaited.count < most {
            awaited.append(packet)
        } else {
            awaited[Int(stampCount) % most] = packet
        }
        stampCount &+= 1
    }

    /// The packet of a number.
    func awaited(_ identifier: UInt32) -> LinuxHost.Awaited? {
        let age = stampCount &- identifier
        guard age >= 1, age <= UInt32(most), Int(identifier) % most < awaited.count else { return nil }
        return awaited[Int(identifier) % most]
    }
}

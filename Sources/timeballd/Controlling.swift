import Addresses
import Configuration
import Daemon
import Linux
import TimeBase
import Timekeeping

/// Control requests: from a door to the engine, and its answer back through the same door.
extension LinuxHost {
    /// Opens the Unix control socket. Without it the daemon runs all the same, but somebody should know.
    mutating func openControl() {
        guard let path = settings.commandSocket else { return }
        do throws(StartError) {
            let socket = try ControlSocket(path: path)
            pollSet.watch(socket.number, .control)
            control = consume socket
        } catch {
            log.write(error.sentence, .warning)
        }
    }

    /// Opens the UDP control sockets.
    mutating func openCommands() {
        guard settings.commandPort != 0 else { return }
        for address in settings.commandAddresses {
            let endpoint = Endpoint(address: address, port: settings.commandPort)
            do throws(SystemError) {
                let socket = try DatagramSocket(family: address.family, transmitStamps: false)
                if let device = settings.commandDevice { try socket.bind(toDevice: device) }
                try socket.bind(to: endpoint)
                pollSet.watch(socket.number, .command(commands.count))
                commands.append(Socket(socket))
            } catch {
                log.write("Could not open command socket on \(endpoint): \(error)", .warning)
            }
        }
    }

    mutating func receiveControl() {
        guard let request = control?.receive(into: &incoming) else { return }
        commandCount &+= 1
        let client = clients.add(.unixSocket(request.sender))
        events.append(.control(Array(incoming.prefix(request.count)), from: client, .unixSocket))
    }

    mutating func receiveCommand(_ index: Int) {
        guard let datagram = try? commands[index].socket.receive(into: &incoming), !datagram.isTruncated,
            let address = datagram.source.address
        else { return }
        // Who may not ask is not told so.
        guard address.isLoopback || commandAccess.allows(address) else { return }
        commandCount &+= 1
        // Who sits on this machine has other means to keep it busy.
        guard address.isLoopback || responder.admitsCommand(from: address, at: KernelClock.realtime) else { return }
        let client = clients.add(
            .udp(socket: index, to: datagram.source, from: datagram.destination, room: datagram.count))
        events.append(
            .control(Array(incoming.prefix(datagram.count)), from: client, address.isLoopback ? .loopback : .network))
    }

    mutating func reply(_ octets: [UInt8], to client: ControlClient) {
        switch clients.take(client) {
        case .unixSocket(let path): control?.send(octets, to: path)
        case .udp(let index, let destination, let source, let room):
            guard octets.count <= room else { return }
            // A client whose answer does not go out asks again.
            try? commands[index].socket.send(octets, count: octets.count, to: destination, from: source)
        case nil: break
        }
    }
}

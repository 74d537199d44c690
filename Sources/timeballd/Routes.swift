import Addresses
import Configuration
import Linux
import Timekeeping

/// Where packets could be sent.
extension LinuxHost {
    /// The kernel looks for a route when a socket is connected; nothing is sent by that.
    mutating func testRoutes(_ endpoints: [Endpoint]) {
        var (reachable, unreachable): ([Endpoint], [Endpoint]) = ([], [])
        for endpoint in endpoints {
            do throws(SystemError) {
                let socket = try DatagramSocket(family: endpoint.address.family, transmitStamps: false)
                if let device = settings.clientDevice { try socket.bind(toDevice: device) }
                try socket.connect(to: endpoint)
                reachable.append(endpoint)
            } catch {
                unreachable.append(endpoint)
            }
        }
        events.append(.routesTested(reachable: reachable, unreachable: unreachable))
    }
}

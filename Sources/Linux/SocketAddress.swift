public import Addresses
internal import CLinux

/// An address and port as a socket knows it; unlike an ``Endpoint`` it remembers through which interface a link-local
/// IPv6 address is reached.
public struct SocketAddress: Sendable {
    let kernel: clinux_address

    init(kernel: clinux_address) {
        self.kernel = kernel
    }

    public init(_ endpoint: Endpoint) {
        switch endpoint.address {
        case .v4(let bits):
            kernel = clinux_address(high: 0, low: UInt64(bits), scope: 0, port: endpoint.port, family: 4)
        case .v6(let high, let low):
            kernel = clinux_address(high: high, low: low, scope: 0, port: endpoint.port, family: 6)
        }
    }

    /// Address and port; nil where the kernel named none.
    public var endpoint: Endpoint? {
        address.map { Endpoint(address: $0, port: kernel.port) }
    }

    /// The address; nil where the kernel named none.
    public var address: IPAddress? {
        switch kernel.family {
        case 4: .v4(UInt32(truncatingIfNeeded: kernel.low))
        case 6: .v6(kernel.high, kernel.low)
        default: nil
        }
    }
}

extension AddressFamily {
    /// As CLinux counts families.
    var code: Int32 { self == .ipv4 ? 4 : 6 }
}

/// The system's own resolver (getaddrinfo(3)), which blocks for as long as the network takes.
public enum SystemResolver {
    /// At most 32 addresses of a name, each once, in the system's order; none if the name is not known.
    public static func addresses(of name: String, family: AddressFamily?) -> [IPAddress] {
        var addresses = [clinux_address](repeating: clinux_address(), count: 32)
        // Right because the function is told the array's own size.
        let count = unsafe addresses.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_resolve(name, family?.code ?? 0, buffer.baseAddress, Int32(buffer.count))
        }
        return addresses.prefix(max(0, Int(count))).compactMap { SocketAddress(kernel: $0).address }
    }
}

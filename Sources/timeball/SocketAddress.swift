import Addresses
import Glibc
import TimeBase

/// The kernel's form of an address, octet by octet (ip(7), ipv6(7), unix(7)).
struct SocketAddress {
    let family: Int32
    let octets: [UInt8]

    init(_ endpoint: Endpoint) {
        let port = [UInt8(truncatingIfNeeded: endpoint.port >> 8), UInt8(truncatingIfNeeded: endpoint.port)]
        switch endpoint.address {
        case .v4(let bits):
            family = AF_INET
            octets = Self.native(UInt16(AF_INET)) + port + Self.big(bits) + [UInt8](repeating: 0, count: 8)
        case .v6(let high, let low):
            family = AF_INET6
            octets =
                Self.native(UInt16(AF_INET6)) + port + [0, 0, 0, 0] + Self.big(high) + Self.big(low) + [0, 0, 0, 0]
        }
    }

    /// Nil if the path is too long for a socket.
    init?(unixPath path: String) {
        guard path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
        family = AF_UNIX
        octets = Self.native(UInt16(AF_UNIX)) + Array(path.utf8) + [0]
    }

    private static func native(_ value: UInt16) -> [UInt8] {
        let little = value.littleEndian == value
        let low = UInt8(truncatingIfNeeded: value)
        let high = UInt8(truncatingIfNeeded: value >> 8)
        return little ? [low, high] : [high, low]
    }

    private static func big(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

/// What the kernel says beside a datagram (cmsg(3)): its macros do not reach Swift, so the octets are read here.
enum ControlMessages {
    /// The kernel's receive stamp (SO_TIMESTAMPNS), if it is there.
    static func receiveTime(_ octets: [UInt8]) -> Instant<Realtime>? {
        var start = 0
        while start + 16 <= octets.count {
            let length = Int(clamping: integer(octets, start, 8))
            guard length >= 16, start + length <= octets.count else { return nil }
            let level = integer(octets, start + 8, 4)
            let type = integer(octets, start + 12, 4)
            if level == UInt64(SOL_SOCKET), type == UInt64(SO_TIMESTAMPNS), length >= 32 {
                let seconds = Int64(bitPattern: integer(octets, start + 16, 8))
                let nanoseconds = Int64(bitPattern: integer(octets, start + 24, 8))
                return Instant(sinceEpoch: .seconds(seconds) + .nanoseconds(nanoseconds))
            }
            start += (length + 7) & ~7
        }
        return nil
    }

    /// A number in the machine's own order, of a 64-bit machine.
    private static func integer(_ octets: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        let isLittle = UInt16(1).littleEndian == 1
        let part = octets[start..<start + count]
        let ordered = isLittle ? Array(part.reversed()) : Array(part)
        return ordered.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Names and addresses.
enum Resolver {
    /// The addresses of a name, in the resolver's order; none if it has none or nobody answers.
    static func addresses(_ name: String) -> [IPAddress] {
        if let address = IPAddress(name) { return [address] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [IPAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe address(current.pointee), !found.contains(address) { found.append(address) }
            unsafe entry = current.pointee.ai_next
        }
        return found
    }

    /// The name of an address; nil if nobody knows one.
    static func name(of address: IPAddress) -> String? {
        let socket = SocketAddress(Endpoint(address: address, port: 0))
        var name = [CChar](repeating: 0, count: 1025)
        let result = unsafe socket.octets.withUnsafeBytes { octets in
            unsafe getnameinfo(
                octets.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(octets.count), &name,
                socklen_t(name.count), nil, 0, NI_NAMEREQD)
        }
        guard result == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        let start = unsafe UnsafeRawPointer(entry.ai_addr)
        guard let start = unsafe start else { return nil }
        // The kernel's structures hold the address at these offsets (ip(7), ipv6(7)).
        let octets = unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(entry.ai_addrlen)))
        switch unsafe entry.ai_family {
        case AF_INET where octets.count >= 8:
            return .v4(octets[4..<8].reduce(0) { $0 << 8 | UInt32($1) })
        case AF_INET6 where octets.count >= 24:
            return .v6(
                octets[8..<16].reduce(0) { $0 << 8 | UInt64($1) }, octets[16..<24].reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }
}

import Addresses
import AtomicTime
import Clockspeed
import Glibc
import Linux
import Scheduling

/// taiclockd(1): answers TAICLOCK queries, one after the other, until it is ended.
enum TaiclockdProgram {
    private static let known =
        ClockOptions.known + [
            OptionSpecification(long: "address", short: "i", value: .required),
            OptionSpecification(long: "port", short: "p", value: .required),
        ]

    static func run(_ arguments: [String]) -> Int32 {
        ClockFailure.caught("taiclockd") { () throws(ClockFailure) in
            let usage = "taiclockd [--right] [--leapfile file] [-i address] [-p port]"
            let (options, read) = try ClockOptions.read(arguments, known, usage)
            guard read.operands.isEmpty else { throw .usage(usage) }
            var address: IPAddress?
            var port = TaiclockPacket.port
            for (name, value) in read.options {
                guard let value else { continue }
                switch name {
                case "address":
                    address = IPAddress(value)
                    if address == nil { throw .usage("\(usage)  (\(value) is no address)") }
                case "port":
                    guard let number = UInt16(value) else { throw .usage("\(usage)  (\(value) is no port)") }
                    port = number
                default: break
                }
            }
            var watch = TableWatch(history: options.clock.history)
            watch.look(options.clock.atomic(Clock.realtime()).certainty)
            try serve(on: try bound(address, port), options.clock, &watch)
        }
    }

    /// Any address of both families, unless one is named.
    private static func bound(_ address: IPAddress?, _ port: UInt16) throws(ClockFailure) -> Int32 {
        let wanted = address.map { [$0] } ?? [.v6(0, 0), .v4(0)]
        var failure = ClockFailure.fatal("unable to create socket")
        for address in wanted {
            let place = SocketAddress(Endpoint(address: address, port: port))
            let descriptor = socket(place.family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else {
                failure = .fatal("unable to create socket", errno)
                continue
            }
            var off: Int32 = 0
            // The wildcard of IPv6 stands for IPv4, too.
            _ = unsafe setsockopt(
                descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, socklen_t(MemoryLayout<Int32>.size))
            let result = unsafe place.octets.withUnsafeBytes {
                unsafe bind(
                    descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
            }
            if result == 0 { return descriptor }
            failure = .fatal("unable to bind to port \(port)", errno)
            close(descriptor)
        }
        throw failure
    }

    /// Says once that the table of leap seconds has expired, also if it does so after years of service: no label can say so.
    private struct TableWatch {
        let history: LeapHistory
        private var hasWarned = false

        init(history: LeapHistory) { self.history = history }

        mutating func look(_ certainty: LeapCertainty) {
            guard !hasWarned, let words = LeapTables.warning(certainty, history) else { return }
            hasWarned = true
            Output.complain("taiclockd: warning: \(words)")
        }
    }

    private static func serve(
        on descriptor: Int32, _ clock: LabelClock, _ watch: inout TableWatch
    ) throws(ClockFailure) {
        var buffer = [UInt8](repeating: 0, count: 512)
        var from = [UInt8](repeating: 0, count: 128)
        while true {
            var length = socklen_t(from.count)
            // Right because the kernel is told the buffers' own sizes.
            let count = unsafe buffer.withUnsafeMutableBytes { octets in
                unsafe from.withUnsafeMutableBytes { place in
                    unsafe recvfrom(
                        descriptor, octets.baseAddress, octets.count, 0,
                        place.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                }
            }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN || errno == ECONNREFUSED { continue }
                throw .fatal("unable to receive", errno)
            }
            let query = Array(buffer.prefix(count))
            let (wall, isRepeated) = KernelClock.realtimeWithLeap()
            let (time, certainty) = clock.atomic(wall, isRepeated: isRepeated)
            watch.look(certainty)
            guard let reply = TaiclockPacket.reply(to: query, at: time) else { continue }
            // Nobody waits for an error.
            _ = unsafe reply.withUnsafeBytes { octets in
                unsafe from.withUnsafeBytes { place in
                    unsafe sendto(
                        descriptor, octets.baseAddress, octets.count, 0,
                        place.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
                }
            }
        }
    }
}

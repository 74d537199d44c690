import Addresses
import ClockStudies
import Glibc
import Linux
import NTPWire
import Rendering
import TimeBase

/// An NTP server, asked with one packet for each comparison. The clock is never touched.
struct ServerReference: ClockReference {
    let host: String
    let endpoint: Endpoint
    private let socket: SocketBox
    private var sent: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 1024)
    private var scratch = [UInt8](repeating: 0, count: 1024)

    private static let patience = Duration.seconds(1)

    /// Descriptors do not copy.
    private final class SocketBox {
        let socket: Linux.DatagramSocket
        init(_ socket: consuming Linux.DatagramSocket) { self.socket = socket }
    }

    init(host: String, port: UInt16) throws {
        guard let address = Resolver.addresses(host).first else {
            throw ToolError.cannotTell("\(host): the name has no address. Next: timeball query \(host)")
        }
        self.host = host
        endpoint = Endpoint(address: address, port: port)
        do throws(Linux.SystemError) {
            let socket = try Linux.DatagramSocket(family: address.family, transmitStamps: true)
            try socket.connect(to: endpoint)
            self.socket = SocketBox(socket)
        } catch {
            throw ToolError.cannotTell("\(host): \(error.text)")
        }
    }

    var name: String { "NTP server \(endpoint)" }
    var countsFrom1970: Bool { true }
    var endsWithBoot: Bool { false }
    var rateDoubt: Double? { nil }
    var facts: [Study.Fact] {
        [Study.Fact("time stamps", socket.socket.hasTransmitStamps ? "by the kernel" : "by the program")]
    }

    mutating func compare() throws(ReferenceFailure) -> ClockComparison {
        do {
            return try ask()
        } catch let failure as ReferenceFailure {
            throw failure
        } catch let error as Linux.SystemError {
            let words = error.number == ECONNREFUSED ? "nothing listens at that port" : error.text
            throw ReferenceFailure("\(host): \(words).")
        } catch {
            throw ReferenceFailure("\(host): \(error)")
        }
    }

    private mutating func ask() throws -> ClockComparison {
        // Late answers to earlier requests.
        while try socket.socket.receive(into: &buffer) != nil {}
        // A random transmit timestamp proves that the reply is to this request, and tells nobody our time.
        let origin = NTPTimestamp(bits: UInt64.random(in: 1 ... .max))
        let request = NTPHeader(mode: .client, transmit: origin).octets
        let number = sent
        var left = KernelClock.realtime
        try socket.socket.send(request, count: request.count)
        sent &+= 1
        let deadline = KernelClock.monotonic + Self.patience
        while true {
            let rest = deadline - KernelClock.monotonic
            guard rest > .zero, wait(rest) else { throw ReferenceFailure("\(host) did not answer.") }
            while let stamp = try socket.socket.receiveTransmitStamp(scratch: &scratch) {
                // The first one counts: a bridge may stamp the same packet again.
                if stamp.identifier == number, let moment = stamp.stamp, moment >= left { left = moment }
            }
            guard let datagram = try socket.socket.receive(into: &buffer),
                let reply = NTPHeader(buffer.span.extracting(0..<min(datagram.count, buffer.count)))
            else { continue }
            if let (words, ignore) = QueryCheck.failure(reply, origin: origin) {
                if ignore { continue }
                throw ReferenceFailure("\(host): \(words).")
            }
            return comparison(reply, left, datagram.stamp ?? KernelClock.realtime)
        }
    }

    /// RFC 5905 section 8: both clocks halfway between the request and the reply.
    private func comparison(
        _ reply: NTPHeader, _ left: Instant<Realtime>, _ came: Instant<Realtime>
    ) -> ClockComparison {
        let received = reply.receive.instant(near: left).sinceEpoch
        let transmitted = reply.transmit.instant(near: left).sinceEpoch
        let roundTrip = (came - left) - (transmitted - received)
        return ClockComparison(
            reference: received + (transmitted - received) / 2, studied: left.sinceEpoch + (came - left) / 2,
            uncertainty: max(.zero, roundTrip / 2))
    }

    private func wait(_ duration: Duration) -> Bool {
        var entry = pollfd(fd: socket.socket.number, events: Int16(POLLIN | POLLPRI), revents: 0)
        return unsafe poll(&entry, 1, Int32(clamping: (duration.inNanoseconds + 999_999) / 1_000_000)) > 0
    }
}

import Addresses
import Glibc
import NTPWire
import Rendering
import TimeBase

/// Measures against servers, all at once, with a few requests to each.
struct QueryProbe {
    /// One host that is asked.
    fileprivate struct Target {
        let host: String
        var endpoint: Endpoint?
        var socket: DatagramSocket?
        /// Requests without an answer: what they bore as transmit timestamp, and when they left.
        var outstanding: [NTPTimestamp: Instant<Realtime>] = [:]
        var sentCount = 0
        var samples: [QuerySample] = []
        var failure: String?
        /// Told to stop, or nothing to be had here.
        var isOver = false
    }

    /// Public servers are not to be hurried.
    private static let spacing = Duration.seconds(1)
    private static let patience = Duration.seconds(2)

    private var targets: [Target]

    static func ask(_ hosts: [String], port: UInt16, count: Int) -> [QueryReport] {
        var probe = QueryProbe(targets: hosts.map { target($0, port) })
        for round in 0..<count {
            probe.send()
            let isLast = round == count - 1
            probe.listen(for: isLast ? patience : spacing, untilAnswered: isLast)
        }
        return probe.targets.map {
            QueryReport(
                host: $0.host, endpoint: $0.endpoint, sentCount: $0.sentCount, samples: $0.samples,
                failure: $0.failure)
        }
    }

    private static func target(_ host: String, _ port: UInt16) -> Target {
        var target = Target(host: host)
        guard let address = Resolver.addresses(host).first else {
            target.failure = "the name has no address"
            target.isOver = true
            return target
        }
        let endpoint = Endpoint(address: address, port: port)
        target.endpoint = endpoint
        do {
            target.socket = try DatagramSocket.udp(to: endpoint)
        } catch {
            target.fail(error)
        }
        return target
    }

    private mutating func send() {
        for index in targets.indices where !targets[index].isOver {
            // The server returns the transmit timestamp: a random one proves that the reply is to this request, and
            // tells nobody our time.
            let origin = NTPTimestamp(bits: UInt64.random(in: 1 ... .max))
            let request = NTPHeader(mode: .client, transmit: origin)
            targets[index].sentCount += 1
            targets[index].outstanding[origin] = Clock.realtime()
            do {
                try targets[index].socket?.send(request.octets)
            } catch {
                targets[index].fail(error)
            }
        }
    }

    private mutating func listen(for time: Duration, untilAnswered: Bool) {
        let deadline = Clock.monotonic() + time
        while true {
            let waiting = targets.indices.filter { !targets[$0].isOver }
            if waiting.isEmpty { return }
            if untilAnswered, waiting.allSatisfy({ targets[$0].outstanding.isEmpty }) { return }
            let left = deadline - Clock.monotonic()
            let sockets = waiting.compactMap { targets[$0].socket }
            guard left > .zero, Waiting.wait(for: sockets, timeout: left) else { return }
            for index in waiting { targets[index].receive() }
        }
    }
}

extension QueryProbe.Target {
    fileprivate mutating func fail(_ error: SystemError) {
        failure =
            error.number == ECONNREFUSED
            ? "nothing listens at that port" : unsafe String(cString: strerror(error.number))
        isOver = true
    }

    fileprivate mutating func receive() {
        while !isOver {
            let octets: [UInt8]
            let received: Instant<Realtime>
            do {
                guard let datagram = try socket?.receive() else { return }
                (octets, received) = datagram
            } catch {
                return fail(error)
            }
            guard let header = NTPHeader(octets.span), let sent = outstanding[header.origin] else { continue }
            if let (words, ignore) = QueryCheck.failure(header, origin: header.origin) {
                if ignore { continue }
                failure = words
                if header.kissCode != nil { isOver = true }
            } else {
                samples.append(QuerySample(reply: header, sent: sent, received: received))
            }
            outstanding[header.origin] = nil
        }
    }
}

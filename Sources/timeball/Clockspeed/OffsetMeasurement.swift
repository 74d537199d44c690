import Addresses
import AtomicTime
import Clockspeed
import Glibc
import Linux
import TimeBase

/// Ten exchanges with one server, a second each at most: what sntpclock and taiclock do.
struct OffsetMeasurement {
    enum Way { case network, atomic }

    var way: Way
    var host: String
    var port: UInt16
    var clock: LabelClock
    /// Told each round's trouble.
    var warn: (String) -> Void

    static let rounds = 10
    private static let patience = Duration.seconds(1)

    /// What to add to our clock.
    func run() throws(ClockFailure) -> OffsetInterval {
        let socket = try open()
        var interval = OffsetInterval()
        var certainty = LeapCertainty.known
        for _ in 0..<Self.rounds {
            var random = SystemRandomNumberGenerator()
            let query =
                way == .network ? ServerTime.query(cookie: &random) : TaiclockPacket.query(cookie: &random)
            let sent = Clock.realtime()
            do throws(SystemError) {
                try socket.send(query)
            } catch {
                // An earlier query's refusal comes back here.
                guard error.number == ECONNREFUSED else { throw .fatal("unable to send request", error.number) }
            }
            do throws(RoundTrouble) {
                certainty = max(certainty, try exchange(socket, query, sent, &interval))
            } catch {
                warn("unable to read clock: \(error.words)")
            }
        }
        guard interval.offset != nil else { throw .fatal("time uncertainty too large") }
        if let words = LeapTables.warning(certainty, clock.history) { warn(words) }
        return interval
    }

    private func open() throws(ClockFailure) -> DatagramSocket {
        let addresses = host == "0" ? [.v4(0x7f00_0001)] : Resolver.addresses(host)
        var last = EHOSTUNREACH
        for address in addresses {
            do throws(SystemError) {
                return try DatagramSocket.udp(to: Endpoint(address: address, port: port))
            } catch {
                last = error.number
            }
        }
        throw addresses.isEmpty
            ? .fatal("unable to find an address of \(host)") : .fatal("unable to create socket", last)
    }

    private struct RoundTrouble: Error {
        var words: String
    }

    private func exchange(
        _ socket: DatagramSocket, _ query: [UInt8], _ sent: Instant<Realtime>, _ interval: inout OffsetInterval
    ) throws(RoundTrouble) -> LeapCertainty {
        let deadline = Clock.monotonic() + Self.patience
        var trouble = "timed out"
        while true {
            let left = deadline - Clock.monotonic()
            guard left > .zero, Waiting.wait(for: [socket], timeout: left) else {
                throw RoundTrouble(words: trouble)
            }
            let datagram: (octets: [UInt8], at: Instant<Realtime>)?
            do throws(SystemError) {
                datagram = try socket.receive()
            } catch {
                throw RoundTrouble(words: errorText(error.number))
            }
            guard let datagram else { continue }
            do throws(ReplyRefusal) {
                return try take(datagram.octets, query, sent, datagram.at, &interval)
            } catch {
                // What anybody could have sent does not end the round.
                trouble = error.words
                if error != .badFormat { throw RoundTrouble(words: trouble) }
            }
        }
    }

    private func take(
        _ reply: [UInt8], _ query: [UInt8], _ sent: Instant<Realtime>, _ received: Instant<Realtime>,
        _ interval: inout OffsetInterval
    ) throws(ReplyRefusal) -> LeapCertainty {
        switch way {
        case .network:
            let (arrived, left, certainty) = try ServerTime.times(in: reply, to: query, near: sent, clock)
            interval.narrow(sent: sent, arrived: arrived, left: left, received: received)
            return certainty
        case .atomic:
            guard let time = TaiclockPacket.time(in: reply, to: query) else { throw .badFormat }
            let (begin, certainty) = clock.atomic(sent)
            interval.narrow(
                sent: begin, arrived: time, left: time, received: clock.atomic(received).instant)
            return certainty
        }
    }
}

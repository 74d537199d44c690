import Addresses
import Linux
import NTPWire
import TimeBase
import Timekeeping

/// Answers those who wait at a server's socket: the daemon at its own, and each worker at its own.
struct ServerRound: ~Copyable {
    /// Datagrams that are taken at a time. Clock simulators want each announced by poll.
    private static let capacity = Simulator.isPreloaded ? 1 : 64
    /// Batches of one socket before others have their turn.
    private static let mostBatches = Simulator.isPreloaded ? 1 : 4
    /// Answers that are sent together. Each call costs a little, and each answer waits for those that are made after it.
    private static let line = 32
    /// A request that has more octets is not answered.
    private static let size = 1504

    private var batch = DatagramBatch(capacity: ServerRound.capacity, size: ServerRound.size)
    private var pace = DeparturePace()
    /// The second that goes on, the requests that were taken in it, and until when the machine's address is known.
    private var second: UInt64 = 0
    private var taken = 0
    private var knownUntil: UInt64 = 0
    /// Only for so many requests a second is it worth while to look for the machine's address.
    private static let many = 1000
    /// The receive timestamps of the answers in line whose clients want to know when exactly they left.
    private var awaited = InlineArray<32, NTPTimestamp?>(repeating: nil)

    /// - Parameter fromPeer: takes the octets of a packet from a configured peer, who sent it, which address of ours it
    ///   was sent to, and the kernel's stamp if there is one.
    mutating func serve(
        _ server: LinuxHost.Socket, _ responder: inout Responder,
        fromPeer: ([UInt8], Endpoint, IPAddress?, NTPTimestamp?) -> Void
    ) {
        for _ in 0..<Self.mostBatches {
            guard let count = try? batch.receive(from: server.socket), count > 0 else { return }
            var first = 0
            var now = KernelClock.timestamp
            lookForAddress(count, now.bits >> 32)
            while first < count {
                let last = min(first + Self.line, count)
                var place = 0
                for index in first..<last {
                    let outcome = answer(index, place, now, server, &responder)
                    if outcome == .answered || outcome == .kissed {
                        place += 1
                    } else if outcome == .fromPeer {
                        hand(over: index, to: fromPeer)
                    }
                }
                if place > 0 { send(place, server) }
                let end = KernelClock.timestamp
                if place == last - first { pace.learn(count: place, from: now, to: end) }
                now = end
                first = last
            }
            if count < batch.capacity { return }
        }
    }

    /// - Returns: the outcome; that nothing was put in line although it says so is `.malformed`.
    private mutating func answer(
        _ index: Int, _ place: Int, _ now: NTPTimestamp, _ server: LinuxHost.Socket, _ responder: inout Responder
    ) -> ServingOutcome {
        let arrival = batch.arrival(index)
        guard !arrival.isTruncated, let client = arrival.source.endpoint else { return .malformed }
        if arrival.stamp == nil { responder.daemonStamps &+= 1 } else { responder.kernelStamps &+= 1 }
        let leaves = pace.departure(place, after: now)
        var outcome = ServingOutcome.malformed
        let length = batch.withDatagram(index) { request, reply in
            let length: Int
            (outcome, length) = responder.answer(
                request, from: client, received: arrival.stamp ?? now, now: leaves, into: &reply)
            return length
        }
        guard length > 0 else { return outcome == .fromPeer ? .fromPeer : .malformed }
        let wish = server.socket.hasTransmitStamps ? responder.awaitedStamp : nil
        batch.answer(index, count: length, stamped: wish != nil)
        awaited[place] = wish
        return outcome
    }

    private mutating func send(_ count: Int, _ server: LinuxHost.Socket) {
        batch.send(by: server.socket)
        // In the order of sending, by which the kernel counts its reports.
        for place in 0..<count {
            if let receive = awaited[place], batch.wasSent(place) { server.await(.answer(receive)) }
        }
    }

    private mutating func hand(over index: Int, to fromPeer: ([UInt8], Endpoint, IPAddress?, NTPTimestamp?) -> Void) {
        let arrival = batch.arrival(index)
        guard let peer = arrival.source.endpoint else { return }
        fromPeer(batch.octets(index), peer, batch.destination(index).address, arrival.stamp)
    }

    /// Knows the machine's address while there is much to do, by a look each second.
    private mutating func lookForAddress(_ count: Int, _ now: UInt64) {
        if now != second {
            (second, taken) = (now, 0)
            if second > knownUntil { batch.forgetAddress() }
        }
        let before = taken
        taken += count
        guard before < Self.many, taken >= Self.many, !Simulator.isPreloaded else { return }
        batch.learnAddress()
        knownUntil = second + 1
    }
}

internal import Addresses
internal import NTPWire
internal import TimeBase

/// What was heard of a peer last; our next packet answers it.
struct PeerMemory: Equatable {
    /// Its transmit timestamp.
    var transmit: NTPTimestamp
    /// When it came in, by the time that we serve.
    var came: NTPTimestamp
    /// Binary logarithm of its poll interval.
    var poll: Int8
}

/// Symmetric associations (RFC 5905 section 3): two machines that ask and answer each other, each packet being both.
extension Timekeeper {
    /// Where the server's socket is to take packets of symmetric modes from.
    var peers: [Endpoint] {
        sources.filter { $0.settings.kind == .peer }.compactMap(\.endpoint)
    }

    /// Tells the host of peers that came, went or moved.
    mutating func announcePeers(_ effects: inout [Effect]) {
        let peers = peers
        guard peers != announcedPeers else { return }
        announcedPeers = peers
        effects.append(.listenTo(peers: peers))
    }

    /// A packet to a peer: an answer to its last one, and a question. Nil if its key is not known.
    ///
    /// - Returns: the octets, and the transmit timestamp by which the peer's answer will be known.
    func peerPacket(_ index: Int, _ now: ClockReading, chance: UInt64) -> (octets: [UInt8], transmit: NTPTimestamp)? {
        let settings = sources[index].settings
        let served = (servedState ?? .unsynchronised).unsmoothed
        var transmit = served.blurred(NTPTimestamp(served.time(at: now.realtime)), chance)
        if transmit == .unknown { transmit.bits = 1 }
        let memory = sources[index].peer
        let header = served.header(
            version: settings.version, mode: .symmetricActive, poll: Int8(clamping: sources[index].poll),
            at: now.realtime, origin: memory?.transmit ?? .unknown, receive: memory?.came ?? .unknown,
            transmit: transmit)
        return sealed(header.octets, key: settings.key).map { ($0, transmit) }
    }

    /// A packet of a symmetric mode came in from the endpoint of a peer.
    mutating func receivedFromPeer(
        _ octets: [UInt8], from: Endpoint, to: IPAddress?, at stamp: Stamp, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        guard let index = sources.firstIndex(where: { $0.settings.kind == .peer && $0.endpoint == from }) else {
            return
        }
        sources[index].replies &+= 1
        do throws(Refusal) {
            guard let header = NTPHeader(octets.span) else { throw Refusal(outcome: .tooShort) }
            guard header.mode == .symmetricActive || header.mode == .symmetricPassive,
                (1...4).contains(header.version)
            else { throw Refusal(outcome: .wrongMode) }
            let reply = try authenticated(octets, header, index, isInterleaved: false)
            try hear(reply, index, to: to, at: stamp, now, &effects)
        } catch {
            sources[index].count(error.outcome)
        }
    }

    private mutating func hear(
        _ reply: Reply, _ index: Int, to: IPAddress?, at stamp: Stamp, _ now: ClockReading, _ effects: inout [Effect]
    ) throws(Refusal) {
        let header = reply.header
        guard header.transmit != .unknown else { throw Refusal(outcome: .missingTimestamp) }
        guard header.transmit != sources[index].peer?.transmit else { throw Refusal(outcome: .notExpected) }
        // Where both send at the same time the packets cross, and each answers the one before: that is an answer too.
        let exchange = ([sources[index].exchange].compactMap(\.self) + sources[index].earlier)
            .first { header.origin == $0.cookie }
        // Who can only guess must not make us forget the peer's true packet: then it could not use ours. Before anything
        // right came from there, there is nothing to lose.
        if exchange != nil || sources[index].settings.key != nil || sources[index].reach == 0 {
            let served = (servedState ?? .unsynchronised).unsmoothed
            sources[index].peer = PeerMemory(
                transmit: header.transmit, came: NTPTimestamp(served.time(at: stamp.time)), poll: header.poll)
        }
        guard let exchange else { throw Refusal(outcome: .bogusOrigin) }
        guard header.receive != .unknown else { throw Refusal(outcome: .missingTimestamp) }
        sources[index].earlier.removeAll { $0.cookie == exchange.cookie }
        if sources[index].exchange?.cookie == exchange.cookie { sources[index].exchange = nil }
        sources[index].hasHeard = true
        noteValid(header, stamp, index)
        let passage = passage(exchange, stamp, header, now)
        use(reply, passage, to, index, now, &effects)
        // Its packets are worth most to us soon after ours; where it asks more often, so do we.
        if let last = lastSymmetric(index), let due = sources[index].due {
            sources[index].due = min(due, last + symmetricInterval(index))
        }
    }

    private func lastSymmetric(_ index: Int) -> Instant<Monotonic>? { sources[index].lastSent }

    /// The shorter of both sides' intervals.
    func symmetricInterval(_ index: Int) -> Duration {
        guard let poll = sources[index].peer?.poll, sources[index].reach != 0 else { return sources[index].interval }
        let theirs = Duration.poll(max(Int(poll), sources[index].settings.minimumPoll))
        return min(sources[index].interval, theirs)
    }
}

/// Sending the time to whoever listens (RFC 5905 section 3, mode 5).
extension Timekeeper {
    /// Sends what is due, where there is a time to tell.
    mutating func broadcastIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        for index in settings.broadcasts.indices where broadcastDue[index] <= now.monotonic {
            let broadcast = settings.broadcasts[index]
            broadcastDue[index] = now.monotonic + broadcast.interval
            guard let served = servedState, served.leap != .unsynchronised else { continue }
            var poll: Int8 = 0
            while poll < 17, .poll(Int(poll)) < broadcast.interval { poll += 1 }
            let transmit = served.blurred(NTPTimestamp(served.time(at: now.realtime)), random.next())
            let header = served.header(
                version: 4, mode: .broadcast, poll: poll, at: now.realtime, origin: .unknown, receive: .unknown,
                transmit: transmit)
            effects.append(.broadcast(octets: header.octets, to: broadcast.destination))
        }
    }
}

internal import Addresses
internal import NTPWire
internal import TimeBase

/// What was heard of a peer last; our next packet answers it.
struct PeerMemory: Equatable {
    /// Its transmit timestamp.
    var transmit: NTPTimestamp
    /// Its receive timestamp: when our packet before it came in there.
    var receive: NTPTimestamp
    /// When it came in, by the time that we serve, and by the clock of field F323.
    var came: NTPTimestamp
    var monotonic: NTPTimestamp
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
    /// - Returns: the octets, the transmit timestamp by which the peer's answer will be known, and the receive timestamp
    ///   by which it will be known if it is interleaved.
    func peerPacket(
        _ index: Int, _ now: ClockReading, chance: UInt64
    ) -> (octets: [UInt8], transmit: NTPTimestamp, receive: NTPTimestamp?)? {
        let settings = sources[index].settings
        let served = servedState ?? .unsynchronised
        let memory = sources[index].peer
        var origin = memory?.transmit ?? .unknown
        var transmit = served.blurred(NTPTimestamp(served.time(at: now.realtime)), chance)
        // Where each has sent one packet since the other's, ours can tell when the one before it really left
        // (RFC 9769 section 3).
        if settings.isInterleaved, let memory, memory.receive != .unknown, let left = sources[index].leftBefore {
            origin = memory.receive
            transmit = left
        }
        if transmit == .unknown { transmit.bits = 1 }
        let header = served.header(
            version: settings.version, mode: .symmetricActive, poll: Int8(clamping: sources[index].poll),
            at: now.realtime, origin: origin, receive: memory?.came ?? .unknown, transmit: transmit)
        var octets = header.octets
        if settings.asksMonotonicRoot {
            let field = MonotonicRootField(
                rootDelay: NTPFine(roundingUp: served.rootDelay),
                rootDispersion: NTPFine(roundingUp: served.rootDispersion(at: now.realtime)),
                receive: memory?.monotonic ?? .unknown, epoch: served.monotonicEpoch)
            octets += [UInt8](repeating: 0, count: MonotonicRootField.size)
            var span = octets.mutableSpan
            field.write(into: &span, at: NTPHeader.size)
        }
        let answered = settings.isInterleaved ? memory?.came : nil
        return sealed(octets, key: settings.key).map { ($0, transmit, answered == transmit ? nil : answered) }
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
            logRefused(octets, error.outcome, index, .daemon, stamp, &effects)
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
            .first { header.origin == $0.cookie || header.origin == $0.alias }
        // Who can only guess must not make us forget the peer's true packet: then it could not use ours. Before anything
        // right came from there, there is nothing to lose.
        if exchange != nil || sources[index].settings.key != nil || sources[index].reach == 0 {
            let served = servedState ?? .unsynchronised
            sources[index].peer = PeerMemory(
                transmit: header.transmit, receive: header.receive, came: NTPTimestamp(served.time(at: stamp.time)),
                monotonic: NTPTimestamp(served.monotonic(at: stamp.time)), poll: header.poll)
        }
        guard let exchange else { throw Refusal(outcome: .bogusOrigin) }
        guard header.receive != .unknown else { throw Refusal(outcome: .missingTimestamp) }
        let isAnswerToLast = sources[index].exchange?.token == exchange.token
        sources[index].earlier.removeAll { $0.token == exchange.token }
        if isAnswerToLast { sources[index].exchange = nil }
        // Only of a packet that the kernel stamped is there more to tell than we told with it.
        let isTurn = isAnswerToLast && !sources[index].hasHeard && exchange.sent.kind >= .kernel
        let served = servedState ?? .unsynchronised
        sources[index].leftBefore = isTurn ? NTPTimestamp(served.time(at: exchange.sent.time)) : nil
        sources[index].hasHeard = true
        noteValid(header, stamp, index)
        var reply = reply
        reply.isInterleaved = header.origin == exchange.alias
        apply(reply, passage(exchange, stamp, header, now), to, index, now, &effects)
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

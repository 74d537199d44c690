public import Addresses
public import NTPWire
public import TimeBase

/// What became of a datagram at the server's port. Each datagram ends in exactly one of these, and each is counted.
public enum ServingOutcome: Int, CaseIterable, Hashable, Sendable {
    case answered
    /// Shorter than a header, of an unknown version, or longer than anything that is answered.
    case malformed
    /// Not a client's request: answering could make two servers talk for ever.
    case notARequest
    /// No `allow` covers the address.
    case denied
    /// Over the rate limit; dropped.
    case rateLimited
    /// Over the rate limit; answered with a kiss-o'-death RATE.
    case kissed
    /// It ends in a code that is wrong, or was made with a key that is not known.
    case badAuthentication
    /// A packet of a symmetric mode from a configured peer, for the timekeeper.
    case fromPeer
}

/// How often one client is answered (`ratelimit`).
public struct RateLimitSettings: Hashable, Sendable {
    /// Binary logarithm of the mean interval between answers, seconds.
    public var interval = 3
    /// Answers that may come in a burst.
    public var burst = 8
    /// One of 2^leak requests over the limit is answered all the same.
    public var leak = 2
    /// One of 2^kissInterval dropped requests gets a kiss-o'-death; 0 = none.
    public var kissInterval = 0

    public init() {}
}

/// Answers clients. It writes in place and allocates nothing; a reply can't be longer than its request,
/// because it is written into the request's own length.
public struct Responder: Sendable {
    /// The time that is served. Replaced whenever the timekeeper says so.
    public var served = ServedTime.unsynchronised {
        didSet { timestamps = ServedTimestamps(served) }
    }
    private var timestamps = ServedTimestamps(.unsynchronised)
    /// Who is answered.
    public var access = AccessTable()
    /// The keys that clients may use.
    public var keys = KeyRing.empty
    /// Whose packets of symmetric modes are not answered here.
    public var peers: [Endpoint] = []
    /// Requests with a right code that were answered.
    public private(set) var authenticated: UInt64 = 0
    /// Requests that were answered in interleaved mode.
    public private(set) var interleaved: UInt64 = 0
    /// The receive timestamp of the last answer if its client wants to know when exactly it left:
    /// ``sent(_:at:)``.
    public private(set) var awaitedStamp: NTPTimestamp?
    /// How many datagrams ended in each outcome, by ``ServingOutcome`` raw value.
    public private(set) var counts = InlineArray<8, UInt64>(repeating: 0)

    /// Requests whose receive time the kernel took, and those where we did.
    public var kernelStamps: UInt64 = 0
    public var daemonStamps: UInt64 = 0

    /// What other processes have counted that answer in this one's place.
    public var workers = ServingCounts()

    private var random: RandomSource
    private let rateLimit: RateLimitSettings?
    var log: ClientLog
    var stamps: InterleavedStamps
    /// Control requests over their limit.
    var commandDrops: UInt64 = 0

    /// - Parameters:
    ///   - rateLimit: how often one client is answered; nil for no limit.
    ///   - commandLimit: how often a client of the control protocol is answered; nil for no limit.
    ///   - clientLog: how much memory clients and their timestamps may take.
    ///   - random: for the bits below the clock's precision, and for the rate limit.
    public init(
        rateLimit: RateLimitSettings?, commandLimit: RateLimitSettings? = nil,
        clientLog: ClientLogSettings = ClientLogSettings(), random: RandomSource
    ) {
        self.random = random
        self.rateLimit = rateLimit
        // An eighth for the timestamps of interleaved mode.
        stamps = InterleavedStamps(octets: clientLog.memory / 8)
        var rest = clientLog
        rest.memory -= clientLog.memory / 8
        log = ClientLog(settings: rest, limits: [rateLimit, commandLimit], key: self.random.next())
    }

    /// Counts a control request from the network, and decides whether it may be answered.
    public mutating func admitsCommand(from address: IPAddress, at moment: Instant<Realtime>) -> Bool {
        let isAdmitted = log.judge(.control, address, at: NTPTimestamp(moment), &random) == .answered
        if !isAdmitted { commandDrops &+= 1 }
        return isAdmitted
    }

    /// Answers one datagram.
    ///
    /// - Parameters:
    ///   - request: the datagram.
    ///   - client: where it came from.
    ///   - received: what the wall clock showed when it came in (the kernel's stamp if there is one).
    ///   - now: what the wall clock will show when the answer leaves, for the transmit timestamp.
    ///   - reply: room of the request's length at least; written only when the outcome has an answer.
    /// - Returns: the outcome, and how many octets of `reply` are to be sent (0 for none).
    public mutating func answer(
        _ request: Span<UInt8>, from client: Endpoint, received: NTPTimestamp, now: NTPTimestamp,
        into reply: inout MutableSpan<UInt8>
    ) -> (outcome: ServingOutcome, length: Int) {
        awaitedStamp = nil
        var ending = Ending()
        let outcome = judge(request, client, received, room: reply.count, &ending)
        counts[outcome.rawValue] &+= 1
        guard outcome == .answered || outcome == .kissed, let header = NTPHeader(request) else {
            return (outcome, 0)
        }
        // The lowest bits tell the two apart, where a client repeats one of them (RFC 9769).
        let chance = random.next()
        var receive = timestamps.blurred(timestamps.time(at: received), UInt32(truncatingIfNeeded: chance))
        let left = now.isBefore(received) ? received : now
        var transmit = timestamps.blurred(timestamps.time(at: left), UInt32(truncatingIfNeeded: chance >> 32))
        receive.bits |= 1
        transmit.bits &= ~1
        // Blurred apart, the two could come out in the wrong order.
        if transmit.isBefore(receive) { transmit.bits = receive.bits &+ 1 }
        var answer = timestamps.answer(
            version: header.version, mode: header.mode == .symmetricActive ? .symmetricPassive : .server,
            poll: pollToServe(header.poll), origin: header.transmit, at: received)
        answer.receive = receive
        answer.transmit = transmit
        if outcome == .kissed {
            (answer.leap, answer.stratum) = (.unsynchronised, 0)
            answer.referenceIdentifier = ReferenceIdentifier(bits: 0x5241_5445)
        } else if header.mode == .client {
            interleave(header, &answer)
        }
        guard answer.write(into: &reply) else { return (outcome, 0) }
        guard ending.isThere else { return (outcome, NTPHeader.size) }
        return (outcome, end(&reply, ending, received))
    }

    /// The same for moments that are not at hand as timestamps.
    public mutating func answer(
        _ request: Span<UInt8>, from client: Endpoint, received: Instant<Realtime>, now: Instant<Realtime>,
        into reply: inout MutableSpan<UInt8>
    ) -> (outcome: ServingOutcome, length: Int) {
        answer(request, from: client, received: NTPTimestamp(received), now: NTPTimestamp(now), into: &reply)
    }

    /// Puts behind the header of an answer what the request asked for.
    ///
    /// - Returns: the whole length; 0 if there is nothing to send.
    private mutating func end(_ reply: inout MutableSpan<UInt8>, _ ending: Ending, _ received: NTPTimestamp) -> Int {
        var length = NTPHeader.size
        if ending.asksMonotonicRoot {
            let moment = received.instant(near: served.base)
            let field = MonotonicRootField(
                rootDelay: NTPFine(roundingUp: served.rootDelay),
                rootDispersion: NTPFine(roundingUp: served.rootDispersion(at: moment)),
                receive: NTPTimestamp(served.monotonic(at: moment)), epoch: served.monotonicEpoch)
            if field.write(into: &reply, at: length) { length += MonotonicRootField.size }
        }
        guard let key = ending.key else { return length }
        // It fits: the request has a code of the same key.
        guard let sealed = keys.seal(&reply, length: length, key: key) else { return 0 }
        authenticated &+= 1
        return sealed
    }

    /// Tells a client that asks for it when the answer before this one left, and remembers this one.
    private mutating func interleave(_ request: NTPHeader, _ answer: inout NTPHeader) {
        let transmit = answer.transmit
        if request.origin != .unknown, request.receive != request.transmit {
            awaitedStamp = answer.receive
            if let last = stamps.transmit(receive: request.origin) {
                answer.origin = request.receive
                answer.transmit = last
                interleaved &+= 1
            }
        }
        stamps.insert(receive: answer.receive, transmit: transmit)
    }

    /// The kernel's word for when the answer with this receive timestamp left.
    public mutating func sent(_ receive: NTPTimestamp, at moment: Instant<Realtime>) {
        stamps.improve(receive: receive, transmit: NTPTimestamp(bits: NTPTimestamp(served.time(at: moment)).bits & ~1))
    }

    /// What stands behind a request's header and wants an answer.
    private struct Ending {
        var key: UInt32?
        var asksMonotonicRoot = false

        var isThere: Bool { key != nil || asksMonotonicRoot }
    }

    /// - Parameter ending: becomes what stands behind the header.
    private mutating func judge(
        _ request: Span<UInt8>, _ client: Endpoint, _ received: NTPTimestamp, room: Int,
        _ ending: inout Ending
    ) -> ServingOutcome {
        guard request.count >= NTPHeader.size, request.count <= 1500, room >= request.count,
            request.count.isMultiple(of: 4)
        else { return .malformed }
        let version = request[0] >> 3 & 7
        let mode = request[0] & 7
        guard (1...4).contains(version) else { return .malformed }
        // Version 1 had no modes: 0 is a client, unless it comes from the server's port (RFC 1059).
        let isRequest = mode == NTPMode.client.rawValue || version == 1 && mode == 0 && client.port != 123
        guard isRequest || mode == NTPMode.symmetricActive.rawValue else {
            return mode == NTPMode.symmetricPassive.rawValue && peers.contains(client) ? .fromPeer : .notARequest
        }
        if !isRequest, peers.contains(client) { return .fromPeer }
        guard access.allows(client.address) else { return .denied }
        if request.count > NTPHeader.size {
            guard let layout = PacketLayout(request) else { return .malformed }
            guard !layout.isRefusal else { return .badAuthentication }
            if let code = layout.code {
                // Before the rate limit, so that forgeries use up nothing of what the key's owner may have.
                guard keys.verifies(code, of: request) else { return .badAuthentication }
                ending.key = code.key
            }
            ending.asksMonotonicRoot = MonotonicRootField(request, layout) != nil
        }
        guard rateLimit != nil || log.settings.isListed else { return .answered }
        return log.judge(.time, client.address, at: received, &random)
    }

    /// The poll interval asked for, or what the rate limit wants if that is longer.
    private func pollToServe(_ asked: Int8) -> Int8 {
        guard let rateLimit else { return max(asked, 0) }
        return max(asked, Int8(clamping: rateLimit.interval))
    }
}

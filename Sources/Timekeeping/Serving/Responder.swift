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
    public var served = ServedTime.unsynchronised
    /// Who is answered.
    public var access = AccessTable()
    /// The keys that clients may use.
    public var keys = KeyRing.empty
    /// Requests with a right code that were answered.
    public private(set) var authenticated: UInt64 = 0
    /// How many datagrams ended in each outcome, by ``ServingOutcome`` raw value.
    public private(set) var counts = InlineArray<7, UInt64>(repeating: 0)

    /// Requests whose receive time the kernel took, and those where we did.
    public var kernelStamps: UInt64 = 0
    public var daemonStamps: UInt64 = 0

    private var random: RandomSource
    private var limiter: RateLimiter?

    /// - Parameters:
    ///   - rateLimit: how often one client is answered; nil for no limit.
    ///   - random: for the bits below the clock's precision, and for the rate limit.
    public init(rateLimit: RateLimitSettings?, random: RandomSource) {
        self.random = random
        if let rateLimit { limiter = RateLimiter(settings: rateLimit, key: self.random.next()) }
    }

    /// Answers one datagram.
    ///
    /// - Parameters:
    ///   - request: the datagram.
    ///   - client: where it came from.
    ///   - received: when it came in, on the wall clock (kernel stamp if there is one).
    ///   - now: the wall clock at this moment, for the transmit timestamp.
    ///   - reply: room of the request's length at least; written only when the outcome has an answer.
    /// - Returns: the outcome, and how many octets of `reply` are to be sent (0 for none).
    public mutating func answer(
        _ request: Span<UInt8>, from client: Endpoint, received: Instant<Realtime>, now: Instant<Realtime>,
        into reply: inout MutableSpan<UInt8>
    ) -> (outcome: ServingOutcome, length: Int) {
        var key: UInt32?
        let outcome = judge(request, client, received, room: reply.count, &key)
        counts[outcome.rawValue] &+= 1
        guard outcome == .answered || outcome == .kissed, let header = NTPHeader(request) else {
            return (outcome, 0)
        }
        let isKiss = outcome == .kissed
        let leap = isKiss ? LeapIndicator.unsynchronised : served.leap
        let receive = blurred(NTPTimestamp(served.time(at: received)))
        var transmit = blurred(NTPTimestamp(served.time(at: max(now, received))))
        // Blurred apart, the two could come out in the wrong order.
        if transmit.since(receive) < .zero { transmit = receive }
        let answer = NTPHeader(
            leap: leap, version: header.version, mode: .server,
            stratum: isKiss ? 0 : served.stratum, poll: pollToServe(header.poll), precision: served.precision,
            rootDelay: NTPShort(roundingUp: served.rootDelay),
            rootDispersion: NTPShort(roundingUp: served.rootDispersion(at: received)),
            referenceIdentifier: isKiss ? ReferenceIdentifier(bits: 0x5241_5445) : served.referenceIdentifier,
            referenceTime: served.referenceTime, origin: header.transmit,
            receive: receive, transmit: transmit)
        guard answer.write(into: &reply) else { return (outcome, 0) }
        guard let key else { return (outcome, NTPHeader.size) }
        // It fits: the request has a code of the same key.
        guard let length = keys.seal(&reply, length: NTPHeader.size, key: key) else { return (outcome, 0) }
        authenticated &+= 1
        return (outcome, length)
    }

    /// - Parameter key: becomes the key of a request that is to be answered with a code.
    private mutating func judge(
        _ request: Span<UInt8>, _ client: Endpoint, _ received: Instant<Realtime>, room: Int, _ key: inout UInt32?
    ) -> ServingOutcome {
        guard request.count >= NTPHeader.size, request.count <= 1500, room >= request.count,
            request.count.isMultiple(of: 4)
        else { return .malformed }
        let version = request[0] >> 3 & 7
        let mode = request[0] & 7
        guard (1...4).contains(version) else { return .malformed }
        // Version 1 had no modes: 0 is a client, unless it comes from the server's port (RFC 1059).
        let isRequest = mode == NTPMode.client.rawValue || version == 1 && mode == 0 && client.port != 123
        guard isRequest else { return .notARequest }
        guard access.allows(client.address) else { return .denied }
        if request.count > NTPHeader.size {
            guard let layout = PacketLayout(request) else { return .malformed }
            guard !layout.isRefusal else { return .badAuthentication }
            if let code = layout.code {
                // Before the rate limit, so that forgeries use up nothing of what the key's owner may have.
                guard keys.verifies(code, of: request) else { return .badAuthentication }
                key = code.key
            }
        }
        guard limiter != nil else { return .answered }
        return limiter?.judge(client.address, at: received, &random) ?? .answered
    }

    /// The poll interval asked for, or what the rate limit wants if that is longer.
    private func pollToServe(_ asked: Int8) -> Int8 {
        guard let limiter else { return max(asked, 0) }
        return max(asked, Int8(clamping: limiter.settings.interval))
    }

    /// Fills the bits below the clock's precision with chance, so that they tell nothing and average out.
    private mutating func blurred(_ timestamp: NTPTimestamp) -> NTPTimestamp {
        let bits = 32 + Int(served.precision)
        guard bits > 0, bits < 32 else { return timestamp }
        let mask = UInt64(1) << UInt64(bits) - 1
        return NTPTimestamp(bits: timestamp.bits & ~mask | random.next() & mask)
    }
}

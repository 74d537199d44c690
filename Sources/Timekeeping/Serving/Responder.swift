public import Addresses
internal import NTPWire
public import TimeBase

/// What became of a datagram at the server's port. Each datagram ends in exactly one of these, and each is counted.
public enum ServingOutcome: Int, CaseIterable, Hashable, Sendable {
    case answered
    /// Shorter than a header, or with a mode, version or port to which nobody answers.
    case malformed
    /// Not a client's request: answering could make two servers talk for ever.
    case notARequest
    /// No `allow` covers the address.
    case denied
    /// Over the rate limit; dropped.
    case rateLimited
    /// Over the rate limit; answered with a kiss-o'-death RATE.
    case kissed
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
    /// How often; nil for no limit.
    public var rateLimit: RateLimitSettings?
    /// How many datagrams ended in each outcome, by ``ServingOutcome`` raw value.
    public private(set) var counts = InlineArray<6, UInt64>(repeating: 0)

    /// - Parameter random: for the bits below the clock's precision, and for the rate limit's leak.
    public init(random: RandomSource) {
        self.random = random
    }

    private var random: RandomSource

    /// Answers one datagram.
    ///
    /// - Parameters:
    ///   - request: the datagram.
    ///   - client: where it came from.
    ///   - received: when it came in, on the wall clock (kernel stamp if there is one).
    ///   - now: the wall clock at this moment, for the transmit timestamp.
    ///   - reply: room of exactly the request's length; written only when the outcome has an answer.
    /// - Returns: the outcome, and how many octets of `reply` are to be sent (0 for none).
    public mutating func answer(
        _ request: Span<UInt8>, from client: Endpoint, received: Instant<Realtime>, now: Instant<Realtime>,
        into reply: inout MutableSpan<UInt8>
    ) -> (outcome: ServingOutcome, length: Int) {
        let outcome = ServingOutcome.malformed
        counts[outcome.rawValue] &+= 1
        return (outcome, 0)
    }
}

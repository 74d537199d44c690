public import Addresses
public import NTPWire
public import TimeBase

/// One exchange of packets with a server.
public struct QuerySample: Equatable, Sendable {
    /// Positive when our clock is slow.
    public var offset: Duration
    /// Round trip, without the time that the server held the request.
    public var delay: Duration
    /// How far our clock can be from true time if the server is right about itself, by this exchange alone.
    public var bound: Duration
    public var header: NTPHeader

    /// - Parameters:
    ///   - reply: a server's header; its origin has been checked.
    ///   - sent: T1 on our clock.
    ///   - received: T4 on our clock.
    ///   - precision: how finely our own clock and stamps are read.
    public init(
        reply: NTPHeader, sent: Instant<Realtime>, received: Instant<Realtime>,
        precision: Duration = .microseconds(1)
    ) {
        let arrived = reply.receive.instant(near: sent)
        let left = reply.transmit.instant(near: sent)
        let outward = (arrived - sent).inSeconds
        let homeward = (left - received).inSeconds
        offset = Duration(clampingSeconds: (outward + homeward) / 2)
        delay = max(.zero, (received - sent) - (left - arrived))
        // Both clocks' resolution, and what our crystal may have drifted during the exchange (RFC 5905, PHI = 15 ppm).
        let dispersion =
            Duration.interval(binaryLogarithm: Int(reply.precision)) + precision
            + Frequency(ppm: 15) * (received - sent)
        let distance = Duration(clampingSeconds: (delay + reply.rootDelay.duration).inSeconds / 2)
        bound = distance + reply.rootDispersion.duration + dispersion
        header = reply
    }
}

/// What asking one host came to.
public struct QueryReport: Equatable, Sendable {
    public var host: String
    /// Nil if the name has no address.
    public var endpoint: Endpoint?
    public var sentCount: Int
    public var answerCount: Int
    /// The exchange with the shortest delay.
    public var best: QuerySample?
    /// Why there is none.
    public var failure: String?

    public init(
        host: String, endpoint: Endpoint?, sentCount: Int, samples: [QuerySample], failure: String? = nil
    ) {
        self.host = host
        self.endpoint = endpoint
        self.sentCount = sentCount
        self.answerCount = samples.count
        self.best = samples.min { $0.delay < $1.delay }
        self.failure = best == nil ? failure : nil
    }
}

/// Why a reply cannot be used, in words; nil if it can (RFC 5905 section 7.3, and the packet tests of 8).
public enum QueryCheck {
    /// - Parameter origin: the random number that the request bore as its transmit timestamp.
    /// - Returns: nil for a usable reply; `ignore` where it is no reply to our request at all, which anybody may send.
    public static func failure(_ reply: NTPHeader, origin: NTPTimestamp) -> (words: String, ignore: Bool)? {
        guard reply.mode == .server, reply.origin == origin, origin != .unknown else {
            return ("not a reply to our request", true)
        }
        if let code = reply.kissCode, reply.stratum == 0 {
            return ("the server refuses (\(code))", false)
        }
        guard reply.leap != .unsynchronised, (1...15).contains(reply.stratum) else {
            return ("the server says that it is not synchronised", false)
        }
        guard reply.receive != .unknown, reply.transmit != .unknown else {
            return ("the reply bears no time", false)
        }
        return nil
    }
}

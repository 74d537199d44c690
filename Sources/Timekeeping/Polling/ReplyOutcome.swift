/// What became of a datagram that came in by the socket of a request. Each datagram ends in exactly one of these,
/// and each is counted per source. The comments name the tests in the numbering that chrony's log uses.
public enum ReplyOutcome: Int, CaseIterable, Hashable, Sendable {
    /// A sample was made of it.
    case accepted
    /// An exchange ahead of the measurement, to fill caches on the way (presend).
    case warmUp
    /// No request is open: a duplicate, or somebody guesses (test 1).
    case notExpected
    /// It came from another address or port than the request went to.
    case wrongSource
    /// Fewer octets than a header.
    case tooShort
    /// Not a server's reply, or a version that we did not ask for.
    case wrongMode
    /// The origin timestamp is not the random number that was sent: somebody who did not see the request (test 2).
    case bogusOrigin
    /// The code at its end is missing, wrong, or made with another key than the request's (test 5).
    case badAuthentication
    /// A timestamp is missing (test 3).
    case missingTimestamp
    /// A kiss-o'-death that asks for fewer requests.
    case kissRate
    /// A kiss-o'-death that refuses service.
    case kissDenied
    /// Any other kiss-o'-death.
    case kissOther
    /// An interleaved answer about an exchange that gave a sample already.
    case repeated
    /// The server says that it is not synchronised (test 6).
    case unsynchronised
    /// The server's root distance is 16 s or more (test 7).
    case rootDistance
    /// Stratum below what the configuration wants.
    case stratum
    /// The round trip is longer than `maxdelay`, or the server held the request for more than 4 s (test A).
    case delay
    /// The round trip is too long compared with the shortest (test B).
    case delayRatio
    /// The round trip is too long compared with the scatter or quantile of the others (test C).
    case delayDeviation
    /// The server follows us (test D).
    case loop
    /// The clock was stepped between request and reply.
    case clockStepped
    /// A leap second is at hand; what clocks say of it can't be compared.
    case leapSecond
}

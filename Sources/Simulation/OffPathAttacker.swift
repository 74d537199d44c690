internal import Addresses
internal import NTPWire
internal import TimeBase

/// Somebody who can't see the client's packets but sends it datagrams that look as if they came from its server.
///
/// He is even told when a request is under way and which port it used; what he lacks is the origin timestamp.
/// A client that checks it (RFC 5905 section 8, "bogus") is not moved by any of this.
public struct AttackerSettings: Equatable, Sendable {
    /// Datagrams forged for each request.
    public var perRequest: Int
    /// Forged datagrams arrive within this time after the request.
    public var within: Duration
    /// How far the forged time is off.
    public var shift: Duration

    public init(perRequest: Int, within: Duration, shift: Duration) {
        self.perRequest = perRequest
        self.within = within
        self.shift = shift
    }
}

struct OffPathAttacker: Sendable {
    let settings: AttackerSettings
    private var random: RandomSource
    /// The last genuine reply that was seen, to be sent again.
    var overheard: [UInt8]?

    init(_ settings: AttackerSettings, random: RandomSource) {
        self.settings = settings
        self.random = random
    }

    /// What arrives at the client for a request that left at a moment.
    mutating func forgeries(at moment: Duration) -> [(after: Duration, octets: [UInt8])] {
        (0..<settings.perRequest).map { _ in
            let after = Duration(clampingSeconds: settings.within.inSeconds * random.uniform())
            return (after, forgery(at: moment + after))
        }
    }

    private mutating func forgery(at moment: Duration) -> [UInt8] {
        let time = NTPTimestamp(SimulatedClock.epoch + moment + settings.shift)
        let guess = NTPTimestamp(bits: random.next())
        var header = NTPHeader(
            mode: .server, stratum: 1, poll: 6, precision: -24, rootDispersion: NTPShort(roundingUp: .microseconds(1)),
            referenceIdentifier: ReferenceIdentifier(bits: 0x4750_5300), referenceTime: time, origin: guess,
            receive: time, transmit: time)
        switch random.next() % 7 {
        case 0:
            // A reply to a request that the client never made.
            return header.octets
        case 1:
            header.origin = .unknown
            return header.octets
        case 2, 3:
            // "Ask less", "go away".
            header.stratum = 0
            header.leap = .unsynchronised
            header.referenceIdentifier = ReferenceIdentifier(bits: guess.bits & 1 == 0 ? 0x5241_5445 : 0x4445_4e59)
            return header.octets
        case 4:
            return overheard ?? header.octets
        case 5:
            header.mode = .symmetricActive
            return header.octets
        default:
            // Noise of any length, often shorter than a header.
            return (0..<Int(random.next() % 80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
    }
}

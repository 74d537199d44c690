public import AtomicTime
internal import NTPWire
public import TimeBase

/// Why a reply was not taken, in the words that follow `warning: unable to read clock: `.
public enum ReplyRefusal: Error, Hashable, Sendable {
    /// Not a reply to our query.
    case badFormat
    /// It says itself that it does not know the time (leap indicator 3, stratum 0 or 16).
    case unsynchronised
    /// It is too far from its own reference: the distance.
    case tooUncertain(Duration)
    /// A kiss-o'-death with these letters.
    case refused(String)

    public var words: String {
        switch self {
        case .badFormat: "bad response format"
        case .unsynchronised: "server is not synchronised"
        case .tooUncertain(let distance): "server may be wrong by \(Int(distance.inSeconds.rounded(.up))) s"
        case .refused(let letters): "server refuses (\(letters))"
        }
    }
}

/// What sntpclock asks of an NTP server, and what it makes of the reply.
public enum ServerTime {
    /// Servers that may be further from true time are not followed.
    static let mostDistance = Duration.seconds(3)

    /// 48 octets as clockspeed's sntpclock sends them (version 3), but with a random cookie.
    public static func query(cookie random: inout some RandomNumberGenerator) -> [UInt8] {
        let cookie = NTPTimestamp(bits: UInt64.random(in: 1 ... .max, using: &random))
        return NTPHeader(version: 3, mode: .client, poll: 8, transmit: cookie).octets
    }

    /// When the query arrived and the reply left, as a clock like ours should have shown it then.
    ///
    /// - Parameter near: our clock, which picks the 136 years that are meant.
    public static func times(
        in reply: [UInt8], to query: [UInt8], near reading: Instant<Realtime>, _ clock: LabelClock
    ) throws(ReplyRefusal) -> (arrived: Instant<Realtime>, left: Instant<Realtime>, certainty: LeapCertainty) {
        guard reply.count < 128, let header = NTPHeader(reply.span), let asked = NTPHeader(query.span),
            header.mode == .server || header.mode == .symmetricPassive, header.version != 0,
            header.origin == asked.transmit
        else { throw .badFormat }
        if let code = header.kissCode { throw .refused(code) }
        guard header.leap != .unsynchronised, (1...15).contains(header.stratum), header.transmit != .unknown,
            header.receive != .unknown
        else { throw .unsynchronised }
        let distance = header.rootDelay.duration / 2 + header.rootDispersion.duration
        guard distance <= mostDistance else { throw .tooUncertain(distance) }
        // Told in UTC, so a clock that counts otherwise is put aside for finding the era: 27 s do not matter there.
        let isInserted = header.leap == .insertSecond
        let arrived = clock.reading(utc: header.receive.instant(near: reading), isInserted: isInserted)
        let left = clock.reading(utc: header.transmit.instant(near: reading), isInserted: isInserted)
        return (arrived.0, left.0, left.1)
    }
}

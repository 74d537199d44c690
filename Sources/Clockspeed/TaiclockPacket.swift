public import AtomicTime
public import TimeBase

/// The TAICLOCK protocol (UDP port 4014; cr.yp.to/proto/taiclock.txt): a query of 20 to 256 octets that begins with
/// `ctai`, and a reply of the same length that begins with `stai`, has the server's time as a TAI64NA label in octets 4
/// to 19, and the query's own octets from 20 on.
public enum TaiclockPacket {
    /// The well-known port.
    public static let port: UInt16 = 4014
    static let sizes = 20...256
    static let queryMark = Array("ctai".utf8)
    static let replyMark = Array("stai".utf8)

    /// A query of 32 octets whose last twelve only the server can repeat.
    public static func query(cookie random: inout some RandomNumberGenerator) -> [UInt8] {
        queryMark + [UInt8](repeating: 0, count: 16) + (0..<12).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// The reply to a query; nil if it is none. Never longer than the query: of a longer one than 256 octets only the
    /// beginning counts.
    public static func reply(to query: [UInt8], at time: Instant<TAI>) -> [UInt8]? {
        guard query.count >= sizes.lowerBound, query.starts(with: queryMark),
            let label = TAILabel(time, .attoseconds)
        else { return nil }
        return replyMark + label.octets + query[sizes.lowerBound..<min(query.count, sizes.upperBound)]
    }

    /// The server's time in a reply; nil if it is no reply to this query.
    public static func time(in reply: [UInt8], to query: [UInt8]) -> Instant<TAI>? {
        guard reply.count == query.count, reply.count >= sizes.lowerBound, reply.starts(with: replyMark),
            reply[sizes.lowerBound...].elementsEqual(query[sizes.lowerBound...])
        else { return nil }
        return try? TAILabel(octets: Array(reply[4..<20])).instant
    }
}

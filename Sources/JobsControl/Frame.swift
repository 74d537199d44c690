/// How messages lie in the stream between a tool and `timeball-jobsd`: four octets say how many follow (network order),
/// then the version, the part of the daemon that is meant, the kind of message, and its fields.
public enum Frame {
    public static let version: UInt8 = 1

    /// No request is longer; a crontab of four mebioctets fits.
    public static let longestRequest = 8 << 20
    /// No reply is longer; a hundred thousand jobs fit.
    public static let longestReply = 256 << 20

    /// Where the daemon listens unless told otherwise.
    public static let defaultPath = "/run/timeball/jobs.sock"

    /// A whole frame.
    public static func make(part: UInt8, kind: UInt8, _ fields: [UInt8]) -> [UInt8] {
        let count = UInt32(truncatingIfNeeded: fields.count + 3)
        let head: [UInt8] = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        return head + [version, part, kind] + fields
    }

    /// Takes the first whole frame off what has come so far.
    ///
    /// - Parameter longest: octets of a frame's content.
    /// - Returns: its content without the count; nil if more has to come.
    /// - Throws: if it can never become one: the connection is to be closed.
    public static func take(
        _ stream: inout [UInt8], longest: Int = longestRequest
    ) throws(MessageError) -> [UInt8]? {
        guard stream.count >= 4 else { return nil }
        let count = stream[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard count >= 3, count <= longest else { throw .value }
        guard stream.count >= 4 + count else { return nil }
        let content = Array(stream[4..<(4 + count)])
        stream.removeFirst(4 + count)
        return content
    }

    /// A frame's content: which part of the daemon, which kind, and the fields.
    public static func open(
        _ content: [UInt8]
    ) throws(MessageError) -> (part: UInt8, kind: UInt8, fields: MessageReader) {
        guard content.count >= 3 else { throw .short }
        guard content[0] == version else { throw .version(content[0]) }
        return (content[1], content[2], MessageReader(Array(content[3...])))
    }
}

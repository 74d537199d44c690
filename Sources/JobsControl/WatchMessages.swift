/// What incrontab asks of `timeball-jobsd`: the requests of part 4. Answered by ``JobsReply/octets(_:)`` or
/// ``JobsReply/done(_:)``.
public enum WatchRequestMessage: Hashable, Sendable {
    case read(user: String)
    case replace(user: String, text: [UInt8])
    case remove(user: String)
    /// Look at the tables again.
    case reload(user: String)

    public var request: JobsRequest {
        var fields = MessageWriter()
        let kind: UInt8
        switch self {
        case .read(let user):
            kind = 1
            fields.add(user)
        case .replace(let user, let text):
            kind = 2
            fields.add(user)
            fields.add(text)
        case .remove(let user):
            kind = 3
            fields.add(user)
        case .reload(let user):
            kind = 4
            fields.add(user)
        }
        return .other(part: JobsRequest.Part.watches, kind: kind, fields: fields.octets)
    }

    public init(kind: UInt8, fields octets: [UInt8]) throws(MessageError) {
        var fields = MessageReader(octets)
        switch kind {
        case 1: self = .read(user: try fields.text())
        case 2: self = .replace(user: try fields.text(), text: try fields.run())
        case 3: self = .remove(user: try fields.text())
        case 4: self = .reload(user: try fields.text())
        default: throw .kind(JobsRequest.Part.watches, kind)
        }
        try fields.end()
    }

    /// Whose table it is about.
    public var user: String {
        switch self {
        case .read(let user), .replace(let user, _), .remove(let user), .reload(let user): user
        }
    }
}

/// What a tool asks of `timeball-jobsd`. Parts: 1 jobs and crontabs; others are for what plugs in (``Part``).
public enum JobsRequest: Hashable, Sendable {
    /// All jobs that the caller may see: ``JobsReply/jobs(_:)``.
    case list
    /// Why a job runs, or does not: ``JobsReply/text(_:)``.
    case why(name: String)
    /// The newest runs of a job (all jobs if nil), the newest first: ``JobsReply/runs(_:)``.
    case log(name: String?, count: Int64)
    /// What a run wrote: ``JobsReply/octets(_:)``.
    case output(run: Int64)
    /// Starts a job now: ``JobsReply/done(_:)``.
    case run(name: String)
    case pause(name: String)
    case resume(name: String)
    /// A user's crontab: ``JobsReply/octets(_:)``.
    case readTable(user: String)
    /// Replaces a user's crontab after a check: ``JobsReply/done(_:)``.
    case replaceTable(user: String, text: [UInt8])
    /// Removes it; a copy is kept.
    case removeTable(user: String)
    /// Puts the copy of a user's crontab back that was kept when it was replaced or removed last.
    case restoreTable(user: String)
    /// Looks at every table again, and answers when that is in force.
    case reload
    /// For a part that plugs in: it reads the fields itself.
    case other(part: UInt8, kind: UInt8, fields: [UInt8])

    /// The parts of the daemon, as a message names them.
    public enum Part {
        public static let jobs: UInt8 = 1
        public static let exact: UInt8 = 2
        public static let at: UInt8 = 3
        public static let watches: UInt8 = 4
    }

    /// The whole frame.
    public var frame: [UInt8] {
        var fields = MessageWriter()
        let kind: UInt8
        switch self {
        case .list: kind = 1
        case .why(let name):
            kind = 2
            fields.add(name)
        case .log(let name, let count):
            kind = 3
            fields.add(name)
            fields.add(count)
        case .output(let run):
            kind = 4
            fields.add(run)
        case .run(let name):
            kind = 5
            fields.add(name)
        case .pause(let name):
            kind = 6
            fields.add(name)
        case .resume(let name):
            kind = 7
            fields.add(name)
        case .readTable(let user):
            kind = 8
            fields.add(user)
        case .replaceTable(let user, let text):
            kind = 9
            fields.add(user)
            fields.add(text)
        case .removeTable(let user):
            kind = 10
            fields.add(user)
        case .reload: kind = 11
        case .restoreTable(let user):
            kind = 12
            fields.add(user)
        case .other(let part, let kind, let octets): return Frame.make(part: part, kind: kind, octets)
        }
        return Frame.make(part: Part.jobs, kind: kind, fields.octets)
    }

    /// - Parameter content: a frame without its count.
    public init(_ content: [UInt8]) throws(MessageError) {
        var (part, kind, fields) = try Frame.open(content)
        guard part == Part.jobs else {
            self = .other(part: part, kind: kind, fields: Array(content[3...]))
            return
        }
        switch kind {
        case 1: self = .list
        case 2: self = .why(name: try fields.text())
        case 3: self = .log(name: try fields.textIfThere(), count: try fields.number())
        case 4: self = .output(run: try fields.number())
        case 5: self = .run(name: try fields.text())
        case 6: self = .pause(name: try fields.text())
        case 7: self = .resume(name: try fields.text())
        case 8: self = .readTable(user: try fields.text())
        case 9: self = .replaceTable(user: try fields.text(), text: try fields.run())
        case 10: self = .removeTable(user: try fields.text())
        case 11: self = .reload
        case 12: self = .restoreTable(user: try fields.text())
        default: throw .kind(part, kind)
        }
        try fields.end()
    }
}

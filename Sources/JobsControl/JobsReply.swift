/// What `timeball-jobsd` answers. Every request has exactly one answer.
public enum JobsReply: Hashable, Sendable {
    /// It was done; a sentence for people, which may be empty.
    case done(String)
    /// It was not done, and why.
    case refused(Refusal, String)
    case text(String)
    case octets([UInt8])
    case jobs([JobReport])
    case runs([RunReport])
    /// Of a part that plugs in.
    case other(part: UInt8, kind: UInt8, fields: [UInt8])

    /// Why something was not done; the tool's exit code follows from it.
    public enum Refusal: UInt8, Hashable, Sendable {
        /// No: there is no such job, the table is wrong.
        case no = 1
        /// The daemon did not understand.
        case misunderstood = 2
        /// It cannot tell.
        case unknown = 3
        case notPermitted = 4
        /// For safety: the clock is not right enough.
        case unsafe = 5
    }

    public var frame: [UInt8] {
        var fields = MessageWriter()
        let kind: UInt8
        switch self {
        case .done(let sentence):
            kind = 1
            fields.add(sentence)
        case .refused(let refusal, let sentence):
            kind = 2
            fields.add(refusal.rawValue)
            fields.add(sentence)
        case .text(let text):
            kind = 3
            fields.add(text)
        case .octets(let octets):
            kind = 4
            fields.add(octets)
        case .jobs(let jobs):
            kind = 5
            fields.add(Int64(jobs.count))
            for job in jobs { job.write(to: &fields) }
        case .runs(let runs):
            kind = 6
            fields.add(Int64(runs.count))
            for run in runs { run.write(to: &fields) }
        case .other(let part, let kind, let octets): return Frame.make(part: part, kind: kind, octets)
        }
        return Frame.make(part: JobsRequest.Part.jobs, kind: kind, fields.octets)
    }

    /// - Parameter content: a frame without its count.
    public init(_ content: [UInt8]) throws(MessageError) {
        var (part, kind, fields) = try Frame.open(content)
        guard part == JobsRequest.Part.jobs else {
            self = .other(part: part, kind: kind, fields: Array(content[3...]))
            return
        }
        switch kind {
        case 1: self = .done(try fields.text())
        case 2:
            guard let refusal = Refusal(rawValue: try fields.octet()) else { throw .value }
            self = .refused(refusal, try fields.text())
        case 3: self = .text(try fields.text())
        case 4: self = .octets(try fields.run())
        case 5: self = .jobs(try fields.list { fields throws(MessageError) in try JobReport(&fields) })
        case 6: self = .runs(try fields.list { fields throws(MessageError) in try RunReport(&fields) })
        default: throw .kind(part, kind)
        }
        try fields.end()
    }
}

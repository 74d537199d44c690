/// What at, atq and atrm ask of `timeball-jobsd`: the requests of part 3. Who asks, the daemon knows from the kernel.
public enum AtRequest: Hashable, Sendable {
    /// Take a job; answered by ``AtReply/accepted(number:seconds:)``.
    case submit(AtSubmission)
    /// All jobs that the caller may see; answered by ``AtReply/jobs(_:)``.
    case list
    /// Answered by ``AtReply/outcomes(_:)``, one for each number.
    case remove([Int64])
    /// A job's stored script: ``JobsReply/octets(_:)``.
    case show(Int64)

    public var request: JobsRequest {
        var fields = MessageWriter()
        let kind: UInt8
        switch self {
        case .submit(let submission):
            kind = 1
            submission.write(to: &fields)
        case .list: kind = 2
        case .remove(let numbers):
            kind = 3
            fields.add(Int64(numbers.count))
            for number in numbers { fields.add(number) }
        case .show(let number):
            kind = 4
            fields.add(number)
        }
        return .other(part: JobsRequest.Part.at, kind: kind, fields: fields.octets)
    }

    public init(kind: UInt8, fields octets: [UInt8]) throws(MessageError) {
        var fields = MessageReader(octets)
        switch kind {
        case 1: self = .submit(try AtSubmission(&fields))
        case 2: self = .list
        case 3: self = .remove(try fields.list { fields throws(MessageError) in try fields.number() })
        case 4: self = .show(try fields.number())
        default: throw .kind(JobsRequest.Part.at, kind)
        }
        try fields.end()
    }
}

/// A job for at, as its client captured it.
public struct AtSubmission: Hashable, Sendable {
    public var queue: UInt8
    /// When, since 1970-01-01 00:00:00 UTC.
    public var seconds: Int64
    public var nanoseconds: Int64
    /// -1 never, 0 if there is output, 1 always
    public var mail: Int64
    /// Nil: to the caller.
    public var mailName: String?
    public var mask: Int64
    public var directory: [UInt8]
    /// Name, value, name, value …
    public var environment: [[UInt8]]
    public var commands: [UInt8]

    public init(
        queue: UInt8, seconds: Int64, nanoseconds: Int64 = 0, mask: Int64, directory: [UInt8], commands: [UInt8]
    ) {
        self.queue = queue
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        mail = 0
        self.mask = mask
        self.directory = directory
        environment = []
        self.commands = commands
    }

    func write(to fields: inout MessageWriter) {
        fields.add(queue)
        for number in [seconds, nanoseconds, mail, mask] { fields.add(number) }
        fields.add(mailName)
        fields.add(directory)
        fields.add(Int64(environment.count))
        for text in environment { fields.add(text) }
        fields.add(commands)
    }

    init(_ fields: inout MessageReader) throws(MessageError) {
        queue = try fields.octet()
        seconds = try fields.number()
        nanoseconds = try fields.number()
        mail = try fields.number()
        mask = try fields.number()
        mailName = try fields.textIfThere()
        directory = try fields.run()
        environment = try fields.list { fields throws(MessageError) in try fields.run() }
        commands = try fields.run()
        guard (-1...1).contains(mail), (0...0o7777).contains(mask), (0..<1_000_000_000).contains(nanoseconds),
            environment.count.isMultiple(of: 2)
        else { throw .value }
    }
}

/// The answers of part 3.
public enum AtReply: Hashable, Sendable {
    case accepted(number: Int64, seconds: Int64)
    case jobs([AtReport])
    case outcomes([Outcome])

    /// What became of a job that was to be removed.
    public enum Outcome: UInt8, Hashable, Sendable {
        case removed = 0
        case unknown = 1
        case notOwner = 2
        case running = 3
        /// The file could not be removed.
        case failed = 4
    }

    public var reply: JobsReply {
        var fields = MessageWriter()
        let kind: UInt8
        switch self {
        case .accepted(let number, let seconds):
            kind = 1
            fields.add(number)
            fields.add(seconds)
        case .jobs(let jobs):
            kind = 2
            fields.add(Int64(jobs.count))
            for job in jobs { job.write(to: &fields) }
        case .outcomes(let outcomes):
            kind = 3
            fields.add(Int64(outcomes.count))
            for outcome in outcomes { fields.add(outcome.rawValue) }
        }
        return .other(part: JobsRequest.Part.at, kind: kind, fields: fields.octets)
    }

    /// Nil if the reply is of another part: a refusal, mostly.
    public init?(_ reply: JobsReply) throws(MessageError) {
        guard case .other(JobsRequest.Part.at, let kind, let octets) = reply else { return nil }
        var fields = MessageReader(octets)
        switch kind {
        case 1: self = .accepted(number: try fields.number(), seconds: try fields.number())
        case 2: self = .jobs(try fields.list { fields throws(MessageError) in try AtReport(&fields) })
        case 3:
            self = .outcomes(
                try fields.list { fields throws(MessageError) in
                    guard let outcome = Outcome(rawValue: try fields.octet()) else { throw .value }
                    return outcome
                })
        default: throw .kind(JobsRequest.Part.at, kind)
        }
        try fields.end()
    }
}

/// A job as atq shows it.
public struct AtReport: Hashable, Sendable {
    public var number: Int64
    public var seconds: Int64
    public var queue: UInt8
    public var user: String

    public init(number: Int64, seconds: Int64, queue: UInt8, user: String) {
        self.number = number
        self.seconds = seconds
        self.queue = queue
        self.user = user
    }

    func write(to fields: inout MessageWriter) {
        fields.add(number)
        fields.add(seconds)
        fields.add(queue)
        fields.add(user)
    }

    init(_ fields: inout MessageReader) throws(MessageError) {
        number = try fields.number()
        seconds = try fields.number()
        queue = try fields.octet()
        user = try fields.text()
    }
}

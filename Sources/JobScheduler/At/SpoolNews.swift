public import AtSpool

/// What the host says of at's spool.
public enum SpoolNews: Sendable {
    /// Jobs that were found or have changed.
    case found([SpooledJob])
    /// Their files are there no more.
    case gone([SpoolName])
    /// A job that is about to run was read, or not.
    case read(SpoolName, user: String, [UInt8])
    case unreadable(SpoolName, reason: String)
    /// How much there is to do; nil is not known.
    case load(Double?, pressure: Double?)
    /// A submitted job lies in the spool.
    case stored(SpooledJob, client: ClientToken)
    /// It does not.
    case notStored(reason: String, client: ClientToken)
    /// Names were removed, or not, in the order of ``SpoolAct/remove(_:client:)``.
    case removed([Bool], client: ClientToken)
    /// The process of an earlier daemon that was at a job has ended.
    case leftEnded(SpoolName)
    /// Who may use at.
    case access(TableAccess)
}

/// A job in the spool, as far as lists and the clock need it.
public struct SpooledJob: Hashable, Sendable {
    public var name: SpoolName
    /// The owner of its file.
    public var user: String
    public var file: SpoolFile
    /// Its first command.
    public var title: String
    /// Whether a process that an earlier daemon started is at it.
    public var isGoingOn: Bool

    public init(name: SpoolName, user: String, file: SpoolFile, title: String, isGoingOn: Bool = false) {
        self.name = name
        self.user = user
        self.file = file
        self.title = title
        self.isGoingOn = isGoingOn
    }

    /// When it starts, in nanoseconds since 1970.
    var start: Int64 {
        let (seconds, overflow) = Int64(file.start?.seconds ?? name.seconds)
            .multipliedReportingOverflow(by: 1_000_000_000)
        // A name can bear times until the year 10136; what is after 2262 is never.
        if overflow { return .max }
        let (start, isBeyond) = seconds.addingReportingOverflow(Int64(file.start?.nanoseconds ?? 0))
        return isBeyond ? .max : start
    }
}

/// What is to be done about at's spool.
public enum SpoolAct: Hashable, Sendable {
    /// Read a job that is to run; answered by ``SpoolNews/read(_:user:_:)`` or ``SpoolNews/unreadable(_:reason:)``.
    case read(SpoolName)
    /// Answered by ``SpoolNews/load(_:pressure:)``.
    case readLoad
    /// Write a job of a user, under the next number.
    case store(Submission, SpoolFile, queue: AtQueue, seconds: Int, client: ClientToken)
    /// Take jobs out; answered if a client waits for it.
    case remove([SpoolName], client: ClientToken?)
    /// The job was not run after all: it goes back from the queue of running ones.
    case restore(SpoolName)
    /// Send a job's script to a client.
    case show(SpoolName, client: ClientToken)
    /// Tell a user by mail that a job was cut short.
    case tellInterrupted(SpooledJob)
    /// Look at the spool again.
    case look
}

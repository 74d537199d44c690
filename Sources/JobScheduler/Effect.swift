public import JobsControl
public import TimeBase

/// What the scheduler wants done.
public enum Effect: Hashable, Sendable {
    /// Start a process; answered by ``Event/started(_:_:)`` or ``Event/startFailed(_:reason:)``.
    case start(RunNumber, Launch)
    /// Send a signal to all of a run's processes.
    case signal(RunNumber, Int32)
    /// Answered by ``Event/bound(_:)``.
    case readBound
    /// Answered by ``Event/zone(name:_:)``.
    case readZone(name: String)

    /// Keep this in the history in the place of what it has of this run, before anything that follows is done: after a
    /// crash it says what was begun.
    case record(RunReport, key: String)
    /// The run is over: its output is mailed if a letter is given, put into the history, and let go.
    case finish(RunNumber, mail: Letter?)
    /// Keep where the scheduler has got to, for the next start.
    case keep(Position)
    /// Keep the names of paused jobs.
    case keepPaused([String])

    /// Put a user's table in the place of the old one, or away (nil); answered by ``Event/tableWritten(client:failure:)``.
    case writeTable(user: String, [UInt8]?, client: ClientToken)
    /// Put the kept copy of a user's table in its place; answered in the same way.
    case restoreTable(user: String, client: ClientToken)
    /// Answer with a user's table, or that there is none.
    case readTable(user: String, client: ClientToken)
    /// Look at all tables again, whatever their stamps say; answered by ``Event/tablesRead``.
    case readTables
    /// Something to do about at's spool.
    case spool(SpoolAct)
    /// Something to do about what incron's tables watch.
    case watches(WatchAct)
    /// Something to do for a start at an exact instant.
    case exact(ExactAct)
    /// Ask a URL in the background.
    case ping(String)

    case reply(JobsReply, to: ClientToken)
    /// Answer from the history, with what belongs to a user only (nil: everybody's).
    case replyHistory(HistoryQuery, user: String?, to: ClientToken)
    case note(Note)
}

/// What is asked of the history.
public enum HistoryQuery: Hashable, Sendable {
    /// The newest runs, of jobs with a key or with a name (all if nil).
    case runs(name: String?, count: Int)
    case output(run: Int64)
}

/// A letter about a run. The host adds the host's name and the output.
public struct Letter: Hashable, Sendable {
    /// As whom sendmail runs.
    public var user: String
    public var recipient: String
    public var sender: String
    public var subject: String
    public var headers: [String]
    /// Not sent if nothing was written in the end: what goes on in the background may write after the run's own end.
    public var needsOutput = true

    public init(user: String, recipient: String, sender: String, subject: String, headers: [String]) {
        self.user = user
        self.recipient = recipient
        self.sender = sender
        self.subject = subject
        self.headers = headers
    }
}

/// A line for the log.
public struct Note: Hashable, Sendable {
    public enum Severity: Hashable, Sendable {
        case information, warning, error
    }

    public var severity: Severity
    public var text: String

    public init(_ text: String, _ severity: Severity = .information) {
        self.text = text
        self.severity = severity
    }

    /// As cron writes it: `(user) ACTION (detail)`.
    public static func cron(
        _ user: String, _ action: String, _ detail: String, _ severity: Severity = .information
    ) -> Note {
        Note("(\(user)) \(action) (\(detail))", severity)
    }
}

/// Where the scheduler has got to.
public struct Position: Hashable, Sendable {
    /// Nothing that was to start before this, by the wall clock, is left to be started.
    public var served: Instant<Realtime>
    /// Whether all jobs were begun that run once after the start of the machine.
    public var isBootServed: Bool

    public init(served: Instant<Realtime>, isBootServed: Bool) {
        self.served = served
        self.isBootServed = isBootServed
    }
}

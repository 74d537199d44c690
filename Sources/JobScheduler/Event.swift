public import JobsControl
public import TimeBase
public import TimeZones

/// What happens to the scheduler.
public enum Event: Sendable {
    /// A table was found or has changed.
    case table(TableFile)
    /// A table is there no more.
    case tableRemoved(path: String)
    /// All tables were looked at since the last time.
    case tablesRead
    /// The time zone of this machine: at the start, and when it changes.
    case machineZone(Zone, name: String)
    /// A zone that was asked for (``Effect/readZone(_:)``); nil if there is none of that name.
    case zone(name: String, Zone?)
    /// The files that say who may have tables were read.
    case access(TableAccess)

    /// A process was started for a run.
    case started(RunNumber, StartReport)
    /// The host could not start it, and why.
    case startFailed(RunNumber, reason: String)
    /// A run's process, or one that an earlier daemon left running, has ended.
    case ended(RunNumber, EndReport)
    /// How wrong the clock can be now (``Effect/readBound``); nil is not known.
    case bound(Duration?)

    /// Something about at's spool.
    case spool(SpoolNews)
    /// Something about what incron's tables watch.
    case watches(WatchNews)

    /// Something about a start at an exact instant.
    case exact(ExactNews)

    /// Somebody set the wall clock, or the machine woke up.
    case clockWasSet
    case request(JobsRequest, client: ClientToken, from: Peer)
    /// A client's table was written, or not.
    case tableWritten(client: ClientToken, failure: String?)
}

/// A connection of a tool, for as long as it lasts.
public struct ClientToken: Hashable, Sendable {
    public var number: Int

    public init(number: Int) { self.number = number }
}

/// Who is at the other end of a connection, as the kernel knows it (SO_PEERCRED).
public struct Peer: Hashable, Sendable {
    public var user: UInt32
    /// The user's name; nil if there is none of that number.
    public var name: String?

    public init(user: UInt32, name: String?) {
        self.user = user
        self.name = name
    }

    public var isRoot: Bool { user == 0 }
}

/// How a process was started.
public struct StartReport: Hashable, Sendable {
    public var process: Int32
    /// When it was let go, by the wall clock.
    public var released: Instant<Realtime>
    /// When its program's first instruction ran; nil where that is not measured.
    public var began: Instant<Realtime>?
    /// How wrong the wall clock could be; nil is not known.
    public var bound: Duration?

    public init(process: Int32, released: Instant<Realtime>, began: Instant<Realtime>? = nil, bound: Duration? = nil) {
        self.process = process
        self.released = released
        self.began = began
        self.bound = bound
    }
}

/// How a process ended.
public struct EndReport: Hashable, Sendable {
    public enum Way: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// It was no child of this daemon: nobody told how.
        case unknown
    }

    public var way: Way
    public var userTime: Duration?
    public var systemTime: Duration?
    /// Octets resident at most.
    public var memory: Int?
    /// Octets that it wrote to standard output and error.
    public var outputCount: Int

    public init(way: Way, outputCount: Int) {
        self.way = way
        self.outputCount = outputCount
    }

    /// For people, and for the history.
    public var words: String {
        switch way {
        case .exited(let status): "exit \(status)"
        case .signalled(let number): "signal \(number)"
        case .unknown: "unknown"
        }
    }
}

public import Scheduling
internal import TimeBase
public import TimeZones

/// How the last run of a job went; times in nanoseconds.
public struct LastRun: Hashable, Sendable {
    public var planned: Int64
    public var took: Int64?
    public var ending: String?

    public init(planned: Int64, took: Int64?, ending: String?) {
        self.planned = planned
        self.took = took
        self.ending = ending
    }
}

/// What the scheduler is told at the start.
public struct Settings: Sendable {
    /// What an earlier daemon left, if this machine was not started anew since.
    public struct Resumption: Sendable {
        /// A job's key and the second for which it was planned (``boot`` for what runs once after the start of the
        /// machine): what was begun already.
        public struct Begun: Hashable, Sendable {
            public var key: String
            public var planned: Int

            public static let boot = -1

            public init(key: String, planned: Int) {
                self.key = key
                self.planned = planned
            }
        }

        public var position: Position?
        public var begun: Set<Begun> = []
        /// Runs that went on when it ended, and go on still.
        public init() {}
    }

    public var dialect = Dialect.debian
    /// The zone of this machine.
    public var zone = Zone.utc
    public var zoneName = "UTC"
    /// The number of the next run.
    public var firstRun = RunNumber(1)
    /// Jobs that nobody wants to run, by their key.
    public var paused: Set<String> = []
    /// Nil: nothing is known of an earlier daemon since the machine was started.
    public var resumption: Resumption?
    /// What the history has of each job's last run, by its key.
    public var lasts: [String: LastRun] = [:]
    /// What random ranges and delays are drawn from, the same for the life of this machine.
    public var machineKey: UInt64 = 0
    /// The most entries of one user's table.
    public var mostEntries = 10_000
    /// The most runs of one user at one time.
    public var mostRuns = 10_000
    public var access = TableAccess()
    /// The directory of users' tables.
    public var userTables = "/var/spool/cron/crontabs"

    public init() {}
}

public import TimeBase

/// What a job is called.
public struct JobName: Hashable, Sendable {
    /// For people: `cron.d/php:4`.
    public var shown: String
    /// The same for as long as the job itself is: it does not change when a line above it comes or goes.
    public var key: String

    public init(shown: String, key: String) {
        self.shown = shown
        self.key = key
    }
}

/// A run's number: larger than that of every earlier run, also of those before the daemon was started.
public struct RunNumber: Hashable, Comparable, Sendable {
    public var value: Int64

    public init(_ value: Int64) { self.value = value }

    public static func < (left: RunNumber, right: RunNumber) -> Bool { left.value < right.value }
}

/// What is executed.
public enum Program: Hashable, Sendable {
    /// `SHELL -c COMMAND`.
    case shell(path: String, command: [UInt8])
    /// A program by its path and its arguments, the first of which is its own name; no shell reads them.
    case arguments(path: String, [[UInt8]])
}

/// A variable of a job's environment.
public struct Variable: Hashable, Sendable {
    public var name: [UInt8]
    public var value: [UInt8]

    public init(_ name: [UInt8], _ value: [UInt8]) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) {
        self.init(Array(name.utf8), Array(value.utf8))
    }
}

/// What a host needs to know to start a process as a user.
public struct Launch: Hashable, Sendable {
    public var user: String
    public var program: Program
    /// For its standard input; end of file follows.
    public var input: [UInt8] = []
    /// Below what a PAM session gives, and replaced by ``environment``.
    public var defaults: [Variable] = []
    /// As the table has it; above all else but ``forced``.
    public var environment: [Variable] = []
    /// Which the table cannot change: LOGNAME.
    public var forced: [Variable] = []
    /// Nil is the user's home; where it cannot be entered, `/`, and a line in the log.
    public var directory: [UInt8]?
    /// Whether a directory that cannot be entered keeps it from starting.
    public var needsDirectory = false
    public var fileMask: UInt32 = 0o022
    public var niceness: Int32 = 0
    /// A file of at's spool that the process gives another name just before its program is executed. If it cannot, because
    /// the file is gone or another has it, nothing is executed.
    public var claim: SpoolClaim?
    /// Whether a command that a shell would only execute, a program by its path with plain words behind it, is executed
    /// without the shell.
    public var avoidsShell = false

    public init(user: String, program: Program) {
        self.user = user
        self.program = program
    }
}

/// Two names in at's spool.
public struct SpoolClaim: Hashable, Sendable {
    public var from: String
    public var to: String

    public init(from: String, to: String) {
        self.from = from
        self.to = to
    }
}

/// Where a run's output goes when it has ended. It is kept in the history in any case.
public struct MailPolicy: Hashable, Sendable {
    public enum When: Hashable, Sendable {
        case never, ifOutput, ifFailed, always
    }

    public var when: When
    /// As MAILTO has it: checked before it is used.
    public var recipient: String
    /// As MAILFROM has it; nil: root (Cron Daemon).
    public var sender: String?
    /// The text of the Subject line; `HOST` stands for the host's name.
    public var subject: String
    /// Further header lines without their line ends.
    public var headers: [String] = []

    public init(when: When, recipient: String, subject: String) {
        self.when = when
        self.recipient = recipient
        self.subject = subject
    }

    public static let never = MailPolicy(when: .never, recipient: "", subject: "")
}

/// What holds for the runs of a job beyond its time; see Documentation/Jobs.md for how a table says it.
public struct RunPolicy: Hashable, Sendable {
    public enum Overlap: String, Hashable, Sendable, CaseIterable {
        /// What is due does not run while an earlier run goes on.
        case skip
        /// It runs when the earlier one has ended; one run waits at most.
        case queue
        /// The earlier one is ended.
        case kill
        /// Both run, as in every cron.
        case allow
    }

    public var overlap = Overlap.allow
    /// After so long a run is ended: SIGTERM, and ten seconds later SIGKILL.
    public var timeout: Duration?
    /// So many further attempts after a failure.
    public var retries = 0
    public var retryDelay = Duration.seconds(10)
    /// It starts only if the clock is known to be right to this.
    public var within: Duration?
    /// For so long it is waited for that; then the run is skipped.
    public var withinWait = Duration.zero
    public var onSuccess: [UInt8]?
    public var onFailure: [UInt8]?
    /// URL that is told of the start, the end and the exit status.
    public var ping: String?
    /// Nil: it starts when the minute is noticed.
    public var exact: ExactPolicy?

    public init() {}
}

/// Something that is to run: what every source of jobs hands to ``Runs``.
public struct Order: Hashable, Sendable {
    public enum Cause: String, Hashable, Sendable {
        case scheduled
        /// Its time was missed, or skipped by the clock.
        case madeUp = "made up"
        case boot
        case asked
        case retry
        case event
        /// As its job's success or failure command.
        case consequence
    }

    public var name: JobName
    public var launch: Launch
    public var mail = MailPolicy.never
    public var policy = RunPolicy()
    /// When it was to start, by the wall clock.
    public var planned: Instant<Realtime>
    public var cause: Cause
    /// The moment by which whoever ordered it found it to be due; nil is ``planned``.
    public var due: Instant<Realtime>?
    /// When the same job starts next: no further attempt is made then or later; nil: never, or it does not matter.
    public var successor: Instant<Realtime>?
    /// For the log and the history.
    public var shownCommand: String
    /// Whether `CMD` is logged.
    public var isLogged = true
    /// Which attempt this is, from 0.
    public var attempt = 0
    /// Which source ordered it (``JobsRequest/Part``); it is told of the end.
    public var part: UInt8 = 1
    /// What the source recognises it by.
    public var token: Int64 = 0

    public init(name: JobName, launch: Launch, planned: Instant<Realtime>, cause: Cause, shownCommand: String) {
        self.name = name
        self.launch = launch
        self.planned = planned
        self.cause = cause
        self.shownCommand = shownCommand
    }
}

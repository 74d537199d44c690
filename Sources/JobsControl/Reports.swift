/// A job as `timeball jobs` shows it. Instants are nanoseconds since 1970-01-01 00:00:00 UTC on the wall clock; nil is
/// not known, or none.
public struct JobReport: Hashable, Sendable {
    /// By which a job is called: `name=` of its directive, or its table and line, such as `cron.d/php:4`.
    public var name: String
    public var user: String
    /// `crontab`, `at`, `incron`, `exact`.
    public var source: String
    /// When, as it is written: `*/5 * * * *`.
    public var schedule: String
    public var command: String
    public var next: Int64?
    public var last: Int64?
    /// How long the last run took, in nanoseconds.
    public var took: Int64?
    /// How the last run ended: `exit 0`, `signal 9`, `not started`.
    public var ending: String?
    /// How many runs go on now.
    public var running: Int64
    public var isPaused: Bool

    public init(name: String, user: String, source: String, schedule: String, command: String) {
        self.name = name
        self.user = user
        self.source = source
        self.schedule = schedule
        self.command = command
        running = 0
        isPaused = false
    }

    func write(to fields: inout MessageWriter) {
        for text in [name, user, source, schedule, command] { fields.add(text) }
        for number in [next, last, took] { fields.add(number) }
        fields.add(ending)
        fields.add(running)
        fields.add(isPaused)
    }

    init(_ fields: inout MessageReader) throws(MessageError) {
        name = try fields.text()
        user = try fields.text()
        source = try fields.text()
        schedule = try fields.text()
        command = try fields.text()
        next = try fields.numberIfThere()
        last = try fields.numberIfThere()
        took = try fields.numberIfThere()
        ending = try fields.textIfThere()
        running = try fields.number()
        isPaused = try fields.flag()
    }
}

/// A run as `timeball jobs log` shows it. Instants and durations are nanoseconds, as in ``JobReport``.
public struct RunReport: Hashable, Sendable {
    public var number: Int64
    public var job: String
    public var user: String
    public var command: String
    /// `scheduled`, `made up`, `boot`, `asked`, `retry`, `event`.
    public var cause: String
    /// `waiting`, `running`, `ended`, `skipped`, `interrupted`.
    public var state: String
    public var planned: Int64
    /// When the process was let go.
    public var released: Int64?
    /// When the program's first instruction ran; for armed starts.
    public var began: Int64?
    public var ended: Int64?
    /// `exit 0`, `signal 9`, or why it was not started.
    public var ending: String?
    public var userTime: Int64?
    public var systemTime: Int64?
    /// Octets resident at most.
    public var memory: Int64?
    /// How wrong the clock could be at the start.
    public var bound: Int64?
    /// Octets that it wrote.
    public var outputCount: Int64?

    public init(
        number: Int64, job: String, user: String, command: String, cause: String, state: String, planned: Int64
    ) {
        self.number = number
        self.job = job
        self.user = user
        self.command = command
        self.cause = cause
        self.state = state
        self.planned = planned
    }

    func write(to fields: inout MessageWriter) {
        fields.add(number)
        for text in [job, user, command, cause, state] { fields.add(text) }
        fields.add(planned)
        for number in [released, began, ended] { fields.add(number) }
        fields.add(ending)
        for number in [userTime, systemTime, memory, bound, outputCount] { fields.add(number) }
    }

    init(_ fields: inout MessageReader) throws(MessageError) {
        number = try fields.number()
        job = try fields.text()
        user = try fields.text()
        command = try fields.text()
        cause = try fields.text()
        state = try fields.text()
        planned = try fields.number()
        released = try fields.numberIfThere()
        began = try fields.numberIfThere()
        ended = try fields.numberIfThere()
        ending = try fields.textIfThere()
        userTime = try fields.numberIfThere()
        systemTime = try fields.numberIfThere()
        memory = try fields.numberIfThere()
        bound = try fields.numberIfThere()
        outputCount = try fields.numberIfThere()
    }
}

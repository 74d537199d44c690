public import JobsControl

/// What ran, when, and how it went: a SQLite file. It is also what a daemon that was killed knows again.
public final class JobHistory {
    /// A run of which the end is not known.
    public struct Unfinished: Sendable {
        public var report: RunReport
        public var key: String
        /// Nil if it was about to be started.
        public var process: Int32?
        /// When the process was started, in ticks since the machine was.
        public var processStarted: Int64
    }

    /// How a job's last run went.
    public struct Last: Sendable {
        public var key: String
        public var planned: Int64
        public var took: Int64?
        public var ending: String?
    }

    private let database: Database
    private let boot: String
    /// Octets of the file.
    private let limit: Int64

    /// Opens the file, or makes it.
    ///
    /// - Parameters:
    ///   - limit: octets of the file; the oldest runs go first.
    ///   - boot: identifies this run of the machine.
    public init(_ path: String, limit: Int64, boot: String) throws(HistoryError) {
        database = try Database(path)
        self.boot = boot
        self.limit = max(limit, 1 << 20)
        // The log is synced when it is put into the file only: what a killed process wrote stays, and after a failure of
        // power the machine is started anew in any case.
        try database.script(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA busy_timeout = 2000;
            PRAGMA cache_size = -512;
            PRAGMA wal_autocheckpoint = 256;
            CREATE TABLE IF NOT EXISTS runs (
                number INTEGER PRIMARY KEY, key TEXT NOT NULL, job TEXT NOT NULL, user TEXT NOT NULL,
                command TEXT NOT NULL, cause TEXT NOT NULL, state TEXT NOT NULL, planned INTEGER NOT NULL,
                released INTEGER, began INTEGER, ended INTEGER, ending TEXT, user_time INTEGER, system_time INTEGER,
                memory INTEGER, bound INTEGER, output_count INTEGER, process INTEGER, process_started INTEGER,
                boot TEXT NOT NULL, output BLOB);
            CREATE INDEX IF NOT EXISTS runs_of_key ON runs (key, number);
            CREATE INDEX IF NOT EXISTS runs_of_job ON runs (job, number);
            CREATE INDEX IF NOT EXISTS runs_going_on ON runs (state) WHERE state IN ('starting', 'running');
            CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value);
            """)
        try database.script("PRAGMA max_page_count = \(self.limit / 4096)")
    }

    /// Opens a file that is there, to read what a daemon that is gone has kept. Nothing of it is changed.
    public init(reading path: String) throws(HistoryError) {
        database = try Database(path, isReadOnly: true)
        boot = ""
        limit = 0
        try database.script("PRAGMA busy_timeout = 2000")
    }

    // MARK: Writing

    /// Keeps what is known of a run, in the place of what was.
    public func record(_ run: RunReport, key: String) throws(HistoryError) {
        let values: [Value] = [
            .integer(run.number), .text(key), .text(run.job), .text(run.user), .text(run.command), .text(run.cause),
            .text(run.state), .integer(run.planned), Value(run.released), Value(run.began), Value(run.ended),
            Value(run.ending), Value(run.userTime), Value(run.systemTime), Value(run.memory), Value(run.bound),
            Value(run.outputCount), .text(boot),
        ]
        try makingRoom { () throws(HistoryError) in
            try self.database.run(
                """
                INSERT INTO runs (number, key, job, user, command, cause, state, planned, released, began, ended, ending,
                user_time, system_time, memory, bound, output_count, boot)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET state = excluded.state, released = excluded.released,
                began = excluded.began, ended = excluded.ended, ending = excluded.ending,
                user_time = excluded.user_time, system_time = excluded.system_time, memory = excluded.memory,
                bound = excluded.bound, output_count = excluded.output_count
                """, values)
        }
    }

    /// Which process a run is.
    public func setProcess(_ run: Int64, _ process: Int32, started: UInt64) throws(HistoryError) {
        try database.run(
            "UPDATE runs SET process = ?, process_started = ? WHERE number = ?",
            [.integer(Int64(process)), .integer(Int64(clamping: started)), .integer(run)])
    }

    /// The beginning of what a run wrote, and how much that was.
    public func setOutput(_ run: Int64, _ output: [UInt8], count: Int) throws(HistoryError) {
        try makingRoom { () throws(HistoryError) in
            try self.database.run(
                "UPDATE runs SET output = ?, output_count = ? WHERE number = ?",
                [.blob(output), .integer(Int64(count)), .integer(run)])
        }
    }

    /// A fact by its name, in the place of what it was.
    public func setFact(_ name: String, _ value: String) throws(HistoryError) {
        try makingRoom { () throws(HistoryError) in
            try self.database.run(
                "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [.text(name), .text(value)])
        }
    }

    /// Several things at once, all or nothing.
    public func together(_ body: () throws(HistoryError) -> Void) throws(HistoryError) {
        try database.run("BEGIN IMMEDIATE")
        do throws(HistoryError) {
            try body()
            try database.run("COMMIT")
        } catch {
            _ = try? database.run("ROLLBACK")
            throw error
        }
    }

    /// Where the file has reached its limit, the oldest tenth of the runs gives way.
    private func makingRoom(_ body: () throws(HistoryError) -> Void) throws(HistoryError) {
        do throws(HistoryError) {
            try body()
        } catch {
            guard error.isFull else { throw error }
            try database.run(
                """
                DELETE FROM runs WHERE state NOT IN ('starting', 'running') AND number <= (SELECT number FROM runs ORDER BY
                number LIMIT 1 OFFSET (SELECT count(*) / 10 FROM runs))
                """)
            try body()
        }
    }

    // MARK: Reading

    public func fact(_ name: String) throws(HistoryError) -> String? {
        try database.run("SELECT value FROM facts WHERE name = ?", [.text(name)]).first?.first?.text
    }

    /// The number of the next run.
    public func nextNumber() throws(HistoryError) -> Int64 {
        ((try database.run("SELECT max(number) FROM runs").first?.first?.integer) ?? 0) + 1
    }

    /// Keys and planned moments (nanoseconds) of what was begun since a moment in this run of the machine; those of
    /// one cause, or of all others than `boot`.
    public func begun(since moment: Int64, boot isBoot: Bool) throws(HistoryError) -> [(key: String, planned: Int64)] {
        try database.run(
            "SELECT key, planned FROM runs WHERE boot = ? AND planned >= ? AND (cause = 'boot') = ?",
            [.text(boot), .integer(moment), .integer(isBoot ? 1 : 0)]
        ).compactMap { row in
            guard let key = row[0].text, let planned = row[1].integer else { return nil }
            return (key, planned)
        }
    }

    /// Runs that have not ended, as far as is known.
    public func unfinished() throws(HistoryError) -> [Unfinished] {
        try database.run(
            "SELECT \(Self.columns), key, process, process_started FROM runs WHERE state IN ('starting', 'running')"
        ).compactMap { row in
            guard let report = Self.report(row), row.count >= 19, let key = row[16].text else { return nil }
            return Unfinished(
                report: report, key: key, process: row[17].integer.map { Int32(truncatingIfNeeded: $0) },
                processStarted: row[18].integer ?? 0)
        }
    }

    /// Whether a run belongs to this run of the machine.
    public func isOfThisBoot(_ run: Int64) throws(HistoryError) -> Bool {
        try database.run("SELECT boot FROM runs WHERE number = ?", [.integer(run)]).first?.first?.text == boot
    }

    /// How the last runs of all jobs went.
    public func lasts() throws(HistoryError) -> [Last] {
        try database.run(
            "SELECT key, planned, ended - released, ending, max(number) FROM runs WHERE ended IS NOT NULL GROUP BY key"
        ).compactMap { row in
            guard let key = row[0].text, let planned = row[1].integer else { return nil }
            return Last(key: key, planned: planned, took: row[2].integer, ending: row[3].text)
        }
    }

    /// The newest runs, the newest first.
    ///
    /// - Parameters:
    ///   - name: as shown, or a key; nil is all.
    ///   - user: whose runs only; nil is everybody's.
    public func runs(name: String?, user: String?, count: Int) throws(HistoryError) -> [RunReport] {
        try database.run(
            """
            SELECT \(Self.columns) FROM runs WHERE (?1 IS NULL OR job = ?1 OR key = ?1 OR job = ?1 || ' (after)')
            AND (?2 IS NULL OR user = ?2) ORDER BY number DESC LIMIT ?3
            """, [Value(name), Value(user), .integer(Int64(count))]
        ).compactMap(Self.report)
    }

    /// What a run wrote, as far as it was kept; nil if there is none, or it is not the user's.
    public func output(_ run: Int64, user: String?) throws(HistoryError) -> [UInt8]? {
        let row = try database.run(
            "SELECT output FROM runs WHERE number = ?1 AND (?2 IS NULL OR user = ?2)", [.integer(run), Value(user)]
        ).first
        return row.map { $0.first?.blob ?? [] }
    }

    private static let columns = """
        number, job, user, command, cause, state, planned, released, began, ended, ending, user_time, system_time, memory, \
        bound, output_count
        """

    private static func report(_ row: [Value]) -> RunReport? {
        guard row.count >= 16, let number = row[0].integer, let job = row[1].text, let user = row[2].text,
            let command = row[3].text, let cause = row[4].text, let state = row[5].text, let planned = row[6].integer
        else { return nil }
        var report = RunReport(
            number: number, job: job, user: user, command: command, cause: cause, state: state, planned: planned)
        report.released = row[7].integer
        report.began = row[8].integer
        report.ended = row[9].integer
        report.ending = row[10].text
        report.userTime = row[11].integer
        report.systemTime = row[12].integer
        report.memory = row[13].integer
        report.bound = row[14].integer
        report.outputCount = row[15].integer
        return report
    }
}

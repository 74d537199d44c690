public import ClockStudies
internal import GRDB

/// A study on disk, in one SQLite database with a write-ahead log.
///
/// Each reading is a transaction of its own. When the program is killed, nothing that was kept is lost; when the power
/// fails, at most what the operating system had not written yet. When the disk is full, readings wait in memory until
/// there is room.
public final class StudyStore {
    /// Why a store cannot be used; a sentence.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What went wrong, and what to do.
        public let description: String
        /// Whether the disk is full, or the quota used up.
        public let isFull: Bool
    }

    /// The file.
    public let path: String
    /// How many readings and happenings wait in memory because the disk does not take them.
    public private(set) var waiting = 0
    /// How many were given up because memory would have been used up.
    public private(set) var lost = 0
    /// What the disk said last; nil while it takes everything.
    public private(set) var trouble: Failure?

    private let database: DatabaseQueue
    private var pending: [Entry] = []

    private enum Entry {
        case reading(Study.Reading)
        case happening(Study.Happening)
        case anchor(Duration)
    }

    /// More than a month of readings every 2 s; then the oldest are given up.
    static let mostWaiting = 1_500_000

    /// `TBst`: tells SQLite's own tools whose file it is.
    static let applicationIdentifier = 0x5442_7374

    private init(_ path: String, _ database: DatabaseQueue) {
        self.path = path
        self.database = database
    }

    // MARK: Opening

    /// Begins a store in a file that does not exist.
    public static func create(_ path: String, header: StudyHeader) throws(Failure) -> StudyStore {
        try attempt(path) {
            let database = try DatabaseQueue(path: path, configuration: configuration(readOnly: false))
            try database.write { connection in
                guard try connection.tableExists("study") == false else {
                    throw Failure(description: "\(path) holds a study already.", isFull: false)
                }
                try StudySchema.create(connection)
                try StudySchema.write(header, connection)
            }
            return StudyStore(path, database)
        }
    }

    /// Opens a store that is there.
    /// - Parameter readOnly: leave the file as it is.
    public static func open(_ path: String, readOnly: Bool) throws(Failure) -> StudyStore {
        try attempt(path) {
            let database = try DatabaseQueue(path: path, configuration: configuration(readOnly: readOnly))
            let (application, version) = try database.read { connection in
                (
                    try Int.fetchOne(connection, sql: "PRAGMA application_id") ?? 0,
                    try Int.fetchOne(connection, sql: "PRAGMA user_version") ?? 0
                )
            }
            guard application == applicationIdentifier else {
                throw Failure(description: "\(path) is a database, but holds no study.", isFull: false)
            }
            guard version == StudySchema.version else {
                throw Failure(
                    description: "\(path) was written by a newer Timeball (form \(version)).", isFull: false)
            }
            return StudyStore(path, database)
        }
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "study"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        if !readOnly {
            configuration.journalMode = .wal
            configuration.prepareDatabase { connection in
                // The log is enough against a kill; a power failure may cost the last moments, and the card lives longer.
                try connection.execute(sql: "PRAGMA synchronous = NORMAL")
            }
        }
        return configuration
    }

    // MARK: Reading

    /// What the recording wrote down at its start.
    public func header() throws(Failure) -> StudyHeader {
        try Self.attempt(path) { try database.read { try StudySchema.header($0) } }
    }

    /// Everything.
    public func study() throws(Failure) -> Study {
        try Self.attempt(path) {
            try database.read { connection in
                Study(
                    subject: try StudySchema.header(connection).subject,
                    readings: try StudySchema.readings(connection),
                    events: try StudySchema.happenings(connection))
            }
        }
    }

    // MARK: Writing

    /// Keeps a reading.
    public func append(_ reading: Study.Reading) { append(.reading(reading)) }

    /// Keeps a happening.
    public func append(_ happening: Study.Happening) { append(.happening(happening)) }

    /// Keeps the reference's anchor.
    public func keep(anchor: Duration) { append(.anchor(anchor)) }

    /// Keeps many at once, in one transaction.
    public func append(_ readings: [Study.Reading], _ happenings: [Study.Happening]) {
        pending += readings.map { .reading($0) }
        pending += happenings.map { .happening($0) }
        flush()
    }

    /// Changes the planned length of a recording that goes on.
    public func plan(length: Double, facts: [Study.Fact]) throws(Failure) {
        try Self.attempt(path) {
            try database.write { try StudySchema.update(length: length, facts: facts, $0) }
        }
    }

    private func append(_ entry: Entry) {
        pending.append(entry)
        flush()
    }

    /// What waits in memory, for somebody who has another place for it.
    public var rest: Study {
        var study = Study()
        for entry in pending {
            switch entry {
            case .reading(let reading): study.readings.append(reading)
            case .happening(let happening): study.events.append(happening)
            case .anchor: break
            }
        }
        return study
    }

    /// Writes what waits; what cannot be written goes on waiting, and ``trouble`` says why.
    public func flush() {
        guard !pending.isEmpty else { return }
        do {
            try Self.attempt(path) {
                try database.write { connection in
                    for entry in pending {
                        switch entry {
                        case .reading(let reading): try StudySchema.insert(reading, connection)
                        case .happening(let happening): try StudySchema.insert(happening, connection)
                        case .anchor(let anchor): try StudySchema.update(anchor: anchor, connection)
                        }
                    }
                }
            }
            pending.removeAll(keepingCapacity: true)
            trouble = nil
        } catch {
            trouble = error
            if pending.count > Self.mostWaiting {
                lost += pending.count - Self.mostWaiting
                pending.removeFirst(pending.count - Self.mostWaiting)
            }
        }
        waiting = pending.count
    }

    /// Writes what waits and folds the log into the file, so that it can be copied as one.
    public func close() throws(Failure) {
        flush()
        if let trouble { throw trouble }
        try Self.attempt(path) {
            if !database.configuration.readonly {
                _ = try database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
            try database.close()
        }
    }

    private static func attempt<Result>(_ path: String, _ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch let failure as Failure {
            throw failure
        } catch let error as DatabaseError {
            let isFull = error.resultCode == .SQLITE_FULL
            let reason =
                switch error.resultCode {
                case .SQLITE_FULL: "the disk is full"
                case .SQLITE_CANTOPEN: "it cannot be opened"
                case .SQLITE_NOTADB: "it is no database"
                case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "it may not be written"
                case .SQLITE_BUSY: "another program is writing it"
                case .SQLITE_CORRUPT: "the database is damaged"
                default: error.message ?? "\(error.resultCode)"
                }
            throw Failure(description: "\(path): \(reason).", isFull: isFull)
        } catch {
            throw Failure(description: "\(path): \(error)", isFull: false)
        }
    }
}

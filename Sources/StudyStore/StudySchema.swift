internal import ClockStudies
internal import GRDB

/// The tables of a store, and the way of values into them and back.
enum StudySchema {
    /// PRAGMA user_version.
    static let version = 1

    static func create(_ connection: Database) throws {
        try connection.execute(
            sql: """
                PRAGMA application_id = \(StudyStore.applicationIdentifier);
                PRAGMA user_version = \(version);
                CREATE TABLE study (
                    title TEXT NOT NULL, clock TEXT NOT NULL, reference TEXT NOT NULL, against TEXT NOT NULL,
                    reference_doubt REAL, interval_seconds REAL, length_seconds REAL NOT NULL,
                    anchor_seconds INTEGER, anchor_attoseconds INTEGER, boot TEXT NOT NULL
                ) STRICT;
                CREATE TABLE fact (position INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL) STRICT;
                CREATE TABLE reading (
                    number INTEGER PRIMARY KEY, time_seconds REAL NOT NULL, phase_seconds REAL NOT NULL,
                    uncertainty_seconds REAL, temperature_celsius REAL
                ) STRICT;
                CREATE TABLE happening (
                    number INTEGER PRIMARY KEY, time_seconds REAL NOT NULL, kind TEXT NOT NULL, words TEXT NOT NULL,
                    size REAL
                ) STRICT;
                """)
    }

    static func write(_ header: StudyHeader, _ connection: Database) throws {
        let subject = header.subject
        try connection.execute(
            sql: "INSERT INTO study VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                subject.title, subject.clock, subject.reference, header.against, subject.referenceDoubt,
                subject.interval, header.length, header.anchor?.components.seconds,
                header.anchor?.components.attoseconds, header.boot,
            ])
        try write(subject.facts, connection)
    }

    private static func write(_ facts: [Study.Fact], _ connection: Database) throws {
        for fact in facts {
            try connection.execute(
                sql: "INSERT INTO fact (name, value) VALUES (?, ?)", arguments: [fact.name, fact.value])
        }
    }

    static func update(length: Double, facts: [Study.Fact], _ connection: Database) throws {
        try connection.execute(sql: "UPDATE study SET length_seconds = ?", arguments: [length])
        try connection.execute(sql: "DELETE FROM fact")
        try write(facts, connection)
    }

    static func update(anchor: Duration, _ connection: Database) throws {
        try connection.execute(
            sql: "UPDATE study SET anchor_seconds = ?, anchor_attoseconds = ?",
            arguments: [anchor.components.seconds, anchor.components.attoseconds])
    }

    static func insert(_ reading: Study.Reading, _ connection: Database) throws {
        let statement = try connection.cachedStatement(
            sql: """
                INSERT INTO reading (time_seconds, phase_seconds, uncertainty_seconds, temperature_celsius)
                VALUES (?, ?, ?, ?)
                """)
        try statement.execute(arguments: [reading.time, reading.phase, reading.uncertainty, reading.temperature])
    }

    static func insert(_ happening: Study.Happening, _ connection: Database) throws {
        let statement = try connection.cachedStatement(
            sql: "INSERT INTO happening (time_seconds, kind, words, size) VALUES (?, ?, ?, ?)")
        try statement.execute(
            arguments: [happening.time, happening.kind.rawValue, happening.words, happening.size])
    }

    static func header(_ connection: Database) throws -> StudyHeader {
        guard let row = try Row.fetchOne(connection, sql: "SELECT * FROM study") else {
            throw StudyStore.Failure(description: "The database holds no study.", isFull: false)
        }
        var subject = Study.Subject()
        subject.title = row["title"]
        subject.clock = row["clock"]
        subject.reference = row["reference"]
        subject.referenceDoubt = row["reference_doubt"]
        subject.interval = row["interval_seconds"]
        subject.facts = try Row.fetchAll(connection, sql: "SELECT name, value FROM fact ORDER BY position").map {
            Study.Fact($0["name"], $0["value"])
        }
        let seconds: Int64? = row["anchor_seconds"]
        let attoseconds: Int64? = row["anchor_attoseconds"]
        return StudyHeader(
            subject: subject, against: row["against"], length: row["length_seconds"],
            anchor: seconds.map { Duration(secondsComponent: $0, attosecondsComponent: attoseconds ?? 0) },
            boot: row["boot"])
    }

    static func readings(_ connection: Database) throws -> [Study.Reading] {
        var readings: [Study.Reading] = []
        let sql = """
            SELECT time_seconds, phase_seconds, uncertainty_seconds, temperature_celsius FROM reading ORDER BY number
            """
        let rows = try Row.fetchCursor(connection, sql: sql)
        while let row = try rows.next() {
            readings.append(
                Study.Reading(time: row[0], phase: row[1], uncertainty: row[2], temperature: row[3]))
        }
        return readings
    }

    static func happenings(_ connection: Database) throws -> [Study.Happening] {
        try Row.fetchAll(connection, sql: "SELECT time_seconds, kind, words, size FROM happening ORDER BY number").map {
            let kind: String = $0[1]
            return Study.Happening(time: $0[0], kind: Study.Kind(rawValue: kind) ?? .remark, words: $0[2], size: $0[3])
        }
    }
}

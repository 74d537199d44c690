/// An entry of a crontab: when, as whom, and what.
public struct CrontabEntry: Hashable, Sendable {
    public var schedule: Schedule
    /// In system tables; nil in a user's own.
    public var user: String?
    /// As it stands in the line; see ``CommandParts``.
    public var command: [UInt8]
    /// cronie's `-` at the start of the line: no log line.
    public var isUnlogged = false
    /// cronie's `-n`: mail only if it fails.
    public var mailsOnlyFailure = false
}

/// Whose table it is: in a system table (`/etc/crontab`, `/etc/cron.d`) each entry names its user.
public enum CrontabOwner: Sendable {
    case user
    /// - Parameter knows: whether there is a user of that name.
    case system(knows: @Sendable (String) -> Bool)
}

/// A line of a crontab (crontab(5)), without its newline.
public enum CrontabLine: Hashable, Sendable {
    /// Blank or a comment.
    case ignored
    /// `NAME=value`; holds for the entries below.
    case assignment(name: [UInt8], value: [UInt8])
    case entry(CrontabEntry)

    /// Debian's cron reads no longer command.
    static let longestDebianCommand = 998
    static let longestCommand = 131_072

    /// Reads a line.
    ///
    /// - Parameter key: what random ranges (`~`) are drawn from.
    /// - Throws: where it is wrong, and how.
    public static func read(
        _ octets: some Sequence<UInt8>, dialect: Dialect = .debian, owner: CrontabOwner = .user, key: UInt64 = 0
    ) throws(CrontabError) -> (line: CrontabLine, notes: [CrontabNote]) {
        var cursor = LineCursor(octets)
        cursor.skipBlanks()
        if cursor.isAtEnd || cursor.next(is: "#") { return (.ignored, []) }
        if let assignment = Assignment(cursor, dialect: dialect) {
            return (.assignment(name: assignment.name, value: assignment.value), assignment.notes)
        }
        let (entry, notes) = try entry(&cursor, dialect, owner, key)
        return (.entry(entry), notes)
    }

    private static func entry(
        _ cursor: inout LineCursor, _ dialect: Dialect, _ owner: CrontabOwner, _ key: UInt64
    ) throws(CrontabError) -> (CrontabEntry, [CrontabNote]) {
        let isUnlogged = dialect == .cronie && cursor.take("-")
        var (schedule, notes) = try Schedule.read(&cursor, dialect: dialect, withSeconds: false, key: key)
        var user: String?
        if case .system(let knows) = owner {
            let column = cursor.column
            let name = String(decoding: cursor.takeWord(), as: UTF8.self)
            if name.isEmpty || cursor.isAtEnd {
                throw CrontabError(
                    column: column, word: "bad command", reason: "a system table needs a user before the command")
            }
            if !knows(name) {
                // cronie keeps the entry and refuses when it would run.
                guard dialect == .cronie else {
                    throw CrontabError(column: column, word: "bad username", reason: "there is no user \(name)")
                }
                notes.append(CrontabNote(column: column, text: "there is no user \(name): it will not run"))
            }
            user = name
            cursor.skipBlanks()
        }
        let mailsOnlyFailure = dialect == .cronie ? try option(&cursor) : false
        let column = cursor.column
        let command = cursor.rest
        if user == nil, command.first == UInt8(ascii: "*") {
            throw CrontabError(column: column, word: "bad command", reason: "it begins with *: a sixth field?")
        }
        if command.isEmpty {
            guard dialect == .debian else {
                throw CrontabError(column: column, word: "bad command", reason: "there is none")
            }
            notes.append(CrontabNote(column: column, text: "there is no command"))
        }
        let longest = dialect == .debian ? longestDebianCommand : longestCommand
        if command.count > longest {
            throw CrontabError(
                column: column + longest, word: "command too long", reason: "\(longest) octets are the most")
        }
        return (
            CrontabEntry(
                schedule: schedule, user: user, command: command, isUnlogged: isUnlogged,
                mailsOnlyFailure: mailsOnlyFailure), notes
        )
    }

    /// cronie's only option before a command: `-n`.
    private static func option(_ cursor: inout LineCursor) throws(CrontabError) -> Bool {
        guard cursor.next(is: "-") else { return false }
        let column = cursor.column
        let word = cursor.takeWord()
        guard word.elementsEqual("-n".utf8), cursor.isAtBlank else {
            throw CrontabError(column: column, word: "bad option", reason: "only -n may stand before a command")
        }
        cursor.skipBlanks()
        if cursor.next(is: "-") {
            throw CrontabError(column: cursor.column, word: "bad option", reason: "-n may stand there once")
        }
        return true
    }
}

/// `NAME=value` (crontab(5)).
private struct Assignment {
    var name: [UInt8] = []
    var value: [UInt8] = []
    var notes: [CrontabNote] = []

    /// Nil if the line is none, and so has to be an entry.
    init?(_ start: LineCursor, dialect: Dialect) {
        var cursor = start
        if let quote = Self.takeQuote(&cursor) {
            guard let text = Self.quoted(&cursor, quote), !text.contains(UInt8(ascii: "=")) else { return nil }
            name = text
        } else {
            let from = cursor.at
            while !cursor.isAtEnd, !cursor.isAtBlank, !cursor.next(is: "=") { cursor.at += 1 }
            name = Array(cursor.octets[from..<cursor.at])
        }
        cursor.skipBlanks()
        guard cursor.take("=") else { return nil }
        cursor.skipBlanks()
        let column = cursor.column
        if let quote = Self.takeQuote(&cursor) {
            guard let text = Self.quoted(&cursor, quote) else { return nil }
            value = text
            cursor.skipBlanks()
            guard cursor.isAtEnd else { return nil }
            // Debian's cron loses blanks at the end even between quotes.
            if dialect == .debian { trimEnd() }
        } else {
            value = cursor.rest
            trimEnd()
            if value.isEmpty, dialect == .debian { return nil }
        }
        warn(column)
    }

    private static func takeQuote(_ cursor: inout LineCursor) -> UInt8? {
        if cursor.take("\"") { return UInt8(ascii: "\"") }
        return cursor.take("'") ? UInt8(ascii: "'") : nil
    }

    /// Up to the matching quote, which is taken too.
    private static func quoted(_ cursor: inout LineCursor, _ quote: UInt8) -> [UInt8]? {
        let rest = cursor.rest
        guard let end = rest.firstIndex(of: quote) else { return nil }
        cursor.at += end + 1
        return Array(rest[..<end])
    }

    private mutating func trimEnd() {
        while let last = value.last, LineCursor.isBlank(last) { value.removeLast() }
    }

    private mutating func warn(_ column: Int) {
        let name = String(decoding: name, as: UTF8.self)
        if name == "TZ" {
            notes.append(
                CrontabNote(column: 1, text: "TZ is for the jobs only; CRON_TZ decides when they run"))
        } else if value.contains(UInt8(ascii: "$")), !["MAILTO", "MAILFROM"].contains(name) {
            notes.append(CrontabNote(column: column, text: "cron expands no variables: $ is taken as it stands"))
        }
        if name == "PATH", value.contains(UInt8(ascii: "~")) {
            notes.append(CrontabNote(column: column, text: "cron expands no ~: write the whole path"))
        }
        if value.count > 998 {
            notes.append(CrontabNote(column: column, text: "Debian's cron cuts the line after 998 octets"))
        }
    }
}

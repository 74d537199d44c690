internal import Scheduling
internal import TimeBase

/// What the lines of a crontab say, read once: what a daemon keeps of a table.
struct CronTable: Sendable {
    /// What holds for entries by the assignments above them; entries that follow one another share it.
    struct Context: Hashable, Sendable {
        var environment: [Variable] = []
        var shell = "/bin/sh"
        var mailTo: String?
        var mailFrom: String?
        /// CRON_TZ; nil is the machine's.
        var zone: String?
        /// RANDOM_DELAY of cronie, in minutes.
        var randomDelay = 0
        /// START_HOURS_RANGE: what is caught up starts in these hours only.
        var startHours: Range<Int>?
    }

    enum When: Hashable, Sendable {
        case reboot
        case calendar(CronExpression)
        /// At whole multiples of so many nanoseconds since 1970, a phase later.
        case every(period: Int64)
    }

    /// An entry. There may be a hundred thousand: what few have is in ``Extras``.
    struct Entry: Sendable {
        var line: Int32
        var context: Int32
        var when: When
        /// What identifies it in its table, whatever its line number.
        var hash: UInt64
        /// The whole line as it stands.
        var text: [UInt8]
        /// Where in it the command begins.
        var commandStart: Int32
        var isUnlogged = false
        var mailsOnlyFailure = false
        var user: String?
        var extras: Extras?

        var command: [UInt8] { Array(text[Int(commandStart)...]) }

        /// The fields or the word before the command.
        var scheduleText: String {
            let words = text[..<Int(commandStart)].split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
            let isWord = words.first?.first == UInt8(ascii: "@")
            let isEvery = words.first?.elementsEqual("@every".utf8) ?? false
            let count = isEvery ? 2 : isWord ? 1 : 5
            return words.prefix(count).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
    }

    /// What a directive adds.
    final class Extras: Sendable {
        let directive: Directive

        init(_ directive: Directive) { self.directive = directive }
    }

    var entries: [Entry] = []
    var contexts: [Context] = [Context()]
    var notes: [Note] = []

    /// - Parameters:
    ///   - file: whose facts were found to be good.
    ///   - machineKey: what random ranges are drawn from.
    init(_ file: TableFile, dialect: Dialect, machineKey: UInt64, mostEntries: Int) {
        let isSystem: Bool
        let owner: String
        switch file.place {
        case .user(let name):
            isSystem = false
            owner = name
        case .system, .directory:
            isSystem = true
            owner = "*system*"
        }
        // The host asks about the users that are named: an unknown one costs a line in the log, and each of its starts.
        let reading: CrontabOwner = isSystem ? .system(knows: { _ in true }) : .user
        let tableKey = file.path.utf8.reduce(machineKey) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var context = Context()
        var isContextNew = false
        var directive: (Directive, line: Int)?
        var seen: [UInt64: Int] = [:]
        let newline = UInt8(ascii: "\n")
        var number = 0
        var start = file.text.startIndex
        func place(_ column: Int) -> String { "\(file.path):\(number):\(column)" }
        while start < file.text.endIndex {
            let end = file.text[start...].firstIndex(of: newline)
            let line = file.text[start..<(end ?? file.text.endIndex)]
            start = end.map { $0 + 1 } ?? file.text.endIndex
            number += 1
            if end == nil, !line.isEmpty {
                notes.append(
                    .cron(
                        owner, "WARNING", "\(place(line.count + 1)): the last line has no newline; it is read", .warning
                    ))
            }
            if Directive.isDirective(line) {
                do throws(CrontabError) {
                    directive = (try Directive(line), number)
                } catch {
                    notes.append(.cron(owner, "ERROR", "\(place(error.column)): \(error.sentence)", .error))
                    // Without what it was to say, the entry below must not run.
                    directive = (Directive.wrong, number)
                }
                continue
            }
            do throws(CrontabError) {
                if let every = try Self.every(line, isSystem: isSystem) {
                    if isContextNew {
                        contexts.append(context)
                        isContextNew = false
                    }
                    append(
                        line, number, .every(period: every.period), every.user, every.commandStart, false, false,
                        directive?.0, &seen)
                    directive = nil
                    continue
                }
                let (read, _) = try CrontabLine.read(line, dialect: dialect, owner: reading, key: tableKey)
                switch read {
                case .ignored: break
                case .assignment(let name, let value):
                    try Self.assign(name, value, &context, dialect, owner: isSystem ? nil : owner)
                    isContextNew = true
                case .entry(let entry):
                    if isContextNew {
                        contexts.append(context)
                        isContextNew = false
                    }
                    let when: When
                    switch entry.schedule {
                    case .reboot where directive?.0.policy.exact != nil:
                        throw Self.noInstant
                    case .reboot: when = .reboot
                    case .calendar(let expression): when = .calendar(expression)
                    }
                    if case .calendar(let expression) = when, !expression.canMatch {
                        notes.append(.cron(owner, "ERROR", "\(place(1)): no such time exists: it never runs", .error))
                    }
                    append(
                        line, number, when, entry.user, line.count - entry.command.count, entry.isUnlogged,
                        entry.mailsOnlyFailure, directive?.0, &seen)
                    if let user = entry.user, file.unknownUsers.contains(user) {
                        notes.append(.cron(owner, "ERROR", "\(place(1)): there is no user \(user)", .error))
                    }
                    directive = nil
                }
            } catch {
                notes.append(.cron(owner, "ERROR", "\(place(error.column)): \(error.sentence)", .error))
                directive = nil
            }
            if entries.count >= mostEntries, !isSystem, start < file.text.endIndex {
                notes.append(
                    .cron(
                        owner, "ERROR", "\(place(1)): \(mostEntries) entries are the most; the rest is not read", .error
                    ))
                break
            }
        }
    }

    private mutating func append(
        _ line: ArraySlice<UInt8>, _ number: Int, _ when: When, _ user: String?, _ commandStart: Int,
        _ isUnlogged: Bool,
        _ mailsOnlyFailure: Bool, _ directive: Directive?, _ seen: inout [UInt64: Int]
    ) {
        if directive == .wrong { return }
        var hash = line.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        // The same line twice is two jobs.
        let count = seen[hash, default: 0]
        seen[hash] = count + 1
        hash = (hash ^ UInt64(count)) &* 0x100_0000_01b3
        entries.append(
            Entry(
                line: Int32(truncatingIfNeeded: number), context: Int32(truncatingIfNeeded: contexts.count - 1),
                when: when, hash: hash, text: Array(line), commandStart: Int32(truncatingIfNeeded: commandStart),
                isUnlogged: isUnlogged, mailsOnlyFailure: mailsOnlyFailure, user: user,
                extras: directive.map(Extras.init)))
    }

    static let noInstant = CrontabError(
        column: 1, word: "bad directive", reason: "@reboot has no instant: no start= above it")

    // MARK: Lines

    /// `@every 2s [user] command`, which no other cron has; nil if it is something else.
    static func every(
        _ line: ArraySlice<UInt8>, isSystem: Bool
    ) throws(CrontabError) -> (period: Int64, user: String?, commandStart: Int)? {
        var rest = line.drop { isBlank($0) }
        guard rest.starts(with: "@every".utf8), rest.dropFirst(6).first.map(isBlank) ?? true else { return nil }
        func column() -> Int { rest.startIndex - line.startIndex + 1 }
        func takeWord() -> String {
            rest = rest.drop { isBlank($0) }
            let word = rest.prefix { !isBlank($0) }
            rest = rest[word.endIndex...]
            return String(decoding: word, as: UTF8.self)
        }
        _ = takeWord()
        rest = rest.drop { isBlank($0) }
        let place = column()
        guard let period = DurationWord.read(takeWord()), period >= .milliseconds(10), period <= .seconds(86400 * 366)
        else {
            throw CrontabError(
                column: place, word: "bad time specifier", reason: "@every needs 10ms to 366d, such as 2s or 5m")
        }
        let user = isSystem ? takeWord() : nil
        rest = rest.drop { isBlank($0) }
        if rest.isEmpty { throw CrontabError(column: column(), word: "bad command", reason: "there is none") }
        return (period.wholeNanoseconds, user, rest.startIndex - line.startIndex)
    }

    static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    private static func assign(
        _ name: [UInt8], _ value: [UInt8], _ context: inout Context, _ dialect: Dialect, owner: String?
    ) throws(CrontabError) {
        let text = String(decoding: value, as: UTF8.self)
        func wrong(_ reason: String) -> CrontabError {
            CrontabError(column: 1, word: "bad value", reason: "\(String(decoding: name, as: UTF8.self)): \(reason)")
        }
        switch String(decoding: name, as: UTF8.self) {
        case "SHELL": context.shell = text.isEmpty ? "/bin/sh" : text
        case "MAILTO": context.mailTo = text
        case "MAILFROM": context.mailFrom = text.isEmpty ? nil : text
        case "CRON_TZ": context.zone = text.isEmpty ? nil : text
        case "RANDOM_DELAY" where dialect == .cronie:
            guard let minutes = Int(text), (0...1440).contains(minutes) else { throw wrong("0 to 1440 minutes") }
            context.randomDelay = minutes
        case "START_HOURS_RANGE":
            if text.isEmpty {
                context.startHours = nil
                break
            }
            let ends = text.split(separator: "-").map { Int($0) }
            guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0, low < high, high <= 24 else {
                throw wrong("hours such as 6-22")
            }
            context.startHours = low..<high
        default: break
        }
        // What only the host's linker reads of it is for the job, too: nobody else ever sees these.
        context.environment.removeAll { $0.name == name }
        context.environment.append(Variable(name, value))
    }
}

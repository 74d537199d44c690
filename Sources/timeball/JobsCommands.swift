import ArgumentParser
import Glibc
import JobScheduler
import Rendering
import Scheduling
import TimeBase
import TimeZones

/// A dialect on the command line.
enum DialectName: String, ExpressibleByArgument, CaseIterable {
    case debian, cronie, extended

    var dialect: Dialect {
        switch self {
        case .debian: .debian
        case .cronie: .cronie
        case .extended: .extended
        }
    }
}

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "When jobs run, and why (crontab, at, anacron).",
        subcommands: [
            JobsListCommand.self, JobsWhyCommand.self, JobsLogCommand.self, JobsRunCommand.self, JobsPauseCommand.self,
            JobsResumeCommand.self, JobsReloadCommand.self, JobsImportCommand.self,
            JobsNextCommand.self, JobsExplainCommand.self, JobsLintCommand.self, JobsRehearseCommand.self,
            JobsWhenCommand.self, JobsDueCommand.self,
        ], defaultSubcommand: JobsListCommand.self)
}

/// An expression, and how it is to be read.
struct ExpressionOptions: ParsableArguments {
    @Argument(help: "Such as '30 2 * * mon-fri' or @daily.") var expression: String
    @Option(help: "debian, cronie, or extended (L, W and # in the day fields).") var dialect = DialectName.debian
    @Flag(help: "A field for seconds stands before the others.") var seconds = false

    func read() throws(ToolError) -> CronExpression {
        do {
            let (schedule, notes) = try Schedule.reading(
                expression, dialect: dialect.dialect, withSeconds: seconds)
            if notes.isEmpty { return try calendar(schedule) }
            // Debian's cron would overlook part of a field, such as #1 behind mon; nobody who types that means it.
            if let expression = extended() { return expression }
            for note in notes { Output.complain("\(expression): column \(note.column): \(note.text)") }
            return try calendar(schedule)
        } catch let error as CrontabError {
            if let expression = extended() { return expression }
            throw .no("\(expression): column \(error.column): \(error.sentence)")
        } catch {
            throw .no("\(expression): @reboot has no time")
        }
    }

    private struct HasNoTime: Error {}

    private func calendar(_ schedule: Schedule) throws -> CronExpression {
        guard case .calendar(let expression) = schedule else { throw HasNoTime() }
        return expression
    }

    /// With L, W and #, as no crontab has them; also with five fields where seconds were asked for.
    private func extended() -> CronExpression? {
        if let expression = try? CronExpression(expression, dialect: .extended, withSeconds: seconds) {
            return expression
        }
        return seconds ? try? CronExpression(expression, dialect: .extended) : nil
    }
}

struct JobsNextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "The next starts of a cron expression.")

    @OptionGroup var options: ExpressionOptions
    @Option(help: "Such as Europe/Vienna; without it, the zone of this machine.") var tz: String?
    @Option(help: ArgumentHelp("Strictly after this moment; without it, now.", valueName: "instant"))
    var from: Moment?
    @Option(name: [.customShort("n"), .long], help: "How many.") var count = 10
    @Flag(help: "Seconds since 1970-01-01 00:00:00 UTC.") var epoch = false
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard (0...100_000).contains(count) else { throw ToolError.usage("--count is 0 to 100000.") }
        let zone = try ZoneDirectory.zone(tz)
        let expression = try options.read()
        let dialect = options.dialect.dialect
        let next = expression.next(count, after: from?.seconds ?? Moment.now, in: zone, dialect: dialect)
        StartsText.show(next, named: "next", MomentFormat(zone: zone, isEpoch: epoch), isJSON: json)
    }
}

struct JobsExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What a cron expression means, in a sentence.")

    @OptionGroup var options: ExpressionOptions

    func run() throws {
        let expression = try options.read()
        print(expression.explanation)
        if expression.nextLocalMinute(after: 0) == nil { print("No such day exists: it never runs.") }
    }
}

struct JobsRehearseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Every start that cron's daemon makes in a stretch of time, also over changes of the clock.")

    @OptionGroup var options: ExpressionOptions
    @Option(help: "Such as Europe/Vienna; without it, the zone of this machine.") var tz: String?
    @Option(help: ArgumentHelp("When the daemon starts; that minute is not served.", valueName: "instant"))
    var from: Moment
    @Option(help: ArgumentHelp("Before this moment.", valueName: "instant")) var until: Moment
    @Option(
        name: .customLong("jump"),
        help: ArgumentHelp(
            "When the clock shows this, it is stepped by so many seconds.", valueName: "instant=+seconds"))
    var jumps: [Jump] = []
    @Flag(help: "Seconds since 1970-01-01 00:00:00 UTC.") var epoch = false
    @Flag(help: "One JSON object.") var json = false

    struct Jump: ExpressibleByArgument {
        var jump: ClockJump

        init?(argument: String) {
            guard let equals = argument.lastIndex(of: "="), let moment = InstantText.parse(String(argument[..<equals])),
                let seconds = Int(argument[argument.index(after: equals)...]), abs(seconds) < 1 << 40
            else { return nil }
            jump = ClockJump(at: moment.seconds, by: seconds)
        }
    }

    func run() throws {
        let zone = try ZoneDirectory.zone(tz)
        let expression = try options.read()
        var shown = from.seconds
        for jump in jumps.map(\.jump) {
            guard jump.at >= shown else {
                throw ToolError.usage(
                    "--jump @\(jump.at): the clock shows @\(shown) already. Next: jumps in the order in which they happen"
                )
            }
            shown = jump.at + jump.by
        }
        var rehearsal = Rehearsal(
            expression, zone: zone, dialect: options.dialect.dialect, start: from.seconds, jumps: jumps.map(\.jump))
        var runs: [Int] = []
        while let start = rehearsal.next(before: until.seconds) {
            runs.append(start)
            guard runs.count <= 1_000_000 else {
                throw ToolError.no("These are over a million starts. Next: a later --from or an earlier --until")
            }
        }
        StartsText.show(runs, named: "runs", MomentFormat(zone: zone, isEpoch: epoch), isJSON: json)
    }
}

struct JobsLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "What is wrong or surprising in a crontab; exit code 1 if cron refuses a line.")

    @Argument(help: "A crontab, or - for standard input.") var file: String
    @Option(help: "debian or cronie.") var dialect = DialectName.debian
    @Flag(help: "A system table: each entry names its user.") var system = false
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard let table = InputFile.octets(file, most: 4 << 20) else {
            throw ToolError.cannotTell("\(file) cannot be read, or is larger than 4 MiB.")
        }
        let owner: CrontabOwner = system ? .system(knows: { unsafe getpwnam($0) != nil }) : .user
        // By the other crons' measure: what only timeball-jobsd knows is refused here, as they refuse it.
        let findings = TableCheck.findings(
            table, dialect: dialect.dialect, owner: owner, acceptsEvery: false)
        if json {
            let lines = findings.map { finding in
                JSON.object([
                    ("line", .integer(finding.line)), ("column", .integer(finding.column)),
                    ("ok", .bool(finding.isAccepted)), ("message", finding.message.map(JSON.string) ?? .null),
                ])
            }
            print(JSON.object([("lines", .array(lines))]).text)
        } else {
            for finding in findings {
                guard let message = finding.message else { continue }
                let kind = finding.isAccepted ? "note" : "error"
                print("\(file):\(finding.line):\(finding.column): \(kind): \(message)")
            }
            for note in LintSurroundings(table, dialect: dialect.dialect, owner: owner).notes {
                print("\(file):\(note.line): note: \(note.text)")
            }
            if let note = Self.nameNote(file) { print(note) }
            if unsafe access("/usr/sbin/sendmail", X_OK) != 0 {
                print("\(file): note: there is no /usr/sbin/sendmail: cron throws the output of jobs away")
            }
        }
        if findings.contains(where: { !$0.isAccepted }) { throw ExitCode(1) }
    }

    /// Debian's cron passes over names in /etc/cron.d that have a dot.
    private static func nameNote(_ path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "cron.d", let name = parts.last else { return nil }
        let isRead = name.utf8.allSatisfy { octet in
            (octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9")) || octet == UInt8(ascii: "_")
                || octet == UInt8(ascii: "-")
                || ((octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z"))
        }
        return isRead ? nil : "\(path): note: Debian's cron reads only names of letters, digits, - and _: not this file"
    }
}

struct JobsWhenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "when", abstract: "When at would run a job: timeball jobs when -- noon tomorrow")

    @Option(help: "Such as Europe/Vienna; without it, the zone of this machine.") var tz: String?
    @Option(help: ArgumentHelp("Another moment than now.", valueName: "instant")) var now: Moment?
    @Flag(help: "Seconds since 1970-01-01 00:00:00 UTC.") var epoch = false
    @Flag(help: "One JSON object.") var json = false
    @Argument(help: "at's words, or -t and a time as in touch.") var words: [String] = []

    func run() throws {
        let zone = try ZoneDirectory.zone(tz)
        let moment = now?.seconds ?? Moment.now
        let at: Int
        do {
            if words.first == "-t" {
                guard words.count == 2 else { throw ToolError.no("Cannot give time twice.") }
                at = try AtTime.resolve(stamp: words[1], now: moment, zone: zone)
            } else {
                at = try AtTime.resolve(words: words.joined(separator: " "), now: moment, zone: zone)
            }
        } catch let error as AtError {
            throw ToolError.no(error.sentence)
        }
        let format = MomentFormat(zone: zone, isEpoch: epoch)
        if json {
            print(JSON.object([("at", StartsText.json(at, format))]).text)
        } else {
            print(format.text(at))
        }
    }
}

struct JobsDueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "due", abstract: "Whether anacron would run a job: exit code 1 if not (but 0 with --json).")

    @Option(help: "Days, or @daily, @weekly, @monthly, @yearly, @annually.") var period: String
    @Option(help: ArgumentHelp("What the time stamp file holds; without it, there is none.", valueName: "YYYYMMDD"))
    var stamp: String?
    @Option(help: ArgumentHelp("Another moment than now; its offset says which day it is there.", valueName: "instant"))
    var now: Moment?
    @Flag(help: "One JSON object.") var json = false
    @Argument(help: "anacron's options, behind --: -f, -n, -s, -u, -d, -q.") var options: [String] = []

    func run() throws {
        guard let parsed = AnacronPeriod(period) else {
            throw ToolError.usage("\(period) is no period: days, @daily, @weekly, @monthly, @yearly, @annually")
        }
        var letters: Set<Character> = []
        for option in options {
            guard option.hasPrefix("-"), option.count > 1 else {
                throw ToolError.usage("\(option) is no option of anacron's.")
            }
            letters.formUnion(option.dropFirst())
        }
        guard letters.isSubset(of: "fnsudq") else {
            throw ToolError.usage("Of anacron's options only -f, -n, -s, -u, -d and -q are known here.")
        }
        let today = try localDay()
        let isDue =
            !letters.contains("u")
            && Anacron.isDue(parsed, stamp: stamp, today: today, isForced: letters.contains("f"))
        if json {
            print(JSON.object([("due", .bool(isDue))]).text)
            return
        }
        print(isDue ? "due" : "not due")
        if !isDue { throw ExitCode(1) }
    }

    /// Days since 1970-01-01.
    private func localDay() throws(ToolError) -> Int {
        let local: Int
        if let now { local = now.seconds + now.offset } else { local = try ZoneDirectory.zone(nil).local(Moment.now) }
        return local >= 0 ? local / 86400 : (local - 86399) / 86400
    }
}

/// How starts are printed.
private enum StartsText {
    static func show(_ starts: [Int], named name: String, _ format: MomentFormat, isJSON: Bool) {
        if isJSON {
            print(JSON.object([(name, .array(starts.map { json($0, format) }))]).text)
        } else {
            Output.lines(starts.map(format.text))
        }
    }

    static func json(_ start: Int, _ format: MomentFormat) -> JSON {
        format.isEpoch ? .integer(start) : .string(format.text(start))
    }
}

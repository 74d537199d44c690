import ArgumentParser
import JobsControl
import Rendering
import TimeBase

struct JobsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All jobs: when they run next, when they ran last, and how that went.")

    @OptionGroup var socket: JobsSocket
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard case .jobs(let jobs) = try socket.connect().demand(.list) else { throw JobsText.unexpected }
        if json {
            print(JobsText.json(jobs).text)
        } else {
            Output.lines(try JobsText.lines(jobs))
        }
    }
}

/// A job's name, and the daemon that knows it.
struct JobOptions: ParsableArguments {
    @OptionGroup var socket: JobsSocket
    @Argument(help: "As timeball jobs shows it.") var name: String
}

struct JobsWhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Why a job runs when it does, or does not run at all.")

    @OptionGroup var job: JobOptions
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard case .text(let text) = try job.socket.connect().demand(.why(name: job.name)) else {
            throw JobsText.unexpected
        }
        if json {
            print(JSON.object([("schema", .string("timeball.jobs-why/1")), ("why", .string(text))]).text)
        } else {
            print(text)
        }
    }
}

struct JobsRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start a job now, by the daemon: as its user, with cron's environment.")

    @OptionGroup var job: JobOptions
    @Flag(help: "This is what happens in any case; there for the name's sake.") var asCron = false

    func run() throws {
        try JobsText.show(try job.socket.connect().demand(.run(name: job.name)))
    }
}

struct JobsPauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let a job not run until it is resumed, also after a restart.")

    @OptionGroup var job: JobOptions

    func run() throws {
        try JobsText.show(try job.socket.connect().demand(.pause(name: job.name)))
    }
}

struct JobsResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let a paused job run again.")

    @OptionGroup var job: JobOptions

    func run() throws {
        try JobsText.show(try job.socket.connect().demand(.resume(name: job.name)))
    }
}

struct JobsReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Read all tables again, and wait until that is in force.")

    @OptionGroup var socket: JobsSocket

    func run() throws {
        _ = try socket.connect().demand(.reload)
    }
}

/// How jobs and runs are shown.
enum JobsText {
    static var unexpected: ToolError { .cannotTell("timeball-jobsd answered something else than was asked.") }

    static func show(_ reply: JobsReply) throws {
        guard case .done(let sentence) = reply else { throw unexpected }
        if !sentence.isEmpty { print(sentence) }
    }

    static func lines(_ jobs: [JobReport]) throws -> [String] {
        if jobs.isEmpty { return ["There are no jobs."] }
        let format = MomentFormat(zone: try ZoneDirectory.zone(nil), isEpoch: false)
        let now = Moment.now
        let header = ["NEXT", "LEFT", "LAST", "TOOK", "ENDED", "USER", "NAME", "WHEN", "COMMAND"]
        let rows = jobs.map { job in
            let next = job.isPaused ? "paused" : job.next.map { format.text(Int($0 / 1_000_000_000)) } ?? "-"
            let left = job.isPaused ? nil : job.next.map { max(0, $0 / 1_000_000_000 - Int64(now)) }
            return [
                next, left.map { HumanText.age(.seconds($0)) } ?? "-",
                job.last.map { format.text(Int($0 / 1_000_000_000)) } ?? "-",
                job.took.map { HumanText.size(.nanoseconds($0)) } ?? "-",
                job.running > 0 ? "running" : job.ending ?? "-", job.user, job.name, job.schedule,
                String(printable(job.command).prefix(60)),
            ]
        }
        return columns([header] + rows)
    }

    static func lines(_ runs: [RunReport]) throws -> [String] {
        let format = MomentFormat(zone: try ZoneDirectory.zone(nil), isEpoch: false)
        let header = ["RUN", "PLANNED", "LATE", "TOOK", "ENDED", "CLOCK", "WROTE", "WHY", "JOB"]
        let rows = runs.map { run -> [String] in
            let late = run.began ?? run.released
            return [
                run.number > 0 ? "\(run.number)" : "-", format.text(Int(run.planned / 1_000_000_000)),
                late.map { HumanText.size(.nanoseconds($0 - run.planned)) } ?? "-",
                run.released.flatMap { start in run.ended.map { HumanText.size(.nanoseconds($0 - start)) } } ?? "-",
                run.number > 0 ? run.ending ?? run.state : String((run.ending ?? run.state).prefix(60)),
                HumanText.bound(run.bound.map { .nanoseconds($0) }),
                run.outputCount.map { "\($0)" } ?? "-", run.cause, run.job,
            ]
        }
        return columns([header] + rows)
    }

    private static func columns(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
            }
            return line
        }
    }

    /// A command that moves no cursor.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "?" : Character($0) })
    }

    static func json(_ jobs: [JobReport]) -> JSON {
        .object([
            ("schema", .string("timeball.jobs/1")),
            (
                "jobs",
                .array(
                    jobs.map { job in
                        .object([
                            ("name", .string(job.name)), ("user", .string(job.user)), ("source", .string(job.source)),
                            ("schedule", .string(job.schedule)), ("command", .string(job.command)),
                            ("next", instant(job.next)), ("last", instant(job.last)),
                            ("took_seconds", seconds(job.took)), ("ending", job.ending.map(JSON.string) ?? .null),
                            ("running", .integer(Int(job.running))), ("paused", .bool(job.isPaused)),
                        ])
                    })
            ),
        ])
    }

    static func json(_ runs: [RunReport]) -> JSON {
        .object([
            ("schema", .string("timeball.jobs-log/1")),
            (
                "runs",
                .array(
                    runs.map { run in
                        .object([
                            ("run", run.number > 0 ? .integer(Int(run.number)) : .null), ("job", .string(run.job)),
                            ("user", .string(run.user)),
                            ("command", .string(run.command)), ("cause", .string(run.cause)),
                            ("state", .string(run.state)), ("planned", instant(run.planned)),
                            ("released", instant(run.released)), ("first_instruction", instant(run.began)),
                            ("ended", instant(run.ended)), ("ending", run.ending.map(JSON.string) ?? .null),
                            ("user_seconds", seconds(run.userTime)), ("system_seconds", seconds(run.systemTime)),
                            ("memory_octets", run.memory.map { .integer(Int($0)) } ?? .null),
                            ("bound_seconds", seconds(run.bound)),
                            ("output_octets", run.outputCount.map { .integer(Int($0)) } ?? .null),
                        ])
                    })
            ),
        ])
    }

    private static func instant(_ nanoseconds: Int64?) -> JSON {
        nanoseconds.map { .string(CivilDate(Instant<Realtime>(sinceEpoch: .nanoseconds($0))).rfc3339) } ?? .null
    }

    private static func seconds(_ nanoseconds: Int64?) -> JSON {
        nanoseconds.map { .number(Double($0) / 1e9) } ?? .null
    }
}

import ArgumentParser
import Glibc
import Rendering
import Scheduling
import TimeBase
import TimeZones

struct ShadowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow", abstract: "Run beside another program, touch nothing, and tell what we would have done.",
        subcommands: [ShadowJobsCommand.self])
}

struct ShadowJobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract:
            "Compare what cron has started, by its log or its processes, with what we would have started from the same tables.",
        discussion: """
            Nothing is started. Of the log only lines of cron's with CMD count; @reboot has no time and is left out. Exit code 1 \
            if the two differ, 3 if the log cannot be read.
            """)

    @Option(help: ArgumentHelp("Where cron's tables are.", valueName: "dir")) var root = ""
    @Option(help: ArgumentHelp("cron's log; without it, /var/log/cron.log or /var/log/syslog.", valueName: "file"))
    var cronLog: String?
    @Option(
        help: ArgumentHelp(
            "Look at this process's children in /proc instead of the log; with --for.", valueName: "pid"))
    var cronProcess: Int?
    @Option(help: ArgumentHelp("From this minute on; without it, from the first in the log.", valueName: "instant"))
    var from: Moment?
    @Option(help: ArgumentHelp("Before this moment; without it, to the last in the log.", valueName: "instant"))
    var until: Moment?
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Wait so long, and compare what is started meanwhile.", valueName: "duration"))
    var duration: String?
    @Option(help: "Such as Europe/Vienna; without it, the zone of this machine.") var tz: String?
    @Option(help: "debian or cronie.") var dialect = DialectName.debian
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let zone = try ZoneDirectory.zone(tz)
        var (first, last) = (from?.seconds, until?.seconds)
        if let duration {
            let length = try StartOptions.duration(duration, "--for")
            // Whole minutes, and time for the last one to be logged.
            let start = (Moment.now + 59) / 60 * 60
            let end = start + max(1, Int(length.components.seconds) / 60) * 60
            (first, last) = (start, end)
            Interruption.watch()
            if let cronProcess {
                var processes = try CronProcesses(cronProcess)
                while Moment.now < end, !Interruption.hasCome {
                    // Jobs begin with the minute, and many of them are short.
                    Waiting.pause(for: Moment.now % 60 < 3 ? .milliseconds(2) : .milliseconds(50))
                    processes.look()
                }
                if Interruption.hasCome { last = min(end, Moment.now / 60 * 60) }
                return try compare(processes.starts, start, last ?? end, zone: zone, isByProcess: true)
            }
            while Moment.now < end + 5, !Interruption.hasCome { Waiting.pause(for: .seconds(1)) }
            if Interruption.hasCome { last = min(end, Moment.now / 60 * 60) }
        } else if cronProcess != nil {
            throw ToolError.usage("--cron-process needs --for: of processes that have ended nothing is known.")
        }
        let path = cronLog ?? (unsafe access("/var/log/cron.log", R_OK) == 0 ? "/var/log/cron.log" : "/var/log/syslog")
        guard let octets = InputFile.octets(path, most: 1 << 30) else {
            throw ToolError.cannotTell("\(path) cannot be read. Next: --cron-log FILE, or as root")
        }
        let logged = CronLog.starts(String(decoding: octets, as: UTF8.self), zone: zone, now: Moment.now)
        let begin = first.map { ($0 + 59) / 60 * 60 } ?? logged.map(\.minute).min() ?? 0
        let end = last ?? logged.map(\.minute).max().map { $0 + 60 } ?? 0
        guard begin < end else {
            throw ToolError.cannotTell("There is no start of cron's in \(path). Next: --cron-log FILE")
        }
        try compare(logged, begin, end, zone: zone, isByProcess: false)
    }

    private func compare(_ crons: [CronStart], _ begin: Int, _ end: Int, zone: Zone, isByProcess: Bool) throws {
        guard begin < end else { throw ToolError.interrupted }
        let comparison = ShadowComparison(
            ours: expected(from: begin, until: end, zone: zone, isByProcess: isByProcess),
            crons: crons.filter { begin..<end ~= $0.minute })
        show(comparison, MomentFormat(zone: zone, isEpoch: false), begin, end)
        if !comparison.onlyOurs.isEmpty || !comparison.onlyCrons.isEmpty { throw ExitCode(1) }
    }

    /// - Parameter isByProcess: commands as a shell is given them, without what is their standard input.
    private func expected(from begin: Int, until end: Int, zone: Zone, isByProcess: Bool) -> [CronStart] {
        CronTables.all(root: root).flatMap { $0.entries(dialect.dialect) }.flatMap { entry -> [CronStart] in
            guard case .calendar(let expression) = entry.schedule else { return [] }
            // The minute in which a daemon starts is not served: so it starts a minute earlier.
            var rehearsal = Rehearsal(expression, zone: zone, dialect: dialect.dialect, start: begin - 60)
            let command =
                isByProcess ? CommandParts(entry.command, dialect: dialect.dialect).command : entry.command
            var starts: [CronStart] = []
            while let start = rehearsal.next(before: end) {
                if start >= begin { starts.append(CronStart(minute: start, user: entry.user, command: command)) }
            }
            return starts
        }
    }

    private func show(_ found: ShadowComparison, _ format: MomentFormat, _ begin: Int, _ end: Int) {
        if json {
            func list(_ starts: [CronStart]) -> JSON {
                .array(
                    starts.map { start in
                        JSON.object([
                            ("at", .string(format.text(start.minute))), ("user", .string(start.user)),
                            ("command", .string(start.command)),
                        ])
                    })
            }
            print(
                JSON.object([
                    ("schema", .string("timeball.shadow-jobs/1")), ("from", .string(format.text(begin))),
                    ("until", .string(format.text(end))), ("same", .integer(found.sameCount)),
                    ("only_ours", list(found.onlyOurs)), ("only_crons", list(found.onlyCrons)),
                ]).text)
            return
        }
        print("\(format.text(begin)) to \(format.text(end)): \(found.sameCount) starts are the same")
        for start in found.onlyOurs { print("  we would have started   \(line(start, format))") }
        for start in found.onlyCrons { print("  only cron has started   \(line(start, format))") }
    }

    private func line(_ start: CronStart, _ format: MomentFormat) -> String {
        "\(format.text(start.minute))  \(start.user)  \(start.command)"
    }
}

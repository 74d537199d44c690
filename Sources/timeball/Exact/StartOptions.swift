import ArgumentParser
import BoundPage
import Engine
import ExactStarts
import Glibc
import Linux
import Rendering
import TimeBase
import TimeballClock

/// What `at` and `tick` have in common.
struct StartOptions: ParsableArguments {
    @Option(
        help: "How far the start may be from the instant, such as 5ms; if the clock's bound does not permit it, refuse."
    )
    var within: String?
    @Flag(help: "Read the program and its libraries in beforehand.") var preload = false
    @Flag(help: "Load and link the program beforehand, and hold it before its first instruction.") var armed = false
    @Option(help: ArgumentHelp("How far --armed goes: loaded, or forked (before exec).", valueName: "how"))
    var hold: HoldName = .loaded
    @Option(help: ArgumentHelp("If the instant is over when that is noticed: skip, run or abort.", valueName: "what"))
    var late: LateName = .skip
    @Option(
        help: ArgumentHelp("Let go so much earlier, for what starting takes, such as 300us.", valueName: "duration"))
    var lead: String?
    @Option(name: [.customLong("boundfile"), .customLong("page")], help: "The page that timeballd keeps.")
    var boundfile = BoundPage.defaultPath
    @Option(help: ArgumentHelp("Where records are added; - for nowhere.", valueName: "file")) var history: String?
    @Flag(help: "Print the record, one JSON object.") var json = false

    enum LateName: String, ExpressibleByArgument, CaseIterable {
        case skip, run, abort

        var policy: LatePolicy {
            switch self {
            case .skip: .skip
            case .run: .run
            case .abort: .abort
            }
        }
    }
    enum HoldName: String, ExpressibleByArgument, CaseIterable { case forked, loaded }

    func plan(_ planned: Instant<UTC>) throws(ToolError) -> StartPlan {
        StartPlan(
            planned: planned, limit: try within.map { text throws(ToolError) in try Self.duration(text, "--within") },
            policy: late.policy, preparation: !armed ? .none : hold == .loaded ? .loaded : .forked,
            lead: try lead.map { text throws(ToolError) in try Self.duration(text, "--lead") } ?? .zero,
            preparationTime: preload ? .seconds(5) : .seconds(1))
    }

    static func duration(_ text: String, _ option: String) throws(ToolError) -> Duration {
        guard let duration = ExactDuration.parse(text) else {
            throw .usage("\(text) is not a duration. Next: \(option) 5ms")
        }
        return duration
    }

    /// What is to be started; nil if nothing is.
    static func program(_ command: [String]) throws -> ProgramStart? {
        guard let name = command.first else { return nil }
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        guard let found = ProgramStart.find(name, in: path) else {
            Output.complain("\(name) is not to be found on the path. Next: give its whole path")
            throw ExitCode(127)
        }
        return ProgramStart(path: found, arguments: command)
    }
}

/// One start, from the plan to the record.
struct StartRun {
    var options: StartOptions
    var command: [String]
    var program: ProgramStart?
    var time: TrueTimeSource
    var missed: Int64?

    /// Waits for the instant, starts, and waits for the end.
    func record(_ plan: StartPlan) throws -> StartRecord {
        var engine = ExactStart(plan)
        var host: StartHost
        do throws(Linux.SystemError) {
            host = try StartHost(program, plan: plan, preloads: options.preload, time: time)
        } catch {
            throw ToolError.cannotTell("There is no timer to be had: \(error).")
        }
        run(&engine, on: &host)
        let known = engine.known
        var record = StartRecord(
            planned: plan.planned, released: Self.trueTime(host.stamps.released, known),
            firstInstruction: Self.trueTime(host.stamps.firstInstruction, known),
            outcome: host.outcome ?? .refused(.interrupted), preparation: host.preparation, known: known,
            limit: plan.limit, process: host.process, command: command, missed: missed)
        if case .ran = record.outcome, let process = host.process {
            record.end = Self.waitForEnd(of: process)
            record.ended = time.know().estimate
        }
        return record
    }

    private static func trueTime(_ moment: Instant<Monotonic>?, _ known: KnownTime?) -> Instant<UTC>? {
        guard let moment, let known else { return nil }
        return known.estimate(at: moment)
    }

    /// Waits for a child; a signal that ends this program is handed on to it.
    private static func waitForEnd(of process: Int32) -> ProcessEnd? {
        guard let watch = try? ChildProcess.watch(process) else { return try? ChildProcess.wait(for: process) }
        var handedOn: Int32 = 0
        while true {
            var entry = pollfd(fd: watch.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&entry, 1, -1)
            if entry.revents != 0 { return try? ChildProcess.wait(for: process) }
            // Ctrl-C reaches the whole foreground group by itself.
            if Interruption.number == SIGTERM, handedOn == 0 {
                handedOn = SIGTERM
                try? ChildProcess.send(signal: SIGTERM, to: process)
            }
        }
    }
}

extension StartRecord {
    /// What a shell is told: the program's own exit code where it was started.
    var exitCode: Int32 {
        switch outcome {
        case .ran:
            if let signal = end?.signal { return 128 + signal }
            return end?.code ?? 0
        case .refused(.failed): return 126
        case .refused(.interrupted): return 130
        case .refused: return 5
        }
    }
}

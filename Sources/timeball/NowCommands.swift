import ArgumentParser
import BoundPage
import Rendering
import TimeBase
import TimeballClock

/// Which page is read.
struct PageOption: ParsableArguments {
    @Option(help: ArgumentHelp("The page that the daemon keeps (boundfile).", valueName: "path"))
    var page = BoundPage.defaultPath

    /// What the page says of now.
    func view() throws(ToolError) -> NowView {
        do throws(TimeballClockError) {
            let reading = try BoundReader(path: page).read()
            let wall = reading.moment + Clock.wallOffset()
            return NowView(
                time: try reading.trueTime(), report: reading.report, moment: reading.moment,
                wall: Instant(sinceEpoch: wall.sinceEpoch))
        } catch {
            let next = error == .cannotTell(.unknown) ? "timeball sources -v" : "is the daemon running? timeball status"
            throw .cannotTell("\(error.description) Next: \(next)")
        }
    }
}

struct NowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now", abstract: "True time, and how far that may be wrong; asks no daemon.")

    @OptionGroup var page: PageOption
    @Flag(help: "The earliest and the latest that true time can be.") var interval = false
    @Flag(help: "One JSON object.") var json = false
    @OptionGroup(title: "Atomic time") var atomic: AtomicNowOptions

    func run() throws {
        if let form = try atomic.form() {
            guard !interval, !json else { throw ToolError.usage("--interval and --json tell civil time.") }
            return try AtomicNow(form: form, page: page, leapfile: atomic.table.leapfile).run()
        }
        let view = try page.view()
        if json {
            print(NowText.json(view).text)
        } else {
            Output.lines(NowText.lines(view, interval: interval))
        }
    }
}

struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until the wall clock is within a bound.",
        discussion: "Exit codes: 0 it is, 124 timed out, 3 timed out and there is no page or the time is not known.")

    @OptionGroup var page: PageOption
    @Option(help: "The bound, such as 5ms.") var within: String
    @Option(help: "Give up after so long, such as 60s; without it, never.") var timeout: String?

    func run() throws {
        guard let limit = DurationText.parse(within) else {
            throw ToolError.usage("\(within) is not a duration. Next: timeball wait --within 5ms")
        }
        var deadline: Instant<Monotonic>?
        if let timeout {
            guard let patience = DurationText.parse(timeout) else {
                throw ToolError.usage("\(timeout) is not a duration. Next: timeball wait --within 5ms --timeout 60s")
            }
            deadline = Clock.monotonic() + patience
        }
        Interruption.watch()
        var pause = Duration.milliseconds(5)
        while true {
            var bound: Duration?
            var problem: ToolError?
            do throws(ToolError) {
                let view = try page.view()
                bound = view.time.error(of: view.wall).bound
            } catch {
                problem = error
            }
            if let bound, bound <= limit { return }
            let left = deadline.map { $0 - Clock.monotonic() }
            if let left, left <= .zero {
                if let problem { throw problem }
                throw ToolError.timedOut("The clock is within \(HumanText.bound(bound)) only.")
            }
            Waiting.pause(for: min(pause, left ?? pause))
            if Interruption.hasCome { throw ToolError.interrupted }
            pause = min(pause * 2, .milliseconds(200))
        }
    }
}

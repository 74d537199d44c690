import ArgumentParser
import Linux
import RealTimeClock
import Recording
import Rendering
import TimeBase
import TimeZones

struct BootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boot",
        abstract: "Set the clock once at the start of the machine, as well as the machine knows.",
        discussion: """
            The best of the RTCs, corrected, else the time that was saved, else the newest time that has certainly passed; never \
            backwards, but for what the kernel has just copied from the RTC. Its unit stands before time-set.target; \
            timeballd -s does the same.
            """)

    @OptionGroup var options: RealTimeClockOptionGroup
    @Option(help: "The time that timeballd has saved (its timefile).") var timefile = "/var/lib/timeball/time"
    @Option(help: "A file whose time of change has certainly passed; may be repeated.")
    var trust: [String] = [
        "/var/lib/timeball/drift", "/var/lib/systemd/timesync/clock", "/usr/lib/clock-epoch",
    ]
    @Flag(help: "Only say what would be done.") var dryRun = false
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        var facts = BootFacts()
        facts.devices = options.clocks.map(\.path)
        facts.recordFile = options.rtcfile
        facts.timeFile = timefile
        facts.adjustmentFile = options.adjfile
        facts.trustedFiles = trust
        if options.adjustment?.isLocal == true {
            let zone = try ZoneDirectory.zone(nil)
            facts.zone = { shown in
                switch zone.resolve(local: shown) {
                case .one(let utc), .fold(let utc, _): shown - utc
                case .gap(let transition): transition.after.offset
                }
            }
        }
        let evidence = facts.gather()
        for complaint in facts.complaints { Output.complain("\(complaint). Next: remove the file") }
        let decision = BootDecision(evidence)
        if !dryRun, decision.step != .zero {
            do throws(Linux.SystemError) {
                try KernelClock().step(by: decision.step)
            } catch {
                let words = "The clock cannot be set: \(error.text)."
                throw error.number == 1 ? ToolError.notPermitted(words + " Next: sudo") : .no(words)
            }
        }
        let clocks = evidence.realTimeClocks
        show(decision, clock: decision.realTimeClock.flatMap { clocks.count > 1 ? clocks[$0].name : nil })
    }

    /// - Parameter clock: the name of the RTC that was believed; nil where there is no other.
    private func show(_ decision: BootDecision, clock: String?) {
        let origin =
            switch decision.origin {
            case .realTimeClock: "the RTC" + (clock.map { " \($0)" } ?? "")
            case .savedTime: "the saved time"
            case .floor(let name): name
            case .clock: "the clock itself"
            }
        if json {
            print(
                JSON.object([
                    ("schema", .string("timeball.boot/1")), ("time", .string(CivilDate(decision.time).rfc3339)),
                    ("origin", .string(origin)), ("rtc", clock.map(JSON.string) ?? .null),
                    ("step_seconds", .number(decision.step.inSeconds)),
                    ("bound_seconds", decision.bound.map { .number($0.inSeconds) } ?? .null),
                    ("done", .bool(!dryRun)), ("reasons", .array(decision.reasons.map(JSON.string))),
                ]).text)
            return
        }
        let verb = dryRun ? "would be set" : "is set"
        let bound = decision.bound.map { "+/-\(HumanText.size($0))" } ?? "nothing is promised"
        Output.lines([
            decision.step == .zero
                ? "The clock stays, by \(origin); \(bound)"
                : "The clock \(verb) to \(CivilDate(decision.time).rfc3339) by \(origin); \(bound)"
        ])
        Output.lines(decision.reasons.map { "        \($0)" })
    }
}

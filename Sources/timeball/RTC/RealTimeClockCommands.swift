import ArgumentParser
import ClockStudies
import Control
import Glibc
import Linux
import RealTimeClock
import Recording
import Rendering
import TimeBase

struct RealTimeClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rtc", abstract: "The real-time clock: what it shows, how good it is, who sets it.",
        subcommands: [
            RealTimeClockListCommand.self, RealTimeClockReadCommand.self, RealTimeClockWriteCommand.self,
            RealTimeClockTrimCommand.self, RealTimeClockCompareCommand.self, RealTimeClockDataCommand.self,
            RealTimeClockWhoCommand.self,
        ],
        defaultSubcommand: RealTimeClockListCommand.self)
}

/// Which RTC, and what is known of it.
struct RealTimeClockOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("Another than the first one.", valueName: "device")) var rtc: String?
    @Option(help: "What timeballd has learned (its rtcfile).") var rtcfile = "/var/lib/timeball/rtc"
    @Option(help: "hwclock's record.") var adjfile = "/etc/adjtime"

    var adjustment: AdjustmentRecord? {
        guard let text = try? AtomicFile.read(adjfile) else { return nil }
        return try? AdjustmentRecord(parsing: text)
    }

    func clock() throws -> HardwareClock {
        try HardwareClock(path: rtc, zone: adjustment?.isLocal == true ? try ZoneDirectory.zone(nil) : nil)
    }

    /// What was learned of it; nil where nothing was.
    func record() throws -> RealTimeClockRecord? {
        do throws(Linux.SystemError) {
            guard let text = try AtomicFile.read(rtcfile, atMost: 1 << 18) else { return nil }
            do throws(RealTimeClockRecordError) {
                return try RealTimeClockRecord.read(text)
            } catch {
                Output.complain("\(rtcfile): \(error.description). Next: remove the file")
                return nil
            }
        } catch {
            Output.complain("\(rtcfile): \(error.text). Next: sudo")
            return nil
        }
    }
}

struct RealTimeClockListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All real-time clocks of this machine, and how far each can be trusted.")

    @OptionGroup var options: RealTimeClockOptionGroup

    func run() throws {
        let all = RealTimeClockFacts.all()
        guard !all.isEmpty else {
            throw ToolError.cannotTell("This machine has no real-time clock. Next: timeball rtc who")
        }
        for (index, facts) in all.enumerated() {
            let chip = RealTimeClockChip(named: facts.name)
            var battery: String?
            var lines = ["\(facts.path)  \(facts.name.isEmpty ? "unknown" : facts.name)"]
            do {
                battery = try HardwareClock(path: facts.path, zone: nil).battery()
            } catch let error as ToolError {
                lines.append("        \(error.sentence)")
            }
            let grade = RealTimeClockGrade(
                index == 0 ? try options.record() : nil, chip: chip, battery: battery,
                now: KernelClock.realtime.sinceEpoch.inSeconds)
            lines.append("        \(grade.level.rawValue): \(grade.reasons.joined(separator: "; "))")
            if facts.setTheClock { lines.append("        the kernel set the system clock from it at the start") }
            Output.lines(lines)
        }
    }
}

struct RealTimeClockReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "What it shows, to the fraction of the second, and what time that means.")

    @OptionGroup var options: RealTimeClockOptionGroup

    func run() throws {
        let edge = try options.clock().edge()
        let shown = Instant<Realtime>(sinceEpoch: .seconds(edge.seconds))
        let fast = (shown - edge.moment).inSeconds
        Output.lines([
            "shows      \(CivilDate(shown).rfc3339)  \(RTCWords.ahead(fast)) the system clock, "
                + "+/-\(HumanText.size(edge.uncertainty))"
        ])
        if let record = try options.record() {
            let prediction = RealTimeClockPrediction(record, chip: RealTimeClockChip(named: record.chip))
            let expected = prediction.offset(at: Double(edge.seconds) - record.offset, celsius: nil)
            let time = shown - Duration(clampingSeconds: expected.offset)
            let bound = record.offsetBound == nil ? "" : " +/-\(HumanText.size(.seconds(expected.bound)))"
            Output.lines(["means      \(CivilDate(time).rfc3339)\(bound)  (by \(options.rtcfile))"])
        } else if let adjustment = options.adjustment, adjustment.lastAdjustment != 0 {
            let time = AdjustmentRecord.instant(adjustment.corrected(Int64(edge.seconds)))
            Output.lines(["means      \(CivilDate(time).rfc3339)  (by \(options.adjfile), which promises nothing)"])
        } else {
            Output.lines(["means      unknown: nobody has measured it. Next: timeballd with rtcfile"])
        }
    }
}

struct RealTimeClockWriteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write", abstract: "Set it from the system clock, at the right moment, and measure what remains.")

    @OptionGroup var options: RealTimeClockOptionGroup
    @Flag(help: "Only say what would be done.") var dryRun = false

    func run() throws {
        let clock = try options.clock()
        let delay = HumanText.size(clock.chip.writeDelay)
        guard !dryRun else {
            Output.lines(["\(clock.path) (\(clock.chip.name)) would be written \(delay) after a second begins"])
            return
        }
        let second = try clock.write(ahead: .zero, delay: nil)
        // The first edge may still be the old phase's.
        _ = try clock.edge()
        let edge = try clock.edge()
        let fast = (Instant<Realtime>(sinceEpoch: .seconds(edge.seconds)) - edge.moment).inSeconds
        Output.lines([
            "written    \(CivilDate(Instant(sinceEpoch: .seconds(second))).rfc3339Seconds), \(delay) after it began",
            "remains    \(RTCWords.ahead(fast)) the system clock, +/-\(HumanText.size(edge.uncertainty))",
        ])
        let now = AdjustmentRecord.time(edge.moment)
        var record = (options.adjustment ?? AdjustmentRecord()).calibrated(at: now, before: nil, updatesFactor: false)
        record.notAdjusted = -fast
        do throws(Linux.SystemError) {
            try AtomicFile.write(record.text, to: options.adjfile)
        } catch {
            throw HardwareClock.failure(options.adjfile, error)
        }
        Output.lines(["kept in    \(options.adjfile)"])
    }
}

struct RealTimeClockTrimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trim", abstract: "Have timeballd set it by true time, and measure it anew.")

    @OptionGroup var connection: Connection

    func run() throws { try connection.session().perform(.trimRTC) }
}

struct RealTimeClockCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare it with the system clock a few times.")

    @OptionGroup var options: RealTimeClockOptionGroup
    @Option(name: .shortAndLong, help: "How often.") var count = 8
    @Option(help: "Seconds between two comparisons.") var interval = 10

    func run() throws {
        guard (2...100_000).contains(count), (1...86_400).contains(interval) else {
            throw ToolError.usage("--count is 2 to 100000, --interval 1 to 86400 seconds.")
        }
        let clock = try options.clock()
        var first: (fast: Double, moment: Instant<Realtime>)?
        for round in 0..<count {
            let edge = try clock.edge()
            let fast = (Instant<Realtime>(sinceEpoch: .seconds(edge.seconds)) - edge.moment).inSeconds
            var line = "\(CivilDate(edge.moment).rfc3339)  \(RTCWords.ahead(fast)) the system clock"
            if let first, edge.moment > first.moment {
                let span = (edge.moment - first.moment).inSeconds
                let rate = (fast - first.fast) / span * 1e6
                let doubt = 1.5 * edge.uncertainty.inSeconds / span * 1e6
                line += "  gains \(RTCWords.fixed(rate)) ppm +/-\(RTCWords.fixed(doubt))"
            } else {
                first = (fast, edge.moment)
            }
            Output.lines([line])
            if round + 1 < count {
                RealTimeClockDevice.sleep(until: KernelClock.monotonic + .milliseconds(interval * 1000 - 600))
            }
        }
    }
}

struct RealTimeClockDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "What the daemon has learned of it.")

    @OptionGroup var connection: Connection
    @OptionGroup var options: RealTimeClockOptionGroup

    func run() throws {
        var lines: [String] = []
        do throws(ToolError) {
            let report = try connection.session().report(.rtc) { if case .rtc(let report) = $0 { report } else { nil } }
            let frequency = report.frequency.ppm
            lines = [
                "now        \(RTCWords.ahead(report.fast.inSeconds)) true time",
                "gains      \(RTCWords.fixed(frequency)) ppm",
                "compared   \(report.sampleCount) times over \(HumanText.size(report.span)) since it was set",
            ]
        } catch {
            Output.complain(error.sentence)
        }
        if let record = try options.record() {
            let observed = record.spans.reduce(0) { $0 + $1.length }
            lines += [
                "saved      \(RTCWords.ahead(record.offset)) true time at "
                    + CivilDate(Instant(sinceEpoch: .seconds(Int64(record.reference)))).rfc3339Seconds,
                "rate       \(RTCWords.fixed(record.frequency.ppm)) ppm"
                    + (record.frequencyDeviation.map { " +/-\(RTCWords.fixed($0.ppm))" } ?? "")
                    + ", from \(HumanText.size(.seconds(observed)))",
                "alone      \(record.gaps.count) times without power; the kernel wrote it \(record.kernelWrites) times",
            ]
            for change in record.changes.suffix(8) {
                lines.append(
                    "set        \(CivilDate(Instant(sinceEpoch: .seconds(Int64(change.time)))).rfc3339Seconds) by "
                        + "\(change.author.rawValue), \(RTCWords.fixed(change.step)) s")
            }
            let grade = RealTimeClockGrade(
                record, chip: RealTimeClockChip(named: record.chip), battery: nil,
                now: KernelClock.realtime.sinceEpoch.inSeconds)
            lines.append("grade      \(grade.level.rawValue): \(grade.reasons.joined(separator: "; "))")
        }
        guard !lines.isEmpty else {
            throw ToolError.cannotTell(
                "Nothing is known of the RTC. Next: `rtcfile \(options.rtcfile)` in timeballd's configuration")
        }
        Output.lines(lines)
    }
}

struct RealTimeClockWhoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who", abstract: "Which programs set the clocks at the start, and what to change.")

    @Option(help: ArgumentHelp("Look below this folder instead.", visibility: .hidden)) var root = ""

    func run() throws {
        var facts = ClockSetterFacts()
        for path in ClockSetterFacts.paths {
            if let text = try? AtomicFile.read(root + path, atMost: 1 << 16) { facts.files[path] = text }
        }
        if root.isEmpty {
            facts.realTimeClocks = RealTimeClockFacts.all().map { ($0.path, $0.setTheClock) }
            facts.isSynchronised = MachineFacts.steering()?.isSynchronised
            for name in AtomicFile.names(in: "/proc") ?? [] where Int(name) != nil {
                if let program = MachineFacts.text("/proc/\(name)/comm") { facts.processes.insert(program) }
            }
        }
        let found = ClockSetter.find(facts)
        guard !found.isEmpty else {
            Output.lines(["Nothing was found that sets a clock."])
            return
        }
        for setter in found {
            Output.lines(["\(setter.name): \(setter.clock.rawValue): \(setter.what)"])
            if !setter.nextStep.isEmpty { Output.lines(["        Next: \(setter.nextStep)"]) }
        }
    }
}

/// Numbers as these commands show them.
enum RTCWords {
    /// "12.3 ms ahead of", "1.5 s behind".
    static func ahead(_ seconds: Double) -> String {
        let text = HumanText.size(Duration(clampingSeconds: seconds.magnitude))
        return seconds < 0 ? "\(text) behind" : "\(text) ahead of"
    }

    static func fixed(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}

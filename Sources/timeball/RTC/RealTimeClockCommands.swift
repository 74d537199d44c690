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
    @Option(help: ArgumentHelp("Only this one; where one is meant, another than the first.", valueName: "device"))
    var rtc: String?
    @Option(help: "What timeballd has learned (its rtcfile; what it learned of others lies beside it).")
    var rtcfile = "/var/lib/timeball/rtc"
    @Option(help: "hwclock's record.") var adjfile = "/etc/adjtime"

    var adjustment: AdjustmentRecord? {
        guard let text = try? AtomicFile.read(adjfile) else { return nil }
        return try? AdjustmentRecord(parsing: text)
    }

    /// The RTC that is named, or all of this machine.
    var clocks: [RealTimeClockFacts] {
        if let rtc { return [RealTimeClockFacts(path: rtc)] }
        let all = RealTimeClockFacts.all()
        return all.isEmpty ? [RealTimeClockFacts(path: "/dev/rtc0")] : all
    }

    func clock() throws -> HardwareClock { try clock(rtc) }

    func clock(_ path: String?) throws -> HardwareClock {
        try HardwareClock(path: path, zone: adjustment?.isLocal == true ? try ZoneDirectory.zone(nil) : nil)
    }

    /// What was learned of each of ``clocks``; nil where nothing was.
    func records() -> [RealTimeClockRecord?] {
        let known = RealTimeClockRecords(rtcfile, of: clocks)
        for complaint in known.complaints { Output.complain("\(complaint). Next: sudo, or remove the file") }
        return known.records
    }

    /// What was learned of the one that is meant.
    func record() -> RealTimeClockRecord? { records().first ?? nil }
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
        if let record = options.record() {
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
            let clocks = RealTimeClockFacts.all()
            facts.realTimeClocks = clocks.map { ($0.path, $0.setTheClock) }
            facts.writtenByKernel = RealTimeClockFacts.writtenByKernel(among: clocks).sorted()
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

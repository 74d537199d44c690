import ArgumentParser
import ClockStatistics
import ClockStudies
import Glibc
import Linux
import Recording
import Rendering
import TimeBase

struct DriftApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Write the rate that a study measured where it helps, and say how to undo it.",
        discussion: """
            Without more it writes the drift file, from which timeballd starts. With --adjfile it writes the record of a \
            real-time clock, by which hwclock --adjust and --hctosys correct it; the study must have compared that clock with \
            a system clock that a daemon kept. What was written before is shown.
            """)

    @Argument(help: "A store of timeball drift, or any file that study import reads.") var file: String?
    @Option(help: "The drift file; a file of chrony's looks the same.") var driftfile: String?
    @Flag(help: "Set the kernel's tick and frequency, until the next start of the machine.") var adjtimex = false
    @Option(help: "The real-time clock's record, as hwclock reads it: /etc/adjtime.") var adjfile: String?
    @Flag(help: "The system clock was right meanwhile, and nobody set the RTC, though the study does not say so.")
    var clockWasRight = false
    @Option(help: ArgumentHelp("Put back a tick and frequency, and nothing else.", valueName: "tick,frequency"))
    var restore: String?
    @Flag(help: "Only say what would be done.") var dryRun = false
    @OptionGroup(title: "How to read the file") var options: StudyFileOptions

    private static let usualDriftFile = "/var/lib/timeball/drift"

    func run() throws {
        if let restore {
            guard file == nil else { throw ToolError.usage("--restore takes no study.") }
            return try put(back: restore)
        }
        guard let file else {
            throw ToolError.usage("Which study? Next: timeball drift apply FILE --dry-run")
        }
        if clockWasRight, adjfile == nil { throw ToolError.usage("--clock-was-right belongs to --adjfile.") }
        let analysis = try StudyInput.analysis(of: file, options)
        if let adjfile {
            try RealTimeClockRecordWriter(path: adjfile, isDryRun: dryRun).write(
                analysis, of: file, clockWasRight: clockWasRight)
            guard adjtimex || driftfile != nil else { return }
        }
        let crystal = try measured(file, analysis)
        Output.lines(["The crystal \(DriftWords.rate(crystal.gain, half: crystal.bound))"])
        if adjtimex { try set(crystal.gain) }
        if let path = driftfile ?? (adjtimex ? nil : Self.usualDriftFile) {
            try write(crystal.gain, crystal.bound, to: path)
        }
    }

    /// What the clock would gain if nobody steered it.
    private func measured(_ file: String, _ analysis: StudyAnalysis) throws -> (gain: Double, bound: Double) {
        let subject = analysis.study.subject
        if subject.clock == "RTC" {
            throw ToolError.refused(
                "\(file) is a study of the real-time clock, and says nothing of the system clock's crystal. "
                    + "Next: timeball drift apply \(file) --adjfile /etc/adjtime --dry-run")
        }
        if subject.reference.hasPrefix("CLOCK_") {
            throw ToolError.refused(
                "\(file): \(subject.reference) goes by the same crystal as the clock, so that the study says nothing of the "
                    + "crystal. Next: timeball drift --against HOST")
        }
        let steering = SteeringHistory(analysis.study)
        if !steering.isKnown {
            Output.complain("\(file) does not say how the clock was steered meanwhile; it is taken as not steered.")
        } else if steering.mean != 0 || steering.changes > 0 {
            Output.complain(
                "The clock was steered by \(DecimalText.fixed(steering.mean * 1e6, decimals: 3)) ppm on the average "
                    + "(\(steering.changes) changes); that is taken out.")
        }
        let doubt = subject.referenceDoubt ?? 0
        let half = analysis.rate.halfWidth95
        return (analysis.rate.frequency - steering.mean, (half * half + doubt * doubt).squareRoot())
    }

    // MARK: The drift file

    private func write(_ gain: Double, _ bound: Double, to path: String) throws {
        if path == Self.usualDriftFile, let process = ClockWarnings.running("timeballd"), !dryRun {
            throw ToolError.refused(
                "timeballd runs (process \(process)): it reads \(path) only at its start, and overwrites it. Next: stop it first"
            )
        }
        let record = DriftRecord(frequency: Frequency(ratio: gain), skew: Frequency(ratio: max(bound, 1e-12)))
        let before = (try? StudyFile.read(path)).map { String(decoding: $0, as: UTF8.self) }
        let old = before.map { $0.split(whereSeparator: { $0.isNewline || $0 == " " }).joined(separator: " ") }
        let new = record.text.split(whereSeparator: { $0.isNewline || $0 == " " }).joined(separator: " ")
        Output.lines([
            "\(path)  \(old.map { "held \($0)" } ?? "was not there")",
            "           \(verb("holds")) \(new)  (ppm, and how far it may be off)",
        ])
        guard !dryRun else { return }
        do throws(Linux.SystemError) {
            try AtomicFile.write(record.text, to: path)
        } catch {
            let words = "\(path): \(error.text)"
            throw error.number == EACCES || error.number == EPERM ? ToolError.notPermitted(words) : .no(words)
        }
        Output.lines([old.map { "undo       echo '\($0)' > \(path)" } ?? "undo       rm \(path)"])
    }

    private func verb(_ word: String) -> String { dryRun ? "would hold" : word }

    // MARK: The kernel's clock

    private func set(_ gain: Double) throws {
        guard let right = ComparisonTable.suggestion(gain: gain, .nominal) else {
            throw ToolError.no(
                "The kernel cannot take away \(DecimalText.fixed(gain * 1e6, decimals: 3)) ppm. Next: look at the study"
            )
        }
        try set(right)
    }

    private func put(back text: String) throws {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let tick = parts[0], let frequency = parts[1], (9000...11_000).contains(tick),
            frequency.magnitude <= 32_768_000
        else { throw ToolError.usage("--restore takes tick and frequency. Next: --restore 10000,0") }
        try set(SteeringState(tick: tick, scaledFrequency: frequency, isSynchronised: false))
    }

    private func set(_ right: SteeringState) throws {
        guard let before = MachineFacts.steering() else {
            throw ToolError.cannotTell("The kernel does not tell its settings.")
        }
        if !dryRun, let (name, process) = ClockWarnings.steering().first {
            throw ToolError.refused(
                "\(name) runs (process \(process)) and steers the clock itself. Next: stop it first")
        }
        Output.lines([
            "adjtimex   tick \(before.tick), frequency \(before.scaledFrequency) before",
            "           tick \(right.tick), frequency \(right.scaledFrequency) \(dryRun ? "would be right" : "now")",
        ])
        guard !dryRun else { return }
        do throws(Linux.SystemError) {
            try KernelClock().setRate(tick: right.tick, scaledFrequency: right.scaledFrequency)
        } catch {
            let words = "The rate cannot be set: \(error.text)."
            throw error.number == EPERM ? ToolError.notPermitted(words + " Next: sudo") : .no(words)
        }
        Output.lines(["undo       timeball drift apply --restore \(before.tick),\(before.scaledFrequency)"])
    }
}

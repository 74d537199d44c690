import ArgumentParser
import ClockStudies
import Control
import Linux
import RealTimeClock
import Recording
import Rendering
import TimeBase

struct RealTimeClockDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "What the daemon has learned of them.")

    @OptionGroup var connection: Connection
    @OptionGroup var options: RealTimeClockOptionGroup

    func run() throws {
        var lines = options.rtc == nil ? try running() : []
        let clocks = options.clocks
        for (facts, record) in zip(clocks, options.records()) {
            guard let record else { continue }
            if clocks.count > 1 { lines.append("\(facts.clock)  \(facts.name)") }
            lines += Self.saved(record)
        }
        guard !lines.isEmpty else {
            throw ToolError.cannotTell(
                "Nothing is known of the RTC. Next: `rtcfile \(options.rtcfile)` in timeballd's configuration")
        }
        Output.lines(lines)
    }

    /// What the daemon says of the main one now.
    private func running() throws -> [String] {
        do throws(ToolError) {
            let report = try connection.session().report(.rtc) { if case .rtc(let report) = $0 { report } else { nil } }
            return [
                "now        \(RTCWords.ahead(report.fast.inSeconds)) true time",
                "gains      \(RTCWords.fixed(report.frequency.ppm)) ppm",
                "compared   \(report.sampleCount) times over \(HumanText.size(report.span)) since it was set",
            ]
        } catch {
            Output.complain(error.sentence)
            return []
        }
    }

    private static func saved(_ record: RealTimeClockRecord) -> [String] {
        let observed = record.spans.reduce(0) { $0 + $1.length }
        let bound = record.offsetBound.map { " +/-\(HumanText.size(.seconds($0)))" } ?? ""
        var lines = [
            "saved      \(RTCWords.ahead(record.offset)) true time\(bound) at "
                + CivilDate(Instant(sinceEpoch: .seconds(Int64(record.reference)))).rfc3339Seconds,
            "rate       \(RTCWords.fixed(record.frequency.ppm)) ppm"
                + (record.frequencyDeviation.map { " +/-\(RTCWords.fixed($0.ppm))" } ?? "")
                + ", from \(HumanText.size(.seconds(observed)))",
            "alone      \(record.gaps.count) times without power; the kernel wrote it \(record.kernelWrites) times",
        ]
        if let coefficient = record.coefficient {
            lines.append(
                "warmth     \(RTCWords.fixed(coefficient.value)) ppm/K +/-\(RTCWords.fixed(coefficient.deviation))")
        }
        for change in record.changes.suffix(8) {
            lines.append(
                "set        \(CivilDate(Instant(sinceEpoch: .seconds(Int64(change.time)))).rfc3339Seconds) by "
                    + "\(change.author.rawValue), \(RTCWords.fixed(change.step)) s")
        }
        let grade = RealTimeClockGrade(
            record, chip: RealTimeClockChip(named: record.chip), battery: nil,
            now: KernelClock.realtime.sinceEpoch.inSeconds)
        lines.append("grade      \(grade.level.rawValue): \(grade.reasons.joined(separator: "; "))")
        return lines
    }
}

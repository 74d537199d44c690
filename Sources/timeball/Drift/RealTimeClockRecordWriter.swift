import ClockStudies
import Linux
import Recording

/// Writes what a study says about a real-time clock to the file by which hwclock corrects that clock.
struct RealTimeClockRecordWriter {
    let path: String
    let isDryRun: Bool

    /// Refuses, with the reason, where the study does not tell about the RTC.
    func write(_ analysis: StudyAnalysis, of file: String, clockWasRight: Bool) throws {
        let rate: RealTimeClockRate
        do throws(RealTimeClockRate.Refusal) {
            rate = try RealTimeClockRate(analysis, clockWasRight: clockWasRight)
        } catch {
            throw ToolError.refused("\(file): " + Self.words(error))
        }
        guard (rate.gain * 86_400).magnitude <= AdjustmentRecord.greatestDriftFactor else {
            throw ToolError.no("\(file): no real-time clock is off so much. Next: timeball study report \(file)")
        }
        let old = try oldText()
        let before: AdjustmentRecord
        do throws(AdjustmentRecordError) {
            before =
                try old.map { text throws(AdjustmentRecordError) in try AdjustmentRecord(parsing: text) }
                ?? AdjustmentRecord()
        } catch {
            throw ToolError.no("\(path): \(error.description) Next: mend it, or move it away")
        }
        let record = rate.record(after: before)
        Output.lines(["The real-time clock \(DriftWords.rate(rate.gain, half: rate.bound))"])
        Output.lines([
            "\(path)  " + (old.map { "held \(Self.oneLine($0))" } ?? "was not there"),
            "           \(isDryRun ? "would hold" : "holds") \(Self.oneLine(record.text))",
            "           (to add in s a day, last adjusted, still to add in s / last compared / the RTC's time)",
        ])
        if record.lastAdjustment == 0 {
            Output.complain(
                "Nobody knows when the real-time clock was right, so hwclock will adjust nothing. "
                    + "Next: hwclock --systohc, once the system clock is right")
        } else if record.lastAdjustment == before.lastAdjustment {
            Output.complain("Only the drift factor changes: the real-time clock's last adjustment is kept as it was.")
        }
        guard !isDryRun else { return }
        do throws(Linux.SystemError) {
            try AtomicFile.write(record.text, to: path)
        } catch {
            throw Self.failure(path, error)
        }
        Output.lines([
            "undo       " + (old.map { "printf '%b' '\(Self.escaped($0))' > \(path)" } ?? "rm \(path)")
        ])
    }

    private func oldText() throws -> String? {
        do throws(Linux.SystemError) {
            return try AtomicFile.read(path)
        } catch {
            throw Self.failure(path, error)
        }
    }

    private static func words(_ refusal: RealTimeClockRate.Refusal) -> String {
        switch refusal {
        case .noRealTimeClock(let reference):
            "no real-time clock was compared, but \(reference.isEmpty ? "something unknown" : reference). "
                + "Next: timeball drift --against rtc, while a daemon keeps the system clock"
        case .clockMayBeWrong:
            "it does not say that a daemon kept the system clock meanwhile, so that it tells only how two crystals differ. "
                + "Next: record while timeballd runs without rtcsync, or --clock-was-right if you know that it was"
        case .wasWritten:
            "the kernel counted the clock as synchronised, and then writes its time to the real-time clock every 11 minutes. "
                + "Next: record while the daemon runs without rtcsync, or --clock-was-right if this one is not written"
        }
    }

    private static func failure(_ path: String, _ error: Linux.SystemError) -> ToolError {
        let words = "\(path): \(error.text)"
        return error.number == Linux.SystemError.accessDenied ? .notPermitted(words + " Next: sudo") : .no(words)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: " / ")
    }

    /// For printf between single quotes of a shell; the text was parsed, so that it has numbers and two words only.
    private static func escaped(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
    }
}

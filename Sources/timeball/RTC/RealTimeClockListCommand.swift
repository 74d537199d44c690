import ArgumentParser
import Linux
import RealTimeClock
import Recording
import TimeBase

struct RealTimeClockListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All real-time clocks of this machine, and how far each can be trusted.")

    @OptionGroup var options: RealTimeClockOptionGroup

    func run() throws {
        guard options.rtc != nil || !RealTimeClockFacts.all().isEmpty else {
            throw ToolError.cannotTell("This machine has no real-time clock. Next: timeball rtc who")
        }
        let records = options.records()
        let written = RealTimeClockFacts.writtenByKernel(among: RealTimeClockFacts.all())
        for (facts, record) in zip(options.clocks, records) {
            let chip = RealTimeClockChip(named: facts.name)
            var battery: String?
            var lines = ["\(facts.path)  \(facts.name.isEmpty ? "unknown" : facts.name)"]
            do {
                battery = try HardwareClock(path: facts.path, zone: nil).battery()
            } catch let error as ToolError {
                lines.append("        \(error.sentence)")
            }
            let grade = RealTimeClockGrade(
                record, chip: chip, battery: battery, now: KernelClock.realtime.sinceEpoch.inSeconds)
            lines.append("        \(grade.level.rawValue): \(grade.reasons.joined(separator: "; "))")
            if facts.setTheClock { lines.append("        the kernel set the system clock from it at the start") }
            if written.contains(facts.clock), records.count > 1 {
                lines.append("        it is the one that the kernel writes, where it writes any (rtcsync)")
            }
            Output.lines(lines)
        }
    }
}

import ArgumentParser
import Linux
import Rendering
import TimeBase

struct RealTimeClockCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compare them with the system clock a few times.")

    @OptionGroup var options: RealTimeClockOptionGroup
    @Option(name: .shortAndLong, help: "How often.") var count = 8
    @Option(help: "Seconds between two comparisons.") var interval = 10

    func run() throws {
        guard (2...100_000).contains(count), (1...86_400).contains(interval) else {
            throw ToolError.usage("--count is 2 to 100000, --interval 1 to 86400 seconds.")
        }
        var compared = try options.clocks.map { facts in
            ComparedClock(name: facts.clock, clock: try options.clock(facts.path))
        }
        for round in 0..<count {
            let begun = KernelClock.monotonic
            for index in compared.indices {
                // One that fails is no reason to leave the others.
                do {
                    let line = try compared[index].compare()
                    Output.lines([compared.count > 1 ? "\(compared[index].name)  \(line)" : line])
                } catch let error as ToolError where compared.count > 1 {
                    if round == 0 { Output.complain(error.sentence) }
                }
            }
            guard compared.contains(where: { $0.first != nil }) else {
                throw ToolError.cannotTell("None of the RTCs can be read. Next: timeball rtc list")
            }
            if round + 1 < count {
                RealTimeClockDevice.sleep(
                    until: max(
                        begun + .milliseconds(interval * 1000 - 600), KernelClock.monotonic + .milliseconds(1)))
            }
        }
    }
}

/// One RTC, and what it showed first.
private struct ComparedClock {
    let name: String
    let clock: HardwareClock
    var first: (fast: Double, moment: Instant<Realtime>, uncertainty: Duration)?

    init(name: String, clock: HardwareClock) {
        self.name = name
        self.clock = clock
    }

    /// Waits for its next second, and says what it tells.
    mutating func compare() throws -> String {
        let edge = try clock.edge()
        let fast = (Instant<Realtime>(sinceEpoch: .seconds(edge.seconds)) - edge.moment).inSeconds
        var line = "\(CivilDate(edge.moment).rfc3339)  \(RTCWords.ahead(fast)) the system clock"
        if let first, edge.moment > first.moment {
            let span = (edge.moment - first.moment).inSeconds
            let rate = (fast - first.fast) / span * 1e6
            let doubt = (first.uncertainty + edge.uncertainty).inSeconds / span * 1e6
            line += "  gains \(RTCWords.fixed(rate)) ppm +/-\(RTCWords.fixed(doubt))"
        } else {
            first = (fast, edge.moment, edge.uncertainty)
        }
        return line
    }
}

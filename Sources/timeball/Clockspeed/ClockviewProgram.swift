import AtomicTime
import Clockspeed
import Glibc
import Rendering
import Scheduling
import TimeBase
import TimeZones

/// clockview(1): what the clock shows, and what it would show with the difference on standard input added.
enum ClockviewProgram {
    private static let known = [OptionSpecification(long: "verbose", short: "v"), OptionSpecification(long: "atto")]

    static func run(_ arguments: [String]) -> Int32 {
        ClockFailure.caught("clockview") { () throws(ClockFailure) in
            let read = try? OptionReader(arguments, known: known)
            guard let read, read.operands.isEmpty else { throw .usage("clockview [-v] [--atto] < difference") }
            let octets = DifferenceInput.octets()
            if read.options.contains(where: { $0.name == "atto" }) { return Output.lines([try rate(octets)]) }
            let zone = ZoneDirectory.forStarts()
            let now = Clock.realtime()
            Output.now(try view(octets, at: now) { zone.type(at: $0).offset })
            if !read.options.isEmpty, let difference = TAIDifference.duration(octets) {
                Output.lines(["the clock is \(HumanText.offset(difference))"])
            }
        }
    }

    static func view(
        _ octets: [UInt8], at now: Instant<Realtime>, offset: (Int) -> Int
    ) throws(ClockFailure) -> String {
        guard octets.count >= TAIDifference.size else { throw .split }
        guard let difference = TAIDifference.duration(octets) else {
            throw .fatal("these 16 octets are no difference")
        }
        return DifferenceView.text(now, difference, offset: offset)
    }

    /// What etc/atto says.
    static func rate(_ octets: [UInt8]) throws(ClockFailure) -> String {
        guard octets.count >= TAIDifference.size else { throw .split }
        guard let tick = TickRate.tick(octets) else { throw .fatal("these 16 octets are no length of a tick") }
        let nanoseconds = Double(tick.attoseconds) / 1e9
        let line = "a tick is \(nanoseconds) ns, so that the counter has \(1e9 / nanoseconds) Hz"
        guard let gain = TickRate.frequency(octets) else { return line }
        return "\(line): the crystal is \(HumanText.frequency(gain))"
    }
}

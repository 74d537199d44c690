import AtomicTime
import Glibc
import Linux
import Rendering
import Scheduling
import TimeBase

/// A clock that can be set: this machine's, one that only says what it would do, one in a test.
protocol SettableClock {
    /// Puts the clock forward by a duration (back if it is negative).
    func add(_ difference: Duration) throws(ClockFailure)
}

/// This machine's system clock.
struct MachineSettableClock: SettableClock {
    func add(_ difference: Duration) throws(ClockFailure) {
        do throws(Linux.SystemError) {
            try KernelClock().step(by: difference)
        } catch {
            throw .fatal("unable to settimeofday", error.number)
        }
    }
}

/// A clock that stays as it is.
struct UntouchedClock: SettableClock {
    func add(_ difference: Duration) throws(ClockFailure) {
        let way = difference < .zero ? "back" : "forward"
        Output.now("would put the clock \(way) by \(HumanText.size(difference.magnitude))\n")
    }
}

/// clockadd(1): adds the difference on standard input to the system clock, at once and exactly (no matter when in a
/// second, since the kernel is given the difference and not a time).
enum ClockaddProgram {
    private static let known = [OptionSpecification(long: "dry-run", short: "n")]

    static func run(_ arguments: [String]) -> Int32 {
        ClockFailure.caught("clockadd") { () throws(ClockFailure) in
            let read = try? OptionReader(arguments, known: known)
            guard let read, read.operands.isEmpty else { throw .usage("clockadd [--dry-run] < difference") }
            let isDry = !read.options.isEmpty
            if !isDry, let (other, process) = ClockWarnings.steering().first {
                Output.complain("clockadd: warning: \(other) (process \(process)) steers this clock, too")
            }
            try add(DifferenceInput.octets(), to: isDry ? UntouchedClock() : MachineSettableClock())
        }
    }

    static func add(_ octets: [UInt8], to clock: any SettableClock) throws(ClockFailure) {
        guard octets.count >= TAIDifference.size else { throw .split }
        guard let difference = TAIDifference.duration(octets) else {
            throw .fatal("these 16 octets are no difference")
        }
        try clock.add(difference)
    }
}

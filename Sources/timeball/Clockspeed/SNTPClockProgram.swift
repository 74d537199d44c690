import AtomicTime
import Clockspeed
import Glibc
import Scheduling

/// sntpclock(1) and taiclock(1): they measure a server, and write what to add to our clock on standard output.
struct OffsetProgram {
    var name: String
    var way: OffsetMeasurement.Way

    static let sntpclock = OffsetProgram(name: "sntpclock", way: .network)
    static let taiclock = OffsetProgram(name: "taiclock", way: .atomic)

    private static let known = ClockOptions.known + [OptionSpecification(long: "port", short: "p", value: .required)]

    func run(_ arguments: [String]) -> Int32 {
        ClockFailure.caught(name) { () throws(ClockFailure) in
            let usage = "\(name) [--right] [--leapfile file] [-p port] host"
            let (options, read) = try ClockOptions.read(arguments, Self.known, usage)
            guard read.operands.count == 1, let host = read.operands.first else { throw .usage(usage) }
            let text = read.options.last { $0.name == "port" }?.value ?? nil
            let usual = way == .network ? 123 : TaiclockPacket.port
            guard let port = text.map({ UInt16($0) }) ?? usual, port > 0 else { throw .usage(usage) }
            let measurement = OffsetMeasurement(way: way, host: host, port: port, clock: options.clock) {
                Output.complain("\(name): warning: \($0)")
            }
            let interval = try measurement.run()
            do {
                try Output.octets(TAIDifference.octets(interval.middle))
            } catch {
                throw .fatal("unable to write output", errno)
            }
        }
    }
}

/// What all of clockspeed's programs may be told about the system clock.
struct ClockOptions {
    var clock: LabelClock

    static let known = [
        OptionSpecification(long: "right"), OptionSpecification(long: "leapfile", value: .required),
    ]

    static func read(
        _ arguments: [String], _ known: [OptionSpecification], _ usage: String
    ) throws(ClockFailure) -> (options: ClockOptions, read: OptionReader) {
        let read: OptionReader
        do throws(OptionError) {
            read = try OptionReader(arguments, known: known)
        } catch {
            throw .usage("\(usage)  (\(error.sentence))")
        }
        let isRight = read.options.contains { $0.name == "right" }
        do throws(ToolError) {
            let history = try LeapTables.best(read.options.last { $0.name == "leapfile" }?.value ?? nil)
            return (ClockOptions(clock: LabelClock(isRight ? .atomicLessTen : .posix, history)), read)
        } catch {
            throw .fatal("unable to initialize leap seconds: \(error.sentence)")
        }
    }
}

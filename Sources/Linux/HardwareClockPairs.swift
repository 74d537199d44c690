internal import CLinux
public import TimeBase

/// A PTP hardware clock, compared with the wall clock by its driver.
public struct HardwareClockPairs: ~Copyable {
    private let descriptor: FileDescriptor
    private var hasCrossStamps: Bool
    private var channel: Int32?

    /// The device of a clock that is given by its path, or by the network interface that has it.
    /// - Throws: ENODEV if the interface has none.
    public static func path(of name: String) throws(SystemError) -> String {
        if name.hasPrefix("/") { return name }
        return "/dev/ptp\(try SystemError.check("clock of \(name)", unsafe clinux_hardware_clock_of(name)))"
    }

    /// - Parameters:
    ///   - crossing: whether both clocks may be stamped at one moment, where the device can.
    ///   - stampsPulses: whether pulses are to be stamped, for which it is opened for writing.
    /// - Throws: ENOENT if there is none, EACCES.
    public init(path: String, crossing: Bool, stampsPulses: Bool) throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try SystemError.check(
                "open \(path)", unsafe clinux_hardware_clock_open(path, stampsPulses ? 1 : 0)))
        hasCrossStamps = crossing
    }

    /// The number for a poll set: it becomes readable when a pulse was stamped.
    public var number: Int32 { descriptor.number }

    /// Both clocks at one moment: the mean of the shortest readings of many.
    public mutating func read() throws(SystemError) -> ClockPair {
        if hasCrossStamps {
            var pair = clinux_clock_pair()
            let result = unsafe clinux_hardware_clock_cross(number, &pair)
            if result == 0 {
                return ClockPair(
                    realtime: Instant(sinceEpoch: Duration(pair.before)), other: Duration(pair.clock),
                    uncertainty: .zero)
            }
            hasCrossStamps = false
        }
        var pairs = [clinux_clock_pair](repeating: clinux_clock_pair(), count: Int(CLINUX_CLOCK_PAIRS))
        // Right because the driver is told the array's own size.
        let result = unsafe pairs.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_hardware_clock_read(number, Int32(buffer.count), buffer.baseAddress)
        }
        let count = try SystemError.check("PTP_SYS_OFFSET", result)
        guard let best = ClockPair.shortest(pairs.prefix(Int(count)).map(Self.pair)) else {
            throw SystemError(call: "PTP_SYS_OFFSET", number: SystemError.tryAgain)
        }
        return best
    }

    private static func pair(_ pair: clinux_clock_pair) -> ClockPair {
        let before = Duration(pair.before)
        let width = Duration(pair.after) - before
        return ClockPair(
            realtime: Instant(sinceEpoch: before + width / 2), other: Duration(pair.clock), uncertainty: width / 2)
    }

    /// Has the device stamp a pulse that comes in by a pin.
    /// - Throws: EOPNOTSUPP if it has no such channel.
    public mutating func stampPulses(pin: Int, channel: Int, falling: Bool) throws(SystemError) {
        try SystemError.check(
            "PTP_EXTTS_REQUEST",
            clinux_hardware_clock_stamp(number, Int32(pin), Int32(channel), falling ? 1 : 0))
        self.channel = Int32(channel)
    }

    /// Takes a pulse that was stamped, told by the wall clock; nil if there was none.
    public mutating func takePulse() throws(SystemError) -> (stamp: Instant<Realtime>, uncertainty: Duration)? {
        guard let channel else { return nil }
        var stamp = clinux_time()
        let result = unsafe clinux_hardware_clock_take_stamp(number, channel, &stamp)
        guard try SystemError.check("read", result) == 1 else { return nil }
        // The stamp is young: what the two clocks gained on each other since is less than reading them takes.
        let pair = try read()
        return (pair.realtime - (pair.other - Duration(stamp)), pair.uncertainty)
    }
}

internal import CLinux
public import TimeBase

/// A PTP hardware clock, `/dev/ptpN`.
public struct HardwareClockDevice: ~Copyable {
    private let descriptor: FileDescriptor

    /// - Throws: ENOENT if there is none, EACCES.
    public init(path: String) throws(SystemError) {
        descriptor = FileDescriptor(owning: try SystemError.check("open", unsafe clinux_device_open(path)))
    }

    /// The wall clock and this clock at one moment.
    public func pair(attempts: Int = 9) throws(SystemError) -> ClockPair {
        try ClockPair.read(number: clinux_phc_clock(descriptor.number), attempts: attempts)
    }

    /// CLOCK_MONOTONIC_RAW, which nobody steers, and this clock at one moment, and how far the two may be from the same:
    /// the mean of the shortest of some readings, because each of them is as noisy as the bus is.
    public func rawPair(readings: Int = 15) throws(SystemError) -> (
        raw: Duration, clock: Duration, uncertainty: Duration
    ) {
        var pairs: [ClockPair] = []
        for _ in 0..<readings {
            pairs.append(
                try ClockPair.read(
                    number: clinux_phc_clock(descriptor.number), attempts: 1, against: MachineClock.raw.rawValue))
        }
        guard let pair = ClockPair.shortest(pairs) else {
            throw SystemError(call: "clock_gettime", number: SystemError.tryAgain)
        }
        return (pair.realtime.sinceEpoch, pair.other, pair.uncertainty)
    }
}

/// A pulse per second, `/dev/ppsN`.
public struct PulseDevice: ~Copyable {
    private let descriptor: FileDescriptor

    /// - Throws: ENOENT if there is none, EACCES.
    public init(path: String) throws(SystemError) {
        descriptor = FileDescriptor(owning: try SystemError.check("open", unsafe clinux_device_open(path)))
    }

    /// Waits for the next pulse: the kernel's stamp of it by the wall clock, and its number.
    /// - Returns: nil if none came in time.
    public func wait(_ timeout: Duration) throws(SystemError) -> (stamp: Instant<Realtime>, sequence: UInt32)? {
        var stamp = clinux_time()
        var sequence: UInt32 = 0
        let milliseconds = Int32(clamping: timeout.inNanoseconds / 1_000_000)
        let result = unsafe clinux_pps_wait(descriptor.number, milliseconds, &stamp, &sequence)
        if result == -SystemError.timedOut || result == -SystemError.interrupted { return nil }
        try SystemError.check("PPS_FETCH", result)
        return (Instant(sinceEpoch: Duration(stamp)), sequence)
    }
}

internal import CLinux

/// How a process ended.
public struct ProcessEnd: Hashable, Sendable {
    /// The exit code; nil if a signal ended it.
    public var code: Int32?
    /// The signal that ended it.
    public var signal: Int32?
    public var userTime: Duration
    public var systemTime: Duration
    /// The most memory that it had at a time, in octets.
    public var mostResident: Int64
    public var minorFaults: Int64
    public var majorFaults: Int64
    public var voluntarySwitches: Int64
    public var involuntarySwitches: Int64

    init(_ end: clinux_end) {
        code = end.signal == 0 ? end.code : nil
        signal = end.signal == 0 ? nil : end.signal
        userTime = .microseconds(end.user_microseconds)
        systemTime = .microseconds(end.system_microseconds)
        mostResident = end.most_resident * 1024
        minorFaults = end.minor_faults
        majorFaults = end.major_faults
        voluntarySwitches = end.voluntary_switches
        involuntarySwitches = end.involuntary_switches
    }
}

/// What can be done about processes by their number.
public enum ChildProcess {
    /// A descriptor that becomes readable when the process ends.
    public static func watch(_ process: Int32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(owning: try SystemError.check("pidfd_open", clinux_process_watch(process)))
    }

    /// How a child ended; nil while it lives.
    public static func end(of process: Int32) throws(SystemError) -> ProcessEnd? {
        var end = clinux_end()
        try SystemError.check("wait4", unsafe clinux_process_end(process, 0, &end))
        return end.ended == 0 ? nil : ProcessEnd(end)
    }

    /// Waits for a child's end.
    public static func wait(for process: Int32) throws(SystemError) -> ProcessEnd {
        var end = clinux_end()
        try SystemError.check("wait4", unsafe clinux_process_end(process, 1, &end))
        return ProcessEnd(end)
    }

    /// How often a process has come to a processor, and how long it had waited for one until then; nil where the
    /// kernel does not count.
    public static func turns(of process: Int32) -> (count: UInt64, waited: Duration)? {
        var count: UInt64 = 0
        var waited: UInt64 = 0
        guard unsafe clinux_process_turns(process, &count, &waited) == 0 else { return nil }
        return (count, .nanoseconds(Int64(clamping: waited)))
    }

    /// Takes the priority away with which a process was started.
    public static func becomeOrdinary(_ process: Int32) throws(SystemError) {
        try SystemError.check("sched_setscheduler", clinux_start_ordinary(process))
    }

    public static func send(signal: Int32, to process: Int32) throws(SystemError) {
        try SystemError.check("kill", clinux_send_signal(process, signal))
    }

    // MARK: This process

    /// Runs before all ordinary processes from now on (SCHED_FIFO). What it starts is ordinary unless asked for.
    ///
    /// - Returns: false where that is not permitted.
    public static func beginPriority(_ priority: Int32) -> Bool { clinux_priority_begin(priority) == 0 }
    public static func endPriority() { clinux_priority_end() }

    /// Keeps all of this process in memory; false where that is not permitted.
    public static func lockMemory() -> Bool { clinux_lock_memory() == 0 }

    /// Timers fire when they are due, not up to 50 us later.
    public static func useExactTimers() { clinux_exact_timers() }
}

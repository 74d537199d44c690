internal import CLinux
public import TimeBase

/// A timer on the monotonic clock, exact to nanoseconds where poll(2) knows only milliseconds.
public struct WakeTimer: ~Copyable {
    private let descriptor: FileDescriptor
    private var armed: Instant<Monotonic>?

    public init() throws(SystemError) {
        descriptor = FileDescriptor(owning: try SystemError.check("timerfd_create", clinux_timer_create()))
    }

    /// The number for a poll set: readable when the deadline has come.
    public var number: Int32 { descriptor.number }

    /// Lets it fire at a deadline. The kernel is not asked again for a deadline that it knows.
    public mutating func arm(for deadline: Instant<Monotonic>) throws(SystemError) {
        guard armed != deadline else { return }
        // Relative, because absolute times are not known to every clock simulator; and rounded up, so that it is never
        // early, which would wake the engine twice.
        let remaining = deadline - KernelClock.monotonic + .nanoseconds(1)
        // A year is for ever.
        let after = min(max(remaining, .nanoseconds(1)), .seconds(31_536_000))
        try SystemError.check("timerfd_settime", clinux_timer_arm(number, clinux_time(roundingDown: after)))
        armed = deadline
    }

    /// Takes the expiry away after the timer was reported readable.
    public mutating func clear() {
        clinux_timer_clear(number)
        armed = nil
    }
}

/// Becomes readable when anybody steps the wall clock.
public struct StepWatch: ~Copyable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = FileDescriptor(owning: try SystemError.check("timerfd_create", clinux_step_watch_create()))
    }

    /// The number for a poll set.
    public var number: Int32 { descriptor.number }

    /// Whether the clock was stepped since this was asked last.
    public func wasStepped() throws(SystemError) -> Bool {
        try SystemError.check("timerfd_settime", clinux_step_watch_clear(number)) == 1
    }
}

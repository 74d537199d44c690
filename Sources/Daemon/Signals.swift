internal import CLinux
public import Linux

/// What the operator wants of a daemon, told by signals.
public struct Signals: OptionSet, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// SIGTERM, SIGINT or SIGQUIT: end.
    public static let stop = Signals(rawValue: 1)
    /// SIGHUP: look again at what may have changed.
    public static let refresh = Signals(rawValue: 2)

    /// From now on these signals are only noted, and ``take()`` tells of them.
    ///
    /// - Parameter timer: fires at once when a signal comes, so that a wait which begins just then ends at once. Arm the
    ///   timer first, then take the signals, then wait: in this order none is missed. (Under a simulator it does not.)
    public static func install(waking timer: borrowing WakeTimer) throws(SystemError) {
        let number = Simulator.isPreloaded ? -1 : timer.number
        try SystemError.check("sigaction", clinux_signals_install(number))
    }

    /// What has come since the last call.
    public static func take() -> Signals { Signals(rawValue: clinux_signals_take()) }
}

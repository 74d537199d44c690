internal import CLinux
internal import Linux

/// Going into the background, and telling whoever waits that the daemon is ready.
public struct Background {
    /// Where the waiting parent listens; nil if the daemon stays in the foreground.
    private var descriptor: Int32?

    /// Nobody waits: the daemon stays in the foreground.
    public init() {}

    /// Leaves the terminal: the process that was started waits for ``ready()`` or ``failed()`` and ends, and what follows
    /// runs in its child.
    public init(leavingTerminal: Void) throws(StartError) {
        let number = clinux_daemonise()
        guard number >= 0 else { throw StartError("Could not go into the background: \(errorText(-number))") }
        descriptor = number
    }

    /// Whether a parent still waits at the terminal.
    public var isWaitedFor: Bool { descriptor != nil }

    /// The daemon is at work: lets the parent end with status 0, and tells systemd (sd_notify(3)).
    public mutating func ready() {
        finish(status: 0)
        if let path = environment("NOTIFY_SOCKET"), !Simulator.isPreloaded { unsafe clinux_notify(path, "READY=1") }
    }

    /// The daemon could not start: lets the parent end with status 1.
    public mutating func failed() { finish(status: 1) }

    private mutating func finish(status: UInt8) {
        if let descriptor { clinux_daemonise_ready(descriptor, status) }
        descriptor = nil
    }
}

/// 256 random bits of the kernel's, as a key for a generator of our own.
public func randomKey() throws(StartError) -> (UInt64, UInt64, UInt64, UInt64) {
    var words: [UInt64] = [0, 0, 0, 0]
    // Right because the kernel is told the array's own size.
    let result = unsafe words.withUnsafeMutableBytes { unsafe clinux_random($0.baseAddress, UInt($0.count)) }
    guard result >= 0 else { throw StartError("The kernel gave no random numbers: \(errorText(-result))") }
    return (words[0], words[1], words[2], words[3])
}

/// Ends the process.
public func exitProcess(_ status: Int32) -> Never {
    clinux_exit(status)
}

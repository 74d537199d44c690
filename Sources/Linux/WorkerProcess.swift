internal import CLinux

/// A process that was forked from this one to do part of its work, or this one's end of being such a process; the two
/// talk over a channel of whole messages, which closes when either ends.
public struct WorkerProcess: ~Copyable {
    /// The worker's number; nil in the worker itself.
    public let process: Int32?
    private let channel: FileDescriptor

    /// Forks: it returns twice, in this process and in the new one. Only for programs of a single thread.
    public init(forking: Void) throws(SystemError) {
        var number: Int32 = -1
        let child = try SystemError.check("fork", unsafe clinux_worker_fork(&number))
        process = child == 0 ? nil : child
        channel = FileDescriptor(owning: number)
    }

    /// The channel's number for a poll set: readable when there is a message, or the other process has ended.
    public var number: Int32 { channel.number }

    // MARK: In the worker

    /// Gives up all rights, and all descriptors but the channel and those named. SIGTERM ends the process from now on,
    /// and so does the end of its parent.
    public func confine(keeping descriptors: [Int32]) throws(SystemError) {
        let kept = [number] + descriptors
        // Right because the function is told the array's own size.
        let result = unsafe kept.withUnsafeBufferPointer { buffer in
            unsafe clinux_worker_confine(buffer.baseAddress, UInt32(buffer.count))
        }
        try SystemError.check("prctl", result)
    }

    /// Ends this process at once, without undoing what its parent has done.
    public static func exit(_ status: Int32) -> Never { clinux_worker_exit(status) }

    // MARK: On both sides

    /// A message that came; nil if there is none, empty when the other process has ended.
    public func receive(atMost count: Int = 4096) throws(SystemError) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        // Right because the kernel is told the array's own size.
        let got = unsafe octets.withUnsafeMutableBytes { buffer in
            unsafe clinux_channel_receive(number, buffer.baseAddress, UInt(buffer.count))
        }
        if got == -Int(SystemError.tryAgain) { return nil }
        // An end that closes with messages unread.
        if got == -Int(SystemError.connectionReset) { return [] }
        try SystemError.check("recv", got)
        octets.removeLast(octets.count - got)
        return octets
    }

    /// Sends a message without waiting.
    ///
    /// - Throws: EAGAIN where the other process does not take its messages.
    public func send(_ octets: [UInt8]) throws(SystemError) {
        precondition(!octets.isEmpty, "An empty message means the end.")
        // Right because the kernel is told the array's own size.
        let result = unsafe octets.withUnsafeBytes { buffer in
            unsafe clinux_channel_send(number, buffer.baseAddress, UInt(buffer.count))
        }
        try SystemError.check("send", result)
    }

    /// Ends the worker, if it has not ended yet, and says how it ended; nil the second time.
    public func ended() -> ProcessEnd? {
        guard let process else { return nil }
        try? ChildProcess.send(signal: 9, to: process)
        return try? ChildProcess.wait(for: process)
    }
}

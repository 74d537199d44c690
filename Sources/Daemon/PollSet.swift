internal import CLinux
public import Linux

/// Descriptors to wait on, each with what it means to us (poll(2)).
public struct PollSet<Tag> {
    /// A descriptor on which something happened.
    public struct Ready {
        public var tag: Tag
        /// Something can be read, or the other end is gone.
        public var isReadable: Bool
        /// There is room to write (``watch(_:_:reports:writes:)``).
        public var isWritable: Bool
        /// There is an error, or a report in the error queue (POLLPRI or POLLERR).
        public var hasErrors: Bool
    }

    private var entries: [clinux_poll_entry] = []
    private var tags: [Tag] = []

    public init() {}

    /// How many descriptors are watched.
    public var count: Int { entries.count }

    /// Watches a descriptor until ``forget(_:)``.
    ///
    /// - Parameters:
    ///   - reports: whether reports in the error queue are awaited too: kernel stamps of what was sent.
    ///   - writes: whether room to write is awaited, and nothing else.
    public mutating func watch(_ number: Int32, _ tag: Tag, reports: Bool = false, writes: Bool = false) {
        let events =
            writes
            ? CLINUX_POLL_OUT.rawValue : CLINUX_POLL_IN.rawValue | (reports ? CLINUX_POLL_PRIORITY.rawValue : 0)
        entries.append(clinux_poll_entry(descriptor: number, events: Int16(events), ready: 0))
        tags.append(tag)
    }

    /// Stops watching a descriptor; call it before the descriptor is closed.
    public mutating func forget(_ number: Int32) {
        guard let index = entries.firstIndex(where: { $0.descriptor == number }) else { return }
        entries.swapAt(index, entries.count - 1)
        tags.swapAt(index, tags.count - 1)
        entries.removeLast()
        tags.removeLast()
    }

    /// Waits until something happens and says on which descriptors, replacing what `ready` holds. A signal ends the
    /// wait too, with nothing ready. It allocates nothing once `ready` has grown.
    ///
    /// - Parameter isPatient: false only looks, true waits for as long as it takes.
    public mutating func wait(isPatient: Bool, ready: inout [Ready]) throws(SystemError) {
        ready.removeAll(keepingCapacity: true)
        // Right because the kernel is told the array's own size, and the entries are laid out as struct pollfd.
        let result = unsafe entries.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_poll(buffer.baseAddress, UInt32(buffer.count), isPatient ? -1 : 0)
        }
        if result == -Self.interrupted || result == 0 { return }
        // By hand: a generic function of another module takes longer than all the rest of this one.
        if result < 0 { throw SystemError(call: "poll", number: 0 - result) }
        for index in entries.indices where entries[index].ready != 0 {
            let bits = UInt32(UInt16(bitPattern: entries[index].ready))
            let readable = CLINUX_POLL_IN.rawValue | CLINUX_POLL_HANGUP.rawValue
            let errors =
                CLINUX_POLL_PRIORITY.rawValue | CLINUX_POLL_ERROR.rawValue | CLINUX_POLL_INVALID.rawValue
            ready.append(
                Ready(
                    tag: tags[index], isReadable: bits & readable != 0,
                    isWritable: bits & CLINUX_POLL_OUT.rawValue != 0, hasErrors: bits & errors != 0))
        }
    }

    /// EINTR
    private static var interrupted: Int32 { 4 }
}

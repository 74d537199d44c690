internal import CLinux
public import TimeBase

/// Many datagrams that are taken from a socket, and answered, with one system call each. It allocates nothing after it was
/// made.
@safe public struct DatagramBatch: ~Copyable {
    /// What the kernel told about a datagram.
    public struct Arrival: Sendable {
        /// Whom it came from.
        public var source: SocketAddress
        /// What the wall clock showed when it came in; nil if the kernel took no stamp.
        public var stamp: NTPTimestamp?
        /// Octets that were taken.
        public var count: Int
        /// Whether it had more octets than there was room for.
        public var isTruncated: Bool
    }

    private let batch: OpaquePointer
    /// The most that are taken at a time.
    public let capacity: Int
    /// Octets that one datagram may have.
    public let size: Int
    private var arrived = 0

    /// - Parameter capacity: with 1 the plain calls are used, which clock simulators know.
    public init(capacity: Int, size: Int) {
        precondition((1...1024).contains(capacity) && (1...65536).contains(size))
        guard let batch = unsafe clinux_batch_create(UInt32(capacity), UInt32(size)) else {
            preconditionFailure("There is no memory for a few datagrams.")
        }
        unsafe self.batch = batch
        self.capacity = capacity
        self.size = size
    }

    deinit {
        unsafe clinux_batch_free(batch)
    }

    /// Takes what waits at a socket, in place of what was taken before.
    ///
    /// - Returns: how many there are; 0 where none waits.
    public mutating func receive(from socket: borrowing DatagramSocket) throws(SystemError) -> Int {
        arrived = 0
        let count = unsafe clinux_batch_receive(batch, socket.number)
        if count == -SystemError.tryAgain { return 0 }
        try SystemError.check("recvmmsg", count)
        arrived = Int(count)
        return arrived
    }

    /// What the kernel told about the datagram of a number.
    public func arrival(_ index: Int) -> Arrival {
        precondition(index >= 0 && index < arrived, "There is no such datagram.")
        // Right because the index was compared with how many there are.
        let arrival = unsafe clinux_batch_arrival(batch, UInt32(index)).pointee
        return Arrival(
            source: SocketAddress(kernel: arrival.source),
            stamp: arrival.has_stamp != 0
                ? NTPTimestamp(secondsSince1970: arrival.seconds, nanoseconds: arrival.nanoseconds) : nil,
            count: Int(arrival.count), isTruncated: arrival.truncated != 0)
    }

    /// The address of ours that a datagram was sent to.
    public func destination(_ index: Int) -> SocketAddress {
        precondition(index >= 0 && index < arrived, "There is no such datagram.")
        var address = clinux_address()
        unsafe clinux_batch_destination(batch, UInt32(index), &address)
        return SocketAddress(kernel: address)
    }

    /// A copy of a datagram's octets.
    public func octets(_ index: Int) -> [UInt8] {
        let count = arrival(index).count
        // Right because the count is at most the size, which the buffer has for each datagram.
        return unsafe Array(UnsafeRawBufferPointer(start: clinux_batch_octets(batch, UInt32(index)), count: count))
    }

    /// Hands out a datagram's octets, and as much room for the answer to it.
    ///
    /// - Parameter body: writes the answer into the room, and says how many octets it has.
    public mutating func withDatagram(
        _ index: Int, _ body: (Span<UInt8>, inout MutableSpan<UInt8>) -> Int
    ) -> Int {
        let count = arrival(index).count
        // Right because the count is at most the size, which both buffers have for each datagram, and nothing else is
        // handed out meanwhile.
        let octets = unsafe UnsafeRawBufferPointer(start: clinux_batch_octets(batch, UInt32(index)), count: count)
        let room = unsafe UnsafeMutableRawBufferPointer(start: clinux_batch_room(batch, UInt32(index)), count: count)
        let request = unsafe octets.bindMemory(to: UInt8.self).span
        var reply = unsafe room.bindMemory(to: UInt8.self).mutableSpan
        return body(request, &reply)
    }

    /// Looks whether this machine has only one IPv4 address (but for 127.0.0.0/8): then answers from it need not name it,
    /// and the kernel need not look for it. It takes some ten microseconds, and holds until ``forgetAddress()``.
    public mutating func learnAddress() {
        unsafe clinux_batch_learn_address(batch)
    }

    /// From now on each answer names the address that it leaves from.
    public mutating func forgetAddress() {
        unsafe clinux_batch_forget_address(batch)
    }

    /// Puts the answer to a datagram in line, to leave with the next ``send(by:)`` from the address that was asked.
    ///
    /// - Parameters:
    ///   - count: octets that were written into the room.
    ///   - stamped: on a socket with stamps of some packets, whether of this one.
    public mutating func answer(_ index: Int, count: Int, stamped: Bool) {
        precondition(index >= 0 && index < arrived && count >= 0 && count <= size, "An answer fits into its room.")
        unsafe clinux_batch_answer(batch, UInt32(index), UInt32(count), stamped ? 1 : 0)
    }

    /// Sends the answers in line. One that does not go out is passed over: its client asks again.
    public mutating func send(by socket: borrowing DatagramSocket) {
        unsafe clinux_batch_send(batch, socket.number)
    }

    /// Whether the answer that had this place in the line went out with the last ``send(by:)``.
    public func wasSent(_ place: Int) -> Bool {
        unsafe clinux_batch_was_sent(batch, UInt32(clamping: place)) != 0
    }
}

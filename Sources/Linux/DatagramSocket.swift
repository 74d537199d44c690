public import Addresses
internal import CLinux
public import TimeBase

/// What the kernel told about a datagram that came in, or about one that left.
public struct DatagramInformation: Sendable {
    /// Octets of the datagram that were received.
    public var count: Int
    public var source: SocketAddress
    /// The address of ours that it was sent to.
    public var destination: SocketAddress
    /// The kernel's timestamp of the packet, on the wall clock as it was then; nil if the kernel took none.
    public var stamp: Instant<Realtime>?
    /// Of a transmit timestamp: which packet of its socket it belongs to, counted from 0.
    public var identifier: UInt32
    /// Whether the buffer was too short.
    public var isTruncated: Bool
    /// The interface's own timestamp of the packet, by the interface's own clock; nil if it took none.
    public var hardware: Duration?
    /// By which interface it came or left; 0 if that is not known.
    public var interface: UInt32
    /// Its length with the link's header; 0 if that is not known.
    public var wireOctets: Int
}

/// A UDP socket that never blocks and has the kernel take timestamps (SO_TIMESTAMPING, timestamping.rst).
public struct DatagramSocket: ~Copyable {
    private let descriptor: FileDescriptor

    /// Whether the kernel reports when packets leave.
    public let hasTransmitStamps: Bool

    /// Whether interfaces that stamp packets themselves are asked for their stamps, too.
    public let hasHardwareStamps: Bool

    /// Of which packets the kernel reports when they leave.
    public enum TransmitStamps: Int32, Sendable {
        case none = 0
        case all = 1
        /// Of those that are sent with `stamped`.
        case some = 2
    }

    /// - Parameters:
    ///   - transmitStamps: whether the kernel also reports when packets leave: ``receiveTransmitStamp(scratch:)``.
    ///   - hardware: whether the stamps of interfaces are asked for, too.
    public init(family: AddressFamily, transmitStamps: Bool, hardware: Bool = false) throws(SystemError) {
        try self.init(family: family, stamps: transmitStamps ? .all : .none, hardware: hardware)
    }

    /// - Parameters:
    ///   - stamps: of which packets the kernel reports when they leave.
    ///   - hardware: whether the stamps of interfaces are asked for, too.
    public init(family: AddressFamily, stamps: TransmitStamps, hardware: Bool = false) throws(SystemError) {
        var hasStamps: Int32 = 0
        let number = unsafe clinux_udp_create(family.code, stamps.rawValue, &hasStamps)
        descriptor = FileDescriptor(owning: try SystemError.check("socket", number))
        hasTransmitStamps = stamps != .none && hasStamps != 0
        hasHardwareStamps = hardware && hasStamps != 0 && clinux_udp_want_hardware(number) >= 0
        self.family = family
    }

    private let family: AddressFamily

    /// What kind of service packets ask routers for (RFC 2474), 0 to 63.
    public func set(dscp: Int) throws(SystemError) {
        try SystemError.check("setsockopt(DSCP)", clinux_udp_set_dscp(number, family.code, Int32(clamping: dscp)))
    }

    /// Only packets of this network interface come in, and packets leave by it.
    public func bind(toDevice device: String) throws(SystemError) {
        try SystemError.check("setsockopt(SO_BINDTODEVICE \(device))", unsafe clinux_udp_bind_device(number, device))
    }

    /// Packets may go to broadcast addresses.
    public func allowBroadcast() throws(SystemError) {
        try SystemError.check("setsockopt(SO_BROADCAST)", clinux_udp_allow_broadcast(number))
    }

    /// Several sockets may have the same port, as long as they are connected to different peers.
    public func sharePort() throws(SystemError) {
        try SystemError.check("setsockopt(SO_REUSEADDR)", clinux_udp_share_port(number))
    }

    /// Packets of this socket are never cut in pieces on their way (IPv4), and no ICMP message that anybody may forge
    /// changes how long they may be. For answers, which are no longer than a request that came through. It also spares the
    /// kernel the search for a number by which pieces would be told from others.
    public func sendWhole() throws(SystemError) {
        guard family == .ipv4 else { return }
        try SystemError.check("setsockopt(IP_MTU_DISCOVER)", clinux_udp_send_whole(number))
    }

    /// Several sockets of this user may have the same address and port, and the kernel shares packets out between them.
    public func joinPort() throws(SystemError) {
        try SystemError.check("setsockopt(SO_REUSEPORT)", clinux_udp_join_port(number))
    }

    /// How packets are shared out between the sockets that joined this one's port: those of NTP's symmetric modes to the
    /// one that was bound first, all others to the `workers` that were bound after it, each client's (by its address, or its
    /// IPv6 network of 64 bits, whatever the port) always to the same.
    ///
    /// - Parameter key: makes the choice one that others do not know.
    public func shareOut(among workers: Int, key: UInt32) throws(SystemError) {
        try SystemError.check(
            "setsockopt(SO_ATTACH_REUSEPORT_CBPF)",
            clinux_udp_share_out(number, family.code, UInt32(clamping: max(1, workers)), key))
    }

    /// The number for a poll set.
    public var number: Int32 { descriptor.number }

    /// Gives the socket an address of ours; port 0 lets the kernel choose a free one at random.
    public func bind(to endpoint: Endpoint) throws(SystemError) {
        var address = SocketAddress(endpoint).kernel
        try SystemError.check("bind", unsafe clinux_udp_bind(number, &address))
    }

    /// From now on only datagrams of this peer come in. The kernel chooses a random port unless one was bound.
    public func connect(to endpoint: Endpoint) throws(SystemError) {
        var address = SocketAddress(endpoint).kernel
        try SystemError.check("connect", unsafe clinux_udp_connect(number, &address))
    }

    /// The address and port of ours.
    public func localEndpoint() throws(SystemError) -> Endpoint {
        var address = clinux_address()
        try SystemError.check("getsockname", unsafe clinux_udp_local(number, &address))
        guard let endpoint = SocketAddress(kernel: address).endpoint else {
            throw SystemError(call: "getsockname", number: SystemError.invalid)
        }
        return endpoint
    }

    /// Takes one datagram; nil if there is none. It allocates nothing.
    public func receive(into buffer: inout [UInt8]) throws(SystemError) -> DatagramInformation? {
        try receive(into: &buffer, errorQueue: false)
    }

    /// Takes one report of a packet that left; nil if there is none. What it holds besides the stamp goes to `scratch`.
    ///
    /// Ask only after sending, or when the poll set says that there is a report: clock simulators hand over the next
    /// datagram where there is none.
    public func receiveTransmitStamp(scratch: inout [UInt8]) throws(SystemError) -> DatagramInformation? {
        try receive(into: &scratch, errorQueue: true)
    }

    /// Waits until there is a report of a packet that left, and no longer than this.
    public func awaitTransmitStamp(atMost limit: Duration) {
        var entry = clinux_poll_entry(
            descriptor: number, events: Int16(CLINUX_POLL_PRIORITY.rawValue), ready: 0)
        let milliseconds = Int32(clamping: (limit.inNanoseconds + 999_999) / 1_000_000)
        _ = unsafe clinux_poll(&entry, 1, milliseconds)
    }

    private func receive(into buffer: inout [UInt8], errorQueue: Bool) throws(SystemError) -> DatagramInformation? {
        var meta = clinux_meta()
        // Right because the kernel is told the buffer's own size.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe clinux_udp_receive(number, bytes.baseAddress, UInt(bytes.count), errorQueue ? 1 : 0, &meta)
        }
        if count == -Int(SystemError.tryAgain) { return nil }
        try SystemError.check("recvmsg", count)
        return DatagramInformation(
            count: min(count, buffer.count), source: SocketAddress(kernel: meta.source),
            destination: SocketAddress(kernel: meta.destination),
            stamp: meta.has_stamp != 0 ? Instant(sinceEpoch: Duration(meta.stamp)) : nil,
            identifier: meta.identifier, isTruncated: meta.truncated != 0,
            hardware: meta.has_hardware != 0 ? Duration(meta.hardware) : nil, interface: meta.interface,
            wireOctets: Int(meta.wire_octets))
    }

    /// Sends the first `count` octets of a buffer.
    ///
    /// - Parameters:
    ///   - destination: whither; nil on a connected socket.
    ///   - source: which address of ours to send from; nil lets the kernel choose.
    ///   - stamped: on a socket with stamps of some packets, whether of this one.
    public func send(
        _ octets: [UInt8], count: Int, to destination: SocketAddress? = nil, from source: SocketAddress? = nil,
        stamped: Bool = false
    ) throws(SystemError) {
        precondition(count >= 0 && count <= octets.count, "A datagram is not longer than its buffer.")
        var to = destination?.kernel ?? clinux_address()
        var from = source?.kernel ?? clinux_address()
        let stamp: Int32 = stamped ? (hasHardwareStamps ? 2 : 1) : 0
        // Right because `count` was compared with the array's size.
        let sent = unsafe octets.withUnsafeBytes { bytes in
            if destination == nil {
                unsafe clinux_udp_send(number, bytes.baseAddress, UInt(count), nil, &from, stamp)
            } else {
                unsafe clinux_udp_send(number, bytes.baseAddress, UInt(count), &to, &from, stamp)
            }
        }
        try SystemError.check("sendmsg", sent)
    }
}

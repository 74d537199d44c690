public import Linux

/// A Unix datagram socket at a path, by which another program sends samples of a clock. It is there as soon as we are, so that
/// it makes no difference which of the two is started first.
public struct SampleSocket: ~Copyable {
    private let socket: UnixDatagramSocket

    /// Opens the socket. What a dead daemon left at the path is replaced; a live one's is not touched.
    public init(path: String) throws(SystemError) {
        if !Simulator.isPreloaded { try ControlSocket.removeStale(path) }
        let socket = try UnixDatagramSocket()
        try socket.bind(to: path)
        self.socket = socket
    }

    /// The number for a poll set.
    public var number: Int32 { socket.number }

    /// Takes one datagram; nil if there is none.
    public func receive(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
        try socket.receive(into: &buffer)?.count
    }
}

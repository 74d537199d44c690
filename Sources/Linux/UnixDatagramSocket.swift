internal import CLinux

/// A Unix datagram socket that never blocks.
public struct UnixDatagramSocket: ~Copyable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = FileDescriptor(owning: try SystemError.check("socket", clinux_unix_create()))
    }

    /// The number for a poll set.
    public var number: Int32 { descriptor.number }

    /// Makes the socket known under a path, which must not exist.
    public func bind(to path: String) throws(SystemError) {
        try SystemError.check("bind", unsafe clinux_unix_bind(number, path))
    }

    /// Connects to the socket at a path; refused (ECONNREFUSED) if nobody has it open any more.
    public func connect(to path: String) throws(SystemError) {
        try SystemError.check("connect", unsafe clinux_unix_connect(number, path))
    }

    /// Takes one datagram and the path of its sender (empty if the sender has none); nil if there is none.
    public func receive(into buffer: inout [UInt8]) throws(SystemError) -> (count: Int, sender: String)? {
        var path = [UInt8](repeating: 0, count: Int(CLINUX_UNIX_PATH))
        // Right because the kernel is told the buffer's own size, and the path has the room that the function asks for.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe path.withUnsafeMutableBytes { name in
                unsafe clinux_unix_receive(
                    number, bytes.baseAddress, UInt(bytes.count), name.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
        }
        if count == -Int(SystemError.tryAgain) { return nil }
        try SystemError.check("recvmsg", count)
        return (min(count, buffer.count), String(decoding: path.prefix { $0 != 0 }, as: UTF8.self))
    }

    /// Sends a datagram to the socket at a path.
    public func send(_ octets: [UInt8], to path: String) throws(SystemError) {
        // Right because the kernel is told the array's own size.
        let sent = unsafe octets.withUnsafeBytes { bytes in
            unsafe clinux_unix_send(number, bytes.baseAddress, UInt(bytes.count), path)
        }
        try SystemError.check("sendmsg", sent)
    }
}

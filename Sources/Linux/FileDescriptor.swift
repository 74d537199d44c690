internal import CLinux

/// A number by which the kernel knows something that we opened; it is closed when this value goes away.
public struct FileDescriptor: ~Copyable {
    /// The number, to be looked at only while this value lives.
    public let number: Int32

    /// Takes over a descriptor that somebody opened.
    public init(owning number: Int32) {
        self.number = number
    }

    deinit {
        clinux_close(number)
    }

    /// Gives the number away unclosed; for descriptors that live as long as the process.
    public consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// Reads at most so many octets; empty at the end of the file.
    public func read(atMost count: Int) throws(SystemError) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: max(0, count))
        // Right because the kernel is told the buffer's own size.
        let got = unsafe octets.withUnsafeMutableBytes { buffer in
            unsafe clinux_read(number, buffer.baseAddress, UInt(buffer.count))
        }
        try SystemError.check("read", got)
        octets.removeLast(octets.count - got)
        return octets
    }

    /// Writes all octets.
    public func write(_ octets: [UInt8]) throws(SystemError) {
        // Right because the kernel is told the array's own size.
        let result = unsafe octets.withUnsafeBytes { buffer in
            unsafe clinux_write(number, buffer.baseAddress, UInt(buffer.count))
        }
        try SystemError.check("write", result)
    }
}

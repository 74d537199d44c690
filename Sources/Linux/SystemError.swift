internal import CLinux

/// The kernel said no.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system call or library function, such as "adjtimex".
    public var call: String
    /// The error number (errno(3)).
    public var number: Int32

    public init(call: String, number: Int32) {
        self.call = call
        self.number = number
    }

    /// The system's words for the error, such as "Operation not permitted".
    public var text: String { errorText(number) }

    public var description: String { "\(call): \(text)" }

    /// Nothing to read, or no room to write, at this moment (EAGAIN).
    public static let tryAgain: Int32 = 11
    /// There is no such file (ENOENT).
    public static let noSuchFile: Int32 = 2
    /// The file exists already (EEXIST).
    public static let exists: Int32 = 17
    /// An argument makes no sense to the kernel (EINVAL).
    public static let invalid: Int32 = 22
    /// A signal came (EINTR).
    public static let interrupted: Int32 = 4
    /// This user may not (EACCES).
    public static let accessDenied: Int32 = 13
    /// Somebody else has it (EBUSY).
    public static let busy: Int32 = 16
    /// The device knows no such request (ENOTTY).
    public static let notTerminal: Int32 = 25
    /// It was waited for in vain (ETIMEDOUT).
    public static let timedOut: Int32 = 110
    /// A symbolic link where none is followed (ELOOP).
    public static let tooManyLinks: Int32 = 40
    /// Less than was asked for (ENODATA).
    public static let noData: Int32 = 61
    /// Nobody listens there (ECONNREFUSED).
    public static let connectionRefused: Int32 = 111
    /// The other end is gone (ECONNRESET).
    public static let connectionReset: Int32 = 104
    /// Not possible here (ENOTSUP).
    public static let notSupported: Int32 = 95
    /// Somebody else has the address and port (EADDRINUSE).
    public static let addressInUse: Int32 = 98
    /// EADDRNOTAVAIL
    public static let noSuchAddress: Int32 = 99

    /// Takes the result of a CLinux function, which is a negative error number if it failed.
    @discardableResult
    package static func check<Result: BinaryInteger>(
        _ call: @autoclosure () -> String, _ result: Result
    ) throws(SystemError) -> Result {
        if result < 0 { throw SystemError(call: call(), number: Int32(truncatingIfNeeded: 0 - result)) }
        return result
    }
}

/// The system's words for an error number.
public func errorText(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    unsafe buffer.withUnsafeMutableBufferPointer { pointer in
        unsafe clinux_error_text(number, pointer.baseAddress, UInt(pointer.count))
    }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

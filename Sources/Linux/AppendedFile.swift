internal import CLinux

/// A file to whose end lines are added; others may rename it meanwhile.
public struct AppendedFile: ~Copyable {
    private let file: FileDescriptor

    /// Opens an ordinary file, or creates it for a user and a group. No symbolic link is followed.
    public init(_ path: String, user: UInt32, group: UInt32) throws(SystemError) {
        file = FileDescriptor(owning: try SystemError.check("open \(path)", unsafe clinux_open_log(path, user, group)))
    }

    /// Adds a text, whole.
    public func write(_ text: String) throws(SystemError) {
        try file.write(Array(text.utf8))
    }
}

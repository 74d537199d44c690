import Glibc
import Linux
import Scheduling

/// A job's time stamp file. While it is held, no other anacron, ours or Debian's, runs the job (fcntl(2), F_SETLK).
final class AnacronStamp {
    enum Failure: Error {
        case locked
        case system(String)
    }

    private let descriptor: Int32
    private let path: String

    /// Opens the file; it is created if it is not there.
    init(folder: String, identifier: String) throws(Failure) {
        let path = "\(folder)/\(identifier)"
        // Non-blocking, so that a pipe in its place stops nobody.
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw .system("Can't open timestamp file \(path): \(errorText(errno))") }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .system("\(path) is not an ordinary file")
        }
        self.path = path
        // As Debian's does; one that cannot be changed is written all the same.
        fchmod(descriptor, 0o600)
    }

    /// Locks it, until this value goes away.
    func lock() throws(Failure) {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard unsafe fcntl(descriptor, F_SETLK, &lock) == 0 else {
            if errno == EACCES || errno == EAGAIN { throw .locked }
            throw .system("Can't lock \(path): \(errorText(errno))")
        }
    }

    // The lock goes with it.
    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What is in it; nil if nothing is.
    func read() -> String? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    /// - Parameter day: days since 1970-01-01.
    /// - Returns: false if it could not be written; the job will run again.
    func write(day: Int) -> Bool {
        let octets = Array(Anacron.stamp(day: day).utf8)
        let count = unsafe octets.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        return count == octets.count && ftruncate(descriptor, off_t(count)) == 0 && fsync(descriptor) == 0
    }
}

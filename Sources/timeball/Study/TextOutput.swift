import Glibc

/// Writes a text to a file, all of it or with an error.
enum TextOutput {
    static func write(_ text: String, to path: String) throws {
        let octets = Array(text.utf8)
        let descriptor =
            path == "-" ? STDOUT_FILENO : unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if path != "-" { close(descriptor) } }
        var start = 0
        while start < octets.count {
            let rest = octets[start...]
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            start += count
        }
    }

    private static func failure(_ path: String) -> ToolError {
        let number = errno
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return .no("\(path): \(reason). Next: choose another place.")
    }
}

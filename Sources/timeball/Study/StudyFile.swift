import Glibc

/// Reads a file of readings whole.
enum StudyFile {
    /// More than this is no record of a clock that fits into memory.
    private static let limit = 4 << 30

    static func read(_ path: String) throws -> [UInt8] {
        let descriptor =
            path == "-"
            ? STDIN_FILENO
            : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if path != "-" { close(descriptor) } }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return octets }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            octets.append(contentsOf: chunk[..<count])
            guard octets.count <= limit else { throw ToolError.cannotTell("\(path) is too long.") }
        }
    }

    private static func failure(_ path: String) -> ToolError {
        let number = errno
        let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return .cannotTell("\(path): \(reason)")
    }
}

import ArgumentParser
import Glibc
import JobsControl

/// Where `timeball-jobsd` listens.
struct JobsSocket: ParsableArguments {
    @Option(help: "The socket of timeball-jobsd.") var socket: String?

    func connect() throws(ToolError) -> JobsConnection { try JobsConnection(socket) }
}

/// A connection to `timeball-jobsd`, which knows from the kernel who is at this end.
final class JobsConnection {
    private let descriptor: Int32
    private let path: String

    /// - Parameter path: nil is what TIMEBALL_JOBS_SOCKET says, or the usual place.
    init(_ path: String? = nil) throws(ToolError) {
        let variable = unsafe getenv("TIMEBALL_JOBS_SOCKET").map { unsafe String(cString: $0) }
        let path = path ?? variable ?? Frame.defaultPath
        self.path = path
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard octets.count < room else { throw .usage("\(path) is too long for a socket's path.") }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        // Right because the kernel is told the structure's own size.
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw .cannotTell(
                "timeball-jobsd cannot be reached at \(path): \(reason). Next: systemctl start timeball-jobsd")
        }
    }

    deinit { close(descriptor) }

    /// Asks, and waits for the answer.
    func ask(_ request: JobsRequest) throws(ToolError) -> JobsReply {
        try send(request.frame)
        var stream: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            do throws(MessageError) {
                if let content = try Frame.take(&stream, longest: Frame.longestReply) {
                    return try JobsReply(content)
                }
            } catch {
                throw .cannotTell("The answer of timeball-jobsd is not understood: \(error.sentence)")
            }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .cannotTell("timeball-jobsd closed the connection at \(path) without an answer.")
            }
            stream += buffer.prefix(count)
        }
    }

    /// Asks; a refusal becomes an error with its exit code.
    func demand(_ request: JobsRequest) throws(ToolError) -> JobsReply {
        let reply = try ask(request)
        guard case .refused(let refusal, let sentence) = reply else { return reply }
        throw switch refusal {
        case .no: ToolError.no(sentence)
        case .misunderstood, .unknown: ToolError.cannotTell(sentence)
        case .notPermitted: ToolError.notPermitted(sentence)
        case .unsafe: ToolError.refused(sentence)
        }
    }

    private func send(_ octets: [UInt8]) throws(ToolError) {
        var start = 0
        while start < octets.count {
            let written = unsafe octets.withUnsafeBytes {
                unsafe Glibc.send(
                    descriptor, $0.baseAddress.map { unsafe $0 + start }, $0.count - start,
                    Int32(MSG_NOSIGNAL))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .cannotTell("timeball-jobsd closed the connection at \(path).") }
            start += written
        }
    }
}

import Glibc
import Linux

/// Carries what a script prints on, with the script's name before the first of it (run-parts --report).
final class ReportRelay {
    /// For the script.
    private(set) var output: Int32 = -1
    private(set) var errors: Int32 = -1
    private let name: String
    private var ends: [(from: Int32, to: Int32)] = []
    private var isNamed = false

    init?(name: String) {
        self.name = name
        var first: [Int32] = [-1, -1]
        var second: [Int32] = [-1, -1]
        guard unsafe pipe(&first) == 0 else { return nil }
        guard unsafe pipe(&second) == 0 else {
            for number in first { close(number) }
            return nil
        }
        (output, errors) = (first[1], second[1])
        ends = [(first[0], STDOUT_FILENO), (second[0], STDERR_FILENO)]
        for number in first + second { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        for end in ends { _ = fcntl(end.from, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        for number in [output, errors] + ends.map(\.from) where number >= 0 { close(number) }
    }

    /// Carries until the script has ended. What those print that it leaves behind is not waited for.
    func carry(until process: Int32) throws(Linux.SystemError) -> ProcessEnd {
        for number in [output, errors] { close(number) }
        (output, errors) = (-1, -1)
        let watch = try ChildProcess.watch(process)
        while true {
            var entries = ([watch.number] + ends.map(\.from)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard unsafe poll(&entries, nfds_t(entries.count), -1) >= 0 || errno == EINTR else {
                return try ChildProcess.wait(for: process)
            }
            let hasEnded = entries[0].revents != 0
            ends = ends.filter { end in
                if copy(end) { return true }
                close(end.from)
                return false
            }
            if hasEnded { return try ChildProcess.wait(for: process) }
        }
    }

    /// Copies what is there; false at the end of it.
    private func copy(_ end: (from: Int32, to: Int32)) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(end.from, $0.baseAddress, $0.count) }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count == 0 { return false }
            if !isNamed {
                isNamed = true
                put(Array("\(name):\n".utf8), to: end.to)
            }
            put(Array(buffer.prefix(count)), to: end.to)
        }
    }

    private func put(_ octets: [UInt8], to descriptor: Int32) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

import Addresses
import Glibc
import TimeBase

/// A socket that sends datagrams to one place and receives from there only.
final class DatagramSocket {
    let descriptor: Int32
    /// The file of a bound Unix socket, removed at the end.
    private var path: String?

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        close(descriptor)
        if let path { _ = unsafe unlink(path) }
    }

    private static func open(_ family: Int32) throws(SystemError) -> DatagramSocket {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket", number: errno) }
        return DatagramSocket(descriptor)
    }

    /// A UDP socket, with the kernel's receive stamps switched on.
    static func udp(to endpoint: Endpoint) throws(SystemError) -> DatagramSocket {
        let address = SocketAddress(endpoint)
        let socket = try open(address.family)
        var on: Int32 = 1
        // Without stamps the time after waking up has to do, so a refusal does no harm.
        _ = unsafe setsockopt(socket.descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, socklen_t(MemoryLayout<Int32>.size))
        try unsafe socket.call("connect", address) { unsafe connect($0, $1, $2) }
        return socket
    }

    /// A Unix socket to the daemon's, bound beside it: the daemon answers only to a client that has a name.
    static func unix(to server: String) throws(SystemError) -> DatagramSocket {
        guard let remote = SocketAddress(unixPath: server) else {
            throw SystemError(call: "connect", number: ENAMETOOLONG)
        }
        let directory = server.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let secret = String(UInt64.random(in: .min ... .max), radix: 16)
        let path = "\(directory.isEmpty ? "." : directory)/timeball.\(getpid()).\(secret).sock"
        guard let local = SocketAddress(unixPath: path) else {
            throw SystemError(call: "bind", number: ENAMETOOLONG)
        }
        Interruption.watch()
        let socket = try open(AF_UNIX)
        try unsafe socket.call("bind", local) { unsafe bind($0, $1, $2) }
        socket.path = path
        // The daemon may run as another user and has to reach us; the directory keeps everybody else out.
        guard unsafe chmod(path, 0o666) == 0 else { throw SystemError(call: "chmod", number: errno) }
        try unsafe socket.call("connect", remote) { unsafe connect($0, $1, $2) }
        return socket
    }

    private func call(
        _ name: String, _ address: SocketAddress,
        _ body: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) throws(SystemError) {
        let result = unsafe address.octets.withUnsafeBytes { octets in
            unsafe body(
                descriptor, octets.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(octets.count))
        }
        guard result == 0 else { throw SystemError(call: name, number: errno) }
    }

    func send(_ octets: [UInt8]) throws(SystemError) {
        let sent = unsafe octets.withUnsafeBytes { octets in
            unsafe Glibc.send(descriptor, octets.baseAddress, octets.count, 0)
        }
        guard sent == octets.count else { throw SystemError(call: "send", number: errno) }
    }

    /// The next datagram, and when it came in; nil if none waits.
    func receive() throws(SystemError) -> (octets: [UInt8], at: Instant<Realtime>)? {
        var octets = [UInt8](repeating: 0, count: 2048)
        var control = [UInt8](repeating: 0, count: 256)
        var controlLength = 0
        let count = unsafe octets.withUnsafeMutableBytes { octets in
            unsafe control.withUnsafeMutableBytes { control in
                var part = unsafe iovec(iov_base: octets.baseAddress, iov_len: octets.count)
                return unsafe withUnsafeMutablePointer(to: &part) { part in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = part
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = control.baseAddress
                    unsafe message.msg_controllen = control.count
                    let count = unsafe recvmsg(descriptor, &message, Int32(MSG_DONTWAIT))
                    controlLength = unsafe message.msg_controllen
                    return count
                }
            }
        }
        guard count >= 0 else {
            if errno == EAGAIN || errno == EINTR { return nil }
            throw SystemError(call: "recvmsg", number: errno)
        }
        let stamp = ControlMessages.receiveTime(Array(control.prefix(controlLength)))
        octets.removeLast(octets.count - count)
        return (octets, stamp ?? Clock.realtime())
    }
}

/// Waits for sockets to have something to read.
enum Waiting {
    /// - Returns: false if nothing came within the timeout.
    static func wait(for sockets: [DatagramSocket], timeout: Duration) -> Bool {
        var entries = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        let milliseconds = Int32(clamping: (max(.zero, timeout).inNanoseconds + 999_999) / 1_000_000)
        return unsafe poll(&entries, nfds_t(entries.count), milliseconds) > 0
    }

    /// Waits for nothing but time, or a signal.
    static func pause(for duration: Duration) {
        _ = wait(for: [], timeout: duration)
    }
}

/// Ctrl-C while a daemon is waited for: the socket's file is to be removed before the program ends.
enum Interruption {
    nonisolated(unsafe) private static var signalled: sig_atomic_t = 0

    static var hasCome: Bool { unsafe signalled != 0 }
    /// The signal that came; 0 if none did.
    static var number: Int32 { unsafe Int32(signalled) }

    /// From now on interruption is only remembered; waiting ends because of it all the same.
    static func watch() {
        // Whoever started us may have blocked them.
        var awaited = sigset_t()
        unsafe sigemptyset(&awaited)
        for number in [SIGINT, SIGTERM] { unsafe sigaddset(&awaited, number) }
        unsafe sigprocmask(SIG_UNBLOCK, &awaited, nil)
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { unsafe Interruption.signalled = sig_atomic_t($0) }
        }
    }
}

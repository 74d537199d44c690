internal import CLinux
internal import Linux

/// The Unix datagram socket by which the operator's tools talk to a daemon. Who can reach it may do everything, so its
/// directory must be closed to others.
public struct ControlSocket: ~Copyable {
    private let socket: UnixDatagramSocket
    public let path: String

    /// Creates the socket's directory if it is missing, with mode 0770 and the daemon's user as its owner, and checks it.
    /// As root, before privileges are dropped.
    public static func prepareDirectory(of path: String, for user: RunUser) throws(StartError) {
        let folder = directory(of: path)
        var status = clinux_status_of_file()
        var result = unsafe clinux_stat(folder, &status)
        if result == -SystemError.noSuchFile {
            let made = unsafe clinux_make_directory(folder, 0o770, user.user, user.group)
            guard made >= 0 else {
                throw StartError("Could not create \(folder): \(errorText(-made)). Disabled command socket \(path).")
            }
            result = unsafe clinux_stat(folder, &status)
        }
        guard result >= 0 else {
            throw StartError("Could not look at \(folder): \(errorText(-result)). Disabled command socket \(path).")
        }
        guard status.kind == CLINUX_DIRECTORY.rawValue else {
            throw StartError("\(folder) is not a directory. Disabled command socket \(path).")
        }
        guard status.permissions & ~0o770 == 0 else {
            throw StartError(
                "Wrong permissions on \(folder): mode \(String(status.permissions, radix: 8)) goes beyond 770."
                    + " Disabled command socket \(path).")
        }
        guard status.user == user.user else {
            throw StartError(
                "Wrong owner of \(folder): user \(status.user) instead of \(user.user). Disabled command socket \(path)."
            )
        }
        guard status.group == user.group else {
            throw StartError(
                "Wrong group of \(folder): \(status.group) instead of \(user.group). Disabled command socket \(path).")
        }
    }

    /// Opens the socket. What a dead daemon left at the path is replaced; a live one's is not touched.
    public init(path: String) throws(StartError) {
        do throws(SystemError) {
            if !Simulator.isPreloaded { try Self.removeStale(path) }
            let socket = try UnixDatagramSocket()
            try socket.bind(to: path)
            self.socket = socket
            self.path = path
        } catch {
            if error.call == Self.alive {
                throw StartError("Another daemon answers at \(path); it was not disturbed.")
            }
            throw StartError("Could not open command socket on \(path): \(error)")
        }
    }

    /// The number for a poll set.
    public var number: Int32 { socket.number }

    /// Takes one request and the path to answer to, which is empty if the client cannot be answered; nil if there is none.
    public func receive(into buffer: inout [UInt8]) -> (count: Int, sender: String)? {
        try? socket.receive(into: &buffer)
    }

    /// Answers a client. One that is gone or does not read is not waited for.
    public func send(_ octets: [UInt8], to client: String) {
        try? socket.send(octets, to: client)
    }

    /// Removes the path.
    public func remove() { unsafe clinux_remove(path) }

    private static let alive = "connect to a live daemon"

    static func removeStale(_ path: String) throws(SystemError) {
        let probe = try UnixDatagramSocket()
        do throws(SystemError) {
            try probe.connect(to: path)
        } catch {
            if error.number == SystemError.noSuchFile { return }
            guard error.number == SystemError.connectionRefused else { throw error }
            var status = clinux_status_of_file()
            guard unsafe clinux_stat_itself(path, &status) == 0, status.kind == CLINUX_SOCKET.rawValue else {
                throw SystemError(call: "bind", number: SystemError.exists)
            }
            try SystemError.check("unlink", unsafe clinux_remove(path))
            return
        }
        throw SystemError(call: alive, number: SystemError.exists)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

import Glibc
import Rendering

/// Where records of starts are kept: a file with a line of JSON for each.
struct StartHistory {
    /// nil: nowhere.
    var path: String?

    /// - Parameter asked: nil for the usual place, "-" for none.
    init(_ asked: String?) {
        path = asked == "-" ? nil : asked ?? Self.usual
    }

    /// /var/lib/timeball for root, else in the home directory.
    static var usual: String? {
        if geteuid() == 0 { return "/var/lib/timeball/starts.jsonl" }
        if let state = variable("XDG_STATE_HOME") { return "\(state)/timeball/starts.jsonl" }
        return variable("HOME").map { "\($0)/.local/state/timeball/starts.jsonl" }
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Adds a line; one that cannot be written is said, and the start is not disturbed by it.
    func add(_ record: StartRecord) {
        guard let path else { return }
        makeFolder(of: path)
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { return complain(path) }
        defer { close(descriptor) }
        let octets = Array((record.json.text + "\n").utf8)
        // In one piece, so that lines of several writers do not mix.
        let count = unsafe octets.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count != octets.count { complain(path) }
    }

    private func makeFolder(of path: String) {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += (folder.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            unsafe mkdir(folder, 0o755)
        }
    }

    private func complain(_ path: String) {
        Output.complain("\(path): the record of this start could not be kept. Next: --history FILE, or --history -")
    }
}

import FoundationEssentials
import Glibc
import JobsControl
import TimeBase

/// The records of exact starts, read as runs (``StartRecord`` writes them).
struct ExactStartLog {
    /// A line of the file, as far as the log shows it.
    struct Line: Decodable {
        var planned: String
        var released: String?
        var firstInstruction: String?
        var ended: String?
        var outcome: String
        var reason: String?
        var exit: Int32?
        var signal: Int32?
        var bound: Double?
        var userTime: Double?
        var systemTime: Double?
        var resident: Int64?
        var command: [String]

        enum CodingKeys: String, CodingKey {
            case planned, released, ended, outcome, reason, exit, signal, command
            case firstInstruction = "first_instruction"
            case bound = "bound_seconds"
            case userTime = "user_seconds"
            case systemTime = "system_seconds"
            case resident = "resident_octets"
        }
    }

    private var octets: [UInt8] = []
    private var user = "-"
    /// The newest part of a file that has grown beyond this.
    private static let most = 64 << 20

    /// - Parameter path: a file that is not there holds no starts.
    init(_ path: String) throws(ToolError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw .cannotTell("\(path): \(unsafe String(cString: strerror(errno))). Next: --starts FILE, or --starts -")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .cannotTell("\(path) is no file. Next: --starts FILE, or --starts -")
        }
        user = unsafe getpwuid(status.st_uid).map { unsafe String(cString: $0.pointee.pw_name) } ?? "\(status.st_uid)"
        let size = Int(clamping: status.st_size)
        octets = [UInt8](repeating: 0, count: min(size, Self.most))
        // Right because the kernel is told the array's own size.
        let count = unsafe octets.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(max(0, size - Self.most)))
        }
        octets.removeLast(octets.count - max(0, count))
    }

    /// The newest ones, the newest first.
    ///
    /// - Parameter name: `exact`, or `exact/PROGRAM`; nil is all.
    func runs(name: String?, count: Int) -> [RunReport] {
        if let name, name != "exact", !name.hasPrefix("exact/") { return [] }
        var runs: [RunReport] = []
        for line in octets.split(separator: UInt8(ascii: "\n")).reversed() where runs.count < count {
            // A line that was cut off, or is somebody else's, is no start.
            guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)), let run = report(line),
                name == nil || name == "exact" || name == run.job
            else { continue }
            runs.append(run)
        }
        return runs
    }

    private func report(_ line: Line) -> RunReport? {
        guard let planned = Self.nanoseconds(line.planned) else { return nil }
        let program = line.command.first?.split(separator: "/").last.map(String.init) ?? ""
        var run = RunReport(
            number: 0, job: "exact/\(program)", user: user, command: line.command.joined(separator: " "),
            cause: "exact", state: line.outcome == "ran" ? "ended" : "skipped", planned: planned)
        run.released = line.released.flatMap(Self.nanoseconds)
        run.began = line.firstInstruction.flatMap(Self.nanoseconds)
        run.ended = line.ended.flatMap(Self.nanoseconds)
        run.ending =
            line.signal.map { "signal \($0)" } ?? line.exit.map { "exit \($0)" }
            ?? (line.outcome == "ran" ? nil : line.reason.map { "\(line.outcome): \($0)" } ?? line.outcome)
        run.bound = Self.nanoseconds(line.bound)
        run.userTime = Self.nanoseconds(line.userTime)
        run.systemTime = Self.nanoseconds(line.systemTime)
        run.memory = line.resident
        return run
    }

    private static func nanoseconds(_ text: String) -> Int64? {
        InstantText.parseExactly(text).map { $0.sinceEpoch.components }.map {
            $0.seconds &* 1_000_000_000 &+ $0.attoseconds / 1_000_000_000
        }
    }

    private static func nanoseconds(_ seconds: Double?) -> Int64? {
        seconds.flatMap { Int64(exactly: ($0 * 1e9).rounded()) }
    }
}

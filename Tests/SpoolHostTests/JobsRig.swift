import Foundation
import Testing

/// A jobs daemon of its own, in a directory of its own that stands for `/`, with a mailer that writes letters down.
final class JobsRig {
    let root: URL
    private var daemon: Process?
    private let options: [String]

    static let isRoot = getuid() == 0
    /// Whom the package's base files know on every machine.
    static let nobody: UInt32 = 65534

    /// Beside the test bundle, unless the environment says otherwise.
    private static let binaries: URL = {
        if let folder = ProcessInfo.processInfo.environment["TIMEBALL_BIN"] { return URL(filePath: folder) }
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            return URL(filePath: argument).deletingLastPathComponent()
        }
        return checkout.appending(path: ".build/debug")
    }()

    static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    init(options: [String] = [], prepare: (JobsRig) throws -> Void = { _ in }) throws {
        root = URL(filePath: "/tmp/timeball-spool-\(UUID().uuidString.prefix(8))")
        self.options = options
        let files = FileManager.default
        for folder in [
            "etc/incron.d", "usr/sbin", "var/spool/cron/crontabs", "var/spool/incron", "bin", "mail", "work", "proc",
            "run",
        ] {
            try files.createDirectory(at: root.appending(path: folder), withIntermediateDirectories: true)
        }
        for folder in ["mail", "work"] { unsafe chmod(root.appending(path: folder).path, 0o1777) }
        try write(
            "usr/sbin/sendmail",
            "#!/bin/sh\nt=$(mktemp \(root.path)/mail/XXXXXX); { echo \"AS $(id -un) ARGS $*\"; cat; } >\"$t\"\nmv \"$t\" \"$t.letter\"\n"
        )
        unsafe chmod(root.appending(path: "usr/sbin/sendmail").path, 0o755)
        try write("etc/at.deny", "")
        try write("proc/loadavg", "0.10 0.10 0.10 1/100 1\n")
        try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/UTC")).write(to: root.appending(path: "etc/localtime"))
        for name in ["at", "atq", "atrm", "batch", "incrontab"] {
            try files.createSymbolicLink(
                at: root.appending(path: "bin/\(name)"), withDestinationURL: Self.binaries.appending(path: "timeball"))
        }
        try prepare(self)
        try start()
    }

    deinit {
        end(SIGKILL)
        try? FileManager.default.removeItem(at: root)
    }

    func path(_ name: String) -> String { root.appending(path: name).path }
    var spool: String { path("var/spool/cron/atjobs") }
    var log: String { (try? String(contentsOfFile: path("log"), encoding: .utf8)) ?? "" }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }

    /// An empty file.
    func touch(_ path: String) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        if file >= 0 { close(file) }
    }

    func read(_ name: String) -> String { (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? "" }

    // MARK: The daemon

    func start() throws {
        let process = Process()
        process.executableURL = Self.binaries.appending(path: "timeball-jobsd")
        process.arguments =
            ["-f", "--root", root.path, "--load-file", path("proc/loadavg"), "--pressure-file", path("proc/none")]
            + options
        if !FileManager.default.fileExists(atPath: path("log")) { try write("log", "") }
        let log = try FileHandle(forWritingTo: root.appending(path: "log"))
        try log.seekToEnd()
        process.standardError = log
        process.standardOutput = log
        process.standardInput = FileHandle.nullDevice
        try process.run()
        daemon = process
    }

    func waitUntilReady() throws {
        try wait("the daemon answers") { run("atq").status == 0 }
    }

    var daemonNumber: Int32 { daemon?.processIdentifier ?? 0 }

    func end(_ signal: Int32) {
        guard let daemon, daemon.isRunning else { return }
        kill(daemon.processIdentifier, signal)
        daemon.waitUntilExit()
        self.daemon = nil
    }

    // MARK: Tools

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a shell command line in which the tools are found by their names.
    @discardableResult
    func run(
        _ line: String, input: String? = nil, user: UInt32? = nil, environment: [String: String] = [:],
        directory: String? = nil
    ) -> Result {
        let process = Process()
        process.executableURL = URL(filePath: user == nil ? "/bin/sh" : "/usr/bin/setpriv")
        let identity = user.map { ["--reuid", "\($0)", "--regid", "\($0)", "--clear-groups", "/bin/sh"] } ?? []
        process.arguments = identity + ["-c", line]
        process.environment = [
            "PATH": path("bin") + ":/usr/bin:/bin", "TIMEBALL_JOBS_SOCKET": path("run/timeball/jobs.sock"), "TZ": "UTC",
            "LOGNAME": user == nil ? "root" : "nobody",
        ].merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: directory ?? path("work"))
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let source = root.appending(path: "input-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: source) }
        do {
            try (input ?? "").write(to: source, atomically: false, encoding: .utf8)
            process.standardInput = try FileHandle(forReadingFrom: source)
            try process.run()
        } catch {
            return Result(status: -1, output: "", errors: "\(error)")
        }
        let outputs = (
            (try? output.fileHandleForReading.readToEnd()) ?? Data(),
            (try? errors.fileHandleForReading.readToEnd()) ?? Data()
        )
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: outputs.0, as: UTF8.self),
            errors: String(decoding: outputs.1, as: UTF8.self))
    }

    /// A time that is over: such a job runs at once.
    static func past(_ minutes: Int = 1) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: .gmt, from: Date(timeIntervalSince1970: Double(time(nil) - minutes * 60)))
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return two(parts.year) + two(parts.month) + two(parts.day) + two(parts.hour) + two(parts.minute)
    }

    /// All letters that were sent.
    var letters: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path("mail"))) ?? []).filter { $0.hasSuffix(".letter") }
            .map { read("mail/\($0)") }
    }

    func wait(_ what: String, seconds: Double = 15, _ isSo: () -> Bool) throws {
        let end = Date().addingTimeInterval(seconds)
        while !isSo() {
            guard Date() < end else {
                Issue.record("In vain: \(what). Log:\n\(log)")
                throw CancellationError()
            }
            usleep(20_000)
        }
    }
}

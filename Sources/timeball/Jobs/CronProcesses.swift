import Glibc
import Linux
import Scheduling

/// What a running cron starts, as /proc shows it: the programs below its process, each once.
struct CronProcesses {
    private struct Identity: Hashable {
        var process: Int
        /// In ticks since the machine was started: a number is used again some day.
        var started: Int
    }

    private let cron: Int
    private let ticks: Int
    /// When the machine was started, in seconds since 1970-01-01 00:00:00 UTC.
    private let booted: Int
    private var seen: Set<Identity> = []
    private(set) var starts: [CronStart] = []

    /// What goes on already counts as seen.
    ///
    /// - Parameter cron: its process.
    init(_ cron: Int) throws(ToolError) {
        self.cron = cron
        ticks = max(1, sysconf(Int32(_SC_CLK_TCK)))
        let lines = Self.text("/proc/stat").split(separator: "\n")
        guard let booted = lines.first(where: { $0.hasPrefix("btime ") }).flatMap({ Int($0.dropFirst(6)) }) else {
            throw .cannotTell("/proc/stat does not tell when this machine was started.")
        }
        self.booted = booted
        guard Self.octets("/proc/\(cron)/task/\(cron)/children") != nil else {
            throw .cannotTell(
                "There is no process \(cron) in /proc, or this kernel does not list children. Next: pidof cron")
        }
        look()
        starts = []
    }

    /// Looks once. A program that came and went since the last time is missed.
    mutating func look() {
        for child in Self.children(cron) {
            // Debian's cron and cronie fork once for the job, and that process once more for the shell.
            let below = Self.children(child)
            for process in below { take(process) }
            if below.isEmpty { take(child) }
        }
    }

    private mutating func take(_ process: Int) {
        guard let octets = Self.octets("/proc/\(process)/cmdline") else { return }
        var words = octets.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
        if words.last == [] { words.removeLast() }
        // A fork of cron's own that has not executed anything yet.
        guard let first = words.first, !Self.isCron(first) else { return }
        // Its mail.
        if words.contains(Array("-FCronDaemon".utf8)) { return }
        // The name in it may hold anything; what follows the last parenthesis is numbers.
        let fields = Self.text("/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19, let started = Int(fields[19]) else { return }
        var status = stat()
        guard unsafe stat("/proc/\(process)", &status) == 0,
            seen.insert(Identity(process: process, started: started)).inserted
        else { return }
        // A shell that has become its only command shows that one's words.
        let isShell = words.count >= 3 && words[1] == Array("-c".utf8)
        let command = isShell ? words[2] : Array(words.joined(separator: [UInt8(ascii: " ")]))
        let user = unsafe getpwuid(status.st_uid).map { unsafe String(cString: $0.pointee.pw_name) }
        starts.append(
            CronStart(minute: booted + started / ticks, user: user ?? "\(status.st_uid)", command: command))
    }

    private static func isCron(_ word: [UInt8]) -> Bool {
        let name = String(decoding: word, as: UTF8.self).split(separator: "/").last.map(String.init) ?? ""
        return ["cron", "CRON", "crond", "CROND"].contains(name)
    }

    private static func children(_ process: Int) -> [Int] {
        text("/proc/\(process)/task/\(process)/children").split(separator: " ").compactMap { Int($0) }
    }

    private static func text(_ path: String) -> String { String(decoding: octets(path) ?? [], as: UTF8.self) }

    private static func octets(_ path: String) -> [UInt8]? { InputFile.octets(path, most: 1 << 20) }
}

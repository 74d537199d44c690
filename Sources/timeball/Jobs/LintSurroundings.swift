import Glibc
import JobScheduler
import Scheduling

/// What there is to say of a table's lines that depends on more than the line: this machine's programs, the assignments
/// above it, and how often it runs.
struct LintSurroundings {
    private(set) var notes: [(line: Int, text: String)] = []

    init(_ table: [UInt8], dialect: Dialect, owner: CrontabOwner) {
        var path = dialect == .cronie ? "/usr/bin:/bin:/usr/sbin:/sbin" : "/usr/bin:/bin"
        var hasDirective = false
        for (index, line) in table.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if Directive.isDirective(line) { hasDirective = true }
            guard let read = try? CrontabLine.read(line, dialect: dialect, owner: owner).line else { continue }
            switch read {
            case .ignored: continue
            case .assignment(let name, let value):
                if name.elementsEqual("PATH".utf8) { path = String(decoding: value, as: UTF8.self) }
            case .entry(let entry):
                let command = CommandParts(entry.command, dialect: dialect).command
                if let word = Self.program(command), !Self.isFound(word, path) {
                    let elsewhere = Self.isFound(word, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                    notes.append(
                        (
                            index + 1,
                            elsewhere
                                ? "\(word) is not in cron's PATH (\(path)): write its whole path, or set PATH above"
                                : "there is no program \(word) on this machine's PATH"
                        ))
                }
                if !hasDirective, case .calendar(let expression) = entry.schedule,
                    let minutes = Self.distance(expression), !Self.isLocked(command)
                {
                    let length = minutes == 1 ? "a minute" : "\(minutes) minutes"
                    notes.append(
                        (
                            index + 1,
                            "a run that takes longer than \(length) has the next beside it: flock -n, or overlap=skip"
                        ))
                }
                hasDirective = false
            }
        }
    }

    /// The command's first word, if it is the plain name of a program that no shell has built in.
    private static func program(_ command: [UInt8]) -> String? {
        let word = command.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 && $0 != 0x3b }
        let isPlain = word.allSatisfy { octet in
            (octet | 0x20 >= 0x61 && octet | 0x20 <= 0x7a) || (octet >= 0x30 && octet <= 0x39)
                || "_-+.".utf8.contains(octet)
        }
        guard isPlain, !word.isEmpty else { return nil }
        let name = String(decoding: word, as: UTF8.self)
        return builtIn.contains(name) ? nil : name
    }

    private static let builtIn: Set<String> = [
        ".", "break", "case", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export", "false", "for",
        "if",
        "printf", "pwd", "read", "return", "set", "shift", "source", "test", "times", "trap", "true", "type", "ulimit",
        "umask", "unset", "until", "wait", "while",
    ]

    private static func isFound(_ name: String, _ path: String) -> Bool {
        path.split(separator: ":").contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
    }

    /// The least distance between two starts in minutes, if it is five or less.
    private static func distance(_ expression: CronExpression) -> Int? {
        let minutes = (0..<60).filter { expression.minutes & (1 << UInt64($0)) != 0 }
        guard minutes.count > 1, let first = minutes.first, let last = minutes.last else { return nil }
        let gaps = zip(minutes, minutes.dropFirst()).map { $1 - $0 } + [first + 60 - last]
        return gaps.min().flatMap { $0 <= 5 ? $0 : nil }
    }

    private static func isLocked(_ command: [UInt8]) -> Bool {
        String(decoding: command, as: UTF8.self).contains("flock")
    }
}

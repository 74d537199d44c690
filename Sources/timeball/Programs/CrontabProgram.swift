import ArgumentParser
import Glibc
import JobScheduler
import JobsControl
import Linux
import Scheduling

/// So that it stands in the list of commands; its arguments go to ``CrontabProgram`` as they are.
struct CrontabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crontab",
        abstract: "A user's crontab: list, edit, replace, remove, check, as Debian's crontab does.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(CrontabProgram.run(arguments)) }
}

/// crontab(1). It has no rights of its own: timeball-jobsd writes the tables, and knows from the kernel who asks.
struct CrontabProgram {
    /// Why nothing was done.
    private struct Failure: Error {
        var sentence: String
    }

    private struct UsageFailure: Error {
        var sentence: String
    }

    private var letters: Set<String> = []
    private var user: String?
    private var operands: [String] = []
    private var dialect = Dialect.debian

    private static let known: [OptionSpecification] =
        ["l", "e", "r", "i", "T", "n", "h", "V"].map { OptionSpecification(short: $0) }
        + [
            OptionSpecification(short: "u", value: .required), OptionSpecification(long: "undo"),
            OptionSpecification(long: "dialect", value: .required),
        ]

    static func run(_ arguments: [String]) -> Int32 {
        var program = CrontabProgram()
        do {
            let read = try OptionReader(arguments, known: known)
            for (name, value) in read.options {
                switch name {
                case "u": program.user = value
                case "dialect":
                    guard let dialect = Dialect(rawValue: value ?? ""), dialect != .extended else {
                        throw Failure(sentence: "--dialect is debian or cronie")
                    }
                    program.dialect = dialect
                default: program.letters.insert(name)
                }
            }
            program.operands = read.operands
            return try program.perform()
        } catch let error as UsageFailure {
            Output.complain("crontab: usage error: \(error.sentence)\n" + usage)
        } catch let error as OptionError {
            Output.complain("crontab: usage error: \(error.sentence)\n" + usage)
        } catch let error as Failure {
            Output.complain("crontab: \(error.sentence)")
        } catch let error as ToolError {
            Output.complain(error.sentence)
        } catch {
            Output.complain("crontab: \(error)")
        }
        return 1
    }

    private static let usage = """
        usage:  crontab [-u user] FILE | -         replace the table
                crontab [-u user] -l | -e          list it, edit it
                crontab [-u user] -r [-i]          remove it (-i: ask first)
                crontab [-u user] --undo           put back what was replaced or removed last
                crontab -T FILE, crontab -n FILE   check only
        """

    private func perform() throws -> Int32 {
        if letters.contains("h") {
            print(Self.usage)
            return 0
        }
        if letters.contains("V") {
            print("crontab (Timeball) version 0.1")
            return 0
        }
        let actions = letters.intersection(["l", "e", "r", "undo"])
        guard actions.count <= 1, operands.count <= 1, actions.isEmpty || operands.isEmpty else {
            throw UsageFailure(sentence: "only one operation permitted")
        }
        if letters.contains("T") || letters.contains("n") {
            guard let file = operands.first else { throw UsageFailure(sentence: "which file is to be checked?") }
            guard check(try read(file), named: file) else { return 1 }
            print("The syntax of the crontab file was successfully checked.")
            return 0
        }
        switch actions.first {
        case "l": return try list()
        case "e": return try edit()
        case "r": return try remove()
        case "undo":
            _ = try JobsConnection().demand(.restoreTable(user: try userName()))
            return 0
        default: break
        }
        if letters.contains("i") { throw UsageFailure(sentence: "-i is for -r") }
        guard let file = operands.first ?? (isatty(STDIN_FILENO) == 0 ? "-" : nil) else {
            throw UsageFailure(sentence: "which file? - is standard input")
        }
        let text = try read(file)
        if text.isEmpty { throw Failure(sentence: "an empty table was not installed. Next: crontab -r") }
        return try install(text, named: file) ? 0 : 1
    }

    private func userName() throws -> String {
        if let user { return user }
        guard let entry = unsafe getpwuid(getuid()), let name = unsafe entry.pointee.pw_name else {
            throw Failure(sentence: "your user number \(getuid()) has no name")
        }
        return unsafe String(cString: name)
    }

    // MARK: What it does

    private func list() throws -> Int32 {
        guard case .octets(let text) = try JobsConnection().demand(.readTable(user: try userName())) else {
            throw JobsText.unexpected
        }
        try Output.octets(Self.withoutHeader(text))
        return 0
    }

    private func remove() throws -> Int32 {
        let name = try userName()
        if letters.contains("i") {
            guard Self.asks("crontab: really delete \(name)'s crontab? (y/n) ") else { return 0 }
        }
        _ = try JobsConnection().demand(.removeTable(user: name))
        return 0
    }

    private func edit() throws -> Int32 {
        let name = try userName()
        let old: [UInt8]
        switch try JobsConnection().ask(.readTable(user: name)) {
        case .octets(let text): old = Self.withoutHeader(text)
        case .refused(.no, let sentence) where sentence.hasPrefix("no crontab"):
            Output.complain("\(sentence) - using an empty one")
            old = Array(Self.template.utf8)
        case .refused(_, let sentence): throw Failure(sentence: sentence)
        default: throw JobsText.unexpected
        }
        let file = try Self.editing { () throws(ToolError) in
            try EditedFile(old, program: "crontab", name: "crontab", variables: ["VISUAL", "EDITOR"])
        }
        while true {
            let text = try Self.editing(file.edited)
            if text == old {
                Output.complain("crontab: no changes made to crontab")
                file.remove()
                return 0
            }
            if !text.isEmpty, check(text, named: file.path) {
                do {
                    _ = try JobsConnection().demand(.replaceTable(user: name, text: Self.whole(text)))
                    file.remove()
                    Output.complain("crontab: installing new crontab")
                    return 0
                } catch {
                    Output.complain(error.sentence)
                }
            } else {
                Output.complain(
                    text.isEmpty
                        ? "crontab: the table is empty. Next: crontab -r" : "errors in crontab file, can't install.")
            }
            guard Self.asks("Do you want to retry the same edit? (y/n) ") else {
                Output.complain("crontab: edits left in \(file.path)")
                return 1
            }
        }
    }

    private func install(_ text: [UInt8], named file: String) throws -> Bool {
        guard check(text, named: file) else {
            Output.complain("errors in crontab file, can't install.")
            return false
        }
        _ = try JobsConnection().demand(.replaceTable(user: try userName(), text: Self.whole(text)))
        return true
    }

    /// Says what is wrong and what will surprise.
    ///
    /// - Returns: whether everything in it would run.
    private func check(_ text: [UInt8], named file: String) -> Bool {
        if text.last.map({ $0 != 0x0a }) ?? false {
            Output.complain("\"\(file)\": the last line had no newline; it was added")
        }
        var isGood = true
        for finding in TableCheck.findings(Self.whole(text), dialect: dialect) {
            guard let message = finding.message else { continue }
            let kind = finding.isAccepted ? "warning: " : ""
            Output.complain("\"\(file)\":\(finding.line):\(finding.column): \(kind)\(message)")
            if !finding.isAccepted { isGood = false }
        }
        return isGood
    }

    // MARK: Text and files

    private static let template = """
        # Each line is a job: minute, hour, day of month, month, day of week, and a command.
        #
        # m h  dom mon dow   command

        """

    private static func whole(_ text: [UInt8]) -> [UInt8] {
        text.isEmpty || text.last == 0x0a ? text : text + [0x0a]
    }

    /// Without the three lines that Debian's crontab puts before a table.
    private static func withoutHeader(_ text: [UInt8]) -> [UInt8] {
        let lines = text.split(separator: 0x0a, maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0].starts(with: "# DO NOT EDIT THIS FILE".utf8),
            lines[1].starts(with: "# (".utf8),
            lines[2].starts(with: "# (Cron version".utf8)
        else { return text }
        return Array(lines[3])
    }

    private func read(_ path: String) throws -> [UInt8] {
        guard let octets = InputFile.octets(path, most: 4 << 20) else {
            throw Failure(sentence: "\(path) cannot be read, or is larger than 4 MiB")
        }
        return octets
    }

    private static func asks(_ question: String) -> Bool {
        Output.now(question)
        while let line = readLine() {
            switch line.first {
            case "y", "Y": return true
            case "n", "N": return false
            default: Output.now("Enter Y or N: ")
            }
        }
        return false
    }

    /// What goes wrong with the editor is told as crontab's own.
    private static func editing<Result>(_ body: () throws(ToolError) -> Result) throws(Failure) -> Result {
        do throws(ToolError) {
            return try body()
        } catch {
            throw Failure(sentence: error.sentence)
        }
    }
}

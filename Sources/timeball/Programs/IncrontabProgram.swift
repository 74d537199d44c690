import ArgumentParser
import FileWatches
import Glibc
import JobsControl
import Linux
import Scheduling

/// So that it stands in the list of commands; its arguments go to ``IncrontabProgram`` as they are.
struct IncrontabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incrontab",
        abstract: "A user's table of watched files: list, edit, replace, remove, as incrontab does.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(IncrontabProgram.run(arguments)) }
}

/// incrontab(1). It has no rights of its own: timeball-jobsd writes the tables, and knows from the kernel who asks.
struct IncrontabProgram {
    private struct Failure: Error {
        var sentence: String
    }

    private var letters: Set<String> = []
    private var user: String?
    private var operands: [String] = []

    private static let known: [OptionSpecification] = [
        OptionSpecification(long: "list", short: "l"), OptionSpecification(long: "remove", short: "r"),
        OptionSpecification(long: "edit", short: "e"), OptionSpecification(long: "types", short: "t"),
        OptionSpecification(long: "reload", short: "d"),
        OptionSpecification(long: "user", short: "u", value: .required),
        OptionSpecification(long: "about", short: "?"), OptionSpecification(long: "help", short: "h"),
        OptionSpecification(long: "version", short: "V"),
    ]

    private static let usage = """
        usage: incrontab [-u USER] FILE | -     replace the table
               incrontab [-u USER] -l           list it
               incrontab [-u USER] -e           edit it
               incrontab [-u USER] -r           remove it
               incrontab [-u USER] -d           have it read again
               incrontab -t                     list the events that can be named
        """

    static func run(_ arguments: [String]) -> Int32 {
        var program = IncrontabProgram()
        do {
            let read = try OptionReader(arguments, known: known)
            for (name, value) in read.options {
                if name == "user" || name == "u" {
                    program.user = value
                } else {
                    program.letters.insert(String(name.prefix(1)))
                }
                if name == "types" { program.letters.insert("t") }
                if name == "reload" {
                    program.letters.remove("r")
                    program.letters.insert("d")
                }
            }
            program.operands = read.operands
            return try program.perform()
        } catch let error as OptionError {
            Output.complain("incrontab: \(error.sentence)\n" + usage)
        } catch let error as Failure {
            Output.complain("incrontab: \(error.sentence)")
        } catch let error as ToolError {
            Output.complain("incrontab: \(error.sentence)")
        } catch {
            Output.complain("incrontab: \(error)")
        }
        return 1
    }

    private func perform() throws -> Int32 {
        if letters.contains("h") || letters.contains("a") || letters.contains("?") {
            print(Self.usage)
            return 0
        }
        if letters.contains("V") || letters.contains("v") {
            print("incrontab (Timeball) version 0.1")
            return 0
        }
        let actions = letters.intersection(["l", "r", "e", "t", "d"])
        guard actions.count <= 1, operands.count <= 1, actions.isEmpty || operands.isEmpty else {
            throw Failure(sentence: "only one operation permitted\n" + Self.usage)
        }
        if actions.contains("t") {
            print(WatchMask.listed.joined(separator: ","))
            return 0
        }
        let name = try userName()
        switch actions.first {
        case "l":
            try Output.octets(try table(of: name))
            return 0
        case "r":
            print("removing table for user '\(name)'")
            try demand(.remove(user: name))
            print("table for user '\(name)' successfully removed")
            return 0
        case "d":
            print("requesting table reload for user '\(name)'...")
            try demand(.reload(user: name))
            print("request done")
            return 0
        case "e": return try edit(name)
        default: break
        }
        guard let file = operands.first else {
            throw Failure(sentence: "which file? - is standard input\n" + Self.usage)
        }
        print("copying table from \(file == "-" ? "stdin" : "file '\(file)'")")
        guard let text = InputFile.octets(file, most: 4 << 20) else {
            throw Failure(sentence: "\(file) cannot be read, or is larger than 4 MiB")
        }
        try demand(.replace(user: name, text: text))
        return 0
    }

    private func demand(_ message: WatchRequestMessage) throws {
        guard case .done = try JobsConnection().demand(message.request) else { throw JobsText.unexpected }
    }

    private func table(of name: String) throws -> [UInt8] {
        guard case .octets(let text) = try JobsConnection().demand(WatchRequestMessage.read(user: name).request) else {
            throw JobsText.unexpected
        }
        return text
    }

    private func userName() throws -> String {
        if let user { return user }
        guard let entry = unsafe getpwuid(getuid()), let name = unsafe entry.pointee.pw_name else {
            throw Failure(sentence: "your user number \(getuid()) has no name")
        }
        return unsafe String(cString: name)
    }

    private func edit(_ name: String) throws -> Int32 {
        var old: [UInt8] = []
        switch try JobsConnection().ask(WatchRequestMessage.read(user: name).request) {
        case .octets(let text): old = text
        case .refused(.no, _): break
        case .refused(_, let sentence): throw Failure(sentence: sentence)
        default: throw JobsText.unexpected
        }
        let editor = try EditedFile(old, program: "incrontab", name: "table", variables: ["EDITOR", "VISUAL"])
        while true {
            let text = try editor.edited()
            if text == old {
                print("table unchanged")
                editor.remove()
                return 0
            }
            do {
                try demand(.replace(user: name, text: text))
                print("table updated")
                editor.remove()
                return 0
            } catch let error as ToolError {
                Output.complain("incrontab: \(error.sentence)")
            }
            Output.now("Do you want to retry the same edit? (y/n) ")
            guard let answer = readLine()?.first, answer == "y" || answer == "Y" else {
                Output.complain("incrontab: edits left in \(editor.path)")
                return 1
            }
        }
    }
}

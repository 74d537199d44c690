import ArgumentParser
import Configuration
import Linux
import Rendering

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check, show and explain the daemon's configuration, or take one over.",
        subcommands: [
            ConfigCheckCommand.self, ConfigShowCommand.self, ConfigExplainCommand.self, ConfigImportCommand.self,
        ])
}

/// Which configuration.
struct ConfigFile: ParsableArguments {
    @Argument(help: "The file; without it the one that the daemon would read.") var file: String?

    /// - Throws: exit code 3 where no file is to be found.
    func path() throws(ToolError) -> String {
        if let file { return file }
        let files = FileReader.machine
        for path in Configuration.defaultFiles {
            if case .failure(.absent) = files.read(path) { continue }
            return path
        }
        throw .cannotTell(
            "There is no configuration: none of \(Configuration.defaultFiles.joined(separator: ", ")) exists. "
                + "Next: name one.")
    }
}

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "What the daemon would say of a configuration. Exit code 1 if it would not start.")

    @OptionGroup var file: ConfigFile
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let path = try file.path()
        var remarks: [Diagnostic]
        do throws(ConfigurationErrors) {
            remarks = try Configuration.parse(file: path, .machine).warnings
        } catch {
            remarks = error.diagnostics
        }
        let isWrong = remarks.contains { $0.severity == .error }
        if json {
            print(ConfigText.json(remarks, file: path, isAccepted: !isWrong).text)
        } else {
            Output.lines(remarks.map(\.description))
            let warnings = remarks.count { $0.severity == .warning }
            print(
                isWrong
                    ? "\(path): the daemon would not start with it."
                    : "\(path): accepted" + (warnings == 0 ? "." : ", with \(warnings) remarks."))
        }
        if isWrong { throw ExitCode(1) }
    }
}

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "What a configuration says that is not so by default, with all that it includes."
    )

    @OptionGroup var file: ConfigFile

    func run() throws {
        let path = try file.path()
        do throws(ConfigurationErrors) {
            let settings = try Configuration.parse(file: path, .machine)
            print(Configuration.describe(settings), terminator: "")
        } catch {
            throw ToolError.no(error.description)
        }
    }
}

struct ConfigExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What a directive does here, or all of them.")

    @Argument(help: "A directive of chrony.conf.") var directive: String?

    func run() throws {
        guard let directive else {
            return Output.lines(Directive.all.map { "\($0.word): \(ConfigText.sentence($0))" })
        }
        guard let found = Directive.named(directive.lowercased()) else {
            throw ToolError.no("'\(directive)' is not a directive. Next: timeball config explain")
        }
        print(ConfigText.sentence(found))
    }
}

struct ConfigImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Says of each line of chrony.conf, ntp.conf or timesyncd.conf what becomes of it here.",
        discussion: "Exit code 1 if something that mattered is not done here.")

    @Argument(help: "The file.") var file: String
    @Option(help: "In whose language: chrony, ntp, timesyncd. Without it the file's name tells.") var from: String?
    @Option(name: .shortAndLong, help: "Write a configuration that does the same as far as it is done here.")
    var output: String?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let format: ConfigurationImport.Format
        if let from {
            guard let named = ConfigurationImport.Format(rawValue: from) else {
                throw ToolError.usage("'\(from)' is none of chrony, ntp, timesyncd.")
            }
            format = named
        } else {
            format = ConfigurationImport.Format(fileName: file)
        }
        let report: ConfigurationImport
        do throws(ReadFailure) {
            report = try Configuration.importing(file: file, as: format, .machine)
        } catch {
            switch error {
            case .absent: throw ToolError.cannotTell("There is no file \(file).")
            case .unreadable(let reason): throw ToolError.cannotTell("\(file) can't be read: \(reason)")
            }
        }
        if let output {
            do throws(Linux.SystemError) {
                try AtomicFile.write(report.configuration, to: output)
            } catch {
                throw ToolError.no("\(output) can't be written: \(error)")
            }
        }
        if json {
            print(ConfigText.json(report, file: file, output: output).text)
        } else {
            Output.lines(ConfigText.lines(report))
            if let output { print("written: \(output)") }
        }
        if report.losesSomething { throw ExitCode(1) }
    }
}

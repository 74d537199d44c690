import ArgumentParser
import Glibc
import Linux
import Scheduling

/// So that it stands in the list of commands; its arguments go to ``RunPartsProgram`` as they are.
struct RunPartsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-parts", abstract: "Run the scripts of a directory, as Debian's run-parts does.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(RunPartsProgram.run(arguments)) }
}

/// run-parts(8).
struct RunPartsProgram {
    private enum Action { case run, test, list }

    private var action = Action.run
    private var isVerbose = false
    private var isDebugging = false
    private var reports = false
    private var isReversed = false
    private var stopsOnError = false
    private var sharesInput = false
    private var isNewSession = false
    private var names = RunPartsNames.classic
    private var pattern: ExtendedPattern?
    private var fileMask: UInt16 = 0o022
    private var arguments: [String] = []
    private var directory = ""

    private static let known: [OptionSpecification] = [
        OptionSpecification(long: "test"), OptionSpecification(long: "list"),
        OptionSpecification(long: "verbose", short: "v"), OptionSpecification(long: "debug"),
        OptionSpecification(long: "report"), OptionSpecification(long: "reverse"),
        OptionSpecification(long: "umask", short: "u", value: .required),
        OptionSpecification(long: "arg", short: "a", value: .required), OptionSpecification(long: "help", short: "h"),
        OptionSpecification(long: "version", short: "V"), OptionSpecification(long: "lsbsysinit"),
        OptionSpecification(long: "regex", value: .required), OptionSpecification(long: "exit-on-error"),
        OptionSpecification(long: "stdin"), OptionSpecification(long: "new-session"),
    ]

    static func run(_ arguments: [String]) -> Int32 {
        var program = RunPartsProgram()
        do {
            guard try program.read(arguments) else { return 0 }
            return try program.perform()
        } catch {
            for line in error.lines { Output.complain(line) }
            return 1
        }
    }

    private struct Failure: Error {
        var lines: [String]

        init(_ text: String, seesHelp: Bool = false) {
            lines = ["run-parts: \(text)"] + (seesHelp ? ["Try `run-parts --help' for more information."] : [])
        }

        init(plain text: String) { lines = [text] }
    }

    // MARK: Reading the arguments

    /// - Returns: false if there is nothing to do.
    private mutating func read(_ given: [String]) throws(Failure) -> Bool {
        let read: OptionReader
        do throws(OptionError) {
            read = try OptionReader(given, known: Self.known)
        } catch {
            throw Failure(error.sentence, seesHelp: true)
        }
        var wantsList = false
        var wantsTest = false
        for (name, value) in read.options {
            switch name {
            case "test": wantsTest = true
            case "list": wantsList = true
            case "verbose": isVerbose = true
            case "debug": isDebugging = true
            case "report": reports = true
            case "reverse": isReversed = true
            case "exit-on-error": stopsOnError = true
            case "stdin": sharesInput = true
            case "new-session": isNewSession = true
            case "lsbsysinit": names = .lsb
            case "arg": arguments.append(value ?? "")
            case "regex":
                do throws(ExtendedPattern.Failure) {
                    pattern = try ExtendedPattern(value ?? "")
                } catch {
                    throw Failure(plain: "Unable to build regexp: \(error.sentence)")
                }
            case "umask":
                guard let mask = UInt16(value ?? "", radix: 8), mask <= 0o777 else { throw Failure("bad umask value") }
                fileMask = mask
            case "version":
                print("run-parts (Timeball) version 0.1, as Debian's run-parts 5.7")
                return false
            default:
                Output.lines(Self.help)
                return false
            }
        }
        guard read.operands.count == 1, let directory = read.operands.first else {
            throw Failure("missing operand", seesHelp: true)
        }
        if wantsList, wantsTest { throw Failure("--list and --test can not be used together", seesHelp: true) }
        action = wantsList ? .list : wantsTest ? .test : .run
        self.directory = directory
        return true
    }

    private static let help = [
        "Usage: run-parts [OPTION]... DIRECTORY",
        "Runs the executable files in DIRECTORY whose names consist of letters, digits, _ and - only, in C order.",
        "",
        "      --test          print the names of what would be run",
        "      --list          print the names of all files that are looked at",
        "  -v, --verbose       print each name before it is run",
        "      --debug         say of each file what is done with it",
        "      --report        print the names of those that produce output",
        "      --reverse       run them in reverse order",
        "      --exit-on-error stop at the first that ends with another exit code than 0",
        "      --stdin         give each one all of standard input",
        "      --lsbsysinit    names of the LSB's namespaces",
        "      --regex=PATTERN names that match an extended regular expression",
        "      --new-session   run each one in a session of its own",
        "  -u, --umask=UMASK   octal; 022 without it",
        "  -a, --arg=ARGUMENT  give them this argument; may be repeated",
        "  -V, --version  -h, --help",
    ]

    // MARK: Running

    private func perform() throws(Failure) -> Int32 {
        let found: [String]
        do throws(DirectoryNames.Failure) {
            found = try DirectoryNames.sorted(directory)
        } catch {
            throw Failure("failed to open directory \(directory): \(error.text)")
        }
        let shared = sharesInput && action == .run ? try copyOfInput() : nil
        var result: Int32 = 0
        for name in isReversed ? found.reversed() : found where accepts(name) {
            let path = "\(directory)/\(name)"
            var status = stat()
            guard unsafe stat(path, &status) == 0 else {
                Output.complain("run-parts: failed to stat component \(path): \(errorText(errno))")
                if action == .run, stopsOnError { return 1 }
                continue
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                if status.st_mode & S_IFMT != S_IFDIR, action != .list {
                    Output.complain("run-parts: component \(path) is not an executable plain file")
                    result = 1
                }
                continue
            }
            let isExecutable = unsafe access(path, X_OK) == 0
            switch action {
            case .list: print(path)
            case .test: if isExecutable { print(path) }
            case .run:
                guard isExecutable else { continue }
                if let shared { lseek(shared, 0, SEEK_SET) }
                if !start(path, input: shared) {
                    result = 1
                    if stopsOnError { return 1 }
                }
            }
        }
        return result
    }

    private func accepts(_ name: String) -> Bool {
        let isAccepted = pattern?.matches(name) ?? names.accepts(name)
        if isDebugging { Output.complain("run-parts: \(name): \(isAccepted ? "looked at" : "passed over")") }
        return isAccepted
    }

    /// - Returns: whether it ended with exit code 0.
    private func start(_ path: String, input: Int32?) -> Bool {
        if isVerbose {
            Output.complain(([path] + arguments).reduce("run-parts: executing") { $0 + " " + $1 })
        }
        // What was printed before belongs before what the script prints.
        fflush(nil)
        var start = ProgramStart(path: path, arguments: [path] + arguments)
        start.fileMask = fileMask
        start.isNewSession = isNewSession
        start.input = input
        let relay = reports ? ReportRelay(name: path) : nil
        start.output = relay?.output
        start.errors = relay?.errors
        do throws(Linux.SystemError) {
            let process = try start.start()
            let end: ProcessEnd
            if let relay { end = try relay.carry(until: process) } else { end = try ChildProcess.wait(for: process) }
            if let signal = end.signal {
                Output.complain("run-parts: \(path) exited because of uncaught signal \(signal)")
                return false
            }
            if let code = end.code, code != 0 {
                Output.complain("run-parts: \(path) exited with return code \(code)")
                return false
            }
            return true
        } catch {
            if reports { Output.complain("\(path):") }
            Output.complain("run-parts: failed to exec \(path): \(error.text)")
            Output.complain("run-parts: \(path) exited with return code 1")
            return false
        }
    }

    /// Standard input in a file without a name, so that each script can read all of it.
    private func copyOfInput() throws(Failure) -> Int32 {
        let number = UnnamedFile.make(for: "run-parts")
        guard number >= 0 else { throw Failure("failed to keep standard input: \(errorText(errno))") }
        let copy = FileDescriptor(owning: number)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return copy.release() }
            do throws(Linux.SystemError) {
                try copy.write(Array(buffer.prefix(count)))
            } catch {
                throw Failure("failed to keep standard input: \(error.text)")
            }
        }
    }
}

import ArgumentParser
import ChronyConsole
import Glibc

/// So that it stands in the list of commands; its arguments go to ``ChronycProgram`` as they are.
struct ChronycCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chronyc", abstract: "Ask and tell a daemon in chronyc's words, and print its texts.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(ChronycProgram.run(arguments)) }
}

/// What `timeball` is when it is called chronyc (chronyc(1)). Exit status as there: 0 or 1.
enum ChronycProgram {
    static func run(_ words: [String]) -> Int32 {
        do throws(ToolError) {
            let arguments = try ChronycArguments(words)
            if arguments.showsHelp {
                print(ChronycArguments.help)
                return 0
            }
            if arguments.showsVersion {
                print("chronyc (Timeball) version 0.1, command protocol version 6")
                return 0
            }
            if let user = arguments.user { try become(user) }
            let servers = try Connection.servers(
                socket: nil, hosts: arguments.hosts, port: arguments.port, family: arguments.options.family)
            var console = Console(ChronycWorld(servers: servers), options: arguments.options)
            return arguments.commands.isEmpty ? converse(&console) : obey(arguments.commands, &console)
        } catch {
            Output.complain(error.sentence)
            return 1
        }
    }

    /// Obeys commands until one fails.
    private static func obey(_ commands: [String], _ console: inout Console<ChronycWorld>) -> Int32 {
        for command in commands {
            switch console.obey(command) {
            case .done: continue
            case .failed: return Interruption.hasCome ? 130 : 1
            case .ended: return 0
            }
        }
        return 0
    }

    /// Obeys what standard input says. The prompt is for people: it is not there where either end is a pipe or a file.
    private static func converse(_ console: inout Console<ChronycWorld>) -> Int32 {
        let isTalk = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        if isTalk {
            print("chronyc (Timeball) version 0.1. `help` lists the commands, `quit` or Ctrl-D ends.\n")
        }
        var status: Int32 = 0
        while true {
            if isTalk { Output.now("chronyc> ") }
            guard let line = readLine() else {
                if isTalk { print() }
                return Interruption.hasCome ? 130 : status
            }
            let outcome = console.obey(line)
            // Who drives us through a pipe waits for what was printed.
            _ = fflush(nil)
            switch outcome {
            case .done: status = 0
            case .failed: status = 1
            case .ended: return status
            }
        }
    }

    private static func become(_ name: String) throws(ToolError) {
        guard let entry = unsafe getpwnam(name) else { throw .no("There is no user \(name).") }
        let (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
        guard getuid() != user else { return }
        guard unsafe initgroups(name, group) == 0, setgid(group) == 0, setuid(user) == 0 else {
            throw .no("This program can't become \(name): \(unsafe String(cString: strerror(errno))).")
        }
    }
}

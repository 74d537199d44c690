import Addresses
import ChronyConsole

/// chronyc's options and commands, as its command line has them.
///
/// chronyc stops looking for options at the first word that is none, and so `chronyc tracking -h HOST` quietly asks this
/// machine. Here options count wherever they stand, unless the command has one of that name.
struct ChronycArguments {
    var options = ConsoleOptions()
    var hosts: String?
    var port: UInt16 = 323
    var user: String?
    /// Lines to obey; none to read them from standard input.
    var commands: [String] = []
    var showsVersion = false
    var showsHelp = false
    private var areCommandsApart = false
    private var words: [String] = []

    init(_ arguments: [String]) throws(ToolError) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard isOption(word) else {
                words.append(word)
                continue
            }
            try read(option: word, &rest)
        }
        if areCommandsApart {
            commands = words
        } else if !words.isEmpty {
            commands = [words.joined(separator: " ")]
        }
    }

    /// Whether a word is an option of chronyc itself, and not an argument of the command before it.
    private func isOption(_ word: String) -> Bool {
        guard word.hasPrefix("-"), word.count > 1 else { return false }
        guard let command = words.first, !areCommandsApart else { return true }
        switch (command, word) {
        case ("dns", _), ("clients", "-p"): return false
        case (_, "-n"), (_, "-N"), (_, "-c"), (_, "-e"), (_, "-w"), (_, "-h"), (_, "-p"): return true
        default: return false
        }
    }

    private mutating func read(option word: String, _ rest: inout ArraySlice<String>) throws(ToolError) {
        switch word {
        case "--version": showsVersion = true
        case "--help": showsHelp = true
        default:
            guard !word.hasPrefix("--") else { throw Self.unknown(word) }
            var letters = word.dropFirst()
            while let letter = letters.popFirst() {
                guard "hpuf".contains(letter) else {
                    try read(flag: letter)
                    continue
                }
                let value = letters.isEmpty ? rest.popFirst() : String(letters)
                guard let value else { throw .no("The option -\(letter) needs a value. Next: chronyc --help") }
                try read(letter, value)
                break
            }
        }
    }

    private mutating func read(flag letter: Character) throws(ToolError) {
        switch letter {
        case "4": options.family = .ipv4
        case "6": options.family = .ipv6
        case "n": options.names = .addresses
        case "N": options.names = .original
        case "c": options.isMachineReadable = true
        case "e": options.marksEnd = true
        case "w": options.isWide = true
        case "m": areCommandsApart = true
        case "v": showsVersion = true
        // Leftovers that chronyc takes, too.
        case "a", "d": break
        default: throw Self.unknown("-\(letter)")
        }
    }

    private mutating func read(_ letter: Character, _ value: String) throws(ToolError) {
        switch letter {
        case "h": hosts = value
        case "p":
            guard let port = UInt16(value), port > 0 else { throw .no("'\(value)' is not a port.") }
            self.port = port
        case "u": user = value
        default: break
        }
    }

    private static func unknown(_ option: String) -> ToolError {
        .no("chronyc has no option \(option). Next: chronyc --help")
    }

    static let help = """
        Usage: chronyc [OPTION]... [COMMAND]...

          -4, -6     only IPv4 or IPv6 addresses of hosts' names
          -n         sources by their address
          -N         sources as the configuration calls them
          -c         reports as numbers between commas
          -e         a line with a full stop after each reply
          -m         each argument is a whole command
          -w         names are not cut to their column
          -h HOST    whom to ask; several between commas, a path is a Unix socket
                     (/run/chrony/chronyd.sock,127.0.0.1,::1)
          -p PORT    the UDP port to ask at (323)
          -u USER    become this user first
          -v         version
          -a, -d, -f FILE are taken and do nothing, as in chronyc.

        Without a command, commands are read from standard input; `help` lists them.
        """
}

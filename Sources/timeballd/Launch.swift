import Addresses
import Daemon
import Timekeeping

/// What the daemon was started with: its arguments and its configuration, read.
struct Launch {
    enum LogDestination {
        case standardError
        case system
        case file(String)
    }

    var timekeeper = TimekeeperSettings()
    var host = HostSettings()
    /// Whether it goes into the background.
    var leavesTerminal = true
    var log = LogDestination.system
}

extension Launch {
    /// Reads the program's arguments: chronyd's options, and directives instead of a configuration file.
    init(arguments: [String]) throws(StartError) {
        var arguments = arguments[...]
        while let argument = arguments.popFirst() {
            switch argument {
            case "-x":
                host.controlsClock = false
                timekeeper.controlsClock = false
            case "-d":
                leavesTerminal = false
                log = .standardError
            case "-n": leavesTerminal = false
            case "-Q":
                timekeeper.purpose = .measureOnce
                timekeeper.controlsClock = false
                host.controlsClock = false
                leavesTerminal = false
                log = .standardError
            case "-u": host.user = try Self.value(&arguments, of: argument)
            case "-l": log = .file(try Self.value(&arguments, of: argument))
            case "-t": timekeeper.timeout = .seconds(Int64(try Self.value(&arguments, of: argument)) ?? 0)
            default: try read(directive: argument)
            }
        }
    }

    private static func value(_ arguments: inout ArraySlice<String>, of option: String) throws(StartError) -> String {
        guard let value = arguments.popFirst() else { throw StartError("Option \(option) needs a value.") }
        return value
    }

    private mutating func read(directive: String) throws(StartError) {
        let words = directive.split(separator: " ").map(String.init)
        switch words.first {
        case "server" where words.count >= 2, "pool" where words.count >= 2:
            var source = SourceSettings(kind: words[0] == "pool" ? .pool : .server, name: words[1])
            var options = words.dropFirst(2)
            while let option = options.popFirst() {
                switch option {
                case "iburst": source.initialBurst = true
                case "minpoll": source.minimumPoll = options.popFirst().flatMap { Int($0) } ?? 6
                case "maxpoll": source.maximumPoll = options.popFirst().flatMap { Int($0) } ?? 10
                case "port": source.port = options.popFirst().flatMap { UInt16($0) } ?? 123
                default: throw StartError("Unknown source option \(option)")
                }
            }
            timekeeper.sources.append(source)
        case "port" where words.count == 2: host.serverPort = UInt16(words[1]) ?? 0
        case "cmdport" where words.count == 2: host.commandPort = UInt16(words[1]) ?? 0
        case "allow": host.access.set(nil, allowed: true, all: false)
        case "local": timekeeper.local = LocalReferenceSettings()
        case "pidfile" where words.count == 2: host.pidFile = words[1] == "/" ? nil : words[1]
        case "driftfile" where words.count == 2: host.driftFile = words[1]
        case "bindcmdaddress" where words.count == 2: host.commandSocket = words[1] == "/" ? nil : words[1]
        default: throw StartError("Unknown directive \(directive)")
        }
    }
}

public import Addresses
public import Timekeeping

/// A command line that is not understood; the daemon ends with status 1.
public struct UsageError: Error, Hashable, CustomStringConvertible {
    /// One sentence, without a full stop.
    public var description: String
}

/// The command line of the daemon: chronyd's options, and directives in place of a file.
public struct CommandLineOptions: Equatable, Sendable {
    /// The configuration file (-f); nil = the first of ``Configuration/defaultFiles``.
    public var file: String?
    /// Directives in place of the file.
    public var directives: [String] = []
    /// How often -d was given: 1 = stay in the foreground and log to standard error, 2 = say more.
    public var debug = 0
    /// Stay in the foreground (-n, -d, -q, -Q).
    public var staysInForeground = false
    /// Set the clock once and end (-q), or only measure (-Q).
    public var purpose = TimekeeperSettings.Purpose.serve
    /// Whether the clock may be touched (-x: no).
    public var controlsClock = true
    /// Load the samples that were kept in `dumpdir` (-r).
    public var reloadsMeasurements = false
    /// Started again rather than first (-R): no stepping (makestep) and no quick start (initstepslew).
    public var isRestart = false
    /// Set the clock from the real-time clock first (-s).
    public var setsFromRTC = false
    /// Whom to become (-u).
    public var user: String?
    /// End after this long (-t).
    public var timeout: Duration?
    /// Print the configuration and end (-p).
    public var printsConfiguration = false
    /// Only addresses of this family (-4, -6).
    public var family: AddressFamily?
    /// Priority among SCHED_FIFO (-P).
    public var schedulingPriority: Int?
    /// Keep all memory resident (-m).
    public var lockAll = false
    /// Where messages go in place of the system log (-l).
    public var logFile: String?
    /// Smallest severity of logged messages (-L): 0 = information, 1 = warnings, 2 = errors, 3 = what is fatal.
    public var logLevel = 0
    /// Filter of system calls (-F). Accepted; none is set up.
    public var filterLevel = 0
    /// Do not insist on being root (-U).
    public var allowsUnprivileged = false
    /// Print the version and end.
    public var printsVersion = false
    /// Print ``usage`` and end.
    public var printsUsage = false

    public init() {}

    /// What `--help` prints.
    public static let usage = """
        Usage: timeballd [OPTION]... [DIRECTIVE]...

        Keeps the system clock right by NTP, and serves the time.
        Directives are lines of a configuration, each one argument, in place of a file.

          -f FILE      configuration file (\(Configuration.defaultFiles.joined(separator: ",\n                       ")))
          -p           print the configuration as it is understood, and end
          -n           stay in the foreground
          -d           stay in the foreground and log to standard error; twice: say more
          -q           set the clock once, and end
          -Q           measure once, say by how much the clock is wrong, and end
          -x           do not touch the clock
          -t SECONDS   end after so long
          -u USER      become this user after the start
          -U           do not insist on being started by root
          -4, -6       use only IPv4, or only IPv6
          -P PRIORITY  real-time priority, 1 to 99
          -m           keep all memory resident
          -l FILE      log into this file
          -L LEVEL     log only what is as severe: -1 debugging, 0 information, 1 warnings, 2 errors, 3 fatal errors
          -R           restarted: do not step the clock
          -s           first set the clock as well as the machine knows: from the real-time clock, or the saved time
          -r           load the samples that were kept in dumpdir
          -F LEVEL     accepted; it has no effect yet
          -v, --version
          -h, --help

        """

    /// Reads the arguments after the program's name.
    public static func parse(_ arguments: [String]) throws(UsageError) -> CommandLineOptions {
        var options = CommandLineOptions()
        var rest = arguments[...]
        while let next = rest.popFirst() {
            if next == "--" {
                options.directives += rest
                break
            }
            guard next.hasPrefix("-") else {
                options.directives.append(next)
                continue
            }
            let (argument, joined) = separate(next)
            if let joined { rest.insert(joined, at: rest.startIndex) }
            if !options.takeFlag(argument) { try options.takeValue(argument, &rest) }
        }
        if options.file != nil, !options.directives.isEmpty {
            throw UsageError(description: "-f names a file, but directives are given in place of a file")
        }
        return options
    }

    private static let valueOptions: Set<Character> = ["f", "u", "t", "P", "l", "L", "F"]

    /// The first of several options that are written together, as getopt(3) has it, and what follows it: `-dx` is
    /// `-d -x`, and `-f/etc/x` is `-f /etc/x`.
    private static func separate(_ argument: String) -> (first: String, rest: String?) {
        guard !argument.hasPrefix("--"), argument.count > 2 else { return (argument, nil) }
        let first = argument.prefix(2)
        let rest = argument.dropFirst(2)
        if let letter = first.last, valueOptions.contains(letter) { return (String(first), String(rest)) }
        var flags = CommandLineOptions()
        guard flags.takeFlag(String(first)) else { return (argument, nil) }
        return (String(first), "-" + rest)
    }

    private mutating func takeFlag(_ argument: String) -> Bool {
        switch argument {
        case "-d":
            debug += 1
            staysInForeground = true
        case "-n": staysInForeground = true
        case "-q":
            purpose = .setOnce
            staysInForeground = true
        case "-Q":
            purpose = .measureOnce
            (staysInForeground, controlsClock) = (true, false)
        case "-x": controlsClock = false
        case "-r": reloadsMeasurements = true
        case "-R": isRestart = true
        case "-s": setsFromRTC = true
        case "-p": printsConfiguration = true
        case "-4": family = .ipv4
        case "-6": family = .ipv6
        case "-m": lockAll = true
        case "-U": allowsUnprivileged = true
        case "-v", "--version": printsVersion = true
        case "-h", "--help": printsUsage = true
        default: return false
        }
        return true
    }

    private mutating func takeValue(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        guard argument.count == 2, let letter = argument.last, Self.valueOptions.contains(letter) else {
            throw UsageError(description: "'\(argument)' is not an option; --help shows them")
        }
        guard let value = rest.popFirst() else {
            throw UsageError(description: "'\(argument)' needs an argument; --help shows which")
        }
        switch argument {
        case "-f": file = value
        case "-u": user = value
        case "-l": logFile = value
        case "-t":
            guard let seconds = Duration(decimalSeconds: value), seconds > .zero else {
                throw UsageError(description: "-t needs a number of seconds above 0, not '\(value)'")
            }
            timeout = seconds
        case "-P": schedulingPriority = try Self.number(argument, value, 0...100)
        case "-L": logLevel = try Self.number(argument, value, -1...3)
        default: filterLevel = try Self.number(argument, value, -2...2)
        }
    }

    private static func number(_ option: String, _ value: String, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw UsageError(
                description: "\(option) needs a number from \(range.lowerBound) to \(range.upperBound), not '\(value)'")
        }
        return number
    }

    /// Puts what the options say over what the configuration said.
    public func apply(to settings: inout DaemonSettings) {
        settings.timekeeper.purpose = purpose
        settings.timekeeper.controlsClock = controlsClock
        settings.timekeeper.timeout = timeout
        if isRestart { settings.timekeeper.makeStep = nil }
        if let user { settings.user = user }
        if let schedulingPriority { settings.schedulingPriority = schedulingPriority }
        if lockAll { settings.lockAll = true }
        settings.reloadsMeasurements = reloadsMeasurements
        settings.realTimeClock.setsClock = setsFromRTC
        if purpose != .serve { settings.serveNobody() }
        if let family { settings.limit(to: family) }
    }
}

extension DaemonSettings {
    /// For a run that ends by itself: no ports and no socket, which another daemon may hold.
    fileprivate mutating func serveNobody() {
        serverPort = 0
        commandPort = 0
        commandSocket = nil
        boundFile = nil
        // Two daemons must not both set the clock, so only who measures goes without the file that keeps them apart.
        if timekeeper.purpose == .measureOnce { pidFile = nil }
    }

    fileprivate mutating func limit(to family: AddressFamily) {
        self.family = family
        timekeeper.sources = timekeeper.sources.map { $0.limited(to: family) }
        directorySources = directorySources.map { $0.limited(to: family) }
        serverAddresses.removeAll { $0.family != family }
        clientAddresses.removeAll { $0.family != family }
        commandAddresses.removeAll { $0.family != family }
    }
}

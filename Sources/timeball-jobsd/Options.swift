internal import Daemon
internal import Scheduling

/// What the command line says.
struct Options {
    var staysInForeground = false
    var printsUsage = false
    var printsVersion = false
    var dialect = Dialect.debian
    var logFile: String?
    /// Put before all paths below that do not stand on the command line themselves.
    var root = ""
    var systemTable = "/etc/crontab"
    var tableDirectory = "/etc/cron.d"
    var userTables = "/var/spool/cron/crontabs"
    var allowFile = "/etc/cron.allow"
    var denyFile = "/etc/cron.deny"
    var stateDirectory = "/var/lib/timeball/jobs"
    var socket = "/run/timeball/jobs.sock"
    var boundPage = "/run/timeball/bound"
    var zoneFile = "/etc/localtime"
    var zoneDirectory = "/usr/share/zoneinfo"
    var sendmail = "/usr/sbin/sendmail"
    var curl = "/usr/bin/curl"
    var atJobs = "/var/spool/cron/atjobs"
    var atdPIDFile = "/run/atd.pid"
    var atAllow = "/etc/at.allow"
    var atDeny = "/etc/at.deny"
    var incronTables = "/etc/incron.d"
    var incronUsers = "/var/spool/incron"
    var incronAllow = "/etc/incron.allow"
    var incronDeny = "/etc/incron.deny"
    var loadFile = "/proc/loadavg"
    var pressureFile = "/proc/pressure/cpu"
    /// What batch jobs wait for.
    var loadLimit = 1.5
    var batchGap = 60
    var pidFile: String?
    var pamService: String?
    var cgroup: String?
    /// Octets of the history's file.
    var historyLimit: Int64 = 64 << 20

    static let usage = """
        Usage: timeball-jobsd [OPTION]...
        Runs jobs at the right instant: crontabs, and what plugs in.

          -f, --foreground        stay at the terminal, and log to it
              --dialect NAME      debian (default) or cronie: whose crontab rules hold
              --log FILE          log to a file
              --root DIR          put DIR before every default path below
              --crontab FILE      the system table                   /etc/crontab
              --cron-d DIR        further system tables              /etc/cron.d
              --tables DIR        users' tables                      /var/spool/cron/crontabs
              --allow FILE        who may have a table               /etc/cron.allow
              --deny FILE         who may not                        /etc/cron.deny
              --state DIR         history, output, copies of tables  /var/lib/timeball/jobs
              --socket PATH       where tools speak to the daemon    /run/timeball/jobs.sock
              --bound-page PATH   what timeballd knows of the clock  /run/timeball/bound
              --localtime FILE    the zone of this machine           /etc/localtime
              --zones DIR         all zones                          /usr/share/zoneinfo
              --sendmail PATH     what mails output                  /usr/sbin/sendmail
              --curl PATH         what asks a job's ping URL         /usr/bin/curl
              --at-jobs DIR       at's spool                         /var/spool/cron/atjobs
              --atd-pid FILE      where an atd that runs is named    /run/atd.pid
              --at-allow FILE, --at-deny FILE                        /etc/at.allow, /etc/at.deny
              --incron-d DIR      system tables of incron            /etc/incron.d
              --incron-tables DIR users' tables of incron            /var/spool/incron
              --incron-allow FILE, --incron-deny FILE                /etc/incron.allow, /etc/incron.deny
              --load LIMIT        batch jobs start below this load   1.5
              --batch-gap SECONDS at least between two of them       60
              --load-file FILE, --pressure-file FILE                 /proc/loadavg, /proc/pressure/cpu
              --pid-file PATH     write the process number there
              --pam SERVICE       open a PAM session of this service for each job
              --cgroup DIR        make a group for each run in this cgroup2 directory
              --history MEBIOCTETS  the most that the history takes  64
              --help, --version

        """

    static func parse(_ arguments: [String]) throws(StartError) -> Options {
        var options = Options()
        var own: Set<String> = []
        var at = 0
        while at < arguments.count {
            var word = arguments[at]
            at += 1
            var value: String?
            if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
                value = String(word[word.index(after: equals)...])
                word = String(word[..<equals])
            }
            switch word {
            case "-f", "--foreground": options.staysInForeground = true
            case "--help", "-h": options.printsUsage = true
            case "--version": options.printsVersion = true
            default:
                guard Self.hasValue(word) else { throw StartError("\(word) is no option. Next: timeball-jobsd --help") }
                if value == nil {
                    guard at < arguments.count else {
                        throw StartError("\(word) needs a value. Next: timeball-jobsd --help")
                    }
                    value = arguments[at]
                    at += 1
                }
                try options.set(word, value ?? "")
                own.insert(word)
                continue
            }
            if value != nil { throw StartError("\(word) takes no value. Next: timeball-jobsd --help") }
        }
        if !options.root.isEmpty { options.moveUnderRoot(except: own) }
        return options
    }

    private static let paths: [(String, any WritableKeyPath<Options, String> & Sendable)] = [
        ("--crontab", \.systemTable), ("--cron-d", \.tableDirectory), ("--tables", \.userTables),
        ("--allow", \.allowFile), ("--deny", \.denyFile), ("--state", \.stateDirectory), ("--socket", \.socket),
        ("--bound-page", \.boundPage), ("--localtime", \.zoneFile), ("--zones", \.zoneDirectory),
        ("--sendmail", \.sendmail), ("--curl", \.curl), ("--at-jobs", \.atJobs), ("--atd-pid", \.atdPIDFile), ("--at-allow", \.atAllow),
        ("--at-deny", \.atDeny), ("--incron-d", \.incronTables), ("--incron-tables", \.incronUsers),
        ("--incron-allow", \.incronAllow), ("--incron-deny", \.incronDeny), ("--load-file", \.loadFile),
        ("--pressure-file", \.pressureFile),
    ]

    private static func hasValue(_ word: String) -> Bool {
        ["--dialect", "--log", "--root", "--pid-file", "--pam", "--cgroup", "--history", "--load", "--batch-gap"]
            .contains(word)
            || paths.contains { $0.0 == word }
    }

    private mutating func set(_ word: String, _ value: String) throws(StartError) {
        switch word {
        case "--dialect":
            guard let dialect = Dialect(rawValue: value), dialect != .extended else {
                throw StartError("--dialect is debian or cronie, not \(value).")
            }
            self.dialect = dialect
        case "--log": logFile = value
        case "--root": root = value.hasSuffix("/") ? String(value.dropLast()) : value
        case "--pid-file": pidFile = value
        case "--pam": pamService = value
        case "--cgroup": cgroup = value
        case "--load":
            guard let limit = Double(value), limit > 0, limit <= 100_000 else {
                throw StartError("--load is a load average above 0, not \(value).")
            }
            loadLimit = limit
        case "--batch-gap":
            guard let gap = Int(value), (0...86400).contains(gap) else {
                throw StartError("--batch-gap is 0 to 86400 seconds, not \(value).")
            }
            batchGap = gap
        case "--history":
            guard let size = Int64(value), (1...65536).contains(size) else {
                throw StartError("--history is 1 to 65536 mebioctets, not \(value).")
            }
            historyLimit = size << 20
        default:
            guard let path = Self.paths.first(where: { $0.0 == word })?.1 else { return }
            self[keyPath: path] = value
        }
    }

    private mutating func moveUnderRoot(except own: Set<String>) {
        // Programs and the zones of the machine stay where they are.
        let machine: Set<String> = ["--zones", "--curl", "--load-file", "--pressure-file"]
        for (word, path) in Self.paths where !own.contains(word) && !machine.contains(word) {
            self[keyPath: path] = root + self[keyPath: path]
        }
    }
}

import Configuration
import Daemon
import Linux
import Timekeeping

/// What the daemon was started with: its arguments and its configuration, read.
struct Launch {
    enum LogDestination {
        case standardError
        case system
        case file(String)
    }

    /// A run that only prints something and ends.
    enum Print {
        case usage
        case version
        case configuration
    }

    var settings = DaemonSettings()
    /// Set where there is nothing to do but to print.
    var prints: Print?
    /// Whether it goes into the background.
    var leavesTerminal = true
    var log = LogDestination.system
    var mostDetailed = Log.Severity.information

    /// This version, as `timeballd -v` and the first line of the log say it.
    static let version = "0.1"
}

extension Launch {
    /// Reads the program's arguments (chronyd's options, and directives instead of a configuration file) and the
    /// configuration that they name.
    init(arguments: [String]) throws(StartError) {
        let options: CommandLineOptions
        do throws(UsageError) {
            options = try CommandLineOptions.parse(arguments)
        } catch {
            throw StartError("\(error.description)\n\(CommandLineOptions.usage)")
        }
        if options.printsUsage {
            prints = .usage
            return
        }
        if options.printsVersion {
            prints = .version
            return
        }
        let runsOnce = options.purpose != .serve
        leavesTerminal = options.debug == 0 && !options.staysInForeground && !runsOnce
        if let file = options.logFile {
            log = .file(file)
        } else if options.debug > 0 || runsOnce {
            log = .standardError
        }
        mostDetailed =
            switch options.logLevel {
            case ..<0: .debug
            case 0: .information
            case 1: .warning
            default: .error
            }
        do throws(ConfigurationErrors) {
            settings = try Configuration.load(options, .machine)
        } catch {
            throw StartError(error.description)
        }
        if options.printsConfiguration { prints = .configuration }
    }
}

extension FileReader {
    /// The files of this machine.
    static var machine: FileReader {
        FileReader { path in
            do throws(SystemError) {
                guard let text = try AtomicFile.read(path, atMost: 1 << 20) else { return .failure(.absent) }
                return .success(Array(text.utf8))
            } catch {
                return .failure(.unreadable(error.text))
            }
        } list: { directory in
            Directory.names(in: directory)
        }
    }
}

import Configuration
import Daemon
import Linux
import TimeBase
import Timekeeping

extension FileReader {
    /// The files of this machine.
    static var machine: FileReader {
        FileReader(
            read: { path in
                do throws(SystemError) {
                    // Configurations are shorter; a device in a file's place is longer.
                    guard let octets = try AtomicFile.octets(of: path, atMost: 1 << 20) else {
                        return .failure(.absent)
                    }
                    return .success(octets)
                } catch {
                    return .failure(.unreadable(error.text))
                }
            }, list: { AtomicFile.names(in: $0) })
    }
}

extension CommandLineOptions {
    /// Whether the daemon speaks to the terminal rather than to the system's log.
    private var speaksToTerminal: Bool { debug > 0 || purpose != .serve }

    /// Opens the log that was asked for.
    func openLog() throws(StartError) -> Log {
        var log: Log
        if let logFile {
            log = try .file(logFile)
        } else {
            log = speaksToTerminal ? .standardError : .system(name: "timeballd")
        }
        switch logLevel {
        case ..<0: log.minimum = .debug
        case 0: log.minimum = debug > 1 ? .debug : .information
        case 1: log.minimum = .warning
        default: log.minimum = .error
        }
        return log
    }

    /// The settings that the options and the configuration give.
    func loadSettings() throws(StartError) -> DaemonSettings {
        do throws(ConfigurationErrors) {
            return try Configuration.load(self, .machine)
        } catch {
            throw StartError(error.description)
        }
    }
}

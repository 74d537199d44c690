import AtomicTime
import Configuration
import Daemon
import Linux
import TimeZones
import Timekeeping

/// The table of leap seconds: read at the start, and again twice a day, because a new one comes twice a year.
extension DaemonSettings {
    private static let mostOctets = 1 << 20

    /// The table; nil if none is configured, or, with the reason in the log, if it can't be read.
    func readLeapSeconds(_ log: Log) -> LeapHistory? {
        guard let file = leapSeconds else { return nil }
        do throws(SystemError) {
            guard let octets = try AtomicFile.octets(of: file.path, atMost: Self.mostOctets) else {
                log.write("There is no \(file.path): \(file.advice)", .warning)
                return nil
            }
            switch file.history(octets) {
            case .success(let history): return history
            case .failure(let error): log.write("\(file.path): \(error.sentence) \(file.advice)", .warning)
            }
        } catch {
            log.write("Could not read the leap seconds: \(error)", .warning)
        }
        return nil
    }
}

extension LinuxHost {
    /// Reads the table anew. If it can't be read, what is known stays.
    mutating func readLeapSeconds() {
        guard let table = settings.readLeapSeconds(log) else { return }
        events.append(.leapSecondsRead(table))
    }
}

import Configuration
import Cryptography
import Daemon
import Linux
import NTPWire
import Timekeeping

/// The key file: read at the start as root, and again when somebody asks for that (`rekey`).
extension DaemonSettings {
    /// The keys of the file; nil, and the reason is in the log, if it can't be read.
    func readKeys(_ log: Log) -> [SymmetricKey]? {
        guard let path = keyFile else { return [] }
        do throws(SystemError) {
            guard let octets = try AtomicFile.octets(of: path, atMost: 1 << 20) else {
                // Distributions name a file that need not be there.
                if needsKeys { log.write("There is no key file \(path); sources with a key can't be asked", .warning) }
                return []
            }
            let (keys, warnings) = KeyFile.parse(octets, path: path)
            for warning in warnings { log.write(warning.description, .warning) }
            return keys
        } catch {
            log.write("Could not read the keys: \(error)", .warning)
            return nil
        }
    }

    private var needsKeys: Bool { timekeeper.sources.contains { $0.key != nil } }
}

extension LinuxHost {
    /// Reads the keys anew for the server and the engine. If the file can't be read, the keys stay as they are.
    mutating func readKeys() {
        guard let keys = settings.readKeys(log) else { return }
        responder.keys = responder.keys.replacing(keys: keys)
        // A new worker begins with what the daemon knows.
        replaceWorkers()
        events.append(.keysRead(keys))
    }
}

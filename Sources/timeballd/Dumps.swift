import Addresses
import Configuration
import Daemon
import Linux
import Recording
import Timekeeping

/// Files of samples in `dumpdir`, one for each source.
extension DaemonSettings {
    /// Where the samples of a source lie; nil if they are not kept.
    func dumpFile(of name: String) -> String? {
        dumpDirectory.map { "\($0)/\(name)\(Self.dumpSuffix)" }
    }

    static let dumpSuffix = ".dat"
}

/// Reads what was kept, if the command line asks for it (-r).
func readDumps(_ host: DaemonSettings, _ settings: inout TimekeeperSettings, _ log: Log) {
    guard let folder = host.dumpDirectory, let file = host.dumpFile(of: "any") else {
        if host.reloadsMeasurements {
            log.write("-r loads nothing, because the configuration has no dumpdir", .warning)
        }
        return
    }
    if let complaint = StateDirectory.complaint(aboutFile: file) { log.write(complaint, .warning) }
    guard host.reloadsMeasurements else { return }
    // More than any configuration has sources.
    for name in (AtomicFile.names(in: folder) ?? []).sorted().prefix(1024)
    where name.hasSuffix(DaemonSettings.dumpSuffix) {
        guard let address = IPAddress(String(name.dropLast(DaemonSettings.dumpSuffix.count))) else { continue }
        do throws(SystemError) {
            guard let text = try AtomicFile.read("\(folder)/\(name)") else { continue }
            do throws(DumpRecordError) {
                settings.keptMeasurements[address] = try DumpRecord(parsing: text)
            } catch {
                log.write(
                    "Could not load dump file for \(address): \(folder)/\(name):\(error.line): \(error.sentence)",
                    .warning)
            }
        } catch {
            log.write("Could not load dump file for \(address): \(error)", .warning)
        }
    }
}

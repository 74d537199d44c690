import Configuration
import Daemon
import Linux
import Recording
import Timekeeping

extension LinuxHost {
    /// Reads the sensor's number. A sensor that is gone is no reason to stop.
    mutating func readTemperature() {
        guard let path = settings.temperatureSensor else { return }
        var reading: Double?
        do throws(SystemError) {
            let text = try AtomicFile.read(path)?.prefix(64).split { $0.isWhitespace }.first
            reading = text.flatMap { word in
                word.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } ? Double(word) : nil
            }
        } catch {
            reading = nil
        }
        events.append(.temperature(reading))
    }
}

/// What was learned of the temperature before the restart.
func readTemperatureRecord(_ host: DaemonSettings, _ settings: inout TimekeeperSettings, _ log: Log) {
    guard let path = host.temperatureFile, settings.temperature?.model == .learned else { return }
    if let complaint = StateDirectory.complaint(aboutFile: path) { log.write(complaint, .warning) }
    do throws(SystemError) {
        guard let text = try AtomicFile.read(path) else { return }
        do throws(DriftRecordError) {
            settings.temperature?.known = try TemperatureRecord(parsing: text)
        } catch {
            log.write("\(path) is not used: \(error.description)", .warning)
        }
    } catch {
        log.write("Could not read what was learned of the temperature: \(error)", .warning)
    }
}

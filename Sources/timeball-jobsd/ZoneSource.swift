import Daemon
import Linux
import TimeBase
import TimeZones

/// The time zones of this machine.
struct ZoneSource {
    private let options: Options
    private var octets: [UInt8]?
    private var name = "UTC"

    init(_ options: Options) { self.options = options }

    /// The zone of this machine, from its file.
    mutating func machine(_ log: Log) -> (Zone, String) {
        octets = (try? AtomicFile.octets(of: options.zoneFile, atMost: 1 << 20)) ?? nil
        name = options.zoneFile
        guard let octets else {
            log.write("\(options.zoneFile) is not there: UTC", .warning)
            name = "UTC"
            return (.utc, name)
        }
        do throws(ZoneError) {
            return (try Zone(file: octets), name)
        } catch {
            log.write("\(options.zoneFile): \(error.sentence); UTC is taken", .error)
            name = "UTC"
            return (.utc, name)
        }
    }

    /// The zone, if its file has changed.
    mutating func changed(_ log: Log) -> (Zone, String)? {
        let found = (try? AtomicFile.octets(of: options.zoneFile, atMost: 1 << 20)) ?? nil
        return found == octets ? nil : machine(log)
    }

    /// A zone by its name; nil if there is none.
    func zone(_ name: String) -> Zone? {
        if name == "UTC" { return .utc }
        let isSafe = name.split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
        guard isSafe, name.utf8.count < 256 else { return nil }
        let path = "\(options.zoneDirectory)/\(name)"
        if let octets = (try? AtomicFile.octets(of: path, atMost: 1 << 20)) ?? nil { return try? Zone(file: octets) }
        return try? Zone(rule: name)
    }
}

import Glibc
import Linux
import Scheduling
import TimeZones

/// A crontab on the disk, and where it belongs.
struct CronTableFile {
    enum Place: Equatable {
        /// /etc/crontab, or a file in /etc/cron.d: each entry names its user. Nil for /etc/crontab.
        case system(name: String?)
        case user(name: String)
    }

    var path: String
    var place: Place
    var octets: [UInt8]

    var owner: CrontabOwner {
        switch place {
        case .system: .system(knows: { unsafe getpwnam($0) != nil })
        case .user: .user
        }
    }

    /// An entry, with the user that it runs as.
    struct Entry {
        var schedule: Schedule
        var user: String
        var command: [UInt8]
    }

    /// The entries that cron takes; a line that it does not is passed over.
    func entries(_ dialect: Dialect) -> [Entry] {
        octets.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard case .entry(let entry)? = try? CrontabLine.read(line, dialect: dialect, owner: owner).line else {
                return nil
            }
            var user = entry.user ?? ""
            if case .user(let name) = place { user = name }
            return Entry(schedule: entry.schedule, user: user, command: entry.command)
        }
    }
}

/// Where cron keeps its tables.
enum CronTables {
    static let mostOctets = 4 << 20

    /// All tables that cron would read, below a folder.
    static func all(root: String) -> [CronTableFile] {
        var result: [CronTableFile] = []
        func add(_ path: String, _ place: CronTableFile.Place) {
            // A pipe in a table's place must stop nobody.
            var status = stat()
            guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                let octets = InputFile.octets(path, most: mostOctets)
            else { return }
            result.append(CronTableFile(path: path, place: place, octets: octets))
        }
        add("\(root)/etc/crontab", .system(name: nil))
        for name in (AtomicFile.names(in: "\(root)/etc/cron.d") ?? []).sorted()
        where RunPartsNames.classic.accepts(name) {
            add("\(root)/etc/cron.d/\(name)", .system(name: name))
        }
        for name in (AtomicFile.names(in: "\(root)/var/spool/cron/crontabs") ?? []).sorted() where !name.hasPrefix(".")
        {
            add("\(root)/var/spool/cron/crontabs/\(name)", .user(name: name))
        }
        return result
    }

    /// One table: what it is follows from where it lies, unless it is said.
    static func one(_ path: String, user: String?) -> CronTableFile? {
        guard let octets = InputFile.octets(path, most: mostOctets) else { return nil }
        let parts = path.split(separator: "/").map(String.init)
        let folder = parts.dropLast().last
        let name = parts.last ?? path
        let place: CronTableFile.Place =
            if let user {
                .user(name: user)
            } else if folder == "crontabs" {
                .user(name: name)
            } else if folder == "etc", name == "crontab" {
                .system(name: nil)
            } else {
                .system(name: name)
            }
        return CronTableFile(path: path, place: place, octets: octets)
    }
}

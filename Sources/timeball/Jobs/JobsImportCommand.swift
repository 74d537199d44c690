import ArgumentParser
import Glibc
import Linux
import Scheduling

struct JobsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Copy crontabs to where timeball-jobsd --root DIR reads them; says what becomes of each line.",
        discussion: """
            Nothing is taken away where it was, and nothing is moved by itself: stop cron before the daemon runs the same \
            jobs. Without --root the daemon reads cron's own places, and there is nothing to copy: then this only checks. \
            A table that is replaced is kept beside the new one, as .NAME.before-import.
            """)

    @Argument(help: "Crontabs.") var files: [String] = []
    @Flag(help: "All tables that cron reads: /etc/crontab, /etc/cron.d, the users' own.") var all = false
    @Option(help: ArgumentHelp("Where cron's places are, for --all.", valueName: "dir")) var from = ""
    @Option(help: ArgumentHelp("Where the daemon's places are.", valueName: "dir")) var root = ""
    @Option(help: "Whose table the file is; without it, where it lies decides.") var user: String?
    @Option(help: "debian or cronie.") var dialect = DialectName.debian
    @Flag(help: "Say what would be done, and do nothing.") var dryRun = false

    func run() throws {
        guard all != !files.isEmpty else {
            throw ToolError.usage("Either files, or --all. Next: timeball jobs import --all --dry-run")
        }
        var tables = all ? CronTables.all(root: from) : []
        for file in files {
            guard let table = CronTables.one(file, user: user) else {
                throw ToolError.cannotTell("\(file) cannot be read, or is larger than 4 MiB.")
            }
            tables.append(table)
        }
        var refusedCount = 0
        for table in tables { refusedCount += try take(table) }
        if tables.isEmpty { print("There are no tables.") }
        if refusedCount > 0 { throw ExitCode(1) }
    }

    /// - Returns: how many lines are refused.
    private func take(_ table: CronTableFile) throws(ToolError) -> Int {
        let findings = Lint(dialect: dialect.dialect, owner: table.owner).findings(table.octets)
        let refused = findings.filter { !$0.isAccepted }
        for finding in findings {
            guard let message = finding.message else { continue }
            print(
                "\(table.path):\(finding.line):\(finding.column): \(finding.isAccepted ? "note" : "error"): \(message)")
        }
        let count = table.entries(dialect.dialect).count
        let entries = "\(count) \(count == 1 ? "entry" : "entries")"
        guard let target = target(of: table) else {
            print(
                "\(table.path): \(entries); the name has something else than letters, digits, - and _: no cron reads it"
            )
            return refused.count
        }
        if Self.isSame(table.path, target) {
            print("\(table.path): \(entries); it is read where it is, nothing to copy")
        } else if !refused.isEmpty {
            print("\(table.path): not copied: lines that would not run: \(refused.count). Next: correct them")
        } else if dryRun {
            print("\(table.path): \(entries), would be copied to \(target)")
        } else {
            try copy(table, to: target)
            print("\(table.path): \(entries), copied to \(target)")
        }
        return refused.count
    }

    private func target(of table: CronTableFile) -> String? {
        switch table.place {
        case .system(nil): "\(root)/etc/crontab"
        case .system(let name?): RunPartsNames.classic.accepts(name) ? "\(root)/etc/cron.d/\(name)" : nil
        case .user(let name): "\(root)/var/spool/cron/crontabs/\(name)"
        }
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return false }
        return first.st_ino == second.st_ino && first.st_dev == second.st_dev
    }

    private func copy(_ table: CronTableFile, to target: String) throws(ToolError) {
        do throws(Linux.SystemError) {
            let folder = AtomicFile.folder(of: target)
            Self.makeFolder(folder)
            if let old = try AtomicFile.octets(of: target, atMost: CronTables.mostOctets), old != table.octets {
                let name = target.dropFirst(folder.count + 1)
                try write(old, to: "\(folder)/.\(name).before-import", table)
            }
            try write(table.octets, to: target, table)
        } catch {
            if error.number == EACCES || error.number == EPERM {
                throw .notPermitted("\(target): \(error). Next: sudo")
            }
            throw .no("\(target): \(error)")
        }
    }

    /// A user's table belongs to the user, and nobody else reads it.
    private func write(_ octets: [UInt8], to path: String, _ table: CronTableFile) throws(Linux.SystemError) {
        var permissions: UInt32 = 0o644
        if case .user = table.place { permissions = 0o600 }
        try AtomicFile.write(octets, to: path, permissions: permissions)
        guard case .user(let name) = table.place, let entry = unsafe getpwnam(name) else { return }
        let (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
        if geteuid() == 0 { unsafe lchown(path, user, group) }
    }

    private static func makeFolder(_ path: String) {
        var folder = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            folder += "/" + part
            unsafe mkdir(folder, 0o755)
        }
    }
}

import Configuration
import Daemon
import Linux
import Recording
import Timekeeping

/// The measurement logs: files in `logdir`, opened while that is still permitted.
struct MeasurementLogs {
    /// One file, in a place where values that cannot be copied do not go.
    private final class File {
        var file: AppendedFile
        /// Lines since the last heading; a heading comes first.
        var lines = 0
        /// Whether the operator knows that nothing can be written.
        var isBroken = false

        init(_ file: consuming AppendedFile) {
            self.file = file
        }
    }

    private var files: [ChronyLog: File] = [:]
    private var folder = ""
    private var bannerInterval = 0
    /// Whom the files belong to.
    private var owner: (user: UInt32, group: UInt32) = (0, 0)

    /// None.
    init() {}

    /// Opens what the configuration asks for. What can't be opened is said, and the daemon runs all the same.
    ///
    /// - Parameter user: who the files belong to, if they are created here.
    init(_ settings: DaemonSettings, for user: RunUser, _ log: Log) {
        guard !settings.timekeeper.logs.isEmpty else { return }
        guard let folder = settings.logDirectory else {
            log.write("No measurement logs are written, because the configuration has no logdir", .warning)
            return
        }
        self.folder = folder
        owner = (user.user, user.group)
        bannerInterval = settings.logBanner
        do throws(StartError) {
            try StateDirectory.make(forFile: "\(folder)/log", for: user)
        } catch {
            log.write(error.sentence, .warning)
        }
        for kind in ChronyLog.allCases where settings.timekeeper.logs.contains(kind) {
            do throws(SystemError) {
                files[kind] = File(try open(kind))
            } catch {
                log.write("Nothing is written to \(path(kind)): \(error)", .warning)
            }
        }
    }

    private func path(_ kind: ChronyLog) -> String { "\(folder)/\(kind.fileName)" }

    private func open(_ kind: ChronyLog) throws(SystemError) -> AppendedFile {
        try AppendedFile(path(kind), user: owner.user, group: owner.group)
    }

    /// Adds a line, with the heading before it where that is due.
    func write(_ record: LogRecord, _ log: Log) {
        guard let file = files[record.log] else { return }
        let isHeadingDue = bannerInterval > 0 && file.lines.isMultiple(of: bannerInterval)
        let text = (isHeadingDue ? record.log.banner : "") + record.text + "\n"
        do throws(SystemError) {
            try file.file.write(text)
            file.lines += 1
            if file.isBroken { log.write("\(path(record.log)) takes lines again; some are missing") }
            file.isBroken = false
        } catch {
            // A full disk fails for every line.
            if !file.isBroken { log.write("Could not write to \(path(record.log)): \(error)", .error) }
            file.isBroken = true
        }
    }

    /// Opens every file anew, by its name.
    func cycle(_ log: Log) {
        for (kind, file) in files.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            do throws(SystemError) {
                file.file = try open(kind)
                file.lines = 0
            } catch {
                log.write(
                    "Could not begin \(path(kind)) anew: \(error). Lines go on to the old file; to change that, let the"
                        + " daemon's user create files in \(folder), or restart the daemon", .warning)
            }
        }
    }
}

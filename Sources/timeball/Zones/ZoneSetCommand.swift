import ArgumentParser
import Glibc
import Linux
import TimeZones

struct TimeZoneSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set this machine's time zone.",
        discussion: """
            Where systemd runs, timedatectl does it. Elsewhere, and below --root, /etc/localtime becomes a symbolic link and \
            /etc/timezone the name, each replaced as a whole.
            """)

    @Argument(help: "Such as Europe/Vienna.") var zone: String
    @Option(help: "The system below this directory instead of the running one.") var root = "/"
    @Flag(help: "By the files even where systemd runs.") var files = false
    @Flag(help: "Only say what would be done.") var dryRun = false

    func run() throws {
        let system = ZoneSystem(root: root)
        guard let octets = system.zone(zone) else {
            throw ToolError.usage("There is no time zone \(zone). Next: timeball tz list, timeball tz pick")
        }
        do throws(ZoneError) {
            _ = try Zone(file: octets)
        } catch {
            throw ToolError.refused("\(zone): \(error.sentence) Next: timeball tz pick")
        }
        if system.isRunning, !files {
            let command = ["timedatectl", "set-timezone", zone]
            if dryRun { return print("would run \(command.joined(separator: " "))") }
            return try run(command)
        }
        let target = "/usr/share/zoneinfo/\(zone)"
        guard !dryRun else {
            print("would make \(system.path("etc/localtime")) a link to \(target)")
            print("would write \(zone) to \(system.path("etc/timezone"))")
            return
        }
        do throws(Linux.SystemError) {
            try link(target, at: system.path("etc/localtime"))
            try AtomicFile.write("\(zone)\n", to: system.path("etc/timezone"))
        } catch {
            let words = "The zone cannot be set: \(error)."
            throw [EACCES, EPERM, EROFS].contains(error.number) ? ToolError.notPermitted(words) : .no(words)
        }
        print("\(zone) is set")
    }

    /// A link that is there or not, but never half.
    private func link(_ target: String, at path: String) throws(Linux.SystemError) {
        let aside = path + ".new"
        _ = unsafe unlink(aside)
        guard unsafe symlink(target, aside) == 0 else {
            throw Linux.SystemError(call: "symlink \(aside)", number: errno)
        }
        guard unsafe rename(aside, path) == 0 else {
            let number = errno
            _ = unsafe unlink(aside)
            throw Linux.SystemError(call: "rename \(path)", number: number)
        }
    }

    private func run(_ command: [String]) throws {
        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { _ = unsafe arguments.map { unsafe free($0) } }
        var process = pid_t()
        let failure = unsafe posix_spawnp(&process, command[0], nil, nil, &arguments, environ)
        guard failure == 0 else {
            throw ToolError.cannotTell("timedatectl: \(errorText(failure)). Next: timeball tz set \(zone) --files")
        }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw ToolError.no("timedatectl did not set the zone.") }
        print("\(zone) is set")
    }
}

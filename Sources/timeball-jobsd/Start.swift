import AtSpool
import CLinux
import Daemon
import Engine
import JobHistory
import JobScheduler
import Linux
import TimeBase

/// Prepares everything, and runs jobs until told to stop.
func runJobs(_ options: Options, log: Log, background: inout Background) throws(StartError) -> Int32 {
    clinux_set_umask()
    try makeFolders(options)
    // Before anything else is touched: two daemons would run everything twice.
    let lock = try Lock(options.stateDirectory + "/lock")
    let pidFile: PIDFile?
    if let path = options.pidFile { pidFile = try PIDFile(path) } else { pidFile = nil }
    let keeper = try Keeper(options, log: log)
    var host = try JobsHost(options, keeper, log: log)
    let now = host.read()
    let settings = try host.settings(at: now)
    var scheduler = Scheduler(settings: settings, at: now, random: RandomSource(key: try randomKey()))
    scheduler.add(
        AtJobs(rule: BatchRule(loadLimit: options.loadLimit, gap: options.batchGap)))
    scheduler.add(WatchJobs())
    host.begin(isFirst: true)
    background.ready()
    run(&scheduler, on: &host)
    let status = host.exitStatus
    host.end()
    if let pidFile { pidFile.remove() }
    lock.keep()
    return status
}

private func makeFolders(_ options: Options) throws(StartError) {
    for (path, mode) in [
        (options.stateDirectory, 0o700), (options.stateDirectory + "/output", 0o700),
        (options.stateDirectory + "/tables", 0o700), (options.userTables, 0o700),
        (AtomicFile.folder(of: options.socket), 0o755),
    ] as [(String, UInt32)] {
        try makeFolder(path, mode)
    }
}

private func makeFolder(_ path: String, _ mode: UInt32) throws(StartError) {
    let made = unsafe clinux_make_mode(path, mode)
    if made >= 0 || made == -SystemError.exists { return }
    let above = AtomicFile.folder(of: path)
    guard made == -SystemError.noSuchFile, above != path, above != "." else {
        throw StartError("Could not create \(path): \(errorText(-made))")
    }
    try makeFolder(above, 0o755)
    let again = unsafe clinux_make_mode(path, mode)
    guard again >= 0 || again == -SystemError.exists else {
        throw StartError("Could not create \(path): \(errorText(-again))")
    }
}

/// Held by the one daemon of a state directory; the kernel lets go of it when the process ends, however it does.
struct Lock: ~Copyable {
    private let file: FileDescriptor

    init(_ path: String) throws(StartError) {
        let number = unsafe clinux_lock_file(path)
        guard number >= 0 else {
            if number == -SystemError.tryAgain {
                throw StartError("Another timeball-jobsd has \(path) locked; it was not disturbed.")
            }
            throw StartError("Could not lock \(path): \(errorText(-number))")
        }
        file = FileDescriptor(owning: number)
    }

    /// Says that it is needed up to here.
    borrowing func keep() {}
}

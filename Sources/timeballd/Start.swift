import Configuration
import Cryptography
import Daemon
import Engine
import Linux
import NTPWire
import Recording
import TimeBase
import Timekeeping

/// Starts the daemon and keeps it going.
///
/// - Returns: the exit status.
func keepTime(_ host: DaemonSettings, log: Log, background: inout Background) throws(StartError) -> Int32 {
    var settings = host.timekeeper
    let clock = KernelClock()
    Privileges.setUmask()
    let user = try RunUser.choose(host.user)
    if settings.controlsClock { try Privileges.requireClock() }

    // As root: what needs it, or must be there before anybody else can make it.
    let hasControl = prepareControl(host, user, log)
    preparePage(host, user, log)
    if let path = host.pidFile { try StateDirectory.make(forFile: path, for: user) }
    if user.name.isEmpty, user.user == 0, settings.purpose == .serve {
        log.write("There is no user timeball, so the daemon keeps running as root, with all its rights", .warning)
    }
    host.makeStateDirectories(for: user, log)
    makeDirectory(ofFile: host.driftFile, user, log)
    makeDirectory(ofFile: host.temperatureFile, user, log)
    makeDirectory(ofFile: host.dumpFile(of: "any"), user, log)
    let pidFile = try host.pidFile.map { path throws(StartError) in try OwnedPIDFile(path) }
    defer { pidFile?.file.remove() }
    var linux = try LinuxHost(settings: host, log: log, random: RandomSource(key: try randomKey()))
    linux.logs = MeasurementLogs(host, for: user, log)
    linux.hardware = HardwareStamps(host, log)
    try linux.obeySignals()
    try linux.openServers()
    linux.openCommands()
    linux.openReferenceClocks()
    let keys = KeyRing.nettle(host.readKeys(log) ?? [])
    linux.responder.keys = keys
    let rate = kernelRate(clock, settings.controlsClock, log)
    linux.hardware.rate = rate.frequency.ratio
    settings.initialKnowledge = host.setClockAtStart(log)
    settings.floor = host.timeFloor()
    if host.measuresPrecision { settings.precision = KernelClock.measurePrecision() }
    prefer(host, log)

    linux.openMailer(for: user)
    settings.leapSeconds.table = host.readLeapSeconds(log)

    try Privileges.drop(to: user, keepsClock: settings.controlsClock)
    if hasControl { linux.openControl() }
    linux.openPage()
    linux.allowWorkers()
    readDrift(host, &settings, log)
    readDumps(host, &settings, log)
    (settings.realTimeClocks, linux.realTimeClocks) = host.realTimeClockSettings(log)
    readTemperatureRecord(host, &settings, log)

    var timekeeper = Timekeeper(
        settings: settings, at: linux.read(), kernelRate: rate, random: RandomSource(key: try randomKey()), keys: keys)
    Privileges.trimMemory()
    background.ready()
    run(&timekeeper, on: &linux)
    linux.control?.remove()
    return linux.exitStatus
}

/// A PID file in a place where values that cannot be copied do not go.
private final class OwnedPIDFile {
    let file: PIDFile

    init(_ path: String) throws(StartError) {
        file = try PIDFile(path)
    }
}

/// Makes the directory of a state file, while that is still permitted.
private func makeDirectory(ofFile path: String?, _ user: RunUser, _ log: Log) {
    guard let path else { return }
    do throws(StartError) {
        try StateDirectory.make(forFile: path, for: user)
    } catch {
        log.write(error.sentence, .warning)
    }
}

/// Whether the control socket may be opened. Without it the daemon runs all the same.
private func prepareControl(_ host: DaemonSettings, _ user: RunUser, _ log: Log) -> Bool {
    guard let path = host.commandSocket else { return false }
    do throws(StartError) {
        try ControlSocket.prepareDirectory(of: path, for: user)
        return true
    } catch {
        log.write(error.sentence, .warning)
        return false
    }
}

/// Makes the directory of the page that other programs read. Without it the daemon runs all the same.
private func preparePage(_ host: DaemonSettings, _ user: RunUser, _ log: Log) {
    guard let path = host.boundFile else { return }
    do throws(StartError) {
        try StateDirectory.make(forFile: path, for: user)
    } catch {
        log.write(error.sentence, .warning)
    }
}

/// The rate that the kernel's clock is set to, after everybody else's corrections were ended.
private func kernelRate(_ clock: KernelClock, _ controlsClock: Bool, _ log: Log) -> KernelRate {
    do throws(SystemError) {
        if controlsClock { try clock.stopOtherCorrections() }
        let settings = try clock.settings()
        return KernelRate(tick: settings.tick, scaledFrequency: settings.scaledFrequency)
    } catch {
        log.write("Could not look at the kernel's clock, which is taken to run at its nominal rate: \(error)", .warning)
        return .nominal
    }
}

/// Takes what may make the daemon's timestamps steadier.
private func prefer(_ host: DaemonSettings, _ log: Log) {
    do throws(SystemError) {
        if host.schedulingPriority > 0 { try Privileges.setRealtimePriority(host.schedulingPriority) }
        if host.lockAll { try Privileges.lockMemory() }
    } catch {
        log.write("The daemon runs like any other process: \(error)", .warning)
    }
}

private func readDrift(_ host: DaemonSettings, _ settings: inout TimekeeperSettings, _ log: Log) {
    guard let path = host.driftFile else { return }
    settings.keepsDrift = true
    if let complaint = StateDirectory.complaint(aboutFile: path) { log.write(complaint, .warning) }
    do throws(SystemError) {
        guard let text = try AtomicFile.read(path) else { return }
        do throws(DriftRecordError) {
            let record = try DriftRecord(parsing: text)
            let age = AtomicFile.modified(path).map { KernelClock.realtime - $0 }
            // By a clock that is behind the file nobody knows how old it is.
            let known = age.flatMap { $0 >= .zero ? $0 : nil } ?? .seconds(30 * 86400)
            settings.initialDrift = Drift(frequency: record.frequency, skew: record.skew).aged(by: known)
        } catch {
            log.write("\(path) is not used: \(error.description)", .warning)
        }
    } catch {
        log.write("Could not read the drift file: \(error)", .warning)
    }
}

import Glibc
import Linux
import Scheduling
import TimeBase
import TimeZones

/// Runs the jobs that were chosen: waits for their delays, starts them, and stamps them when they have ended.
struct AnacronRun {
    /// A job, from the choice on.
    private struct Entry {
        let job: AnacronJob
        let stamp: AnacronStamp
        /// Since boot, sleep included.
        let due: Duration
        /// The local day on which it was found to be due.
        let day: Int
        var running: Running?
    }

    private struct Running {
        let process: Int32
        let watch: Int32
        let mail: AnacronMail?
        let started: Duration
    }

    let log: AnacronLog
    let zone: Zone
    let isSerial: Bool
    let isForced: Bool
    private var entries: [Entry] = []
    private var count = 0

    init(log: AnacronLog, zone: Zone, isSerial: Bool, isForced: Bool) {
        self.log = log
        self.zone = zone
        self.isSerial = isSerial
        self.isForced = isForced
    }

    /// Since boot, sleep included.
    static var elapsed: Duration {
        var clock = KernelClock()
        let now = clock.read()
        return now.monotonic.sinceEpoch + now.suspended
    }

    mutating func add(_ choice: AnacronSelection.Choice, _ stamp: AnacronStamp, day: Int) {
        entries.append(
            Entry(job: choice.job, stamp: stamp, due: Self.elapsed + .seconds(choice.delay * 60), day: day))
    }

    /// - Returns: how many jobs ran.
    mutating func perform() -> Int {
        if isSerial, !entries.isEmpty { log.notice("Jobs will be executed sequentially") }
        var isStopping = false
        while !entries.isEmpty {
            if StopRequest.hasCome, !isStopping {
                isStopping = true
                log.notice("Received SIGUSR1")
                entries.removeAll { $0.running == nil }
                continue
            }
            startDue()
            if entries.isEmpty { break }
            wait()
            reap()
        }
        return count
    }

    // MARK: Starting

    private mutating func startDue() {
        let now = Self.elapsed
        var index = 0
        while index < entries.count {
            guard entries[index].running == nil, isNext(index, now) else {
                index += 1
                continue
            }
            guard mayStart(entries[index]), let running = start(entries[index].job) else {
                entries.remove(at: index)
                continue
            }
            entries[index].running = running
            index += 1
        }
    }

    private func isNext(_ index: Int, _ now: Duration) -> Bool {
        guard entries[index].due <= now else { return false }
        // One after the other, in order.
        return !isSerial || (index == 0 && !entries.contains { $0.running != nil })
    }

    /// Whoever set the clock since the job was found to be due may have shown that it is not.
    private func mayStart(_ entry: Entry) -> Bool {
        let today = LocalDate.day(Moment.now, zone)
        guard today != entry.day, !isForced,
            !Anacron.isDue(entry.job.period, stamp: entry.stamp.read(), today: today)
        else { return true }
        log.notice("Job `\(entry.job.identifier)' is not due by the clock as it is now - skipping")
        return false
    }

    private mutating func start(_ job: AnacronJob) -> Running? {
        let mail = AnacronMail(job)
        if mail == nil { log.error("Can't keep the output of job `\(job.identifier)': \(errorText(errno))") }
        let nowhere = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nowhere) }
        var start = ProgramStart(path: "/bin/sh", arguments: ["/bin/sh", "-c", job.command])
        start.environment = Environment.with(job.environment)
        start.directory = "/"
        start.input = nowhere
        start.output = mail?.descriptor ?? nowhere
        start.errors = mail?.descriptor ?? nowhere
        do throws(Linux.SystemError) {
            let process = try start.start()
            count += 1
            log.notice("Job `\(job.identifier)' started")
            let watch = try ChildProcess.watch(process).release()
            return Running(process: process, watch: watch, mail: mail, started: Self.elapsed)
        } catch {
            log.error("Can't start job `\(job.identifier)': \(error.text)")
            return nil
        }
    }

    // MARK: Waiting

    private func wait() {
        var numbers = entries.compactMap { $0.running?.watch }.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let isFree = !isSerial || numbers.isEmpty
        let next = isFree ? entries.filter { $0.running == nil }.map(\.due).min() : nil
        // Not longer than a minute: in a sleep of the machine this waiting stands still.
        let patience = min(next.map { max(.zero, $0 - Self.elapsed) } ?? .seconds(60), .seconds(60))
        _ = unsafe poll(&numbers, nfds_t(numbers.count), Int32(clamping: patience.inNanoseconds / 1_000_000 + 1))
    }

    private mutating func reap() {
        for index in entries.indices.reversed() {
            let entry = entries[index]
            guard let running = entry.running, let end = try? ChildProcess.end(of: running.process) else { continue }
            close(running.watch)
            ended(entry, running, end)
            entries.remove(at: index)
        }
    }

    private func ended(_ entry: Entry, _ running: Running, _ end: ProcessEnd) {
        // The day on which it was started, by the clock as it is now: it may have been wrong then.
        let elapsed = Int((Self.elapsed - running.started).components.seconds)
        if !entry.stamp.write(day: LocalDate.day(Moment.now - elapsed, zone)) {
            log.error("Can't write the time stamp of job `\(entry.job.identifier)': it will run again")
        }
        let hasOutput = !(running.mail?.isEmpty ?? true)
        let name = "Job `\(entry.job.identifier)' terminated"
        let mailing = hasOutput ? " (mailing output)" : ""
        if let signal = end.signal {
            log.error("\(name) due to signal \(signal)\(mailing)")
        } else if let code = end.code, code != 0 {
            log.notice("\(name) (exit status: \(code))\(mailing)")
        } else {
            log.notice("\(name)\(mailing)")
        }
        guard hasOutput else { return }
        switch running.mail?.send() {
        case .noMailer?: log.error("Can't find sendmail at /usr/sbin/sendmail, not mailing output")
        case .failed(let why)?: log.error("Can't mail the output of job `\(entry.job.identifier)': \(why)")
        case .mailed?, .unwanted?, nil: break
        }
    }
}

/// SIGUSR1: let the running jobs end, and start no more.
enum StopRequest {
    nonisolated(unsafe) private static var flag: sig_atomic_t = 0

    static var hasCome: Bool { unsafe flag != 0 }

    static func watch() {
        var awaited = sigset_t()
        unsafe sigemptyset(&awaited)
        unsafe sigaddset(&awaited, SIGUSR1)
        unsafe sigprocmask(SIG_UNBLOCK, &awaited, nil)
        _ = signal(SIGUSR1) { _ in unsafe StopRequest.flag = 1 }
    }
}

/// Days on the wall.
enum LocalDate {
    /// Days since 1970-01-01.
    static func day(_ seconds: Int, _ zone: Zone) -> Int {
        let local = zone.local(seconds)
        return local >= 0 ? local / 86400 : (local - 86399) / 86400
    }

    /// Minutes since midnight.
    static func minute(_ seconds: Int, _ zone: Zone) -> Int {
        (zone.local(seconds) - day(seconds, zone) * 86400) / 60
    }
}

/// The environment of this process.
enum Environment {
    /// With some variables set, or set otherwise: `NAME=value`.
    static func with(_ changes: [(name: String, value: String)]) -> [String] {
        var result: [String] = []
        var pointer = unsafe environ
        while let entry = unsafe pointer.pointee {
            let text = unsafe String(cString: entry)
            if !changes.contains(where: { text.hasPrefix($0.name + "=") }) { result.append(text) }
            unsafe pointer += 1
        }
        return result + changes.map { "\($0.name)=\($0.value)" }
    }
}

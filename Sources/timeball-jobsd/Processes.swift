import CLinux
import Daemon
import JobScheduler
import JobsControl
import Linux
import Scheduling
import TimeBase

/// Why a process was not started.
struct StartFailure: Error {
    var reason: String
}

/// The processes of runs, of the mailer, and of pings.
struct Processes {
    private enum Purpose {
        case run(RunNumber)
        case mail(RunNumber, octets: Int)
        case ping(String)
    }

    private struct Child {
        var purpose: Purpose
        /// From which can be read why it never was started.
        var failure: Int32
    }

    /// Runs that have a process of root's beside them, which hands signals on.
    private var attendedRuns: Set<RunNumber> = []
    /// What is to be told after what was told.
    private var ends: [JobScheduler.Event] = []

    /// Where a run's output is.
    private enum Output {
        case file
        /// The disk was full.
        case memory(Int32)
        case nowhere
    }

    private let options: Options
    private let keeper: Keeper
    private let log: Log
    private var children: [Int32: Child] = [:]
    private var processOfRun: [RunNumber: Int32] = [:]
    private var outputs: [RunNumber: Output] = [:]
    private var adopted: [RunNumber: Int32] = [:]
    private let pamService: String?
    private let null: Int32
    private var hasMailer = true
    private var saidNoCurl = false
    private var gates = Gates()

    /// Runs that have ended, and whose output is still written to by what they left in the background.
    private var lingering: [RunNumber: Lingering] = [:]
    /// Becomes readable when one of those files is closed; nil: there is no inotify.
    let outputNotices: Int32?

    private struct Lingering {
        var letter: Letter?
        var until: Instant<Monotonic>
    }

    /// For so long after a run's end its output is waited for.
    private static let longestLingering = Duration.seconds(3600)

    /// The most of a run's output that is kept in the history, and that is mailed.
    private static let mostKept = 256 << 10
    private static let mostMailed = 16 << 20

    init(_ options: Options, _ keeper: Keeper, _ log: Log) {
        self.options = options
        self.keeper = keeper
        self.log = log
        clinux_raise_files()
        let notices = clinux_inotify_create()
        outputNotices = notices >= 0 ? notices : nil
        null = clinux_open_null()
        if let service = options.pamService {
            pamService = clinux_job_pam_load() == 1 ? service : nil
            if pamService == nil { log.write("There is no libpam.so.0: jobs run without a PAM session", .warning) }
        } else {
            pamService = nil
        }
    }

    // MARK: Runs

    /// - Parameter gate: where it is to wait for its instant.
    mutating func start(
        _ run: RunNumber, _ launch: Launch, gate: Gate? = nil
    ) -> Result<Int32, StartFailure> {
        guard let account = Account(name: launch.user) else {
            return .failure(StartFailure(reason: "there is no user \(launch.user)"))
        }
        var path: String
        let arguments: [[UInt8]]
        switch launch.program {
        case .shell(let shell, let command):
            if launch.avoidsShell, let words = PlainCommand.words(command, shell: shell) {
                path = String(decoding: words[0], as: UTF8.self)
                arguments = words
                break
            }
            path = shell
            arguments = [Array(shell.utf8), Array("-c".utf8), command]
        case .arguments(let program, let words):
            path = program
            arguments = words
        }
        if !path.utf8.contains(UInt8(ascii: "/")) { path = Self.found(path, launch) }
        let output = makeOutput(run)
        defer { if case .file = outputs[run] { if output != null { clinux_close(output) } } }
        let input: Int32
        if launch.input.isEmpty {
            input = null
        } else {
            // Right because the kernel is told the array's own size.
            input = unsafe launch.input.withUnsafeBytes { unsafe clinux_memory_file($0.baseAddress, UInt($0.count)) }
            guard input >= 0 else { return .failure(StartFailure(reason: "its input: \(errorText(-input))")) }
        }
        defer { if input != null { clinux_close(input) } }
        let defaults = launch.defaults + [Variable("HOME", account.home)]
        let above = launch.environment + launch.forced
        let home = launch.environment.last { $0.name.elementsEqual("HOME".utf8) }?.value ?? Array(account.home.utf8)
        var request = Spawn(account: account.name, path: path, arguments: arguments)
        request.environment = Self.merged(defaults + above)
        request.above = Self.merged(above)
        request.input = input
        request.output = output
        request.directory = launch.directory ?? home
        request.needsDirectory = launch.needsDirectory
        request.fileMask = launch.fileMask
        request.niceness = launch.niceness
        request.pamService = pamService
        request.cgroup = makeGroup(run)
        request.gate = gate
        let folder = launch.claim == nil ? -1 : unsafe clinux_open_directory(options.atJobs)
        if let claim = launch.claim {
            guard folder >= 0 else { return .failure(StartFailure(reason: "at's spool: \(errorText(-folder))")) }
            request.claim = (folder, claim.from, claim.to)
        }
        defer { if folder >= 0 { clinux_close(folder) } }
        switch request.start() {
        case .failure(let failure):
            return .failure(failure)
        case .success(let (process, failure)):
            children[process] = Child(purpose: .run(run), failure: gate == nil ? failure : -1)
            processOfRun[run] = process
            if let gate { gates.add(run, gate, process: process, notices: failure) }
            keeper.setProcess(run, process, started: clinux_job_started(process))
            return .success(process)
        }
    }

    /// A program that is named without a directory, as its PATH leads to it.
    private static func found(_ name: String, _ launch: Launch) -> String {
        let variable = (launch.defaults + launch.environment + launch.forced).last {
            $0.name.elementsEqual("PATH".utf8)
        }
        let path = variable.map { String(decoding: $0.value, as: UTF8.self) } ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") where folder.hasPrefix("/") && !name.isEmpty {
            if unsafe clinux_may_execute("\(folder)/\(name)") == 1 { return "\(folder)/\(name)" }
        }
        return name
    }

    func signal(_ run: RunNumber, _ number: Int32) {
        guard let process = processOfRun[run] else { return }
        let attended = (pamService != nil || attendedRuns.contains(run)) && number == 9
        clinux_job_signal(process, attended ? CLINUX_JOB_KILL : number)
    }

    // MARK: Prepared for an instant

    /// Starts a process that waits for its instant.
    ///
    /// - Returns: what to watch, for ``gateNews(_:)``.
    mutating func prepare(_ run: RunNumber, _ launch: Launch, isLoaded: Bool) -> Result<Int32, StartFailure> {
        guard let gate = Gate(isLoaded: isLoaded) else {
            return .failure(StartFailure(reason: "there is no memory for it to wait in"))
        }
        switch start(run, launch, gate: gate) {
        case .failure(let failure): return .failure(failure)
        case .success:
            attendedRuns.insert(run)
            return .success(gates.notices(run) ?? -1)
        }
    }

    func aim(_ run: RunNumber, at target: Instant<Monotonic>, latest: Instant<Monotonic>) {
        gates.aim(run, at: target, latest: latest)
    }

    /// - Returns: what to say of it; nil if it has gone already, or ended, which is told by itself.
    mutating func cancel(_ run: RunNumber) -> JobScheduler.Event? {
        gates.cancel(run) ? .exact(.cancelled(run)) : nil
    }

    /// What its process tells now; nil if that is nothing for the scheduler.
    mutating func gateNews(_ run: RunNumber) -> JobScheduler.Event? { Self.event(run, gates.read(run)) }

    /// What to watch for what a prepared run tells; nil if it has told all.
    func gateNotices(_ run: RunNumber) -> Int32? { gates.notices(run) }

    /// Descriptors of ``gateNotices(_:)`` that are closed now.
    mutating func takeClosedNotices() -> [Int32] { gates.takeClosed() }

    private static func event(_ run: RunNumber, _ news: Gates.News?) -> JobScheduler.Event? {
        switch news {
        case nil: nil
        case .prepared?: .exact(.prepared(run))
        case .released(let process, let moment, let began)?:
            .exact(.released(run, process: process, at: moment, began: began))
        }
    }

    /// The next child that has ended, and what the scheduler is to know of it; nil if there is none.
    mutating func reap() -> JobScheduler.Event? {
        if !ends.isEmpty { return ends.removeFirst() }
        var ended = clinux_ended()
        while unsafe clinux_job_reap(&ended) > 0 {
            guard let child = children.removeValue(forKey: ended.process) else { continue }
            let failure = Self.readFailure(child.failure)
            switch child.purpose {
            case .run(let run):
                processOfRun[run] = nil
                attendedRuns.remove(run)
                let gate = gates.ended(run)
                // The scheduler was told of it when it was cancelled.
                if gate?.isCancelled ?? false { continue }
                if let failure = failure ?? gate?.failure { return .startFailed(run, reason: failure) }
                var report = EndReport(
                    way: ended.exited != 0 ? .exited(ended.status) : .signalled(ended.status),
                    outputCount: outputCount(run))
                report.userTime = .microseconds(ended.user_microseconds)
                report.systemTime = .microseconds(ended.system_microseconds)
                report.memory = Int(ended.resident_octets)
                // Not what the process used that attended to it.
                if let used = gate?.used { (report.userTime, report.systemTime, report.memory) = used }
                guard let went = Self.event(run, gate?.news) else { return .ended(run, report) }
                ends.append(.ended(run, report))
                return went
            case .mail(let run, let octets):
                if let failure {
                    log.write("(CRON) MAIL (run \(run.value): \(failure))", .error)
                } else if ended.exited == 0 || ended.status != 0 {
                    log.write(
                        "(CRON) MAIL (mailed \(octets) bytes of output of run \(run.value) but got status \(ended.status) from MTA)",
                        .error)
                }
            case .ping(let url):
                if failure != nil || ended.exited == 0 || ended.status != 0 {
                    log.write("(CRON) PING (\(url): \(failure ?? "curl ended with \(ended.status)"))", .warning)
                }
            }
        }
        return nil
    }

    // MARK: Left by an earlier daemon

    /// - Returns: a descriptor that becomes readable at its end; nil if the process is gone.
    mutating func adopt(_ run: RunReport, key: String, process: Int32, started: Int64) -> Int32? {
        let descriptor = clinux_job_adopt(process, UInt64(clamping: started))
        guard descriptor >= 0 else { return nil }
        let number = RunNumber(run.number)
        adopted[number] = descriptor
        processOfRun[number] = process
        left[number] = (run, key)
        return descriptor
    }

    private var left: [RunNumber: (report: RunReport, key: String)] = [:]

    /// The history's keys of runs that an earlier daemon started and that go on.
    var adoptedKeys: Set<String> { Set(left.values.map(\.key)) }

    func adoptedKey(_ run: RunNumber) -> String? { left[run]?.key }

    func adoptedNumber(_ run: RunNumber) -> Int32? { adopted[run] }

    /// A process of an earlier daemon has ended. The scheduler of today knows nothing of it.
    mutating func adoptedEnded(_ run: RunNumber) -> JobScheduler.Event? {
        if let descriptor = adopted.removeValue(forKey: run) { clinux_close(descriptor) }
        processOfRun[run] = nil
        guard let one = left.removeValue(forKey: run) else { return nil }
        var report = one.report
        report.state = "ended"
        report.ended = KernelClock.realtime.nanoseconds
        report.ending = "unknown: the daemon was started again meanwhile"
        report.outputCount = Int64(outputCount(run))
        keeper.record(report, key: one.key)
        finishLeft(run)
        return nil
    }

    /// The output of a run that this daemon did not start: it goes into the history.
    mutating func finishLeft(_ run: RunNumber) { finish(run, nil) }

    // MARK: Output

    private func outputPath(_ run: RunNumber) -> String { "\(options.stateDirectory)/output/\(run.value)" }

    private mutating func makeOutput(_ run: RunNumber) -> Int32 {
        let file = unsafe clinux_output_create(outputPath(run))
        if file >= 0 {
            outputs[run] = .file
            return file
        }
        log.write("The output of run \(run.value) is kept in memory: \(outputPath(run)): \(errorText(-file))", .warning)
        let memory = clinux_memory_file(nil, 0)
        if memory >= 0 {
            outputs[run] = .memory(memory)
            return memory
        }
        outputs[run] = .nowhere
        return null
    }

    private func outputCount(_ run: RunNumber) -> Int {
        var facts = clinux_status_of_file()
        if case .memory(let descriptor)? = outputs[run] {
            return unsafe clinux_stat_descriptor(descriptor, &facts) >= 0 ? Int(facts.size) : 0
        }
        return unsafe clinux_stat_itself(outputPath(run), &facts) >= 0 ? Int(facts.size) : 0
    }

    private func readOutput(_ run: RunNumber, most: Int) -> [UInt8] {
        var octets: [UInt8] = []
        let descriptor: Int32
        if case .memory(let memory)? = outputs[run] {
            descriptor = memory
        } else {
            descriptor = unsafe clinux_open_to_read(outputPath(run))
        }
        guard descriptor >= 0 else { return [] }
        defer { if case .memory? = outputs[run] {} else { clinux_close(descriptor) } }
        var buffer = [UInt8](repeating: 0, count: 65536)
        while octets.count < most {
            // Right because the kernel is told the array's own size.
            let got = unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_read_at(descriptor, $0.baseAddress, UInt($0.count), UInt64(octets.count))
            }
            guard got > 0 else { break }
            octets += buffer.prefix(min(got, most - octets.count))
        }
        return octets
    }

    /// What a run has written goes into the history; if nobody can write more, it is mailed and let go.
    mutating func finish(_ run: RunNumber, _ letter: Letter?) {
        guard isWritten(run) else { return conclude(run, letter) }
        // In this order no end is missed.
        if let outputNotices { unsafe clinux_inotify_add(outputNotices, outputPath(run)) }
        guard isWritten(run) else { return conclude(run, letter) }
        lingering[run] = Lingering(letter: letter, until: KernelClock.monotonic + Self.longestLingering)
        keeper.setOutput(run, readOutput(run, most: Self.mostKept), count: outputCount(run))
    }

    /// Whether what a run left in the background can still write. Of output in memory that cannot be found out.
    private func isWritten(_ run: RunNumber) -> Bool {
        if case .memory? = outputs[run] { return false }
        return unsafe clinux_output_is_written(outputPath(run)) == 1
    }

    /// Lets go of the output that nobody writes to any more, that has become too much, or was waited for too long.
    mutating func lookAtOutputs() {
        if let outputNotices { clinux_inotify_clear(outputNotices) }
        let now = KernelClock.monotonic
        for (run, one) in lingering.sorted(by: { $0.key < $1.key })
        where one.until <= now || outputCount(run) > Self.mostMailed || !isWritten(run) {
            lingering[run] = nil
            conclude(run, one.letter)
        }
    }

    /// Output of runs that ended before an earlier daemon did.
    mutating func adoptOutputs() {
        for name in AtomicFile.names(in: "\(options.stateDirectory)/output") ?? [] {
            guard let number = Int64(name) else { continue }
            let run = RunNumber(number)
            if processOfRun[run] == nil, lingering[run] == nil { finish(run, nil) }
        }
    }

    /// Mails a run's output if it is to be, puts its beginning into the history, and lets go of it.
    private mutating func conclude(_ run: RunNumber, _ letter: Letter?) {
        let count = outputCount(run)
        if count > 0 {
            let octets = readOutput(run, most: letter == nil ? Self.mostKept : Self.mostMailed)
            keeper.setOutput(run, Array(octets.prefix(Self.mostKept)), count: count)
            if let letter { mail(letter, run, octets) }
        } else if let letter, !letter.needsOutput {
            mail(letter, run, [])
        }
        if case .memory(let descriptor)? = outputs.removeValue(forKey: run) {
            clinux_close(descriptor)
        } else {
            unsafe clinux_remove(outputPath(run))
        }
        if let group = options.cgroup { unsafe clinux_remove_folder("\(group)/run-\(run.value)") }
    }

    private func makeGroup(_ run: RunNumber) -> String? {
        guard let group = options.cgroup else { return nil }
        let path = "\(group)/run-\(run.value)"
        let made = unsafe clinux_make_mode(path, 0o755)
        return made >= 0 || made == -SystemError.exists ? path + "/cgroup.procs" : nil
    }

    // MARK: Mail and pings

    private mutating func mail(_ letter: Letter, _ run: RunNumber, _ output: [UInt8]) {
        guard unsafe clinux_may_execute(options.sendmail) == 1 else {
            if hasMailer { log.write("(CRON) info (No MTA installed; output is kept in the history)") }
            hasMailer = false
            return
        }
        hasMailer = true
        let host = Self.hostName
        let subject = Self.naming(host, letter.subject)
        var text = "From: \(letter.sender)\nTo: \(letter.recipient)\nSubject: \(subject)\n"
        for header in letter.headers { text += header + "\n" }
        let octets = Array((text + "\n").utf8) + output
        // Right because the kernel is told the array's own size.
        let input = unsafe octets.withUnsafeBytes { unsafe clinux_memory_file($0.baseAddress, UInt($0.count)) }
        guard input >= 0 else {
            log.write("(CRON) MAIL (run \(run.value): \(errorText(-input)))", .error)
            return
        }
        defer { clinux_close(input) }
        // Nothing that a table says reaches the mailer's environment, and no shell reads the recipient.
        let words = ["sendmail", "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "--", letter.recipient]
        var request = Spawn(account: letter.user, path: options.sendmail, arguments: words.map { Array($0.utf8) })
        request.environment = Self.merged([
            Variable("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"), Variable("LOGNAME", letter.user),
        ])
        request.input = input
        request.output = null
        switch request.start() {
        case .success(let (process, failure)):
            children[process] = Child(purpose: .mail(run, octets: output.count), failure: failure)
        case .failure(let failure): log.write("(CRON) MAIL (run \(run.value): \(failure.reason))", .error)
        }
    }

    /// A letter that is about no run.
    mutating func tell(_ letter: Letter, _ text: [UInt8]) { mail(letter, RunNumber(0), text) }

    mutating func ping(_ url: String) {
        guard unsafe clinux_may_execute(options.curl) == 1 else {
            if !saidNoCurl { log.write("(CRON) PING (\(options.curl) is not there: nothing is pinged)", .warning) }
            saidNoCurl = true
            return
        }
        let words = ["curl", "-fsS", "-m", "10", "--retry", "2", "-o", "/dev/null", "--", url]
        var request = Spawn(account: "nobody", path: options.curl, arguments: words.map { Array($0.utf8) })
        request.environment = Self.merged([Variable("PATH", "/usr/bin:/bin")])
        request.input = null
        request.output = null
        switch request.start() {
        case .success(let (process, failure)): children[process] = Child(purpose: .ping(url), failure: failure)
        case .failure(let failure): log.write("(CRON) PING (\(url): \(failure.reason))", .warning)
        }
    }

    // MARK: Small

    /// Each name once, with its last value.
    private static func merged(_ variables: [Variable]) -> [[UInt8]] {
        var order: [[UInt8]] = []
        var values: [[UInt8]: [UInt8]] = [:]
        for variable in variables where !variable.name.contains(0) && !variable.value.contains(0) {
            if values.updateValue(variable.value, forKey: variable.name) == nil { order.append(variable.name) }
        }
        return order.map { $0 + [UInt8(ascii: "=")] + (values[$0] ?? []) }
    }

    /// The first `@HOST>` with the host's name in it.
    private static func naming(_ host: String, _ subject: String) -> String {
        let mark = Array("@HOST>".utf8)
        let octets = Array(subject.utf8)
        guard octets.count >= mark.count,
            let at = (0...(octets.count - mark.count)).first(where: { octets[$0...].starts(with: mark) })
        else { return subject }
        return String(decoding: octets[..<at] + Array("@\(host)>".utf8) + octets[(at + mark.count)...], as: UTF8.self)
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        unsafe buffer.withUnsafeMutableBufferPointer { unsafe clinux_host_name($0.baseAddress, UInt($0.count)) }
        return String(decoding: buffer.prefix { $0 != 0 && $0 != 46 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func readFailure(_ descriptor: Int32) -> String? {
        guard descriptor >= 0 else { return nil }
        defer { clinux_close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 512)
        // Right because the kernel is told the array's own size.
        let got = unsafe buffer.withUnsafeMutableBytes {
            unsafe clinux_read(descriptor, $0.baseAddress, UInt($0.count))
        }
        return got > 0 ? String(decoding: buffer.prefix(got), as: UTF8.self) : nil
    }
}

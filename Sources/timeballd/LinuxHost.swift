import Addresses
import BoundPage
import Configuration
import Daemon
import Engine
import Linux
import NTPWire
import TimeBase
import Timekeeping

/// This machine, as a host of the timekeeper: one thread that waits at one place, in ``next(before:)``.
struct LinuxHost: ~Copyable, Host {
    typealias Event = Timekeeping.Event
    typealias Effect = Timekeeping.Effect

    /// What a descriptor of the poll set is.
    enum Watched {
        case timer
        case stepWatch
        case request(RequestToken)
        case server(Int)
        case control
        case command(Int)
        case resolver(Int32)
        case referenceClock(Int)
        case realTimeClock(Int)
        /// A worker, by its place.
        case worker(Int)
    }

    /// A socket in a place where values that cannot be copied do not go.
    final class Socket {
        let socket: DatagramSocket
        /// The kernel may report one transmission several times; the first is the one that counts.
        var hasSentStamp = false
        /// Whether the interface reported its transmission.
        var hasHardwareStamp = false
        /// Of a server's socket: what the packets are whose stamps were asked for last, by their place in that order.
        var awaited: [Awaited] = []
        /// How many were asked for so far.
        var stampCount: UInt32 = 0
        /// So many packets at most are waited for; of older ones the kernel has nothing to tell any more.
        let most: Int

        /// - Parameter most: how many packets' stamps are waited for at a time; 0 for the usual number.
        init(_ socket: consuming DatagramSocket, awaiting most: Int = 0) {
            self.socket = socket
            self.most = most > 0 ? most : 64
        }
    }

    /// A packet whose stamp will come.
    enum Awaited {
        case answer(NTPTimestamp)
        case peer(RequestToken)
    }

    let settings: DaemonSettings
    let log: Log
    private(set) var exitStatus: Int32 = 0
    private(set) var isStopping = false

    var responder: Responder
    var requests: [RequestToken: Socket] = [:]
    var servers: [Socket] = []
    var round = ServerRound()
    /// Who answers clients in this process's place; nil if it does so itself.
    var pool: WorkerPool?
    /// Whether workers may be started: they have the rights that this process has then.
    var mayFork = false
    /// Pages of the list of clients that workers were asked for, by the number of who waits for them.
    var pages: [UInt64: ClientPages] = [:]
    var serverFamilies: [AddressFamily] = []
    var commands: [Socket] = []
    var control: ControlSocket?
    var referenceClocks: [ReferenceClockDriver] = []
    /// What other programs read the time from.
    var page: PageWriter?
    /// A rate was asked for that the kernel did not take, and the engine has not heard of it yet: what it publishes
    /// until then is not so.
    private(set) var rateIsUncertain = false
    /// Sends mail of large corrections.
    var mailer: Mailer?
    /// The RTCs that are measured.
    var realTimeClocks: [OpenRealTimeClock] = []
    var clients = ControlClients()
    /// Interfaces that stamp packets themselves.
    var hardware = HardwareStamps()
    /// The measurement logs that the configuration asks for.
    var logs = MeasurementLogs()
    var commandAccess: AccessTable
    /// Control requests so far.
    var commandCount: UInt64 = 0

    /// What the source directories had when they were read last.
    private var directorySources: [SourceSettings]

    var pollSet = PollSet<Watched>()
    var events = EventQueue()
    var clock = KernelClock()
    /// Room for one datagram, and for the answer to it.
    var incoming = [UInt8](repeating: 0, count: 2048)
    var outgoing = [UInt8](repeating: 0, count: 2048)

    private var ready: [PollSet<Watched>.Ready] = []
    private var timer: WakeTimer
    private var stepWatch: StepWatch?
    private var resolver = Resolver()
    private let isSimulated = Simulator.isPreloaded
    /// The kernel stamps packets as they come in only while some socket wants it, and takes a while to begin; an answer
    /// that comes before has no stamp. This socket does nothing but want it.
    private let stampKeeper = try? DatagramSocket(family: .ipv4, transmitStamps: false)

    init(settings: DaemonSettings, log: Log, random: RandomSource) throws(StartError) {
        let timer = try Self.timer()
        let stepWatch = try Self.stepWatch()
        var responder = Responder(
            rateLimit: settings.rateLimit, commandLimit: settings.commandLimit,
            clientLog: settings.clientLogOfEach, random: random)
        responder.access = settings.access
        self.settings = settings
        directorySources = settings.directorySources
        self.log = log
        self.responder = responder
        commandAccess = settings.commandAccess
        self.timer = timer
        self.stepWatch = stepWatch
        pollSet.watch(self.timer.number, .timer)
        if let number = self.stepWatch?.number { pollSet.watch(number, .stepWatch) }
    }

    private static func timer() throws(StartError) -> WakeTimer {
        do throws(SystemError) {
            return try WakeTimer()
        } catch {
            throw StartError("Could not prepare to wait: \(error)")
        }
    }

    /// Simulators do not know such a thing.
    private static func stepWatch() throws(StartError) -> StepWatch? {
        if Simulator.isPreloaded { return nil }
        do throws(SystemError) {
            return try StepWatch()
        } catch {
            throw StartError("Could not watch for steps of the clock: \(error)")
        }
    }

    /// From now on the process obeys the operator's signals.
    mutating func obeySignals() throws(StartError) {
        do throws(SystemError) {
            try Signals.install(waking: timer)
        } catch {
            throw StartError("Could not prepare for signals: \(error)")
        }
    }

    // MARK: Host

    mutating func read() -> ClockReading { clock.read() }

    mutating func next(before deadline: Instant<Monotonic>) -> Event? {
        rateIsUncertain = false
        while true {
            if let event = events.removeFirst() { return event }
            let now = KernelClock.monotonic
            answer(resolver.expire(at: now))
            startWorkers(at: now)
            let isLate = deadline <= now
            do throws(SystemError) {
                // In this order no signal is missed: one that comes later lets the timer fire.
                if !isLate {
                    try timer.arm(for: min(deadline, resolver.deadline ?? deadline, pool?.deadline ?? deadline))
                }
                takeSignals()
                if isStopping { return nil }
                // Under a simulator time passes only in a wait, so nothing can have come, and some of them do not let
                // a program look without waiting.
                if isLate, isSimulated { return events.removeFirst() }
                try pollSet.wait(isPatient: !isLate && events.isEmpty, ready: &ready)
            } catch {
                log.write("The daemon cannot wait any more: \(error)", .error)
                stop(status: 1)
                return nil
            }
            for index in ready.indices { handle(ready[index]) }
            if events.isEmpty, isLate || deadline <= KernelClock.monotonic { return nil }
        }
    }

    mutating func perform(_ effect: Effect) {
        switch effect {
        case .setRate, .step, .setStatus, .setTAIOffset:
            guard settings.timekeeper.controlsClock else { return }
            // What readers calculate is wrong from the change of the rate until they are told of it.
            if case .setRate = effect { page?.begin() }
            steer(effect)
        case .send(let token, let octets, let destination): send(octets, token, to: destination)
        case .close(let token): close(token)
        case .sendToPeer(let token, let octets, let destination): sendToPeer(octets, token, to: destination)
        case .listenTo(let peers): listen(to: peers)
        case .broadcast(let octets, let destination): broadcast(octets, to: destination)
        case .resolve(let token, let name, let family):
            answer(resolver.ask(token.number, name: name, family: family, at: KernelClock.monotonic))
            watchResolver()
        case .serve(let served): serve(served)
        case .publishBound(let report): publish(report)
        case .readReferenceClock(let position): readReferenceClock(position)
        case .reply(let octets, let client): reply(octets, to: client)
        case .askResponder(let octets, let client):
            if let octets = responderReply(octets, for: client) { reply(octets, to: client) }
        case .reloadSources: reloadSources()
        case .testRoutes(let endpoints): testRoutes(endpoints)
        case .readKeys: readKeys()
        case .readLeapSeconds: readLeapSeconds()
        case .mail(let mail): send(mail)
        case .log(let record): logs.write(record, log)
        case .cycleLogs: logs.cycle(log)
        case .readRTC, .watchRTC, .releaseRTC, .setRTC: performOnRealTimeClock(effect)
        case .save(let file, let text): save(text, to: path(of: file), effect)
        case .readTemperature: readTemperature()
        case .note(let note): log.write(note.text, Log.Severity(note.severity))
        case .stop(let status): stop(status: status)
        }
    }

    // MARK: Doing

    private mutating func stop(status: Int32) {
        exitStatus = status
        isStopping = true
    }

    private mutating func takeSignals() {
        let signals = Signals.take()
        if signals.contains(.refresh) { events.append(.signal(.refresh)) }
        if signals.contains(.stop) { stop(status: 0) }
    }

    private mutating func steer(_ effect: Effect) {
        do throws(SystemError) {
            switch effect {
            case .setRate(let rate):
                try clock.setRate(tick: rate.tick, scaledFrequency: rate.scaledFrequency)
                hardware.rate = rate.frequency.ratio
            case .step(let duration):
                try clock.step(by: duration)
                // This step was ours.
                if stepWatch != nil { _ = try stepWatch?.wasStepped() }
            case .setStatus(let status):
                try clock.setStatus(
                    KernelClock.Status(
                        isSynchronised: status.isSynchronised, leap: status.leap, maximumError: status.maximumError,
                        estimatedError: status.estimatedError))
            case .setTAIOffset(let seconds): try clock.setTAIOffset(seconds)
            default: break
            }
        } catch {
            refuse(effect, error)
        }
    }

    private mutating func reloadSources() {
        let (sources, warnings) = Configuration.directorySources(of: settings, .machine)
        for warning in warnings { log.write(warning.description, .warning) }
        events.append(
            .sourcesReloaded(
                added: sources.filter { !directorySources.contains($0) },
                removed: directorySources.filter { !sources.contains($0) }))
        directorySources = sources
    }

    private func path(of file: StateFile) -> String? {
        switch file {
        case .drift: settings.driftFile
        case .measurements(let name): settings.dumpFile(of: name)
        case .temperature: settings.temperatureFile
        case .realTimeClock(let index): realTimeClocks.indices.contains(index) ? realTimeClocks[index].file : nil
        case .time: settings.realTimeClock.timeFile
        }
    }

    private mutating func save(_ text: String, to path: String?, _ effect: Effect) {
        guard let path else { return }
        do throws(SystemError) {
            try AtomicFile.write(text, to: path)
        } catch {
            refuse(effect, error)
        }
    }

    /// Tells the engine, or where it does not listen any more, the operator.
    private mutating func refuse(_ effect: Effect, _ error: SystemError) {
        if isStopping {
            if case .save = effect {
                log.write("What was learned was not saved: \(error)", .error)
            } else {
                log.write("\(error)", .error)
            }
        }
        if case .setRate = effect { rateIsUncertain = true }
        events.append(.refused(effect, KernelRefusal(error)))
    }

    // MARK: What came

    private mutating func handle(_ ready: PollSet<Watched>.Ready) {
        switch ready.tag {
        case .timer: timer.clear()
        case .realTimeClock(let index): takeRealTimeClockUpdate(index)
        case .stepWatch:
            if (try? stepWatch?.wasStepped()) ?? false { events.append(.clockWasSet) }
        case .request(let token): receive(token, ready)
        case .server(let index):
            if ready.hasErrors { takeServerStamps(index) }
            if ready.isReadable || !ready.hasErrors { serve(index) }
        case .worker(let place): hear(place)
        case .control: receiveControl()
        case .command(let index): receiveCommand(index)
        case .referenceClock(let position): receiveReferenceClock(position)
        case .resolver(let descriptor):
            pollSet.forget(descriptor)
            answer(resolver.receive(descriptor, at: KernelClock.monotonic))
            watchResolver()
        }
    }

    private mutating func answer(_ answers: [ResolverAnswer]) {
        for answer in answers {
            if let failure = answer.failure { log.write("Could not ask the resolver: \(failure)", .error) }
            events.append(.resolved(ResolutionToken(number: answer.question), answer.addresses))
        }
    }

    private mutating func watchResolver() {
        for descriptor in resolver.descriptors {
            pollSet.forget(descriptor)
            pollSet.watch(descriptor, .resolver(descriptor))
        }
    }
}

extension KernelRefusal {
    init(_ error: SystemError) {
        self.init(call: error.call, number: error.number, text: error.text)
    }
}

extension Log.Severity {
    init(_ severity: Note.Severity) {
        switch severity {
        case .information: self = .information
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

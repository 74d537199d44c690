internal import Addresses
public import BoundPage
public import Engine
internal import RealTimeClock
public import Recording
public import TimeBase
public import Timekeeping

/// A note and when it was made.
public struct TimedNote: Equatable, Sendable {
    /// True time since the start.
    public var moment: Duration
    public var note: Note
}

/// A machine that does not exist: crystal, kernel clock, network, servers. It is a host like Linux is, so the engine
/// that runs on it is the daemon's, not a model of it. The same scenario and seed give the same run, bit for bit.
///
/// Time stands still while the engine thinks, and jumps from one event to the next. It stops at every full second, too,
/// and gives the loop nothing then: so an observer can look at the engine once a second without waking it.
public struct SimulatedHost: Host {
    public typealias Event = Timekeeping.Event
    public typealias Effect = Timekeeping.Effect

    /// What has been counted.
    public struct Counts: Equatable, Sendable {
        /// Requests that the engine sent.
        public var sent = 0
        /// Datagrams handed to the engine.
        public var received = 0
        /// Datagrams for a socket that was closed already.
        public var late = 0
        /// Forged datagrams that the attacker sent, and those handed to the engine.
        public var forged = 0
        public var forgedReceived = 0
        /// Steps that the engine made.
        public var steps = 0
    }

    /// What is under way.
    private enum Pending {
        case event(Event)
        case request(RequestToken, server: Int, octets: [UInt8])
        /// A forged reply came in at no server.
        case reply(RequestToken, from: Endpoint, octets: [UInt8], arrived: (server: Int, moment: Duration)?)
        case stepByOthers(Duration)
        case sleep(Scenario.Sleep)
        /// What a reference clock has to say of a full second comes.
        case referenceClock(Int, second: Duration)
        /// The kernel writes an RTC, if its clock still counts as synchronised.
        case kernelWritesRTC(Int)
    }

    public let scenario: Scenario
    /// True time since the start.
    public private(set) var now: Duration = .zero
    public private(set) var clock: SimulatedClock
    public private(set) var counts = Counts()
    public private(set) var notes: [TimedNote] = []
    /// Genuine replies that were handed to the engine.
    public private(set) var exchanges: [Exchange] = []
    public private(set) var saved: [StateFile: String] = [:]
    /// Lines of the measurement logs.
    public private(set) var logged: [LogRecord] = []
    public private(set) var served: ServedTime?
    /// What programs are told of true time.
    public private(set) var published: BoundReport?
    /// What the kernel was told last, and when.
    public private(set) var status: KernelStatus?
    private var statusSet = Duration.zero
    /// What the kernel does of leap seconds.
    public private(set) var kernelLeap = SimulatedKernelLeap()
    /// Letters that the engine wrote.
    public private(set) var mails: [ChangeMail] = []
    /// The RTCs.
    public private(set) var realTimeClocks: [SimulatedChip] = []
    /// Set when the engine asked to stop.
    public private(set) var exitStatus: Int32?
    /// The poll interval (binary logarithm of seconds) in the last request.
    public private(set) var poll: Int8?
    /// Whether the last wait ended because a full second has come.
    public private(set) var isFullSecond = false

    private var queue = EventQueue<Pending>()
    private var servers: [SimulatedServer]
    private var toServer: [RandomSource]
    private var fromServer: [RandomSource]
    private var indices: [IPAddress: Int] = [:]
    private var attacker: OffPathAttacker?
    private var referenceClocks: [SimulatedReferenceClock]
    private var interfaceClock: SimulatedInterfaceClock?
    /// Sockets that are open, whom they are connected to, and when a request went out by them.
    private var sockets: [RequestToken: (peer: Endpoint, sent: Duration)] = [:]
    private var nextSecond = Duration.seconds(1)
    /// When the machine last woke from sleep.
    private var woke = Duration.zero
    private var idlePasses = 0

    public init(_ scenario: Scenario, seed: UInt64) {
        self.scenario = scenario
        let crystal = SimulatedOscillator(
            scenario.oscillator, length: scenario.length,
            random: RandomSource(seed: seed, stream: RandomStream.oscillator))
        clock = SimulatedClock(crystal, error: scenario.initialError, time: scenario.time)
        servers = scenario.servers.map { SimulatedServer($0, time: scenario.time) }
        toServer = servers.indices.map { RandomSource(seed: seed, stream: RandomStream.toServer($0)) }
        fromServer = servers.indices.map { RandomSource(seed: seed, stream: RandomStream.fromServer($0)) }
        for (index, server) in scenario.servers.enumerated() { indices[server.address] = index }
        attacker = scenario.attacker.map {
            OffPathAttacker($0, random: RandomSource(seed: seed, stream: RandomStream.attacker))
        }
        referenceClocks = scenario.referenceClocks.enumerated().map { index, settings in
            SimulatedReferenceClock(
                settings, random: RandomSource(seed: seed, stream: RandomStream.referenceClock(index)))
        }
        interfaceClock = scenario.interfaceClock.map {
            SimulatedInterfaceClock($0, random: RandomSource(seed: seed, stream: RandomStream.interfaceClock))
        }
        for index in referenceClocks.indices where referenceClocks[index].settings.isPeriodic {
            expect(second: .seconds(1), of: index)
        }
        realTimeClocks = scenario.realTimeClocks.enumerated().map { index, settings in
            SimulatedChip(settings, position: index, length: scenario.length, seed: seed)
        }
        for step in scenario.stepsByOthers { queue.insert(.stepByOthers(step.by), at: step.at) }
        for sleep in scenario.sleeps { queue.insert(.sleep(sleep), at: sleep.at) }
    }

    public var isStopping: Bool { exitStatus != nil || now >= scenario.length }

    public func read() -> ClockReading { clock.reading(at: now) }

    public mutating func next(before deadline: Instant<Monotonic>) -> Event? {
        isFullSecond = false
        let before = now
        defer {
            idlePasses = now == before ? idlePasses + 1 : 0
            precondition(idlePasses < 1_000_000, "The engine does not let time go on: its next wake is always now.")
        }
        var until = min(nextSecond, scenario.length)
        let leap = kernelLeapMoment(before: until)
        if let leap { until = min(until, max(leap, now)) }
        if read().monotonic >= deadline {
            until = now
        } else if clock.reading(at: until).monotonic >= deadline {
            until = min(until, clock.moment(whenMonotonicReads: deadline))
        }
        while let first = queue.first, first <= until, let (moment, pending) = queue.next() {
            if moment < woke, case .reply = pending { continue }  // It came while the machine slept.
            now = max(now, moment)
            if let event = happen(pending, at: moment) { return event }
        }
        now = until
        if let leap, leap <= now {
            // As Linux does it: whoever watches the clock hears of a leap second as of any step.
            clock.step(by: kernelLeap.apply())
            return .clockWasSet
        }
        if now == nextSecond {
            isFullSecond = true
            nextSecond += .seconds(1)
        }
        return nil
    }

    public mutating func perform(_ effect: Effect) {
        switch effect {
        case .setRate(let rate): setRate(rate, effect)
        case .step where refusesClock, .setStatus where refusesClock, .setTAIOffset where refusesClock: refuse(effect)
        case .step(let change):
            setClock(by: change)
            counts.steps += 1
            // As Linux does it: a step is reported to whoever watches the clock, whoever made it.
            queue.insert(.event(.clockWasSet), at: now)
        case .setStatus(let status):
            self.status = status
            statusSet = now
            kernelLeap.tell(status.leap, at: read().realtime)
            for index in realTimeClocks.indices where status.isSynchronised {
                guard let first = realTimeClocks[index].beginWrites(at: now) else { continue }
                queue.insert(.kernelWritesRTC(index), at: first)
            }
        case .send(let token, let octets, let destination): send(octets, token, to: destination)
        case .close(let token): sockets[token] = nil
        case .resolve(let token, let name, let family):
            let addresses = scenario.addresses(of: name).filter { family == nil || $0.family == family }
            queue.insert(.event(.resolved(token, addresses)), at: now + .milliseconds(5))
        case .serve(let served): self.served = served
        case .sendToPeer, .listenTo, .broadcast: break  // There is nobody who would hear it.
        case .publishBound(let report): published = report
        case .readReferenceClock(let index): readReferenceClock(index)
        case .save(let file, let text): saved[file] = text
        case .readRTC(let index): readRealTimeClock(index)
        case .setRTC(let index, let second):
            guard realTimeClocks.indices.contains(index) else { return }
            realTimeClocks[index].set(second: second, at: now, epoch: scenario.time.epoch)
        case .watchRTC, .releaseRTC: break  // It is polled, and nobody else wants it.
        case .readTemperature: readTemperature()
        case .note(let note): notes.append(TimedNote(moment: now, note: note))
        case .log(let record): logged.append(record)
        case .cycleLogs: break
        case .stop(let status): exitStatus = status
        case .setTAIOffset(let seconds): kernelLeap.taiOffset = seconds
        case .mail(let mail): mails.append(mail)
        case .readLeapSeconds: break  // Nobody has published a new table.
        case .testRoutes(let endpoints):
            let isConnected = scenario.connectivity.isConnected(at: now)
            queue.insert(
                .event(
                    .routesTested(reachable: isConnected ? endpoints : [], unreachable: isConnected ? [] : endpoints)),
                at: now)
        case .reply, .askResponder, .reloadSources, .readKeys: break  // Nobody asks: no control request ever comes in.
        }
    }

    /// adjtimex(2): a tick out of range is refused, a frequency out of range is brought to its end.
    private mutating func setRate(_ rate: KernelRate, _ effect: Effect) {
        guard !refusesClock else { return refuse(effect) }
        guard (9000...11000).contains(rate.tick) else {
            return refuse(effect, number: 22, text: "Invalid argument")
        }
        var rate = rate
        rate.scaledFrequency = min(max(rate.scaledFrequency, -32_768_000), 32_768_000)
        clock.setRate(rate, at: now)
    }

    private mutating func readRealTimeClock(_ index: Int) {
        guard realTimeClocks.indices.contains(index) else {
            let refusal = KernelRefusal(call: "open", number: 2, text: "No such file or directory")
            queue.insert(.event(.refused(.readRTC(index), refusal)), at: now)
            return
        }
        let read = realTimeClocks[index].read(at: now, epoch: scenario.time.epoch)
        let reading = EdgeFinder.Reading(
            began: clock.reading(at: read.began).monotonic, ended: clock.reading(at: read.ended).monotonic,
            seconds: read.second)
        queue.insert(.event(.rtcRead(index, reading, celsius: read.celsius)), at: read.ended)
    }

    private var refusesClock: Bool { scenario.kernelRefusesFrom.map { now >= $0 } ?? false }

    private mutating func refuse(_ effect: Effect, number: Int32 = 1, text: String = "Operation not permitted") {
        let refusal = KernelRefusal(call: "adjtimex", number: number, text: text)
        queue.insert(.event(.refused(effect, refusal)), at: now)
    }

    // MARK: What the kernel says

    /// maxerror as a program reads it now: it grows by 500 ppm since it was set (kernel/time/ntp.c), up to 16 s,
    /// which mean that nothing is known.
    public var kernelMaximumError: Duration {
        guard let status else { return .seconds(16) }
        return min(status.maximumError + Frequency(ppm: 500) * (now - statusSet), .seconds(16))
    }

    /// Whether STA_UNSYNC is cleared: the kernel sets it by itself when maxerror reaches 16 s.
    public var kernelIsSynchronised: Bool {
        status?.isSynchronised == true && kernelMaximumError < .seconds(16)
    }

    /// By how much the time served now is wrong, seconds: positive when it is fast. nil before any is served.
    public var servedError: Double? {
        guard let served else { return nil }
        return scenario.time.error(of: served.time(at: read().realtime), at: now)
    }

    /// When the kernel will apply the leap second that it was told of, if that is before `limit`.
    private func kernelLeapMoment(before limit: Duration) -> Duration? {
        guard let boundary = kernelLeap.boundary, clock.reading(at: limit).realtime >= boundary else { return nil }
        return clock.moment(whenWallClockReads: boundary)
    }

    /// Somebody sets the clock, and the kernel forgets how good it was (ntp_clear of kernel/time/ntp.c).
    private mutating func setClock(by change: Duration) {
        clock.step(by: change)
        kernelLeap.clockWasSet()
        guard var status else { return }
        status.isSynchronised = false
        status.maximumError = .seconds(16)
        status.estimatedError = .seconds(16)
        self.status = status
        statusSet = now
    }

    private mutating func readTemperature() {
        var reading: Double?
        if let thermometer = scenario.thermometer {
            let moment = max(now - thermometer.lag, .zero)
            let celsius = 20 + (scenario.oscillator.temperature?.kelvins(at: moment) ?? 0)
            reading = (celsius / thermometer.resolution).rounded() * thermometer.resolution * 1000
        }
        queue.insert(.event(.temperature(reading)), at: now)
    }

    private mutating func send(_ octets: [UInt8], _ token: RequestToken, to destination: Endpoint) {
        counts.sent += 1
        if octets.count > 2 { poll = Int8(bitPattern: octets[2]) }
        sockets[token] = (destination, now)
        if let after = scenario.stampsOfSending {
            queue.insert(.event(.sent(token, at: stamp())), at: now + after)
        }
        if var attacker {
            for forgery in attacker.forgeries(at: now) {
                counts.forged += 1
                let reply = Pending.reply(token, from: destination, octets: forgery.octets, arrived: nil)
                queue.insert(reply, at: now + forgery.after)
            }
            self.attacker = attacker
        }
        guard let index = indices[destination.address], destination.port == 123 else { return }
        // Numbers are drawn whether or not there is a network, so an outage moves no delay of later packets.
        let delays = servers[index].settings.toServer.delays(at: now, random: &toServer[index])
        guard scenario.connectivity.isConnected(at: now) else {
            guard scenario.reportsOutage else { return }
            let refusal = KernelRefusal(call: "sendmsg", number: 101, text: "Network is unreachable")
            queue.insert(.event(.sendFailed(token, refusal)), at: now)
            return
        }
        for delay in delays { queue.insert(.request(token, server: index, octets: octets), at: now + delay) }
    }

    /// What the engine is told of something that happens at a moment (earlier than now if it slept); nil if it does not notice.
    private mutating func happen(_ pending: Pending, at moment: Duration) -> Event? {
        switch pending {
        case .event(.sent(let token, let stamp)):
            return sockets[token] == nil ? nil : .sent(token, at: stamp)
        case .event(let event): return event
        case .referenceClock(let index, let second): return heard(index, second: second)
        case .stepByOthers(let change):
            setClock(by: change)
            return .clockWasSet
        case .kernelWritesRTC(let index):
            guard kernelIsSynchronised else {
                realTimeClocks[index].endWrites()
                return nil
            }
            if let next = realTimeClocks[index].kernelWrites(at: moment, clockError: clock.error(at: moment)) {
                queue.insert(.kernelWritesRTC(index), at: next)
            }
            return nil
        case .sleep(let sleep):
            clock.suspend(at: now, for: sleep.duration, error: sleep.error)
            now += sleep.duration
            woke = now
            nextSecond = .seconds(now.components.seconds + 1)
            return .clockWasSet
        case .request(let token, let index, let octets):
            arrive(octets, token, at: index, moment)
            return nil
        case .reply(let token, let source, let octets, let arrived):
            guard let (peer, sent) = sockets[token], peer == source else {
                counts.late += 1
                return nil
            }
            counts.received += 1
            if let arrived {
                attacker?.overheard = octets
                exchanges.append(
                    Exchange(server: arrived.server, sent: sent, arrived: arrived.moment, returned: moment))
            } else {
                counts.forgedReceived += 1
            }
            return .datagram(token, octets: octets, from: source, to: Scenario.clientAddress, at: stamp())
        }
    }

    /// Of a packet that passes the network interface now.
    private mutating func stamp() -> Stamp {
        if let moment = interfaceClock?.stamp(at: now, by: clock) { return Stamp(time: moment, kind: .hardware) }
        return Stamp(time: read().realtime, kind: .kernel)
    }

    // MARK: Reference clocks

    private mutating func expect(second: Duration, of index: Int) {
        guard second <= scenario.length else { return }
        queue.insert(
            .referenceClock(index, second: second), at: referenceClocks[index].arrival(ofSecond: second))
    }

    private mutating func heard(_ index: Int, second: Duration) -> Event? {
        expect(second: second + .seconds(1), of: index)
        let reading = referenceClocks[index].heard(
            index, second: scenario.time.utc(at: second), at: now, stamp: read().realtime,
            leap: scenario.time.announcement(at: now))
        guard let reading, !scenario.settings.referenceClocks[index].isAsked else { return nil }
        return .referenceClockRead(reading)
    }

    private mutating func readReferenceClock(_ index: Int) {
        guard referenceClocks.indices.contains(index) else { return }
        let time = scenario.time
        let reading = referenceClocks[index].read(
            index, at: now, utc: { time.utc(at: $0) }, stamp: read().realtime, leap: time.announcement(at: now))
        guard let reading, scenario.settings.referenceClocks[index].isAsked else { return }
        queue.insert(.event(.referenceClockRead(reading)), at: now)
    }

    /// A request comes in at a server, which is awake even if the client sleeps.
    private mutating func arrive(_ octets: [UInt8], _ token: RequestToken, at index: Int, _ moment: Duration) {
        let source = Endpoint(address: servers[index].settings.address, port: 123)
        let answer = servers[index].answer(octets, at: moment)
        guard answer != .silence else { return }
        let left = moment + SimulatedServer.processing
        let delays = servers[index].settings.fromServer.delays(at: left, random: &fromServer[index])
        for delay in delays where scenario.connectivity.isConnected(at: left + delay) {
            switch answer {
            case .silence: break
            case .reply(let octets):
                let reply = Pending.reply(token, from: source, octets: octets, arrived: (index, moment))
                queue.insert(reply, at: left + delay)
            case .portUnreachable:
                let refusal = KernelRefusal(call: "recvmsg", number: 111, text: "Connection refused")
                queue.insert(.event(.sendFailed(token, refusal)), at: left + delay)
            }
        }
    }
}

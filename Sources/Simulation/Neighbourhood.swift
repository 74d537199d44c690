public import Addresses
internal import NTPWire
public import TimeBase
public import Timekeeping

/// Several machines on one network, each with a crystal of its own and the daemon's own engine and responder: what one of
/// them tells, another one hears. Beside them there may be servers that have true time.
///
/// All chance follows from one seed, and each machine's from streams of its own: so two runs that differ in what happens to
/// one machine have the same crystals and the same delays everywhere.
public struct Neighbourhood {
    /// A machine as it begins.
    public struct Member: Sendable {
        public var oscillator: OscillatorSettings
        /// By how much its wall clock is fast at the start.
        public var initialError: Duration
        public var settings: TimekeeperSettings
        /// When it is switched on.
        public var begins = Duration.zero

        public init(_ oscillator: OscillatorSettings, initialError: Duration, settings: TimekeeperSettings) {
            self.oscillator = oscillator
            self.initialError = initialError
            self.settings = settings
        }
    }

    /// What is asked for before it runs: everything but the seed.
    public struct Plan: Sendable {
        public var members: [Member]
        /// Servers with true time. Their paths are not used; all go by ``path``.
        public var servers: [ServerSettings] = []
        /// From each to each, one way.
        public var path = NetworkPath(base: 100e-6, jitter: 50e-6)
        public var length: Duration
        public var epoch = SimulatedClock.epoch

        public init(members: [Member], length: Duration) {
            self.members = members
            self.length = length
        }
    }

    /// 10.0.0.1 and so on.
    public static func address(_ member: Int) -> IPAddress { .v4(0x0a00_0001 + UInt32(member)) }

    /// One machine at work.
    struct Machine {
        var clock: SimulatedClock
        var engine: Timekeeper?
        var responder: Responder
        var served = ServedTime.unsynchronised
        var sockets: [RequestToken: Endpoint] = [:]
        var paths: RandomSource
        /// True time at which it wants to be woken.
        var wake = Duration.zero
        var begins: Duration
        var isRunning = true
        /// Which part of a divided network it is in.
        var part = 0
        /// Added to the timestamps of all that it answers.
        var lie: (@Sendable (Duration) -> Duration)?
        var steps: [Duration] = []
        var notes: [TimedNote] = []
        var published: KernelStatus?
    }

    private enum Pending {
        case event(Int, Event)
        /// A request from one machine to another, or to a server.
        case request(from: Int, RequestToken, octets: [UInt8], to: Endpoint)
        case reply(to: Int, RequestToken, octets: [UInt8], from: Endpoint)
        case peer(from: Int, octets: [UInt8], to: Endpoint)
    }

    public let plan: Plan
    /// True time since the start.
    public private(set) var now = Duration.zero
    var machines: [Machine] = []
    private var servers: [SimulatedServer]
    private let time: TrueTime
    private var queue = EventQueue<Pending>()
    private let seed: UInt64

    public init(_ plan: Plan, seed: UInt64) {
        self.plan = plan
        self.seed = seed
        time = TrueTime(epoch: plan.epoch)
        servers = plan.servers.map { SimulatedServer($0, time: TrueTime(epoch: plan.epoch)) }
        for (index, member) in plan.members.enumerated() {
            let stream = UInt64(index) * 16 + 1000
            let crystal = SimulatedOscillator(
                member.oscillator, length: plan.length, random: RandomSource(seed: seed, stream: stream))
            var responder = Responder(rateLimit: nil, random: RandomSource(seed: seed, stream: stream + 1))
            responder.access.set(nil, allowed: true, all: true)
            machines.append(
                Machine(
                    clock: SimulatedClock(crystal, error: member.initialError, time: time), responder: responder,
                    paths: RandomSource(seed: seed, stream: stream + 2), wake: member.begins, begins: member.begins))
        }
    }

    // MARK: What happens to them

    /// Whether a machine runs at all; switched on again, it begins anew.
    public mutating func setRunning(_ member: Int, _ isRunning: Bool) {
        machines[member].isRunning = isRunning
        guard isRunning else {
            machines[member].engine = nil
            machines[member].responder.served = .unsynchronised
            machines[member].sockets = [:]
            return
        }
        machines[member].wake = now
    }

    public mutating func divide(_ members: [Int], part: Int) {
        for member in members { machines[member].part = part }
    }

    /// From now on its crystal gains so much more.
    public mutating func speedUp(_ member: Int, by change: Frequency) {
        machines[member].clock.speedUp(by: change.ratio, at: now)
    }

    /// It adds this to what it tells from now on; nil for the truth.
    public mutating func lie(_ member: Int, _ lie: (@Sendable (Duration) -> Duration)?) { machines[member].lie = lie }

    /// Somebody enters the time at a machine.
    ///
    /// - Parameter error: by how much it is fast.
    public mutating func setTime(_ member: Int, error: Duration) {
        var effects: [Effect] = []
        let reading = reading(member)
        machines[member].engine?.enterTime(time.utc(at: now) + error, at: reading, effects: &effects)
        perform(effects, member)
        plan(member)
    }

    /// Another condition for a server from now on.
    public mutating func setServer(_ index: Int, _ condition: ServerSettings.Condition) {
        var settings = servers[index].settings
        settings.phases.append(.init(from: now, condition))
        servers[index] = SimulatedServer(settings, time: time)
    }

    // MARK: What is to be seen

    public var count: Int { machines.count }

    public func engine(_ member: Int) -> Timekeeper? { machines[member].engine }

    public func reading(_ member: Int) -> ClockReading { machines[member].clock.reading(at: now) }

    /// By how much the wall clock is wrong, seconds: positive when it is fast.
    public func error(_ member: Int) -> Double { machines[member].clock.error(at: now) }

    /// What it tells others.
    public func served(_ member: Int) -> ServedTime { machines[member].served }

    /// By how much the time that it tells others is wrong, seconds.
    public func servedError(_ member: Int) -> Double {
        time.error(of: served(member).time(at: reading(member).realtime), at: now)
    }

    public func state(_ member: Int) -> ClockState? { machines[member].engine?.state(at: reading(member)) }

    public func steps(_ member: Int) -> [Duration] { machines[member].steps }

    public func notes(_ member: Int) -> [TimedNote] { machines[member].notes }

    /// What the kernel was told last.
    public func status(_ member: Int) -> KernelStatus? { machines[member].published }

    // MARK: Running

    /// Lets time pass up to a moment.
    ///
    /// - Parameter observe: called at the end of each period; it must not disturb anybody.
    public mutating func run(
        until end: Duration, every period: Duration = .seconds(1), observe: (borrowing Neighbourhood) -> Void = { _ in }
    ) {
        var next = now + period
        while now < end {
            let limit = min(end, next)
            while let moment = earliest, moment <= limit {
                now = max(now, moment)
                if let first = queue.first, first <= now, let (_, pending) = queue.next() {
                    happen(pending)
                } else if let member = machines.indices.first(where: { isAwake($0) && machines[$0].wake <= now }) {
                    wake(member)
                }
            }
            now = limit
            if now == next {
                observe(self)
                next += period
            }
        }
    }

    private func isAwake(_ member: Int) -> Bool { machines[member].isRunning }

    private var earliest: Duration? {
        let wake = machines.indices.filter(isAwake).map { machines[$0].wake }.min()
        return [wake, queue.first].compactMap(\.self).min()
    }

    private mutating func wake(_ member: Int) {
        if machines[member].engine == nil {
            let chance = RandomSource(seed: seed, stream: UInt64(member) * 16 + 1003)
            machines[member].engine = Timekeeper(
                settings: plan.members[member].settings, at: reading(member), kernelRate: machines[member].clock.rate,
                random: chance)
        }
        var effects: [Effect] = []
        let reading = reading(member)
        machines[member].engine?.wake(at: reading, effects: &effects)
        perform(effects, member)
        plan(member)
    }

    private mutating func hand(_ event: Event, to member: Int) {
        guard machines[member].isRunning, machines[member].engine != nil else { return }
        var effects: [Effect] = []
        let reading = reading(member)
        machines[member].engine?.receive(event, at: reading, effects: &effects)
        if let engine = machines[member].engine, engine.nextWake(after: reading) <= reading.monotonic {
            machines[member].engine?.wake(at: reading, effects: &effects)
        }
        perform(effects, member)
        plan(member)
    }

    /// Notes when the machine wants to be woken.
    private mutating func plan(_ member: Int) {
        guard let engine = machines[member].engine else { return }
        let reading = reading(member)
        let deadline = engine.nextWake(after: reading)
        machines[member].wake =
            deadline <= reading.monotonic ? now : machines[member].clock.moment(whenMonotonicReads: deadline)
    }

    private mutating func perform(_ effects: [Effect], _ member: Int) {
        for effect in effects {
            switch effect {
            case .setRate(let rate): machines[member].clock.setRate(rate, at: now)
            case .step(let change):
                machines[member].clock.step(by: change)
                machines[member].steps.append(change)
            case .setStatus(let status): machines[member].published = status
            case .serve(let served):
                machines[member].served = served
                machines[member].responder.served = served
            case .listenTo(let peers): machines[member].responder.peers = peers
            case .resolve(let token, let name, _):
                let addresses = IPAddress(name).map { [$0] } ?? []
                queue.insert(.event(member, .resolved(token, addresses)), at: now + .milliseconds(5))
            case .send(let token, let octets, let destination):
                machines[member].sockets[token] = destination
                stamp(token, member)
                travel(member, to: destination, .request(from: member, token, octets: octets, to: destination))
            case .sendToPeer(let token, let octets, let destination):
                stamp(token, member)
                travel(member, to: destination, .peer(from: member, octets: lied(octets, member), to: destination))
            case .close(let token): machines[member].sockets[token] = nil
            case .note(let note): machines[member].notes.append(TimedNote(moment: now, note: note))
            default: break
            }
        }
    }

    private mutating func stamp(_ token: RequestToken, _ member: Int) {
        let stamp = Stamp(time: reading(member).realtime, kind: .kernel)
        queue.insert(.event(member, .sent(token, at: stamp)), at: now + .microseconds(2))
    }

    /// Sends something on its way; what is lost, is lost.
    private mutating func travel(_ member: Int, to destination: Endpoint, _ pending: Pending) {
        for delay in plan.path.delays(at: now, random: &machines[member].paths) {
            queue.insert(pending, at: now + delay)
        }
    }

    private func member(at address: IPAddress) -> Int? {
        guard case .v4(let bits) = address else { return nil }
        let index = Int(bits) - 0x0a00_0001
        return machines.indices.contains(index) ? index : nil
    }

    private func reaches(_ one: Int, _ other: Int) -> Bool {
        machines[one].part == machines[other].part && machines[one].isRunning && machines[other].isRunning
    }

    private mutating func happen(_ pending: Pending) {
        switch pending {
        case .event(let member, let event): hand(event, to: member)
        case .request(let from, let token, let octets, let destination):
            if let index = servers.firstIndex(where: { $0.settings.address == destination.address }) {
                guard case .reply(let reply) = servers[index].answer(octets, at: now) else { return }
                travel(from, to: destination, .reply(to: from, token, octets: reply, from: destination))
            } else if let member = member(at: destination.address), reaches(from, member) {
                answer(octets, token, from: from, by: member)
            }
        case .reply(let member, let token, let octets, let source):
            guard machines[member].sockets[token] == source else { return }
            if let sender = self.member(at: source.address), !reaches(sender, member) { return }
            let stamp = Stamp(time: reading(member).realtime, kind: .kernel)
            hand(
                .datagram(token, octets: octets, from: source, to: Self.address(member), at: stamp), to: member)
        case .peer(let from, let octets, let destination):
            guard let member = member(at: destination.address), reaches(from, member) else { return }
            let source = Endpoint(address: Self.address(from), port: 123)
            guard machines[member].responder.peers.contains(source) else { return }
            let stamp = Stamp(time: reading(member).realtime, kind: .kernel)
            hand(.peerDatagram(octets: octets, from: source, to: Self.address(member), at: stamp), to: member)
        }
    }

    private mutating func answer(_ octets: [UInt8], _ token: RequestToken, from client: Int, by member: Int) {
        let moment = reading(member).realtime
        let endpoint = Endpoint(address: Self.address(client), port: 40_000)
        var reply = [UInt8](repeating: 0, count: octets.count)
        var span = reply.mutableSpan
        let (_, length) = machines[member].responder.answer(
            octets.span, from: endpoint, received: moment, now: moment, into: &span)
        guard length > 0 else { return }
        let source = Endpoint(address: Self.address(member), port: 123)
        travel(
            member, to: endpoint,
            .reply(to: client, token, octets: lied(Array(reply[..<length]), member), from: source))
    }

    /// What a machine that lies makes of a packet.
    private func lied(_ octets: [UInt8], _ member: Int) -> [UInt8] {
        guard let lie = machines[member].lie, var header = NTPHeader(octets.span) else { return octets }
        let added = lie(now)
        let near = reading(member).realtime
        header.receive = NTPTimestamp(header.receive.instant(near: near) + added)
        header.transmit = NTPTimestamp(header.transmit.instant(near: near) + added)
        return header.octets + octets.dropFirst(NTPHeader.size)
    }
}

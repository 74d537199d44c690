internal import Addresses
internal import Engine
internal import NTPWire
internal import TimeBase

@testable internal import Timekeeping

/// A timekeeper on a bench: its clocks are moved by hand, its servers answer what a test says, and everything that it
/// wants is written down. The oscillator is perfect unless a test says otherwise, so the clock runs as fast as the kernel was told.
struct Bench {
    /// What a server does with a request: nil is silence.
    typealias Server = (_ request: NTPHeader, _ trueTime: Instant<Realtime>) -> NTPHeader?

    var keeper: Timekeeper
    /// What the monotonic clock shows.
    private(set) var monotonic = Duration.seconds(100)
    /// Wall clock less monotonic clock.
    var wallOffset = Duration.seconds(1_790_000_000)
    var suspended = Duration.zero
    private(set) var trueTime: Instant<Realtime>
    private(set) var rate = KernelRate.nominal
    /// What each address does; those without an entry are silent.
    var servers: [IPAddress: Server] = [:]
    /// What names the resolver knows; nil answers never.
    var names: [String: [IPAddress]]? = [:]
    /// How much faster than true time the oscillator runs.
    var gain = 0.0
    /// On each way.
    var delay = Duration.milliseconds(1)
    /// What servers make of their replies before they send them.
    var sealing: ([UInt8]) -> [UInt8] = { $0 }
    /// Whether the kernel refuses to have its clock touched.
    var refuses = false
    private var queue: [(at: Duration, event: Event)] = []
    private(set) var requests: [(token: RequestToken, octets: [UInt8], to: Endpoint)] = []
    private(set) var open: Set<RequestToken> = []
    /// All that was asked for, in order, since the last ``forget()``.
    private(set) var effects: [Effect] = []

    /// - Parameter error: by how much the wall clock is slow.
    init(
        _ settings: TimekeeperSettings, slowBy error: Duration = .zero, keys: KeyRing = .empty, seed: UInt64 = 1
    ) {
        trueTime = Instant(sinceEpoch: .seconds(1_790_000_100) + error)
        let now = ClockReading(
            realtime: Instant(sinceEpoch: .seconds(1_790_000_100)), monotonic: Instant(sinceEpoch: .seconds(100)))
        keeper = Timekeeper(
            settings: settings, at: now, kernelRate: .nominal, random: RandomSource(seed: seed),
            keys: keys)
    }

    var now: ClockReading {
        ClockReading(
            realtime: Instant(sinceEpoch: monotonic + wallOffset), monotonic: Instant(sinceEpoch: monotonic),
            suspended: suspended)
    }

    /// By how much the wall clock is slow, seconds.
    var error: Double { (trueTime - now.realtime).inSeconds }

    var notes: [Note] {
        effects.compactMap { if case .note(let note) = $0 { note } else { nil } }
    }

    var steps: [Duration] {
        effects.compactMap { if case .step(let step) = $0 { step } else { nil } }
    }

    var exitStatus: Int32? {
        for case .stop(let status) in effects { return status }
        return nil
    }

    mutating func forget() { effects = [] }

    mutating func forgetRequests() { requests = [] }

    mutating func wait(_ duration: Duration) {
        monotonic += duration
        trueTime += Duration(clampingSeconds: duration.inSeconds / (1 + rate.frequency.ratio) / (1 + gain))
    }

    /// Hands an event over, and does what comes of it.
    mutating func receive(_ event: Event) {
        var wanted: [Effect] = []
        keeper.receive(event, at: now, effects: &wanted)
        if keeper.nextWake(after: now) <= now.monotonic { keeper.wake(at: now, effects: &wanted) }
        perform(wanted)
    }

    mutating func finish() {
        var wanted: [Effect] = []
        keeper.finish(at: now, effects: &wanted)
        perform(wanted)
    }

    /// Lets time pass, waking the timekeeper when it wants to be woken, until it asks to stop.
    mutating func run(for duration: Duration) {
        let end = monotonic + duration
        var idle = 0
        while monotonic < end, exitStatus == nil {
            let wake = max(keeper.nextWake(after: now).sinceEpoch, monotonic)
            let before = monotonic
            if let first = queue.first?.at, first <= wake, first <= end {
                wait(max(first - monotonic, .zero))
                receive(queue.removeFirst().event)
            } else {
                wait(min(wake, end) - monotonic)
                var wanted: [Effect] = []
                if keeper.nextWake(after: now) <= now.monotonic { keeper.wake(at: now, effects: &wanted) }
                perform(wanted)
            }
            idle = monotonic == before ? idle + 1 : 0
            precondition(idle < 10_000, "The timekeeper wants to be woken again and again at one moment.")
        }
    }

    private mutating func perform(_ wanted: [Effect]) {
        for effect in wanted {
            effects.append(effect)
            switch effect {
            case .setRate, .step, .setStatus:
                if refuses {
                    let refusal = KernelRefusal(call: "adjtimex", number: 1, text: "Operation not permitted")
                    enqueue(.refused(effect, refusal), after: .zero)
                } else if case .setRate(let rate) = effect {
                    self.rate = rate
                } else if case .step(let step) = effect {
                    wallOffset += step
                }
            case .send(let token, let octets, let endpoint): send(token, octets, endpoint)
            case .close(let token): open.remove(token)
            case .resolve(let token, let name, _):
                if let names { enqueue(.resolved(token, names[name] ?? []), after: .milliseconds(5)) }
            default: break
            }
        }
    }

    private mutating func send(_ token: RequestToken, _ octets: [UInt8], _ endpoint: Endpoint) {
        requests.append((token, octets, endpoint))
        open.insert(token)
        guard let request = NTPHeader(octets.span), let server = servers[endpoint.address],
            let reply = server(request, trueTime + delay)
        else { return }
        // The stamp of the arrival is what the wall clock shows then, unless it is stepped before.
        let stamp = Stamp(time: now.realtime + delay * 2, kind: .kernel)
        enqueue(
            .datagram(token, octets: sealing(reply.octets), from: endpoint, to: .v4(0xcb00_7101), at: stamp),
            after: delay * 2)
    }

    private mutating func enqueue(_ event: Event, after wait: Duration) {
        let at = monotonic + wait
        let place = queue.firstIndex { $0.at > at } ?? queue.count
        queue.insert((at, event), at: place)
    }
}

/// What a perfect stratum 1 server answers, changed by a closure.
func reply(
    to request: NTPHeader, at trueTime: Instant<Realtime>, changing: (inout NTPHeader) -> Void = { _ in }
) -> NTPHeader {
    var header = NTPHeader(
        version: request.version, mode: .server, stratum: 1, poll: request.poll, precision: -24,
        rootDispersion: NTPShort(roundingUp: .microseconds(1)),
        referenceIdentifier: ReferenceIdentifier(bits: 0x4750_5300),
        referenceTime: NTPTimestamp(trueTime - .seconds(1)),
        origin: request.transmit, receive: NTPTimestamp(trueTime), transmit: NTPTimestamp(trueTime))
    changing(&header)
    return header
}

/// A server that is `error` fast.
func server(fastBy error: Duration = .zero, changing: @escaping (inout NTPHeader) -> Void = { _ in }) -> Bench.Server {
    { request, trueTime in reply(to: request, at: trueTime + error, changing: changing) }
}

/// 192.0.2.`number` (RFC 5737).
func address(_ number: UInt32) -> IPAddress { .v4(0xc000_0200 + number) }

/// So many servers 192.0.2.1, 192.0.2.2 …, asked with `iburst`.
func settings(_ count: UInt32, changing: (inout TimekeeperSettings) -> Void = { _ in }) -> TimekeeperSettings {
    var settings = TimekeeperSettings()
    settings.sources = (0..<count).map { number in
        var source = SourceSettings(kind: .server, name: address(number + 1).description)
        source.initialBurst = true
        return source
    }
    changing(&settings)
    return settings
}

/// A bench with so many good servers.
func bench(
    _ count: UInt32, slowBy error: Duration = .zero, changing: (inout TimekeeperSettings) -> Void = { _ in }
) -> Bench {
    var bench = Bench(settings(count, changing: changing), slowBy: error)
    for number in 0..<count { bench.servers[address(number + 1)] = server() }
    return bench
}

internal import Addresses
internal import Control
internal import Engine
internal import NTPWire
internal import TimeBase
internal import Timekeeping

/// The simplest engine there can be: it asks one server each 64 s and steps the clock by what it hears.
/// It is here to try the simulated world, not to keep time well.
struct SteppingEngine: Engine {
    typealias Event = Timekeeping.Event
    typealias Effect = Timekeeping.Effect

    var server = Endpoint(address: .v4(0xc000_0201), port: 123)
    var interval = Duration.seconds(64)
    /// Whether it looks at the origin timestamp, as it must.
    var checksOrigin = true
    /// The rate to set at the start.
    var rate: KernelRate?
    /// What was asked last and not answered yet.
    var outstanding: (token: RequestToken, origin: NTPTimestamp, sent: Instant<Realtime>)?
    var next: Instant<Monotonic>
    var random: RandomSource
    var asked: UInt64 = 0
    var bound: (half: Duration, since: Instant<Monotonic>)?

    init(at now: ClockReading, random: RandomSource) {
        next = now.monotonic
        self.random = random
    }

    func nextWake(after now: ClockReading) -> Instant<Monotonic> { next }

    mutating func wake(at now: ClockReading, effects: inout [Effect]) {
        guard next <= now.monotonic else { return }
        next += interval
        if let rate { effects.append(.setRate(rate)) }
        rate = nil
        if let outstanding { effects.append(.close(outstanding.token)) }
        let origin = NTPTimestamp(bits: random.next())
        let token = RequestToken(number: asked)
        asked += 1
        outstanding = (token, origin, now.realtime)
        let request = NTPHeader(mode: .client, poll: 6, transmit: origin)
        effects.append(.send(token, octets: request.octets, to: server))
    }

    mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
        switch event {
        case .sent(let token, let stamp) where token == outstanding?.token: outstanding?.sent = stamp.time
        case .datagram(let token, let octets, _, _, let stamp):
            guard let reply = NTPHeader(octets.span), reply.mode == .server, reply.stratum > 0, let outstanding,
                token == outstanding.token, !checksOrigin || reply.origin == outstanding.origin
            else { return }
            self.outstanding = nil
            let there = reply.receive.instant(near: now.realtime) - outstanding.sent
            let back = reply.transmit.instant(near: now.realtime) - stamp.time
            effects.append(.close(token))
            effects.append(.step(by: (there + back) / 2))
            bound = ((there - back) / 2 + .microseconds(20), now.monotonic)
        default: break
        }
    }

    func finish(at now: ClockReading, effects: inout [Effect]) {}

    /// Half the round trip, and 100 ppm of the time since.
    func state(at now: ClockReading) -> (verdict: Verdict, bound: Duration?) {
        guard let bound else { return (.unknown, nil) }
        return (.right, bound.half + Frequency(ppm: 100) * (now.monotonic - bound.since))
    }
}

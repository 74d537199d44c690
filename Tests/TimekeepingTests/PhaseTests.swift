internal import Estimation
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// What a server has added to its time so far, and what it says of that.
private final class Phase {
    var correction = Duration.zero
    var told: (Duration) -> (epoch: UInt32, difference: Duration) = { (7, $0) }
}

@Suite struct PhaseTests {
    /// A timekeeper that asks one server, whose time is ahead by its corrections, and which answers with field F323.
    private static func bench(asking: Bool) -> (Bench, Phase) {
        let phase = Phase()
        var bench = Bench(
            settings(1) {
                $0.sources[0].asksMonotonicRoot = asking
                ($0.sources[0].minimumPoll, $0.sources[0].maximumPoll) = (4, 4)
            })
        bench.servers[address(1)] = { request, trueTime in
            reply(to: request, at: trueTime + phase.correction) {
                // It does not know how wrong it is, but that it may be.
                $0.rootDispersion = NTPShort(roundingUp: .milliseconds(30))
            }
        }
        if asking {
            bench.sealing = { octets in
                guard let header = NTPHeader(octets.span) else { return octets }
                let told = phase.told(phase.correction)
                let field = MonotonicRootField(
                    rootDelay: NTPFine(bits: 0), rootDispersion: NTPFine(roundingUp: .milliseconds(30)),
                    receive: NTPTimestamp(
                        header.receive.instant(near: Instant(sinceEpoch: .seconds(1_790_000_000))) - told.difference),
                    epoch: told.epoch)
                var octets = octets + [UInt8](repeating: 0, count: MonotonicRootField.size)
                var span = octets.mutableSpan
                field.write(into: &span, at: 48)
                return octets
            }
        }
        return (bench, phase)
    }

    /// The largest frequency that was believed while the server worked off 8 ms in 160 s.
    private static func worst(asking: Bool) -> (frequency: Double, error: Double) {
        var (bench, phase) = bench(asking: asking)
        bench.run(for: .seconds(1500))
        var worst = 0.0
        for _ in 0..<20 {
            phase.correction += .microseconds(400)
            bench.run(for: .seconds(8))
            worst = max(worst, bench.keeper.discipline.frequency.ppm.magnitude)
        }
        bench.run(for: .seconds(200))
        worst = max(worst, bench.keeper.discipline.frequency.ppm.magnitude)
        return (worst, bench.error + phase.correction.inSeconds)
    }

    @Test("A server's correction of phase is followed, and not taken for an error of our rate")
    func followed() {
        let (plain, told) = (Self.worst(asking: false), Self.worst(asking: true))
        #expect(plain.frequency > 10, "\(plain)")
        #expect(told.frequency < 1, "\(told)")
        #expect(told.error.magnitude < 1e-4, "\(told)")
    }

    @Test("Whatever the field says, nothing traps, and the bound holds", arguments: 1...12 as ClosedRange<UInt64>)
    func lies(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var (bench, phase) = Self.bench(asking: true)
        phase.told = { _ in
            let size = random.next() % 4
            let difference =
                size == 0
                ? Duration.nanoseconds(Int64(bitPattern: random.next()) >> 2)
                : .microseconds(Int64(random.next() % 160_000) - 80_000)
            return (size == 1 ? UInt32(truncatingIfNeeded: random.next()) : 7, difference)
        }
        for _ in 0..<200 {
            bench.run(for: .seconds(16))
            let state = bench.keeper.state(at: bench.now)
            if let bound = state.bound { #expect(bound.inSeconds >= bench.error.magnitude, "\(bound) \(bench.error)") }
        }
        #expect(bench.keeper.sources[0].validReplies > 150)
    }

    @Test("A correction is told across the end of an era, and not where the other clock began anew")
    func eras() throws {
        func moment(_ epoch: UInt32, _ monotonic: UInt64, _ receive: UInt64) throws -> MonotonicMoment {
            let field = MonotonicRootField(
                rootDelay: NTPFine(bits: 0), rootDispersion: NTPFine(bits: 0), receive: NTPTimestamp(bits: monotonic),
                epoch: epoch)
            return try #require(MonotonicMoment(field, receive: NTPTimestamp(bits: receive)))
        }
        let first = try moment(1, .max - 5, .max - 9)
        let second = try moment(1, 100, 1 << 32)
        #expect(second.correction(since: first).map { ($0 - 1).magnitude < 1e-6 } == true)
        #expect(try moment(2, 100, 1 << 32).correction(since: first) == nil)
        let none = MonotonicRootField(
            rootDelay: NTPFine(bits: 0), rootDispersion: NTPFine(bits: 0), receive: .unknown, epoch: 1)
        #expect(MonotonicMoment(none, receive: NTPTimestamp(bits: 5)) == nil)
    }
}

@Suite struct UnreachableTests {
    @Test(
        "A source that is silent for more than maxunreach updates is not selectable any more", arguments: [false, true])
    func limited(isLimited: Bool) throws {
        var bench = TimekeepingTests.bench(1) { if isLimited { $0.sources[0].maximumUnreachable = 4 } }
        bench.run(for: .seconds(1000))
        bench.servers = [:]
        bench.run(for: .seconds(8000))
        let source = bench.keeper.sources[0]
        #expect(source.reach == 0 && source.failures > 12)
        #expect((source.selection == .unreachable) == isLimited)
        #expect((bench.keeper.reference == nil) == isLimited)
    }
}

import AtomicTime
import Clockspeed
import Testing
import TimeBase

@testable import timeball

@Suite("Rates, marks and intervals in files")
struct RateTests {
    @Test("etc/atto holds the length of a tick as clockspeed has it")
    func atto() throws {
        // 385 218 376 as for a counter of 2.6 GHz: read as a length, but it is no nanosecond.
        let foreign = TAIDifference.octets(Duration(attoseconds: 385_218_376))
        #expect(TickRate.tick(foreign) == Duration(attoseconds: 385_218_376))
        #expect(TickRate.frequency(foreign) == nil)
        let octets = try #require(TickRate.octets(Frequency(ppm: 41.2586)))
        #expect(RecordedExchanges.hex(octets).hasPrefix("000000000000000000000000"))
        #expect(octets.count == 16)
        #expect(((try #require(TickRate.frequency(octets))).ppm - 41.2586).magnitude < 0.001)
        let slow = try #require(TickRate.octets(Frequency(ppm: -41.2586)))
        #expect(RecordedExchanges.hex(slow).hasPrefix("000000000000000000000001"))
        for bad in [
            TAIDifference.octets(.zero), TAIDifference.octets(.milliseconds(201)), TAIDifference.octets(.seconds(-1)),
            Array(octets.dropLast()), octets + [0],
        ] {
            #expect(TickRate.tick(bad) == nil)
        }
    }

    @Test("What view --atto says of a rate")
    func words() throws {
        let octets = try #require(TickRate.octets(Frequency(ppm: 41.2586)))
        let line = try ClockviewProgram.rate(octets)
        #expect(line.hasSuffix("the crystal is 41.3 ppm fast"), "\(line)")
    }

    @Test("A mark is read as it was written; damaged lines are none")
    func marks() throws {
        var random = RandomSource(seed: 16)
        for _ in 0..<5000 {
            let mark = ClockMark(
                boot: "b\(random.next())",
                realtime: Instant(
                    sinceEpoch: .nanoseconds(Int64.random(in: 0...2_000_000_000_000_000_000, using: &random))),
                counter: .nanoseconds(Int64.random(in: 0...900_000_000_000_000, using: &random)), suspended: .zero,
                offset: .nanoseconds(Int64.random(in: -5_000_000_000...5_000_000_000, using: &random)),
                deviation: Double.random(in: 1e-6...1, using: &random))
            #expect(ClockMark(line: mark.line.dropLast()) == mark)
            var octets = Array(mark.line.utf8)
            octets[Int.random(in: 0..<octets.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
            _ = ClockMark(line: String(decoding: octets, as: UTF8.self))
        }
        for bad in [
            "", ClockMark.heading, "a 1 2 3 4 5", "a 1.000000000 2.000000000 0.000000000 0.000000000 nan",
            "a 1.000000000 2.000000000 0.000000000 0.00000000 1e-3",
        ] {
            #expect(ClockMark(line: bad) == nil)
        }
    }

    @Test(
        "The interval doubles from ten minutes to a quarter of a year, as far as the clock stays good; failures come back soon"
    )
    func schedule() {
        var schedule = MeasuringSchedule()
        var waits: [Int] = []
        for _ in 0..<16 {
            waits.append(Int(schedule.succeeded(target: .milliseconds(10)) { _ in .zero }.inSeconds))
        }
        #expect(waits.prefix(4) == [1200, 2400, 4800, 9600])
        #expect(waits.suffix(2) == [7_884_000, 7_884_000])
        // 1 ms a day: ten days are too much for 5 ms.
        let wait = schedule.succeeded(target: .milliseconds(5)) { Duration.seconds($0.inSeconds / 86400 * 1e-3) }
        #expect(wait <= .seconds(5 * 86400) && wait > .seconds(2 * 86400))
        let kept = schedule.interval
        #expect((1...8).map { _ in Int(schedule.failed().inSeconds) } == [60, 120, 240, 480, 960, 1920, 3600, 3600])
        #expect(schedule.interval == kept)
        #expect(schedule.succeeded(target: .seconds(1)) { _ in .zero } >= kept)
        #expect(schedule.failures == 0)
    }
}

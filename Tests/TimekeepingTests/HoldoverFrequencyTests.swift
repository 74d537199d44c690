internal import Control
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct HoldoverFrequencyTests {
    @Test("Averages over longer and longer times follow each other while nobody answers, once each is old enough")
    func averages() {
        var fallback = FallbackDrift(FallbackDriftSettings(shortest: 4, longest: 8))
        for _ in 0..<10 { fallback.add(Frequency(ppm: 10), over: 8) }
        // 80 s are known: averages over 16, 32 and 64 s.
        #expect(fallback.average(4).map { ($0.ppm - 10).magnitude < 1e-9 } == true)
        #expect(fallback.average(6) != nil && fallback.average(7) == nil && fallback.average(3) == nil)
        #expect(fallback.choice(after: 10).level == nil && fallback.choice(after: 10).next == 16)
        #expect(fallback.choice(after: 20).level == 4 && fallback.choice(after: 20).next == 32)
        #expect(fallback.choice(after: 1000).level == 6 && fallback.choice(after: 1000).next == nil)
        for _ in 0..<20 { fallback.add(Frequency(ppm: 20), over: 8) }
        // The short average has forgotten more of the old frequency than the long one.
        let short = fallback.average(4)?.ppm ?? 0
        let long = fallback.average(7)?.ppm ?? 0
        #expect(short > 19.9 && long > 14 && long < 18)
    }

    @Test("When the sources fall silent the clock goes over to its average frequency, and the bound still holds")
    func silence() throws {
        var bench = bench(2) { $0.fallbackDrift = FallbackDriftSettings(shortest: 10, longest: 14) }
        bench.gain = 20e-6
        bench.run(for: .seconds(40_000))
        // The crystal is upset for the last minutes before the network goes.
        bench.gain = 21e-6
        bench.run(for: .seconds(3000))
        let last = bench.keeper.discipline.frequency.ppm
        #expect((last - 21).magnitude < 0.3)
        bench.servers = [:]
        bench.gain = 20e-6
        bench.forget()
        bench.run(for: .seconds(30_000))
        let used = bench.notes.compactMap { if case .fallbackDrift(_, let span) = $0 { span } else { nil } }
        #expect(used.count >= 2 && used == used.sorted())
        let now = bench.keeper.discipline.frequency.ppm
        #expect((now - 20).magnitude < (last - 20).magnitude / 2, "\(last) then \(now)")
        let bound = try #require(bench.keeper.state(at: bench.now).bound)
        #expect(bound.inSeconds > bench.error.magnitude)
        // Somebody answers again, and the next silence begins anew.
        for number in 1...2 as ClosedRange<UInt32> { bench.servers[address(number)] = server() }
        bench.run(for: .seconds(4000))
        #expect(bench.keeper.fallback?.used == nil)
        #expect(bench.error.magnitude < 1e-4)
    }

    @Test("Another frequency moves neither the estimate nor the bound of now, and widens the bound of later")
    func adopted() throws {
        var bench = bench(1)
        bench.run(for: .seconds(5000))
        bench.servers = [:]
        bench.run(for: .seconds(2000))
        let before = bench.keeper.state(at: bench.now)
        let frequency = bench.keeper.discipline.frequency
        bench.keeper.adopt(
            frequency: frequency + Frequency(ppm: 5), skew: bench.keeper.discipline.skew, bench.now)
        let after = bench.keeper.state(at: bench.now)
        let (old, new) = (try #require(before.bound), try #require(after.bound))
        #expect((old - new).magnitude < .nanoseconds(10))
        #expect((try #require(before.offset) - (try #require(after.offset))).magnitude < .nanoseconds(10))
        #expect(after.growth.ppm >= before.growth.ppm + 4.99)
    }

    @Test("corrtimeratio makes corrections slower or quicker in proportion")
    func correctionTime() {
        var lengths: [Double] = []
        for ratio in [3.0, 30] {
            var bench = bench(1) { $0.correctionTimeRatio = ratio }
            bench.run(for: .seconds(3000))
            bench.servers[address(1)] = server(fastBy: .milliseconds(1))
            var longest = 0.0
            for _ in 0..<2000 {
                bench.run(for: .seconds(1))
                if let end = bench.keeper.discipline.slewEnd {
                    longest = max(longest, (end - bench.now.monotonic).inSeconds)
                }
            }
            lengths.append(longest)
        }
        #expect(lengths[1] > 5 * lengths[0], "\(lengths)")
    }

    @Test("A correction above mailonchange is mailed, a smaller one is not")
    func mail() {
        var bench = bench(2, slowBy: .milliseconds(300)) { $0.mailChange = .milliseconds(200) }
        bench.run(for: .seconds(1000))
        let mails = bench.effects.compactMap { if case .mail(let mail) = $0 { mail } else { nil } }
        #expect(mails.count == 1)
        #expect(mails.first.map { ($0.change - .milliseconds(300)).magnitude < .milliseconds(1) } == true)
        #expect(mails.first?.text(host: "here").contains("0.3") == true)
        #expect(mails.first?.text(host: "here").contains("slow") == true)
    }
}

import Estimation
import Testing
import TimeBase

/// A clock whose frequency wanders, measured each hour.
private struct HourlyWorld {
    var random: RandomSource
    let wander: Double
    let noise: Double
    /// True time less oscillator time, seconds, and its slope.
    var offset = 0.2
    var slope = -40e-6

    init(seed: UInt64, wander: Double, noise: Double) {
        random = RandomSource(seed: seed)
        self.wander = wander
        self.noise = noise
    }

    /// Twelve uniform numbers have the variance 1.
    mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + random.uniform() } }

    mutating func measure() -> Double { offset + noise * normal() }

    /// An hour passes.
    mutating func pass() {
        for _ in 0..<60 {
            offset += slope * 60
            slope += wander * (60.0).squareRoot() * normal()
        }
    }
}

@Suite("A clock from measurements of unknown noise")
struct NoiseLearningTests {
    private static let hour = 3600.0

    /// The next offset is predicted for three days, after two days of learning: root mean square errors of a filter that
    /// was told the noise, and of one that was told 1 ms.
    private func errors(noise: Double, seeds: ClosedRange<UInt64>) -> (told: Double, learned: Double, factor: Double) {
        var (told, learned, factor) = (0.0, 0.0, 0.0)
        for seed in seeds {
            var world = HourlyWorld(seed: seed, wander: 1e-9, noise: noise)
            var knowing = ClockFilter(time: 0, frequency: 0, frequencyDeviation: 100e-6)
            var learning = NoiseLearningFilter(time: 0, frequency: 0, frequencyDeviation: 100e-6)
            for mark in 0..<119 {
                let time = Double(mark) * Self.hour
                let value = world.measure()
                knowing.add(of: 0, at: time, offset: value, variance: noise * noise, drift: 0)
                learning.add(of: 0, at: time, offset: value, deviation: 1e-3)
                world.pass()
                guard mark >= 48, let one = knowing.estimate(at: time + Self.hour, of: 0),
                    let other = learning.estimate(at: time + Self.hour, of: 0)
                else { continue }
                told += (one.offset - world.offset) * (one.offset - world.offset)
                learned += (other.offset - world.offset) * (other.offset - world.offset)
            }
            factor += learning.factor / Double(seeds.count)
        }
        return (told.squareRoot(), learned.squareRoot(), factor)
    }

    @Test("It is within 2 % of one that was told the noise", arguments: [1e-4, 1e-3, 1e-2])
    func asGood(noise: Double) {
        let (told, learned, factor) = errors(noise: noise, seeds: 1...8)
        #expect(told > 0)
        #expect(learned < 1.02 * told, "\(learned / told)")
        #expect(factor > 0.5 * noise / 1e-3 && factor < 2 * noise / 1e-3, "\(factor)")
    }

    @Test(
        "It says how far it may be off: some 95 % of the errors are within twice that, whatever the noise",
        arguments: [1e-4, 1e-3])
    func honest(noise: Double) throws {
        var (inside, count) = (0, 0)
        for seed in 1...8 as ClosedRange<UInt64> {
            var world = HourlyWorld(seed: seed, wander: 1e-9, noise: noise)
            var filter = NoiseLearningFilter(time: 0, frequency: 0, frequencyDeviation: 100e-6)
            for mark in 0..<119 {
                let time = Double(mark) * Self.hour
                filter.add(of: 0, at: time, offset: world.measure(), deviation: 1e-3)
                if mark >= 24 {
                    let estimate = try #require(filter.estimate(at: time, of: 0))
                    count += 1
                    if (estimate.offset - world.offset).magnitude < 2 * estimate.offsetDeviation { inside += 1 }
                }
                world.pass()
            }
        }
        #expect(Double(inside) > 0.9 * Double(count), "\(inside) of \(count)")
        #expect(Double(inside) < 0.995 * Double(count), "\(inside) of \(count)")
    }
}

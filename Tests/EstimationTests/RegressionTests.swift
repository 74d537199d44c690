import Testing
internal import TimeBase

@testable internal import Estimation

/// A source as an estimator sees it: a frequency, noise, delays.
struct Stream {
    var random: RandomSource
    var time = 0.0
    /// True time less oscillator time, without noise.
    var offset = 0.0

    init(seed: UInt64) {
        random = RandomSource(seed: seed)
    }

    /// Nearly normal: the sum of twelve uniform numbers.
    mutating func normal() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + random.uniform() }
    }

    /// The next sample after `interval` seconds at a frequency.
    mutating func next(
        after interval: Double, frequency: Double, noise: Double = 0, delay: Double = 1e-3, error: Double = 0
    ) -> Sample {
        time += interval
        offset -= frequency * interval
        return sample(time: time, offset: offset + noise * normal() + error, delay: delay)
    }
}

func sample(time: Double, offset: Double, delay: Double = 1e-3) -> Sample {
    Sample(time: time, offset: offset, delay: delay, dispersion: 1e-7, rootDelay: delay, rootDispersion: 1e-6)
}

@Suite struct RegressionTests {
    @Test("A straight line is recovered exactly", arguments: [3, 4, 6, 20, 64, 200])
    func exactLine(count: Int) throws {
        var regression = Regression(limits: .init())
        for index in 0..<count {
            let time = 64 * Double(index)
            regression.add(sample(time: time, offset: 0.25 - 50e-6 * time))
        }
        let estimate = try #require(regression.estimate)
        let last = 64 * Double(count - 1)
        #expect((estimate.frequency - 50e-6).magnitude < 1e-15)
        #expect((estimate.offset - (0.25 - 50e-6 * last)).magnitude < 1e-12)
        #expect(estimate.time == last)
        #expect((estimate.offset(at: last + 1000) - (0.25 - 50e-6 * (last + 1000))).magnitude < 1e-11)
        // Residuals of rounding alone have no mixed signs, so the runs test may cut; the line stays what it is.
        #expect((3...64).contains(regression.count))
    }

    @Test("Fewer than three samples are no estimate, but an interval that moves with the frequency and grows")
    func fewSamples() throws {
        var regression = Regression(limits: .init())
        #expect(regression.interval(at: 0, frequency: 0, errorRate: 0) == nil)
        regression.add(sample(time: 0, offset: 1))
        regression.add(sample(time: 2, offset: 1))
        #expect(regression.estimate == nil)
        let interval = try #require(regression.interval(at: 12, frequency: 0.1, errorRate: 1e-6))
        #expect((interval.offset - (1 - 0.1 * 10)).magnitude < 1e-12)
        #expect((interval.distance - (0.5e-3 + 1e-6 + 10 * 1e-6)).magnitude < 1e-12)
    }

    @Test("When the frequency changes, the runs test cuts the window to the samples after it")
    func runsTestCuts() throws {
        var stream = Stream(seed: 1)
        var regression = Regression(limits: .init())
        for _ in 0..<40 { regression.add(stream.next(after: 64, frequency: 10e-6, noise: 10e-6)) }
        #expect(regression.count == 40)
        for _ in 0..<20 { regression.add(stream.next(after: 64, frequency: 12e-6, noise: 10e-6)) }
        #expect(regression.count <= 24)
        #expect(regression.count >= 6)
        let estimate = try #require(regression.estimate)
        #expect((estimate.frequency - 12e-6).magnitude < 0.1e-6)
    }

    @Test("The skew covers the true frequency in at least 99 % of 500 trials", arguments: [6, 12, 40])
    func skewCovers(count: Int) {
        var covered = 0
        for seed in 0..<500 as Range<UInt64> {
            var stream = Stream(seed: 1000 + seed)
            var regression = Regression(limits: .init())
            for _ in 0..<count { regression.add(stream.next(after: 64, frequency: -20e-6, noise: 50e-6)) }
            if let estimate = regression.estimate, (estimate.frequency + 20e-6).magnitude <= estimate.skew {
                covered += 1
            }
        }
        #expect(covered >= 495)
    }

    @Test("The offset's deviation is of the size of its errors")
    func offsetDeviation() {
        var squares = 0.0
        for seed in 0..<300 as Range<UInt64> {
            var stream = Stream(seed: 5000 + seed)
            var regression = Regression(limits: .init())
            for _ in 0..<16 { regression.add(stream.next(after: 64, frequency: 5e-6, noise: 50e-6)) }
            guard let estimate = regression.estimate else { continue }
            let ratio = (estimate.offset - stream.offset) / estimate.offsetDeviation
            squares += ratio * ratio
        }
        // One, if it were exact; the runs test makes windows shorter than they look.
        let size = (squares / 300).squareRoot()
        #expect(size > 0.7)
        #expect(size < 1.6)
    }

    @Test("A sample that was long on its way moves the estimate less than a quick one with the same error")
    func delayedWeighLess() throws {
        func offset(lastDelay: Double) throws -> Double {
            var stream = Stream(seed: 3)
            var regression = Regression(limits: .init(asymmetry: 0))
            for _ in 0..<11 { regression.add(stream.next(after: 64, frequency: 0, noise: 1e-6)) }
            regression.add(stream.next(after: 64, frequency: 0, delay: lastDelay, error: 1e-3))
            return try #require(regression.estimate).offset
        }
        let quick = try offset(lastDelay: 1e-3)
        let slow = try offset(lastDelay: 20e-3)
        #expect(quick > 200e-6)
        #expect(slow.magnitude < quick / 20)
    }

    @Test("An excess delay that always lies on one way is taken out of the offsets")
    func asymmetry() throws {
        var stream = Stream(seed: 4)
        var learned = Regression(limits: .init())
        var ignorant = Regression(limits: .init(asymmetry: 0))
        var worst = (learned: 0.0, ignorant: 0.0)
        for index in 0..<60 {
            let excess = stream.random.uniform() < 0.5 ? 0 : 20e-3 * stream.random.uniform()
            // All of it on the way back: the server seems to be half of it behind.
            let sample = stream.next(after: 64, frequency: 1e-6, noise: 5e-6, delay: 1e-3 + excess, error: -excess / 2)
            learned.add(sample)
            ignorant.add(sample)
            guard index >= 40 else { continue }
            worst.learned = max(worst.learned, (try #require(learned.estimate).offset - stream.offset).magnitude)
            worst.ignorant = max(worst.ignorant, (try #require(ignorant.estimate).offset - stream.offset).magnitude)
        }
        #expect((learned.asymmetry + 0.5).magnitude < 0.01)
        #expect(worst.learned < 20e-6)
        #expect(worst.ignorant > 2 * worst.learned)
    }

    @Test("A shift moves every offset and nothing else")
    func shift() throws {
        var stream = Stream(seed: 5)
        var regression = Regression(limits: .init())
        for _ in 0..<10 { regression.add(stream.next(after: 64, frequency: 3e-6, noise: 1e-5)) }
        var shifted = regression
        shifted.shift(by: -2.5)
        var (before, after) = (try #require(regression.estimate), try #require(shifted.estimate))
        #expect((after.offset - before.offset + 2.5).magnitude < 1e-12)
        #expect(after.frequency == before.frequency)
        #expect(after.skew == before.skew)
        let next = stream.next(after: 64, frequency: 3e-6, noise: 1e-5)
        regression.add(next)
        var moved = next
        moved.offset -= 2.5
        shifted.add(moved)
        (before, after) = (try #require(regression.estimate), try #require(shifted.estimate))
        #expect((after.offset - before.offset + 2.5).magnitude < 1e-12)
        #expect((after.frequency - before.frequency).magnitude < 1e-15)
        #expect(shifted.count == regression.count)
    }

    @Test("A sample that is not newer than the last starts the history anew", arguments: [0.0, -1, -1e6])
    func outOfOrder(step: Double) {
        var regression = Regression(limits: .init())
        for index in 0..<10 { regression.add(sample(time: Double(index), offset: 0)) }
        regression.add(sample(time: 9 + step, offset: 7))
        #expect(regression.count == 1)
        #expect(regression.estimate == nil)
        #expect(regression.newest?.offset == 7)
    }

    @Test("The interval is confined by the sample that says most, and holds the truth")
    func interval() throws {
        var regression = Regression(limits: .init())
        for index in 0..<8 {
            regression.add(sample(time: 16 * Double(index), offset: 0, delay: index == 5 ? 0.2e-3 : 40e-3))
        }
        let interval = try #require(regression.interval(at: 112, frequency: 0, errorRate: 1e-6))
        #expect(interval.sample.time == 80)
        #expect(interval.offset.magnitude < 1e-9)
        #expect(interval.distance >= 0.1e-3 + 1e-6 + 32e-6)
        #expect(interval.distance < 20e-3)
    }

    @Test("Nothing that samples can say makes an estimate that is not finite")
    func hostile() {
        var random = RandomSource(seed: 6)
        var odd = 0
        for round in 0..<300 {
            var regression = Regression(limits: .init(minimumSamples: round % 9, maximumSamples: 1 + round % 20))
            var time = 0.0
            for _ in 0..<40 {
                let huge: [Double] = [0, 1e-12, 1, 3, 1e6, 4e9]
                func pick() -> Double { huge[Int(random.next() % 6)] * (random.uniform() - 0.5) }
                time += max(pick(), 1e-7)
                let delay = pick().magnitude
                regression.add(
                    Sample(
                        time: time, offset: pick(), delay: delay, dispersion: pick().magnitude, rootDelay: delay,
                        rootDispersion: pick().magnitude))
                if regression.count > 1 + round % 20 { odd += 1 }
                guard let estimate = regression.estimate else { continue }
                if ![
                    estimate.offset, estimate.offsetDeviation, estimate.frequency, estimate.skew,
                    estimate.sampleDeviation,
                ].allSatisfy(\.isFinite) || estimate.skew <= 0 {
                    odd += 1
                }
            }
        }
        #expect(odd == 0)
    }
}

@Suite struct RunsTests {
    @Test("Runs of equal sign are counted")
    func count() {
        #expect(Runs.count([]) == 0)
        #expect(Runs.count([1, 2, -1, -2, 3]) == 3)
        #expect(Runs.count([1, -1, 1, -1]) == 4)
    }

    @Test(
        "The critical number of runs is the binomial distribution's at 5 %",
        arguments: [(2, 1), (5, 1), (6, 2), (8, 2), (9, 3), (16, 5), (64, 26)])
    func critical(count: Int, runs: Int) {
        // An independent sum: P(changes <= k) by Pascal's triangle.
        var row = [1.0]
        for _ in 1..<count {
            row = [1.0] + zip(row, row.dropFirst()).map { $0 + $1 } + [1.0]
        }
        let total = row.reduce(0, +)
        var sum = 0.0
        let fewest = row.firstIndex { term in
            sum += term / total
            return sum > 0.05
        }
        #expect(Runs.critical(count) == (fewest ?? 0) + 1)
        #expect(Runs.critical(count) == runs)
    }

    @Test("Student's factor falls from one degree of freedom to many, and is not exceeded beyond the table")
    func student() {
        let factors = (1...60).map(Student.bound)
        #expect(factors == factors.sorted(by: >))
        #expect(factors[0] == 636.62)
        #expect(factors[9] == 4.587)
        #expect(Student.bound(degreesOfFreedom: 0) == 636.62)
        // The normal distribution's, which all must stay above.
        #expect(factors[59] > 3.2905)
    }
}

@Suite struct QuantileTrackerTests {
    @Test("The tracker settles at the quantile it is asked for", arguments: [0.1, 0.5, 0.95])
    func converges(quantile: Double) throws {
        var random = RandomSource(seed: 8)
        var tracker = QuantileTracker(quantile: quantile, step: 1e-3)
        var sum = 0.0
        for index in 0..<6000 {
            tracker.add(random.uniform())
            if index >= 2000 { sum += try #require(tracker.value) }
        }
        // Steps as large as the scatter, which let it follow a change quickly, pull it a little to the middle.
        #expect((sum / 4000 - quantile).magnitude < 0.08)
    }

    @Test("It follows a stream that moves far away")
    func follows() throws {
        var random = RandomSource(seed: 9)
        var tracker = QuantileTracker(quantile: 0.5, step: 1e-6)
        for _ in 0..<200 { tracker.add(1e-3 + 1e-5 * random.uniform()) }
        for _ in 0..<200 { tracker.add(50e-3 + 1e-5 * random.uniform()) }
        #expect((try #require(tracker.value) - 50e-3).magnitude < 1e-4)
    }

    @Test("The first value is the estimate, and what is not a number changes nothing")
    func begin() {
        var tracker = QuantileTracker(quantile: 0.5, step: 1)
        tracker.add(.nan)
        #expect(tracker.value == nil)
        tracker.add(7)
        tracker.add(.infinity)
        #expect(tracker.value == 7)
        #expect(tracker.tolerance == 0.5)
    }
}

import ClockStatistics
import Testing

/// What must hold for any series.
@Suite("Laws of the statistics")
struct LawTests {
    static let gapless = Statistic.allCases

    static func deviations(_ series: ClockSeries, _ statistic: Statistic, _ factors: [Int]) throws -> [Double] {
        try series.stability(statistic, factors: factors).compactMap(\.deviation)
    }

    @Test(
        "On white phase, white frequency and random walk noise the slope is the theory's",
        arguments: [
            (.oadev, 2, -1.0), (.oadev, 0, -0.5), (.oadev, -2, 0.5), (.mdev, 2, -1.5), (.mdev, 0, -0.5),
            (.mdev, -2, 0.5), (.tdev, 2, -0.5), (.ohdev, 2, -1), (.ohdev, 0, -0.5), (.ohdev, -2, 0.5),
            (.pdev, 2, -1.5), (.pdev, 0, -0.5), (.totdev, 0, -0.5), (.adev, 0, -0.5), (.hdev, 0, -0.5),
            (.mtotdev, 2, -1.5), (.htotdev, 0, -0.5), (.theo1, 0, -0.5), (.tierms, 0, 0.5), (.tierms, 2, 0),
        ] as [(Statistic, Int, Double)])
    func slopes(statistic: Statistic, alpha: Int, slope: Double) throws {
        var noise = Noise(seed: 3)
        let slow = [.mtotdev, .htotdev, .theo1].contains(statistic)
        let series = ClockSeries(phases: noise.phases(alpha: alpha, count: slow ? 3000 : 100_000), interval: 1)
        let values = try Self.deviations(series, statistic, [8, 32])
        try #require(values.count == 2)
        // From 8 to 32 in two octaves.
        let measured = (values[1] / values[0]).exponentOfTwo / 2
        #expect((measured - slope).magnitude < (slow ? 0.12 : 0.06), "\(measured)")
    }

    @Test("Noise is called by its name", arguments: [2, 0, -2], [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func names(alpha: Int, seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let series = ClockSeries(phases: noise.phases(alpha: alpha, count: 2000), interval: 1)
        for point in try series.stability(.oadev, factors: Statistic.oadev.octaves(of: 2000)) {
            #expect(point.noise == alpha, "m = \(point.factor)")
        }
    }

    @Test("The 95 % interval holds the truth in about 95 of 100 cases")
    func coverage() throws {
        var inside = 0
        var cases = 0
        for seed in 1...300 as ClosedRange<UInt64> {
            var noise = Noise(seed: seed)
            let series = ClockSeries(phases: noise.phases(alpha: 0, count: 500), interval: 1)
            for point in try series.stability(.oadev, factors: [4, 32]) {
                // White frequency noise of variance 1: AVAR is 1/m.
                let truth = 1 / Double(point.factor).squareRoot()
                cases += 1
                if point.interval95?.contains(truth) == true { inside += 1 }
            }
        }
        #expect((0.92...0.98).contains(Double(inside) / Double(cases)), "\(inside) of \(cases)")
    }

    @Test("Twice the phase is twice the deviation; twice the interval halves what is not a time", arguments: gapless)
    func scaling(statistic: Statistic) throws {
        var noise = Noise(seed: 11)
        let phases = noise.phases(alpha: 0, count: 300)
        let factors = [1, 2, 4, 10, 20]
        let plain = try Self.deviations(ClockSeries(phases: phases, interval: 1), statistic, factors)
        let double = try Self.deviations(ClockSeries(phases: phases.map { $0 * 2 }, interval: 1), statistic, factors)
        let slow = try Self.deviations(ClockSeries(phases: phases, interval: 2), statistic, factors)
        #expect(plain.count >= 4)
        for index in plain.indices {
            #expect(agrees(double[index], 2 * plain[index], within: 1e-12))
            #expect(agrees(slow[index], statistic.isTime ? plain[index] : plain[index] / 2, within: 1e-12))
        }
    }

    @Test("Frequencies give the same as the phases that they sum to", arguments: gapless)
    func frequencies(statistic: Statistic) throws {
        var noise = Noise(seed: 12)
        let y = (0..<400).map { _ in 41e-6 + 1e-7 * noise.normal() }
        var phases = [0.0]
        for value in y { phases.append((phases.last ?? 0) + value * 10) }
        let factors = [1, 2, 6, 16, 64]
        let ofPhase = try Self.deviations(ClockSeries(phases: phases, interval: 10), statistic, factors)
        let ofFrequency = try Self.deviations(ClockSeries(frequencies: y, interval: 10), statistic, factors)
        #expect(ofPhase.count == ofFrequency.count && ofPhase.count >= 4)
        for (one, other) in zip(ofPhase, ofFrequency) { #expect(agrees(one, other, within: 1e-9)) }
    }

    @Test("A constant frequency is seen by mtie and tierms, and by nothing else", arguments: gapless)
    func ramp(statistic: Statistic) throws {
        var noise = Noise(seed: 13)
        let phases = noise.phases(alpha: 0, count: 300)
        let tilted = phases.enumerated().map { $1 + 100 * Double($0) }
        let factors = [2, 8]
        let plain = try Self.deviations(ClockSeries(phases: phases, interval: 1), statistic, factors)
        let other = try Self.deviations(ClockSeries(phases: tilted, interval: 1), statistic, factors)
        let seen = statistic == .mtie || statistic == .tierms
        for (one, two) in zip(plain, other) { #expect(agrees(two, one, within: 1e-8) == !seen) }
    }

    @Test("A running sum carried over many terms is as good as one begun afresh")
    func running() throws {
        var noise = Noise(seed: 14)
        // A walk of frequency: phases grow a billion times greater than their second differences.
        let phases = noise.phases(alpha: -2, count: 20_000)
        let series = ClockSeries(phases: phases, interval: 1)
        for m in [1, 3, 17] {
            var sum = 0.0
            for j in 0...(phases.count - 3 * m) {
                var value = 0.0
                for i in j..<(j + m) { value += phases[i] - 2 * phases[i + m] + phases[i + 2 * m] }
                sum += value * value
            }
            let size = Double(m)
            let terms = Double(phases.count - 3 * m + 1)
            let expected = (sum / (2 * terms * size * size * size * size)).squareRoot()
            #expect(agrees(try Self.deviations(series, .mdev, [m]).first, expected, within: 1e-9))
        }
    }

    @Test("mtie is the widest excursion, looked for the long way", arguments: [1, 2, 3, 5, 7, 8, 31, 64, 100, 198])
    func mtie(factor: Int) throws {
        var noise = Noise(seed: 15)
        let phases = noise.phases(alpha: 0, count: 200)
        var widest = 0.0
        for start in 0..<(phases.count - factor) {
            let window = phases[start...(start + factor)]
            widest = max(widest, (window.max() ?? 0) - (window.min() ?? 0))
        }
        #expect(try Self.deviations(ClockSeries(phases: phases, interval: 1), .mtie, [factor]) == [widest])
    }

    @Test("With missing phases gradev leaves out their terms; all others refuse")
    func gaps() throws {
        var noise = Noise(seed: 16)
        var phases = noise.phases(alpha: 0, count: 100)
        phases[40] = .nan
        let series = ClockSeries(phases: phases, interval: 1)
        let point = try #require(try series.stability(.gradev, factors: [3]).first)
        var sum = 0.0
        var terms = 0
        for i in 0..<94 where ![i, i + 3, i + 6].contains(40) {
            let difference = phases[i] - 2 * phases[i + 3] + phases[i + 6]
            sum += difference * difference
            terms += 1
        }
        #expect(point.terms == terms && terms == 91)
        #expect(agrees(point.deviation, (sum / (2 * Double(terms) * 9)).squareRoot(), within: 1e-12))
        for statistic in Statistic.allCases where statistic != .gradev {
            #expect(throws: StabilityError.gaps(1)) { try series.stability(statistic, factors: [1]) }
        }
    }

    @Test("No term of gradev reaches across a missing frequency")
    func frequencyGaps() throws {
        var noise = Noise(seed: 17)
        var y = (0..<60).map { _ in noise.normal() }
        y[30] = .nan
        let point = try #require(
            try ClockSeries(frequencies: y, interval: 1).stability(.gradev, factors: [2]).first)
        let parts = try [Array(y[..<30]), Array(y[31...])].map {
            try #require(try ClockSeries(frequencies: $0, interval: 1).stability(.oadev, factors: [2]).first)
        }
        #expect(point.terms == parts[0].terms + parts[1].terms)
        let squares = try parts.map { Double($0.terms) * (try #require($0.deviation)) * (try #require($0.deviation)) }
        #expect(agrees(point.deviation, ((squares[0] + squares[1]) / Double(point.terms)).squareRoot(), within: 1e-9))
    }

    @Test("No averaging factor and no series, however odd, makes any statistic trap", arguments: gapless)
    func hostile(statistic: Statistic) throws {
        let odd: [[Double]] = [
            [], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [0, 0, 0, 0, 0, 0, 0], Array(repeating: 5, count: 100),
            [1e308, -1e308, 1e308, -1e308, 1e308, -1e308], [.infinity, 1, 2, 3, 4, 5], [.nan, .nan, .nan, .nan],
            Array(repeating: [.leastNonzeroMagnitude, 0], count: 4).flatMap(\.self),
        ]
        for phases in odd {
            for series in [ClockSeries(phases: phases, interval: 1), ClockSeries(frequencies: phases, interval: 1e-3)] {
                let factors = Array(0...9) + [-1, .min, .max, .max / 2, 1 << 40]
                let points = (try? series.stability(statistic, factors: factors)) ?? []
                for point in points where point.factor <= 0 || point.factor > 9 { #expect(point.deviation == nil) }
                for point in points { #expect(point.deviation.map { $0 >= 0 } ?? (point.terms == 0)) }
            }
        }
        #expect(throws: StabilityError.interval) {
            try ClockSeries(phases: [1, 2, 3], interval: 0).stability(statistic, factors: [1])
        }
    }
}

extension Double {
    /// Binary logarithm.
    fileprivate var exponentOfTwo: Double {
        // By halves: good to 1e-6, enough for a slope.
        var value = self
        var result = 0.0
        while value >= 2 {
            value /= 2
            result += 1
        }
        while value < 1 {
            value *= 2
            result -= 1
        }
        var step = 0.5
        while step > 1e-6 {
            value *= value
            if value >= 2 {
                value /= 2
                result += step
            }
            step /= 2
        }
        return result
    }
}

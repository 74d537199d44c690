import ClockStatistics
import Testing

@Suite("Degrees of freedom of the total statistics")
struct TotalFreedomTests {
    /// One kind of noise, one statistic, one averaging factor, and how far the fit may be off.
    struct Case: Sendable, CustomTestStringConvertible {
        var statistic: Statistic
        var alpha: Int
        var factor: Int

        var testDescription: String { "\(statistic.rawValue), α = \(alpha), m = \(factor)" }
    }

    static let cases: [Case] = [
        Case(statistic: .totdev, alpha: 0, factor: 32), Case(statistic: .totdev, alpha: 0, factor: 2),
        Case(statistic: .totdev, alpha: -2, factor: 32), Case(statistic: .mtotdev, alpha: 2, factor: 16),
        Case(statistic: .mtotdev, alpha: 0, factor: 16), Case(statistic: .ttotdev, alpha: -2, factor: 16),
        Case(statistic: .mtotdev, alpha: 2, factor: 1), Case(statistic: .htotdev, alpha: 0, factor: 16),
        Case(statistic: .htotdev, alpha: -2, factor: 16), Case(statistic: .theo1, alpha: 2, factor: 32),
        Case(statistic: .theo1, alpha: 0, factor: 32), Case(statistic: .theo1, alpha: -2, factor: 32),
    ]

    @Test("They are what simulated records scatter by", arguments: cases)
    func scatter(of one: Case) throws {
        var variances: [Double] = []
        var claimed: [Double] = []
        for seed in 1...240 as ClosedRange<UInt64> {
            var noise = Noise(seed: seed)
            let series = ClockSeries(phases: noise.phases(alpha: one.alpha, count: 257), interval: 1)
            let point = try #require(try series.stability(one.statistic, factors: [one.factor]).first)
            let deviation = try #require(point.deviation)
            variances.append(deviation * deviation)
            // The noise type is told from the record and is now and then another.
            if point.noise == one.alpha, let freedom = point.degreesOfFreedom { claimed.append(freedom) }
        }
        try #require(claimed.count > 120)
        let count = Double(variances.count)
        let mean = variances.reduce(0, +) / count
        let spread = variances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let freedom = 2 * mean * mean / spread
        // 240 variances tell it to about 10 %, and the fits are good to about as much.
        #expect((0.7...1.4).contains(claimed[0] / freedom), "claimed \(claimed[0]), found \(freedom)")
    }

    @Test("Where no fit is known there is no interval, and never one of less than a degree of freedom")
    func unknown() throws {
        for statistic in [Statistic.totdev, .mtotdev, .htotdev, .theo1] {
            for alpha in [2, 0, -2] {
                var noise = Noise(seed: 3)
                let series = ClockSeries(phases: noise.phases(alpha: alpha, count: 400), interval: 1)
                for point in try series.stability(statistic, factors: Array(1...399)) {
                    guard let freedom = point.degreesOfFreedom else {
                        #expect(point.interval68 == nil && point.interval95 == nil)
                        continue
                    }
                    #expect(freedom >= 1 || point.factor < 8)
                    let deviation = try #require(point.deviation)
                    if let interval = point.interval68 { #expect(interval.contains(deviation) || freedom < 2) }
                }
            }
        }
    }
}

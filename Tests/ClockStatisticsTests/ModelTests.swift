import ClockStatistics
import Foundation
import Testing

@Suite("Noise, rate and holdover")
struct ModelTests {
    static func series(_ record: SimulatedRecord) throws -> ClockSeries {
        try #require(ClockSeries(times: record.times, phases: record.phases, interval: SimulatedRecord.interval))
    }

    @Test("The strengths that a record was made with are found again", arguments: [false, true])
    func strengths(robust: Bool) throws {
        let tolerance = robust ? 0.25 : 0.12
        let phase = try #require(
            try Self.series(SimulatedRecord(seed: 1, alpha: 2, faulty: false)).noiseModel(robust: robust))
        #expect(agrees(phase.phase.squareRoot(), 1e-4, within: tolerance))
        let frequency = try #require(
            try Self.series(SimulatedRecord(seed: 1, alpha: 0, faulty: false)).noiseModel(robust: robust))
        #expect(agrees(frequency.frequency.squareRoot(), 1e-5 / 4, within: tolerance))
        let walk = try #require(
            try Self.series(SimulatedRecord(seed: 1, alpha: -2, faulty: false)).noiseModel(robust: robust))
        #expect(agrees(walk.walk.squareRoot(), 3e-8 / 4, within: tolerance))
        #expect(agrees(walk.phase.squareRoot(), 1e-6, within: 2 * tolerance))
    }

    @Test("Losses do not change the strengths")
    func losses() throws {
        var random = Noise(seed: 6)
        var record = SimulatedRecord(seed: 5, alpha: -2, faulty: false)
        let kept = record.times.indices.filter { _ in random.uniform() > 0.2 }
        record.times = kept.map { record.times[$0] }
        record.phases = kept.map { record.phases[$0] }
        let model = try #require(try Self.series(record).noiseModel(robust: false))
        #expect(agrees(model.walk.squareRoot(), 3e-8 / 4, within: 0.15))
    }

    @Test("On white phase noise the fit is the straight line by least squares, with its error")
    func white() throws {
        let record = SimulatedRecord(seed: 2, alpha: 2, count: 1000, faulty: false)
        let series = try Self.series(record)
        let line = try #require(LineFit(series))
        let rate = try #require(
            RateEstimate(
                times: record.times, phases: record.phases, noise: NoiseModel(phase: line.residual * line.residual)))
        #expect((rate.frequency - line.frequency).magnitude < 1e-3 * line.whiteError)
        #expect(agrees(rate.error, line.whiteError, within: 1e-3))
        #expect(rate.limit == .readings)
    }

    @Test("On white frequency noise it is the line through both ends")
    func ends() throws {
        let record = SimulatedRecord(seed: 3, alpha: 0, count: 1000, faulty: false)
        let noise = NoiseModel(phase: 1e-16, frequency: 1e-10 / 16)
        let rate = try #require(RateEstimate(times: record.times, phases: record.phases, noise: noise))
        let ends = try #require(try Self.series(record).endPointFrequency)
        #expect((rate.frequency - ends).magnitude < 0.01 * rate.error)
        #expect(agrees(rate.error, (noise.frequency / (999 * 16)).squareRoot(), within: 0.01))
        #expect(rate.limit == .frequency)
    }

    @Test("The 95 % interval of the rate holds the truth in about 95 of 100 records", arguments: [2, 0, -2])
    func coverage(alpha: Int) throws {
        var inside = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let record = SimulatedRecord(seed: seed, alpha: alpha, count: 601, faulty: false)
            let noise = try #require(try Self.series(record).noiseModel(robust: false))
            let rate = try #require(RateEstimate(times: record.times, phases: record.phases, noise: noise))
            // With a walk there is no constant rate: the interval is that of the frequency in the middle.
            let middle = (record.phases[320] - record.phases[280]) / (40 * SimulatedRecord.interval)
            let truth = alpha == -2 ? middle : 40e-6
            if (rate.frequency - truth).magnitude < rate.halfWidth95 { inside += 1 }
        }
        #expect((182...200).contains(inside), "\(inside) of 200")
    }

    @Test(
        "After the record the clock stays within the 95 % of its holdover in about 95 of 100 cases",
        arguments: [2, 0, -2])
    func holdover(alpha: Int) throws {
        var inside = 0
        var cases = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let record = SimulatedRecord(seed: seed, alpha: alpha, count: 1500, faulty: false)
            let times = Array(record.times[..<750])
            let phases = Array(record.phases[..<750])
            let series = try #require(ClockSeries(times: times, phases: phases, interval: SimulatedRecord.interval))
            let noise = try #require(series.noiseModel(robust: false))
            let fit = try #require(ClockFit(times: times, phases: phases, noise: noise))
            let holdover = Holdover(from: fit.end, noise: noise)
            for ahead in [50, 250, 750] {
                let time = Double(ahead) * SimulatedRecord.interval
                let error = record.phases[749 + ahead] - fit.end.phase - holdover.gain(after: time)
                let deviation = holdover.deviation(after: time)
                // The reading that it is compared with has its own noise.
                cases += 1
                if error * error < 3.84 * (deviation * deviation + noise.phase) { inside += 1 }
            }
        }
        let share = Double(inside) / Double(cases)
        // Never too few. On white noise it is cautious: what the record could not show is allowed for.
        #expect(share > 0.925 && share < (alpha == -2 ? 0.975 : 1.01), "\(share)")
    }

    @Test("A budget is kept just as long as the bound stays below it; a smaller one for less, none at all for nothing")
    func budget() throws {
        let end = ClockFit.Ending(
            phase: 0, frequency: 40e-6, phaseVariance: 1e-8, covariance: 0, frequencyVariance: 1e-18)
        let holdover = Holdover(from: end, noise: NoiseModel(phase: 0, walk: 1e-18), referenceDoubt: 3e-6)
        let time = try #require(holdover.duration(within: 0.04, factor: 1.96))
        #expect(agrees(holdover.bound(after: time, factor: 1.96), 0.04, within: 1e-9))
        let true40 = try #require(holdover.duration(within: 0.04, factor: 1.96, ofTrueTime: true))
        #expect(true40 < time && agrees(1.96 * holdover.deviation(after: true40) + 3e-6 * true40, 0.04, within: 1e-9))
        #expect(holdover.duration(within: 1e-5, factor: 1.96) == 0)
        #expect(holdover.gain(after: 86_400) == 40e-6 * 86_400)
        // q₂t³/3 and the rest, by hand.
        let t = 10_000.0
        #expect(
            agrees(
                holdover.deviation(after: t), (1e-8 + 1e-18 * t * t + 1e-18 * t * t * t / 3).squareRoot(), within: 1e-12
            ))
    }

    @Test("Ageing that is there is found, and its error is what it scatters by")
    func ageing() throws {
        var errors: [Double] = []
        for seed in 1...40 as ClosedRange<UInt64> {
            var record = SimulatedRecord(seed: seed, alpha: 0, count: 800, faulty: false)
            for index in record.times.indices {
                record.phases[index] += 0.5 * 1e-10 * record.times[index] * record.times[index]
            }
            let noise = try #require(try Self.series(record).noiseModel(robust: false))
            let fit = try #require(ClockFit(times: record.times, phases: record.phases, noise: noise, ageing: true))
            let ageing = try #require(fit.ageing)
            errors.append((ageing.value - 1e-10) / ageing.error)
        }
        let rms = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
        #expect((0.7...1.3).contains(rms), "\(rms)")
    }
}

import ClockStatistics
import ClockStudies
import Foundation
import Testing

@Suite("What a study says")
struct AnalysisTests {
    /// The 59 hours of a Raspberry Pi against its RTC.
    static func pi() throws -> Study {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appending(path: "ClockStatisticsTests/Vectors/pi-59h.csv")
        var study = Study()
        study.subject.title = "pi"
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: ",").compactMap { Double($0) }
            try #require(fields.count == 3)
            study.readings.append(Study.Reading(time: fields[0], phase: fields[1], temperature: fields[2]))
        }
        return study
    }

    @Test("The 59 hours give 41.26 ppm and 3.565 s a day, with an interval that the wander makes wide")
    func rate() throws {
        let analysis = try #require(StudyAnalysis(try Self.pi()))
        let rate = analysis.rate
        #expect((rate.frequency * 1e6 - 41.26).magnitude < 0.005)
        #expect((rate.frequency * 86_400 - 3.565).magnitude < 0.0005)
        #expect(rate.limit == .wander)
        // The naive fit claims 0.37 ppb. The temperature alone moves the frequency by ±0.15 ppm in the course of a day.
        #expect(analysis.naiveError < 0.4e-9)
        #expect((0.05e-6...0.3e-6).contains(rate.halfWidth95))
        let first = try #require(analysis.autocorrelation.first)
        #expect((first.value - 0.82).magnitude < 0.01)
        #expect(try #require(analysis.correlationTime) > 3600)
        let ageing = try #require(analysis.ageing)
        #expect(ageing.value.magnitude < 2 * ageing.error, "there is none")
    }

    @Test("The record was made with 0.05 ppm/K, and that lies within the interval, which is narrow; no lag is made up")
    func temperature() throws {
        let analysis = try #require(StudyAnalysis(try Self.pi()))
        let fit = try #require(analysis.temperature)
        #expect((fit.coefficient.value - 0.05e-6).magnitude < 1.96 * fit.coefficient.error)
        #expect(fit.coefficient.error < 0.001e-6)
        #expect(fit.lag == 0)
        // With the temperature's part out, the rest is all but the noise of the readings, and the rate is surer for it.
        #expect(try #require(analysis.rateAtMiddle).error < analysis.rate.error / 5)
        #expect(
            try #require(analysis.holdoverAtMiddle).deviation(after: 86_400) < analysis.holdover.deviation(
                after: 86_400) / 5)
    }

    @Test("A lag of half an hour between sensor and crystal is found, to the next step of the search")
    func lag() throws {
        var study = try Self.pi()
        let temperatures = study.readings.map { $0.temperature ?? 0 }
        // The crystal follows the sensor: what the sensor reads now acts on the clock thirty readings later.
        for index in study.readings.indices {
            study.readings[index].temperature = temperatures[min(index + 30, temperatures.count - 1)]
        }
        let fit = try #require(StudyAnalysis(study)?.temperature)
        #expect((1200...2700).contains(fit.lag))
    }

    @Test("A clock that the temperature does not touch is said to have no coefficient")
    func untouched() throws {
        var study = try Self.pi()
        var state: UInt64 = 88
        for index in study.readings.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let noise = Double(state >> 40) / Double(1 << 24) - 0.5
            study.readings[index].phase =
                1e-5 * study.readings[index].time.truncatingRemainder(dividingBy: 1e7) + 1e-4 * noise
        }
        let analysis = try #require(StudyAnalysis(study))
        #expect(analysis.rateAtMiddle == nil && analysis.holdoverAtMiddle == nil)
        #expect((analysis.rate.frequency - 1e-5).magnitude < analysis.rate.halfWidth95)
    }

    @Test("Outliers and steps are left out of the rate, and a jump of the frequency is not")
    func steady() throws {
        var study = try Self.pi()
        let before = try #require(StudyAnalysis(study)).rate.frequency
        study.readings[700].phase += 0.5
        for index in 2000..<study.readings.count { study.readings[index].phase -= 0.2 }
        let analysis = try #require(StudyAnalysis(study))
        #expect(analysis.check.faults.map(\.kind) == [.outlier, .step])
        #expect(analysis.steady[700].isNaN)
        #expect((analysis.rate.frequency - before).magnitude < 0.01e-6)
        let start = study.readings[1000].time
        for index in 1000..<study.readings.count {
            study.readings[index].phase += 5e-6 * (study.readings[index].time - start)
        }
        let jumped = try #require(StudyAnalysis(study))
        #expect(jumped.check.faults.map(\.kind) == [.outlier, .frequencyJump, .step])
        #expect(jumped.ageing == nil)
        #expect(jumped.rate.frequency > before + 2e-6)
    }

    @Test("Too little to tell noise from rate is no study: sixteen readings are the least")
    func few() throws {
        var study = try Self.pi()
        study.readings.removeLast(study.readings.count - 16)
        #expect(StudyAnalysis(study) != nil)
        study.readings.removeLast()
        #expect(StudyAnalysis(study) == nil)
        #expect(StudyAnalysis(Study()) == nil)
    }

    @Test("Statistics that bear no holes say what was filled in and left out")
    func holes() throws {
        var study = try Self.pi()
        study.readings.removeSubrange(1200..<1320)
        study.readings.remove(at: 3000)
        study.readings.remove(at: 2000)
        let analysis = try #require(StudyAnalysis(study))
        #expect(analysis.check.gaps.gaps.count == 1 && analysis.check.gaps.losses == 2)
        let whole = try #require(analysis.curve(.tdev))
        #expect(whole.filled == 2 && whole.leftOut == 1200)
        let allan = try #require(analysis.curve(.oadev))
        #expect(allan.statistic == .gradev && allan.filled == 0 && allan.leftOut == 0)
    }

    @Test("Of two clocks read at the same times the common reference drops out of their difference")
    func difference() throws {
        let one = try Self.pi()
        var other = one
        // The same wandering reference, a rate that differs by 1.1394 ppm, and readings half a step later.
        for index in other.readings.indices {
            let elapsed = one.readings[index].time - one.readings[0].time
            other.readings[index].phase -= 1.1394e-6 * elapsed
        }
        let difference = try #require(one.difference(from: other))
        let analysis = try #require(StudyAnalysis(difference))
        #expect((analysis.rate.frequency - 1.1394e-6).magnitude < 1e-12)
        for index in other.readings.indices { other.readings[index].time += 1e6 }
        #expect(one.difference(from: other) == nil, "they never ran at the same time")
    }
}

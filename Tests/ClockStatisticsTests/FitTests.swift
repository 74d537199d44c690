import ClockStatistics
import Foundation
import Testing

@Suite("Fits")
struct FitTests {
    /// The numbers of fits-and-truth.json.
    static func truth() throws -> [String: Double] {
        let data = try Data(contentsOf: Vectors.folder.appending(path: "fits-and-truth.json"))
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: [String: [String: Double]]])
        return try #require(object["fits"]?["pi-59h"])
    }

    @Test("The 59 hours of a Raspberry Pi against its RTC give 41.26 ppm, 3.565 s a day")
    func line() throws {
        let truth = try Self.truth()
        let series = try Vectors.series("pi-59h")
        let fit = try #require(LineFit(series))
        #expect(agrees(fit.frequency * 1e6, try #require(truth["ols_ppm"]), within: 1e-9))
        #expect(agrees(fit.frequency * 86400, try #require(truth["s_per_day"]), within: 1e-9))
        #expect(agrees(fit.whiteError * 1e6, try #require(truth["ols_se_white_ppm"]), within: 1e-9))
        #expect(agrees(fit.residual, try #require(truth["resid_sd_s"]), within: 1e-9))
        #expect(agrees(fit.residualCorrelation, try #require(truth["resid_lag1"]), within: 1e-9))
        let ends = try #require(series.endPointFrequency)
        #expect(agrees(ends * 1e6, try #require(truth["endpoint_ppm"]), within: 1e-9))
        let robust = try #require(series.theilSenFrequency(stride: 10))
        #expect(agrees(robust * 1e6, try #require(truth["theil_sen_ppm_600s"]), within: 1e-9))
    }

    @Test("The interval of a fit with correlated residuals is several times the naive one")
    func honestInterval() throws {
        let fit = try #require(LineFit(try Vectors.series("pi-59h")))
        #expect(fit.error > 3 * fit.whiteError)
        let white = try #require(LineFit(try Vectors.series("noise-wpm")))
        #expect(white.error < 1.1 * white.whiteError)
    }

    @Test("Hourly frequency follows the temperature as it should")
    func temperature() throws {
        let truth = try Self.truth()
        let phases = try Vectors.numbers("pi-59h.csv", column: 1)
        let temperatures = try Vectors.numbers("pi-59h.csv", column: 2)
        var frequencies: [Double] = []
        var means: [Double] = []
        for hour in 0..<59 {
            frequencies.append((phases[60 * hour + 60] - phases[60 * hour]) / 3600 * 1e6)
            means.append(temperatures[(60 * hour)..<(60 * hour + 60)].reduce(0, +) / 60)
        }
        let fit = try #require(Regression(of: frequencies, over: means))
        // The expected values were made before the file's temperatures were rounded to 1 mK.
        #expect(agrees(fit.slope, try #require(truth["hourly_ppm_per_K"]), within: 1e-5))
        #expect(agrees(fit.correlation, try #require(truth["hourly_freq_temp_r"]), within: 1e-5))
    }

    @Test("A line and a parabola are found again to the last digits")
    func exact() throws {
        let phases: [Double] = (0..<1000).map { index in
            let time = Double(index) * 10
            let sinceMiddle = time - 4995
            return 3.5 + 2e-5 * time + 0.5e-9 * sinceMiddle * sinceMiddle
        }
        let series = ClockSeries(phases: phases, interval: 10)
        let drift = try #require(DriftFit(series))
        #expect(agrees(drift.drift, 1e-9, within: 1e-9))
        #expect(agrees(drift.frequency, 2e-5, within: 1e-9))
        let line = try #require(LineFit(ClockSeries(phases: (0..<100).map { 1 - 1e-6 * Double($0) }, interval: 2)))
        #expect(agrees(line.frequency, -0.5e-6, within: 1e-9))
        #expect(agrees(line.start, 1, within: 1e-12))
    }

    @Test("The median slope stays where it is when a fifth of the samples lie about")
    func robust() throws {
        var noise = Noise(seed: 5)
        var phases: [Double] = []
        for index in 0..<500 {
            let outlier = index % 5 == 0 ? 1e-2 * noise.normal() : 0
            phases.append(1e-5 * Double(index) + 1e-6 * noise.normal() + outlier)
        }
        let frequency = try #require(ClockSeries(phases: phases, interval: 1).theilSenFrequency())
        #expect((frequency - 1e-5).magnitude < 1e-8)
    }

    @Test("What cannot be fitted gives nil", arguments: [[], [1], [1, 2], [1, 2, .nan, 4, 5, 6]] as [[Double]])
    func nothing(phases: [Double]) {
        let series = ClockSeries(phases: phases, interval: 1)
        #expect(LineFit(series) == nil)
        #expect(DriftFit(series) == nil)
    }
}

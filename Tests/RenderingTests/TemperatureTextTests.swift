import Control
import Testing

@testable import Rendering

@Suite("What is told of the temperature") struct TemperatureTextTests {
    private func report() -> TemperatureReport {
        var report = TemperatureReport()
        report.isLearned = true
        report.reading = 21.25
        report.compensation = 0.0625
        report.reference = 20
        report.linear = 0.05
        report.linearDeviation = 0.0005
        report.quadratic = -0.004
        report.span = 86400
        report.lowest = 15.2
        report.highest = 26.1
        report.variationWithout = 0.2
        report.variationWith = 0.01
        return report
    }

    @Test("The gain is told as it was measured")
    func gain() {
        let lines = TemperatureText.lines(report())
        #expect(lines.contains("sensitivity   +0.0500 ± 0.0010 ppm/K (95 %) at 20.0 °C, -0.0040 ppm/K²"))
        #expect(
            lines.last?.hasSuffix("by 0.2000 ppm without compensation and by 0.0100 ppm with it: 20.0 times less.")
                == true)
        var useless = report()
        useless.variationWith = 0.3
        #expect(TemperatureText.lines(useless).last?.contains("it gains nothing") == true)
    }

    @Test("What is not known is not 0")
    func unknown() {
        var report = TemperatureReport()
        report.isLearned = true
        let lines = TemperatureText.lines(report)
        #expect(lines.contains("temperature   - (not read)"))
        #expect(lines.contains("sensitivity   - (nothing is learned yet)"))
        #expect(TemperatureText.json(report).text.contains("\"compensation_ppm\":null"))
    }
}

import ClockStatistics
import Testing

@Suite("The chi-squared distribution")
struct ChiSquaredTests {
    @Test(
        "Quantiles are those of the tables",
        arguments: [
            // Abramowitz and Stegun, table 26.8.
            (0.05, 1, 0.00393214), (0.95, 1, 3.84146), (0.5, 2, 1.38629), (0.975, 10, 20.4832), (0.025, 10, 3.24697),
            (0.95, 30, 43.7730), (0.05, 100, 77.9295), (0.995, 100, 140.169),
        ] as [(Double, Double, Double)])
    func tables(share: Double, degrees: Double, expected: Double) {
        #expect(agrees(ChiSquared.quantile(share, degreesOfFreedom: degrees), expected, within: 4e-6))
    }

    @Test(
        "A quantile is where the share is, for any degrees of freedom",
        arguments: [0.5, 1.6, 3.87963, 12.8, 99.5, 1601.42, 99_999, 100_001, 1e6, 2.3e7] as [Double])
    func inverse(degrees: Double) throws {
        for share in [0.001, 0.025, 0.158655, 0.5, 0.841345, 0.975, 0.999] {
            let value = try #require(ChiSquared.quantile(share, degreesOfFreedom: degrees))
            let back = try #require(ChiSquared.share(below: value, degreesOfFreedom: degrees))
            #expect((back - share).magnitude < 1e-9, "\(share)")
        }
    }

    @Test("Outside its range there is no quantile")
    func outside() {
        for (share, degrees) in [(0, 3), (1, 3), (0.5, 0), (0.5, -1), (.nan, 3), (0.5, .nan), (0.5, .infinity)] {
            #expect(ChiSquared.quantile(share, degreesOfFreedom: degrees) == nil)
        }
    }
}

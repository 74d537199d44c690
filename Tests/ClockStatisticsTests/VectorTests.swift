import ClockStatistics
import Testing

@Suite("Published cases")
struct VectorTests {
    static let datasets = [
        "nbs14-10-phase", "nbs14-1001-phase", "phase-dat", "noise-wpm", "noise-wfm", "pi-59h",
    ]

    @Test("Every deviation, count, degree of freedom and interval is as expected", arguments: datasets)
    func deviations(dataset: String) throws {
        let series = try Vectors.series(dataset)
        let rows = try Vectors.rows().filter { $0.dataset == dataset }
        #expect(rows.count > 20)
        for statistic in Statistic.allCases {
            let own = rows.filter { $0.statistic == statistic }
            let points = try series.stability(statistic, factors: own.map(\.factor))
            #expect(points.count == own.count)
            for (row, point) in zip(own, points) {
                let name = "\(dataset) \(statistic) m=\(row.factor)"
                #expect(point.terms == row.terms, "\(name)")
                #expect(agrees(point.tau, row.tau, within: 1e-12), "\(name)")
                #expect(agrees(point.deviation, row.deviation, within: 1e-9), "\(name): \(String(describing: point))")
                guard let alpha = row.alpha, let expected = row.confidence else { continue }
                #expect(point.noise == alpha, "\(name)")
                #expect(agrees(point.degreesOfFreedom, expected[0], within: 1e-9), "\(name)")
                #expect(agrees(point.interval68?.lowerBound, expected[1], within: 1e-6), "\(name)")
                #expect(agrees(point.interval68?.upperBound, expected[2], within: 1e-6), "\(name)")
                #expect(agrees(point.interval95?.lowerBound, expected[3], within: 1e-6), "\(name)")
                #expect(agrees(point.interval95?.upperBound, expected[4], within: 1e-6), "\(name)")
            }
        }
    }

    @Test("Every noise identification is as expected, before rounding too")
    func noise() throws {
        let lines = try Vectors.lines("noise-id.csv").dropFirst()
        #expect(lines.count > 20)
        for line in lines {
            let fields = line.split(separator: ",").map(String.init)
            try #require(fields.count == 6)
            let series = try Vectors.series(fields[0])
            let estimate = NoiseEstimate(phases: series.phases.span, factor: try #require(Int(fields[1])))
            #expect(estimate?.rounded == Int(fields[2]), "\(line)")
            #expect(agrees(estimate?.exponent, try #require(Double(fields[3])), within: 1e-8), "\(line)")
            #expect(estimate?.differences == Int(fields[4]), "\(line)")
            #expect(agrees(estimate?.rho, try #require(Double(fields[5])), within: 1e-8), "\(line)")
        }
    }
}

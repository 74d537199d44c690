internal import Simulation

/// Our error beside the ideal filter's.
enum LimitReport {
    static func table(_ rows: [ScenarioResult]) -> String {
        let heads = ["ours", "ideal", "ratio", "<1 ms", "ideal", "<100 µs", "ideal", "chrony"]
        var lines = ["scenario".padded(to: 16) + heads.map { $0.padded(to: -10) }.joined()]
        for row in rows {
            guard let ideal = row.idealRMS, let ratio = row.idealRatio else {
                lines.append(row.scenario.padded(to: 16) + " not defined")
                continue
            }
            let moments = [
                row.below1ms, row.idealBelow1ms, row.below100us, row.idealBelow100us,
                PublishedFigures.chrony(row.scenario)?.below100us,
            ]
            let cells =
                [String(seconds: row.rms), String(seconds: ideal), String(ratio, decimals: 3)]
                + moments.map { $0.map { String($0, decimals: 0) } ?? "-" }
            lines.append(row.scenario.padded(to: 16) + cells.map { $0.padded(to: -10) }.joined())
        }
        let judged = rows.filter { Scenario.limited.contains($0.scenario) }
        if let mean = GeometricMean(judged.compactMap(\.idealRatio)) { lines.append("geometric mean: \(mean)") }
        return lines.joined(separator: "\n")
    }
}

/// Results beside others of the same scenarios.
enum ComparisonReport {
    /// Ours beside the baseline that runs in the same simulator, and the baseline beside what was published:
    /// the second says what the first is worth.
    static func calibration(_ rows: [ScenarioResult], baseline: [ScenarioResult]) -> String {
        var lines = [
            "scenario".padded(to: 16)
                + ["ours", "baseline", "chrony", "ours/base", "ours/chr", "base/chr"].map { $0.padded(to: -10) }
                .joined()
        ]
        var ours: [Double] = []
        var published: [Double] = []
        var calibration: [Double] = []
        for row in rows {
            guard let line = baseline.first(where: { $0.scenario == row.scenario }) else { continue }
            let chrony = PublishedFigures.chrony(row.scenario)
            ours.append(row.rms / line.rms)
            if let chrony {
                published.append(row.rms / chrony.rms)
                calibration.append(line.rms / chrony.rms)
            }
            let cells = [
                String(seconds: row.rms), String(seconds: line.rms), String(seconds: chrony?.rms),
                String(row.rms / line.rms, decimals: 2),
                chrony.map { String(row.rms / $0.rms, decimals: 2) } ?? "-",
                chrony.map { String(line.rms / $0.rms, decimals: 2) } ?? "-",
            ]
            lines.append(row.scenario.padded(to: 16) + cells.map { $0.padded(to: -10) }.joined())
        }
        let means = [ours, published, calibration].map { GeometricMean($0)?.description ?? "-" }
        lines.append(
            "geometric means: ours to the baseline \(means[0]), ours to chrony's \(means[1]), "
                + "the baseline to chrony's \(means[2])")
        return lines.joined(separator: "\n")
    }

    /// Each figure beside what an earlier run had, as a ratio: below 1 is better.
    static func table(_ rows: [ScenarioResult], earlier: EarlierResults) -> String {
        var lines = [
            "scenario".padded(to: 16)
                + ["rms", "earlier", "ratio", "p99 ratio", "packets", "limit", "earlier"].map { $0.padded(to: -10) }
                .joined()
        ]
        var ratios: [Double] = []
        for row in rows {
            guard let then = earlier.scenarios[row.scenario], let rms = then["rms_seconds"] else {
                lines.append(row.scenario.padded(to: 16) + "  not in the file")
                continue
            }
            ratios.append(row.rms / rms)
            func ratio(_ now: Double, _ key: String) -> String {
                then[key].map { String(now / $0, decimals: 3) } ?? "-"
            }
            let cells = [
                String(seconds: row.rms), String(seconds: rms), String(row.rms / rms, decimals: 3),
                ratio(row.p99, "p99_seconds"), ratio(row.packetsSent, "packets_sent"),
                row.idealRatio.map { String($0, decimals: 2) } ?? "-",
                then["limit_ratio"].map { String($0, decimals: 2) } ?? "-",
            ]
            lines.append(row.scenario.padded(to: 16) + cells.map { $0.padded(to: -10) }.joined())
        }
        if let mean = GeometricMean(ratios) {
            lines.append("geometric mean over \(ratios.count) scenarios, to the earlier run: rms \(mean)")
        }
        return lines.joined(separator: "\n")
    }
}

internal import Simulation

/// Results as a table for people.
enum BenchReport {
    private static let widths = [-9, -9, -9, -9, -9, -8, -8, -8, -9, -10, -9, -7, -7, -6, -9, -6, -6, -6]

    static func table(_ rows: [ScenarioResult]) -> String {
        let heads = [
            "rms", "worst", "p99", "max", "freq ppm", "<1 ms", "<100 µs", "packets", "bound", "inside", "err/bound",
            "excess", "cover95", "", "chrony", "ratio", "pkts", "limit",
        ]
        var lines = [line("scenario", heads)]
        for row in rows {
            let chrony = PublishedFigures.chrony(row.scenario)
            lines.append(
                line(
                    row.scenario,
                    [
                        String(seconds: row.rms), String(seconds: row.rmsWorst), String(seconds: row.p99),
                        String(seconds: row.maximum), String(row.frequencyRMSppm, decimals: 4),
                        row.below1ms.map { String($0, decimals: 0) } ?? "-",
                        row.below100us.map { String($0, decimals: 0) } ?? "-", String(row.packetsSent, decimals: 0),
                        String(seconds: row.medianBound), share(row.insideBound),
                        String(row.worstUseOfBound, decimals: 3),
                        row.boundExcess.map { String($0, decimals: 1) } ?? "-",
                        row.coverage95.map { String($0, decimals: 3) } ?? "-", "",
                        chrony.map { String(seconds: $0.rms) } ?? "-",
                        chrony.map { String(row.rms / $0.rms, decimals: 2) } ?? "-",
                        chrony.map { String(row.packetsSent / $0.packetsSent, decimals: 2) } ?? "-",
                        row.idealRatio.map { String($0, decimals: 2) } ?? "-",
                    ]))
        }
        let published = rows.compactMap { row in PublishedFigures.chrony(row.scenario).map { (row, $0) } }
        if let rms = GeometricMean(published.map { $0.rms / $1.rms }),
            let packets = GeometricMean(published.map { $0.packetsSent / $1.packetsSent })
        {
            lines.append(
                "geometric mean over \(published.count) scenarios, to chrony's: rms \(rms), packets \(packets)")
        }
        let ratios = rows.filter { Scenario.limited.contains($0.scenario) }.compactMap(\.idealRatio)
        if let mean = GeometricMean(ratios) {
            lines.append("geometric mean over \(ratios.count) scenarios, to the ideal filter: rms \(mean)")
        }
        return lines.joined(separator: "\n")
    }

    /// A share that is printed as 1 only if it is 1.
    private static func share(_ share: Double?) -> String {
        guard let share else { return "-" }
        return share == 1 ? "always" : String((share * 1e6).rounded(.down) / 1e6, decimals: 6)
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        name.padded(to: 16) + zip(cells, widths).map { " " + $0.padded(to: $1) }.joined()
    }
}

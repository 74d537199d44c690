internal import Glibc
internal import Simulation

/// Results as a table for people.
enum BenchReport {
    private static let widths = [-9, -9, -9, -9, -9, -8, -8, -8, -9, -10, -9, -6, -9, -6, -6]

    static func table(_ rows: [ScenarioResult]) -> String {
        let heads = [
            "rms", "worst", "p99", "max", "freq ppm", "<1 ms", "<100 µs", "packets", "bound", "inside", "err/bound",
            "", "chrony", "ratio", "pkts",
        ]
        var lines = [line("scenario", heads)]
        var logarithms: [Double] = []
        var packetLogarithms: [Double] = []
        for row in rows {
            let chrony = PublishedFigures.chrony(row.scenario)
            if let chrony, row.rms > 0, row.packetsSent > 0 {
                logarithms.append(log(row.rms / chrony.rms))
                packetLogarithms.append(log(row.packetsSent / chrony.packetsSent))
            }
            lines.append(
                line(
                    row.scenario,
                    [
                        String(seconds: row.rms), String(seconds: row.rmsWorst), String(seconds: row.p99),
                        String(seconds: row.maximum), String(row.frequencyRMSppm, decimals: 4),
                        row.below1ms.map { String($0, decimals: 0) } ?? "-",
                        row.below100us.map { String($0, decimals: 0) } ?? "-", String(row.packetsSent, decimals: 0),
                        String(seconds: row.medianBound), share(row.insideBound),
                        String(row.worstUseOfBound, decimals: 3), "",
                        chrony.map { String(seconds: $0.rms) } ?? "-",
                        chrony.map { String(row.rms / $0.rms, decimals: 2) } ?? "-",
                        chrony.map { String(row.packetsSent / $0.packetsSent, decimals: 2) } ?? "-",
                    ]))
        }
        if !logarithms.isEmpty {
            lines.append(
                "geometric mean over \(logarithms.count) scenarios, to chrony's: rms "
                    + String(mean(logarithms), decimals: 3) + ", packets " + String(mean(packetLogarithms), decimals: 3)
            )
        }
        return lines.joined(separator: "\n")
    }

    /// A share that is printed as 1 only if it is 1.
    private static func share(_ share: Double?) -> String {
        guard let share else { return "-" }
        return share == 1 ? "always" : String((share * 1e6).rounded(.down) / 1e6, decimals: 6)
    }

    private static func mean(_ logarithms: [Double]) -> Double {
        exp(logarithms.reduce(0, +) / Double(logarithms.count))
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        name.padded(to: 16) + zip(cells, widths).map { " " + $0.padded(to: $1) }.joined()
    }
}

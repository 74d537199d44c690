internal import Simulation

/// Results of isolated networks as tables for people, or as JSON.
struct IslandReport {
    private struct Row {
        var name: String
        /// With its unit, for JSON.
        var key: String
        /// Of each scheme: median and worst; nil where there is none.
        var cells: [IslandScheme: (median: Double, worst: Double)]
        var isRatio = false
    }

    private let schemes: [IslandScheme]
    private var rows: [(title: String, rows: [Row])] = []

    init(_ results: [IslandResult]) {
        schemes = IslandScheme.allCases.filter { scheme in results.contains { $0.scheme == scheme } }
        func row(_ name: String, _ key: String, isRatio: Bool = false, _ value: (IslandResult) -> Double?) -> Row {
            var cells: [IslandScheme: (median: Double, worst: Double)] = [:]
            for scheme in schemes {
                let values = results.filter { $0.scheme == scheme }.compactMap(value).sorted()
                guard let worst = values.last else { continue }
                let median = (values[values.count / 2] + values[(values.count - 1) / 2]) / 2
                cells[scheme] = (median, worst)
            }
            return Row(name: name, key: key, cells: cells, isRatio: isRatio)
        }
        rows.append(
            (
                "Nothing happens",
                [
                    row("widest after an hour", "widest_seconds") { $0.calm.widest },
                    row("the same, one crystal is bad", "widest_bad_crystal_seconds") { $0.withBadCrystal.widest },
                    row("gain of the common time, ppm", "drift_ppm", isRatio: true) { $0.calm.drift.magnitude * 1e6 },
                    row("mean gain of the crystals, ppm", "crystal_drift_ppm", isRatio: true) {
                        $0.calm.crystalDrift.magnitude * 1e6
                    },
                    row("wander to the best crystal's", "wander_ratio", isRatio: true) {
                        $0.calm.commonWander / $0.calm.bestWander
                    },
                    row("the same, one crystal is bad", "wander_ratio_bad_crystal", isRatio: true) {
                        $0.withBadCrystal.commonWander / $0.withBadCrystal.bestWander
                    },
                ]
            ))
        func incidents(_ title: String, _ key: String, isRatio: Bool = false, _ value: (IslandOutcome) -> Double) {
            rows.append(
                (
                    title,
                    IslandIncident.allCases.map { incident in
                        row(incident.rawValue, "\(incident)_\(key)", isRatio: isRatio) {
                            $0.outcomes[incident].map(value)
                        }
                    }.filter { !$0.cells.isEmpty }
                ))
        }
        incidents("How far an honest member is moved", "moved_seconds", \.moved)
        incidents("How far honest members are apart an hour later", "widest_seconds", \.widest)
        incidents("How fast an honest member goes, ppm", "fastest_ppm", isRatio: true) { $0.fastest * 1e6 }
    }

    var text: String {
        rows.map { title, rows in
            let head = title.padded(to: 48) + schemes.map { $0.rawValue.padded(to: -22) }.joined()
            return ([head] + rows.map(line)).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    private func line(_ row: Row) -> String {
        "  " + row.name.padded(to: 46)
            + schemes.map { scheme in
                guard let cell = row.cells[scheme] else { return "-".padded(to: -22) }
                func text(_ number: Double) -> String {
                    row.isRatio ? String(number, decimals: number < 10 ? 2 : 0) : String(seconds: number)
                }
                return "\(text(cell.median)) (\(text(cell.worst)))".padded(to: -22)
            }.joined()
    }

    /// Keys with their units; null where there is nothing.
    var json: String {
        let objects = schemes.map { scheme in
            let fields = rows.flatMap(\.rows).map { row in
                guard let cell = row.cells[scheme], cell.worst.isFinite else { return "\"\(row.key)\":null" }
                return "\"\(row.key)\":{\"median\":\(cell.median),\"worst\":\(cell.worst)}"
            }
            return "{\"scheme\":\"\(scheme.rawValue)\",\(fields.joined(separator: ","))}"
        }
        return "{\"schema\":\"timeball.islands/1\",\"schemes\":[\(objects.joined(separator: ","))]}"
    }
}

import ClockStatistics
import Foundation

/// The cases in Vectors/.
enum Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")

    static func lines(_ name: String) throws -> [String] {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    static func numbers(_ name: String, column: Int = 0) throws -> [Double] {
        try lines(name).map { line in
            let fields = line.split(separator: ",")
            guard column < fields.count, let value = Double(fields[column]) else { throw BadVector(line: line) }
            return value
        }
    }

    /// The data set as phases.
    static func series(_ dataset: String) throws -> ClockSeries {
        if dataset == "pi-59h" {
            return ClockSeries(phases: try numbers("pi-59h.csv", column: 1), interval: 60)
        }
        return ClockSeries(
            phases: try numbers("\(dataset).txt"), interval: dataset.hasPrefix("noise") ? 16 : 1)
    }

    /// One row of deviations.csv; what is empty there is nil.
    struct Row {
        var dataset: String
        var statistic: Statistic
        var factor: Int
        var tau: Double
        var terms: Int
        var deviation: Double
        var alpha: Int?
        var confidence: [Double]?
    }

    static func rows() throws -> [Row] {
        try lines("deviations.csv").dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 13, let statistic = Statistic(rawValue: fields[1]), let factor = Int(fields[2]),
                let tau = Double(fields[3]), let terms = Int(fields[4]), let deviation = Double(fields[5])
            else { throw BadVector(line: line) }
            let confidence = fields[8...12].compactMap(Double.init)
            return Row(
                dataset: fields[0], statistic: statistic, factor: factor, tau: tau, terms: terms,
                deviation: deviation, alpha: Double(fields[7]).map { Int($0) },
                confidence: confidence.count == 5 ? confidence : nil)
        }
    }

    struct BadVector: Error {
        var line: String
    }
}

/// Whether two numbers agree to a relative difference.
func agrees(_ value: Double?, _ expected: Double, within tolerance: Double) -> Bool {
    guard let value else { return false }
    return (value - expected).magnitude <= tolerance * expected.magnitude
}

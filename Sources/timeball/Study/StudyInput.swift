import ClockStudies
import Rendering
import TimeBase

/// A record from a file to what it says.
enum StudyInput {
    static func analysis(of path: String, referencePpm: Double? = nil) throws -> StudyAnalysis {
        var study = try StudyReading.study(from: path)
        if let referencePpm {
            guard referencePpm >= 0, referencePpm.isFinite else {
                throw ToolError.usage("--reference-ppm is a number of ppm, 0 or more.")
            }
            study.subject.referenceDoubt = referencePpm * 1e-6
        }
        guard let analysis = StudyAnalysis(study) else {
            throw ToolError.cannotTell(
                "\(path) holds \(study.readings.count) readings; it takes \(StudyAnalysis.fewestReadings) in steps of time "
                    + "to tell a clock's noise from its rate.")
        }
        return analysis
    }

    /// A time such as `40ms`, in seconds.
    static func budget(_ text: String) throws -> Double {
        guard let budget = DurationText.parse(text), budget > .zero else {
            throw ToolError.usage("\(text) is not a length of time. Next: --budget 40ms")
        }
        return budget / .seconds(1)
    }
}

import ClockStudies
import Rendering
import TimeBase

/// A record from a file to what it says.
enum StudyInput {
    static func analysis(
        of path: String, _ options: StudyFileOptions, referencePpm: Double? = nil
    ) throws -> StudyAnalysis {
        let progress = StudyProgress()
        progress.show("reading \(path)")
        defer { progress.end() }
        var study = try StudyLoading.load(path, options.values())
        // A file that says nothing of itself is called by its name, without the folders.
        if study.subject.title.isEmpty || study.subject.title == path {
            study.subject.title = path.split(separator: "/").last.map(String.init) ?? path
        }
        if let referencePpm {
            guard referencePpm >= 0, referencePpm.isFinite else {
                throw ToolError.usage("--reference-ppm is a number of ppm, 0 or more.")
            }
            study.subject.referenceDoubt = referencePpm * 1e-6
        }
        guard let analysis = StudyAnalysis(study, progress: progress.show) else {
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

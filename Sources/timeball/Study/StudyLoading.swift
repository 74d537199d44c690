import ArgumentParser
import ClockStudies
import StudyStore

/// Options of every command that takes a study from a file.
struct StudyFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the file is written in; found out if not given.",
            discussion: FormatName.list, valueName: "name")
    ) var format: String?
    @Option(name: .customLong("tau0"), help: "Seconds between readings, where the file has no times.")
    var interval: Double?
    @Option(help: "What the numbers are; of tracking and loopstats: which column.") var data: ReadingKind?
    @Option(help: "The source to take from a log of several.") var source: String?
    @Option(help: "What the numbers are multiplied by, such as 1e-6 for microseconds or ppm.") var scale: Double?
    @Flag(help: "Positive numbers mean that the clock is slow.") var negate = false

    /// As the readers of files take them.
    func values() throws -> StudyImportOptions {
        if let interval, !(interval > 0 && interval.isFinite) {
            throw ToolError.usage("--tau0 must be a positive number of seconds.")
        }
        if let scale, !(scale.isFinite && scale != 0) { throw ToolError.usage("--scale must be a number, and not 0.") }
        var options = StudyImportOptions()
        options.format = try FormatName.parse(format)
        options.interval = interval
        options.areFrequencies = data.map { $0 == .frequency }
        options.source = source
        options.scale = scale
        options.isNegated = negate
        return options
    }
}

/// A format by its name on the command line.
enum FormatName {
    static let list = StudyFormat.allCases.map(\.rawValue).joined(separator: " ")

    static func parse(_ name: String?) throws -> StudyFormat? {
        guard let name else { return nil }
        guard let format = StudyFormat(rawValue: name) else {
            throw ToolError.usage("There is no format \(name). Next: one of \(list)")
        }
        return format
    }
}

/// Any record of a clock as a study: a store of ours, or a file in one of the formats.
enum StudyLoading {
    /// The first octets of an SQLite database.
    private static let databaseStart = Array("SQLite format 3\0".utf8)

    /// Reads a study. What was left out or is wrong with the file goes to standard error, every line with its number.
    /// - Throws: `ToolError`, also where lines could not be taken and `isLenient` is not given.
    static func load(
        _ path: String, _ options: StudyImportOptions = StudyImportOptions(), isLenient: Bool = false
    ) throws -> Study {
        let octets = try StudyFile.read(path)
        if octets.starts(with: databaseStart) { return try stored(path) }
        let found = StudyImport(parsing: octets, name: path, options: options)
        for problem in found.problems {
            Output.complain(
                problem.line > 0 ? "\(path):\(problem.line): \(problem.sentence)" : "\(path): \(problem.sentence)")
        }
        for note in found.notes { Output.complain("\(path): \(note)") }
        guard !found.study.readings.isEmpty else {
            throw ToolError.no("\(path) holds no readings (read as \(found.format.rawValue)).")
        }
        guard found.problems.isEmpty || isLenient else {
            throw ToolError.no(
                "\(path): \(found.problems.count) lines cannot be taken (read as \(found.format.rawValue)). Next: correct them, "
                    + "or --lenient to go on without them")
        }
        return found.study
    }

    private static func stored(_ path: String) throws -> Study {
        do throws(StudyStore.Failure) {
            return try StudyStore.open(path, readOnly: true).study()
        } catch {
            throw ToolError.cannotTell(error.description)
        }
    }
}

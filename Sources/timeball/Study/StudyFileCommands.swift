import ArgumentParser
import ClockStudies
import Glibc
import Rendering
import StudyStore
import TimeBase

/// A file of any format into a store, or a check of the file.
struct StudyImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read a record of a clock, say what is wrong with it, and keep it in a store.",
        discussion: """
            Every line that cannot be taken is named. Without --store it only checks. Then: timeball study report STORE
            """)

    @Argument(help: "The file; - is the standard input.") var file: String
    @OptionGroup var options: StudyFileOptions
    @Option(help: "Keep the study in this file, which must not exist.") var store: String?
    @Flag(help: "Go on without the lines that cannot be taken.") var lenient = false

    func run() throws {
        let study = try StudyLoading.load(file, options.values(), isLenient: lenient)
        if let store {
            guard unsafe access(store, F_OK) != 0 else {
                throw ToolError.usage("\(store) exists. Next: another name")
            }
            let length = (study.readings.last?.time ?? 0) - (study.readings.first?.time ?? 0)
            let header = StudyHeader(subject: study.subject, against: "", length: length)
            do throws(StudyStore.Failure) {
                let kept = try StudyStore.create(store, header: header)
                kept.append(study.readings, study.events)
                try kept.close()
            } catch {
                throw ToolError.no("\(error.description) Nothing was kept for certain; remove \(store).")
            }
        }
        Output.lines([StudySummary.line(study) + (store.map { "; kept in \($0)" } ?? "")])
    }
}

/// What a study can be written as.
enum StudyExportFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, json, stable32
}

/// A store, or any file, as text for other programs.
struct StudyExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a study as CSV, JSON or Stable32's phase data to the standard output.")

    @Argument(help: "A store, or any file that import reads.") var file: String
    @Option(name: .customLong("format"), help: "csv, json or stable32.") var output: StudyExportFormat = .csv
    @OptionGroup(title: "How to read the file") var options: StudyReadingOptions
    @Flag(help: "Go on without the lines that cannot be taken.") var lenient = false

    func run() throws {
        let study = try StudyLoading.load(file, options.values(), isLenient: lenient)
        switch output {
        case .csv: try Output.octets(StudyExport.csv(study))
        case .json: try Output.octets(Array((StudyJSON.study(study).text + "\n").utf8))
        case .stable32:
            guard let octets = StudyExport.stable32(study) else {
                throw ToolError.no("\(file) has no even interval, which Stable32 needs. Next: --format csv")
            }
            try Output.octets(octets)
        }
    }
}

/// The same as `StudyFileOptions`, where `--format` is the format of what is written.
struct StudyReadingOptions: ParsableArguments {
    @Option(name: .customLong("from"), help: "What the file is written in; found out if not given.")
    var format: String?
    @Option(name: .customLong("tau0"), help: "Seconds between readings, where the file has no times.")
    var interval: Double?
    @Option(help: "What the numbers are; of tracking and loopstats: which column.") var data: ReadingKind?
    @Option(help: "The source to take from a log of several.") var source: String?

    func values() throws -> StudyImportOptions {
        if let interval, !(interval > 0 && interval.isFinite) {
            throw ToolError.usage("--tau0 must be a positive number of seconds.")
        }
        var options = StudyImportOptions()
        options.format = try FormatName.parse(format)
        options.interval = interval
        options.areFrequencies = data.map { $0 == .frequency }
        options.source = source
        return options
    }
}

/// A line about a study.
enum StudySummary {
    static func line(_ study: Study) -> String {
        let count = study.readings.count
        let length = (study.readings.last?.time ?? 0) - (study.readings.first?.time ?? 0)
        var text =
            "\(count) \(count == 1 ? "reading" : "readings") over \(HumanText.size(Duration(clampingSeconds: length)))"
        if let interval = study.subject.interval {
            text += ", every \(HumanText.size(Duration(clampingSeconds: interval)))"
        }
        if !study.events.isEmpty {
            text += ", \(study.events.count) \(study.events.count == 1 ? "happening" : "happenings")"
        }
        return text
    }
}

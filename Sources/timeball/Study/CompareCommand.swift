import ArgumentParser
import ClockStudies
import Plotting
import StudyReports

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Several recorded clocks over each other, and how each pair drifts apart.",
        discussion: """
            Clocks that were read at the same times are compared directly, so that a reference that they share drops out; \
            others by their rates.
            """)

    @Argument(help: "Two or more records.") var files: [String]
    @Option(help: "Write a page to this file, - for the standard output.") var html: String?
    @Option(help: "Write an SVG picture of the phases to this file, - for the standard output.") var svg: String?
    @Option(help: "How far each reference's own rate may be off, in ppm.") var referencePpm: Double?
    @OptionGroup var options: StudyFileOptions
    @OptionGroup var terminal: TerminalOptions

    func run() throws {
        guard files.count > 1 else { throw ToolError.usage("It takes two records to compare.") }
        let comparison = StudyComparison(
            try files.map { try StudyInput.analysis(of: $0, options, referencePpm: referencePpm) })
        if let svg { try TextOutput.write(comparison.phaseFigure.svg(), to: svg) }
        if let html { try TextOutput.write(comparison.document.html, to: html) }
        if svg == nil && html == nil { Output.lines(comparison.document.text(on: terminal.terminal)) }
    }
}

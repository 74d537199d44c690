import ArgumentParser
import ClockStudies
import Rendering
import StudyReports
import TimeBase

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Everything that a record says about a clock, as text or as a page.",
        discussion: """
            The page (--html) needs no other file and no script, and can be printed. Intervals are 95 % unless said otherwise.
            """)

    @Argument(help: "The record; - is the standard input.") var file: String
    @Option(help: "Write a page to this file, - for the standard output.") var html: String?
    @Option(help: "How far the clock may be off, such as 40ms.") var budget: String?
    @Option(help: "How far the reference's own rate may be off, in ppm.") var referencePpm: Double?
    @OptionGroup var options: StudyFileOptions
    @OptionGroup var terminal: TerminalOptions

    func run() throws {
        let budget = try budget.map(StudyInput.budget)
        let analysis = try StudyInput.analysis(of: file, options, referencePpm: referencePpm)
        let document = analysis.document(budget: budget)
        guard let html else { return Output.lines(document.text(on: terminal.terminal)) }
        try TextOutput.write(document.html, to: html)
        if html != "-" {
            Output.lines(
                Document(title: analysis.name, blocks: [.answer(analysis.headline)]).text(on: terminal.terminal))
            Output.complain("Written to \(html).")
        }
    }
}

struct StudyHoldoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdover", abstract: "How long a recorded clock can do without its reference.")

    @Argument(help: "The record; - is the standard input.") var file: String
    @Option(help: "How far the clock may be off, such as 40ms: says for how long it is not.") var budget: String?
    @Option(help: "How far the reference's own rate may be off, in ppm.") var referencePpm: Double?
    @OptionGroup var options: StudyFileOptions
    @OptionGroup var terminal: TerminalOptions

    func run() throws {
        let budget = try budget.map(StudyInput.budget)
        let analysis = try StudyInput.analysis(of: file, options, referencePpm: referencePpm)
        let document = Document(
            title: "Holdover: \(analysis.name)",
            blocks: [.paragraph(analysis.headline)] + analysis.holdoverBlocks(budget: budget))
        Output.lines(document.text(on: terminal.terminal))
    }
}

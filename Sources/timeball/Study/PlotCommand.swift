import ArgumentParser
import ClockStatistics
import ClockStudies
import Glibc
import Plotting
import StudyReports

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "A picture of a record of a clock, in the terminal or as SVG.",
        discussion: """
            KIND is phase, frequency, residuals, sigma-tau, tdev, mtie, temperature, holdover or autocorrelation. Phases are \
            seconds, clock minus reference: a line that rises is a clock that gains.
            """)

    @Argument(
        help: "What to show.",
        transform: { text in
            guard let kind = StudyFigure(rawValue: text) else {
                throw ValidationError("There is no plot \(text). Next: timeball study plot --help")
            }
            return kind
        }) var kind: StudyFigure
    @Argument(
        help: "The record: a store of timeball drift, or a file in any format of study import; - is the standard input."
    ) var file: String
    @Option(name: .customLong("stat"), help: "The statistic of sigma-tau.") var name = "oadev"
    @Option(help: "Write an SVG picture to this file, - for the standard output.") var svg: String?
    @OptionGroup var options: StudyFileOptions
    @OptionGroup var terminal: TerminalOptions

    func run() throws {
        guard let statistic = Statistic(rawValue: name) else {
            throw ToolError.usage("There is no statistic \(name). Next: timeball study stats --help")
        }
        let analysis = try StudyInput.analysis(of: file, options)
        guard let figure = analysis.figure(kind, statistic: statistic) else {
            throw ToolError.cannotTell("\(file) has nothing to show for \(kind.rawValue).")
        }
        guard let svg else { return Output.lines(figure.text(on: terminal.terminal)) }
        try TextOutput.write(figure.svg(width: terminal.width ?? 760), to: svg)
    }
}

/// How pictures look in the terminal.
struct TerminalOptions: ParsableArguments {
    @Flag(help: "Plain ASCII.") var ascii = false
    @Flag(help: "No colours.") var noColour = false
    @Option(help: "Columns in the terminal, pixels of an SVG picture.") var width: Int?

    func validate() throws {
        if let width, !(40...4000).contains(width) { throw ValidationError("--width is 40 to 4000.") }
    }

    /// As the environment and the terminal have it, unless an option says otherwise.
    var terminal: Terminal {
        let tells = isatty(STDOUT_FILENO) == 1
        let colour = tells && !noColour && variable("NO_COLOR") == nil && variable("TERM") != "dumb"
        let language = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        let unicode = language.lowercased().filter { $0 != "-" }.contains("utf8")
        return Terminal(width: width ?? columns ?? 80, unicode: unicode && !ascii, colour: colour)
    }

    /// Of the terminal; at most 120, beyond which lines are hard to follow.
    private var columns: Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return min(120, Int(size.ws_col))
    }

    private func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}

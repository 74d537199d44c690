import ArgumentParser
import Control
import Rendering
import TimeBase

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Change how a running daemon steers the clock, until it ends.",
        usage: "timeball tune maxupdateskew|reselectdist|dfreq|doffset VALUE")

    @OptionGroup var act: ActOptions
    @Argument(
        parsing: .allUnrecognized,
        help: "maxupdateskew (ppm), reselectdist (s), dfreq (ppm, added) or doffset (s, added), and the value.")
    var words: [String] = []

    func run() throws {
        guard words.count == 2 else { throw ToolError.usage("It takes a word and a value. Next: timeball tune --help") }
        let (what, value) = (words[0], words[1])
        let request: ControlRequest
        switch what {
        case "maxupdateskew": request = .modifyMaximumUpdateSkew(Frequency(ppm: try Typed.number(value, least: 0)))
        case "reselectdist":
            request = .reselectDistance(Duration(clampingSeconds: try Typed.number(value, least: 0)))
        case "dfreq": request = .changeFrequency(Frequency(ppm: try Typed.number(value)))
        case "doffset": request = .changeOffset(Duration(clampingSeconds: try Typed.number(value)))
        default:
            throw ToolError.usage("'\(what)' is none of maxupdateskew, reselectdist, dfreq, doffset.")
        }
        try act.perform("\(what) \(value)", request)
    }
}

struct StepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Correct at once, by a step, what is left to correct.",
        discussion: "With THRESHOLD (seconds) and UPDATES: from now on, step what is larger, in so many updates.",
        aliases: ["makestep"])

    @OptionGroup var act: ActOptions
    @Argument(
        parsing: .allUnrecognized,
        help: "Offsets above this are stepped, seconds; in so many updates, or always if that is negative.")
    var words: [String] = []

    func run() throws {
        guard !words.isEmpty else { return try act.perform("makestep", .makeStep) }
        guard words.count == 2 else {
            throw ToolError.usage("It takes a threshold and a number of updates, or nothing.")
        }
        let (threshold, updates) = (words[0], words[1])
        try act.perform(
            "makestep \(threshold) \(updates)",
            .modifyMakeStep(
                threshold: Duration(clampingSeconds: try Typed.number(threshold, least: 0)),
                limit: try Typed.whole(updates)))
    }
}

struct AuthenticationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authdata", abstract: "How each source proves who it is.")

    @OptionGroup var connection: Connection
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let session = try connection.session()
        let rows = try session.sources(details: false).filter { $0.report.mode != .referenceClock }.map { row in
            let report = try session.report(.authentication(row.report.address)) {
                if case .authentication(let report) = $0 { report } else { nil }
            }
            return (row.name ?? "\(row.report.address)", report)
        }
        if json {
            print(AuthenticationText.json(rows, at: Clock.realtime()).text)
        } else {
            Output.lines(AuthenticationText.lines(rows))
        }
    }
}

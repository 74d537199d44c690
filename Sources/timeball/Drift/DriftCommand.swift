import Addresses
import ArgumentParser
import ClockStudies
import Engine
import Linux
import Rendering
import StudyStore
import TimeBase

struct DriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Record how this machine's clock drifts from another. Needs no daemon, never touches the clock.",
        discussion: """
            Ctrl-C ends the recording; --resume goes on with it. Then: timeball study report FILE
            """, subcommands: [DriftApplyCommand.self])

    @Option(
        help: """
            What to compare with: raw, monotonic, tai (clocks of this machine), rtc, rtc1, phc0, pps0, or an NTP server's \
            name or address, with :port if it is not 123.
            """) var against = "rtc"
    @Option(help: "Time between readings; 2s, and 16s for a server on the network.") var every: String?
    @Option(name: .customLong("for"), help: "How long, such as 59h.") var length: String?
    @Option(help: "Keep the recording in this file, an SQLite database.") var store: String?
    @Flag(help: "Go on with the recording in --store.") var resume = false
    @Flag(help: "A line for each reading, and the tick and frequency that would be right.") var table = false
    @Flag(help: "JSON lines: each reading, each happening, and the result.") var json = false

    @OptionGroup var terminal: TerminalOptions

    func run() throws {
        let session = try DriftSession(self)
        try session.run()
    }
}

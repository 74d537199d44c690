import ArgumentParser

/// `timeball clockspeed NAME …`: the programs under one roof; each is also a name that timeball answers to.
struct ClockspeedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clockspeed",
        abstract: "The programs of clockspeed: sntpclock, taiclock, clockadd and their like.",
        discussion: "Octet for octet as Bernstein's, on a POSIX clock unless --right is given (Documentation/Tai.md).",
        subcommands: [
            SNTPClockCommand.self, TaiclockCommand.self, TaiclockdCommand.self, ClockaddCommand.self,
            ClockviewCommand.self, ClockspeedDaemonCommand.self,
        ])
}

struct SNTPClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sntpclock", abstract: "Measure an NTP server: 16 octets, what to add to the clock.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(OffsetProgram.sntpclock.run(arguments)) }
}

struct TaiclockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taiclock", abstract: "Measure a TAICLOCK server: 16 octets, what to add to the clock.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(OffsetProgram.taiclock.run(arguments)) }
}

struct TaiclockdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "taiclockd", abstract: "Answer TAICLOCK queries.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(TaiclockdProgram.run(arguments)) }
}

struct ClockaddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clockadd", abstract: "Add the difference on standard input to the clock, at once.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(ClockaddProgram.run(arguments)) }
}

struct ClockviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clockview", abstract: "Show the clock before and after the difference on standard input.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(ClockviewProgram.run(arguments)) }
}

struct ClockspeedDaemonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The daemon: learns the crystal's rate from what comes through adjust.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(ClockspeedProgram.run(arguments)) }
}

import AtSpool

/// Programs that timeball stands in for when it is called by one of their names (a symbolic link).
///
/// One line a name. What is a command, too, can be called as `timeball NAME …`; the others' names mean something else
/// there, or nothing.
enum Names {
    struct Program: Sendable {
        /// - Parameter arguments: without the program's name.
        var run: @Sendable (_ arguments: [String]) -> Int32
        var isCommand: Bool
    }

    static let programs: [String: Program] = [
        "chronyc": Program(run: ChronycProgram.run, isCommand: true),
        "crontab": Program(run: CrontabProgram.run, isCommand: true),
        "at": Program(run: { AtProgram.run(.at, $0) }, isCommand: false),
        "atq": Program(run: { AtProgram.run(.atq, $0) }, isCommand: false),
        "atrm": Program(run: { AtProgram.run(.atrm, $0) }, isCommand: false),
        "batch": Program(run: { AtProgram.run(.batch, $0) }, isCommand: false),
        "incrontab": Program(run: IncrontabProgram.run, isCommand: true),
        "anacron": Program(run: AnacronProgram.run, isCommand: true),
        "hwclock": Program(run: HardwareClockProgram.run, isCommand: false),
        "run-parts": Program(run: RunPartsProgram.run, isCommand: true),
        "sntpclock": Program(run: OffsetProgram.sntpclock.run, isCommand: false),
        "taiclock": Program(run: OffsetProgram.taiclock.run, isCommand: false),
        "taiclockd": Program(run: TaiclockdProgram.run, isCommand: false),
        "clockadd": Program(run: ClockaddProgram.run, isCommand: false),
        "clockview": Program(run: ClockviewProgram.run, isCommand: false),
        "clockspeed": Program(run: ClockspeedProgram.run, isCommand: false),
        "tai64nlocal": Program(run: LabelDecoding.run, isCommand: false),
    ]

    /// What to run instead of the command line of timeball itself, and with which arguments.
    static func program(for arguments: [String]) -> (program: Program, arguments: [String])? {
        guard let path = arguments.first else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if let program = programs[name] { return (program, Array(arguments.dropFirst())) }
        guard arguments.count > 1, let program = programs[arguments[1]], program.isCommand else { return nil }
        return (program, Array(arguments.dropFirst(2)))
    }
}

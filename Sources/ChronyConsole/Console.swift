internal import Addresses
internal import Control
internal import TimeBase

/// How a line ended.
public enum ConsoleOutcome: Hashable, Sendable {
    case done
    /// The daemon refused, nobody answered, or the line was no command.
    case failed
    /// Nothing more is to be read.
    case ended
}

/// Obeys chronyc's commands and prints what chronyc prints.
///
/// Where it differs: what chronyc would ignore is refused, names of the configuration may stand for addresses, and a
/// complaint goes on to say why.
public struct Console<World: ConsoleWorld> {
    public var world: World
    public var options: ConsoleOptions

    public init(_ world: World, options: ConsoleOptions) {
        self.world = world
        self.options = options
    }

    /// Obeys a line.
    public mutating func obey(_ line: String) -> ConsoleOutcome {
        let command: ConsoleCommand
        do {
            guard let read = try ConsoleCommand.read(line) else { return .done }
            command = read
        } catch {
            world.complain(error.sentence)
            return .failed
        }
        if command == .quit { return .ended }
        let isDone = report(command) ?? change(command) ?? configure(command)
        if options.marksEnd { world.print(".") }
        return isDone ? .done : .failed
    }

    // MARK: Asking

    /// Asks, and takes what is wanted out of the reply. Whatever else comes is said, and nil comes back.
    mutating func ask<Report>(_ request: ControlRequest, _ extract: (ControlReply) -> Report?) -> Report? {
        guard let reply = world.ask(request, options) else {
            world.print(ConsoleTrouble.noAnswer)
            return nil
        }
        if let report = extract(reply) { return report }
        if case .status(let status) = reply, status != .success {
            world.print(status.consoleLine)
        } else {
            world.print(ConsoleTrouble.badReply)
        }
        return nil
    }

    /// Asks for something that is answered by a status alone, and says the status.
    mutating func perform(_ request: ControlRequest) -> Bool {
        guard let status = ask(request, { if case .status(let status) = $0 { status } else { nil } }) else {
            return false
        }
        world.print(status.consoleLine)
        return status.isConsoleSuccess
    }

    mutating func sourceCount() -> UInt32? {
        ask(.sourceCount) { if case .sourceCount(let count) = $0 { min(count, 4096) } else { nil } }
    }

    // MARK: Printing

    /// A report as lines, or as one line of fields.
    mutating func show(_ lines: [String], fields: [String]) {
        if options.isMachineReadable {
            world.print(fields.joined(separator: ","))
        } else {
            for line in lines { world.print(line) }
        }
    }

    /// A table's row, or its fields.
    mutating func show(_ row: String, fields: [String]) { show([row], fields: fields) }

    mutating func head(_ lines: [String], caption: String? = nil) {
        guard !options.isMachineReadable else { return }
        if let caption { for line in Legends.lines(caption) { world.print(line) } }
        for line in lines { world.print(line) }
    }

    /// What a source or a client is called.
    ///
    /// - Parameter isSource: whether the daemon may know a name that somebody configured.
    mutating func name(_ address: SourceAddress, isSource: Bool = true) -> String {
        switch (address, options.names) {
        case (_, _) where options.isMachineReadable && options.names != .original: return "\(address)"
        case (_, .original) where isSource:
            guard case .sourceName(let name)? = world.ask(.sourceName(address), options), !name.isEmpty else {
                return "\(address)"
            }
            return name
        case (.ip(let ip), .resolved), (.ip(let ip), .original):
            let name = world.name(of: ip) ?? "\(ip)"
            return options.isWide ? name : ConsoleNames.cut(name)
        default: return "\(address)"
        }
    }
}

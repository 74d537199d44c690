/// Why a command of an incrontab is refused.
public struct WatchCommandError: Error, Hashable, Sendable {
    /// Octets from the start of the command.
    public var offset: Int
    public var reason: String
}

/// What happened, as a command is told.
public struct WatchOccurrence: Hashable, Sendable {
    /// The watched path (`$@`).
    public var path: [UInt8]
    /// The file in it (`$#`); empty if the event is about the path itself.
    public var name: [UInt8]
    public var mask: WatchMask

    public init(path: [UInt8], name: [UInt8], mask: WatchMask) {
        self.path = path
        self.name = name
        self.mask = mask
    }
}

/// A command of an incrontab with its wildcards: `$@` the path, `$#` the file's name, `$%` the events' names, `$&` their
/// number, `$$` a dollar.
///
/// incron pastes file names into the text of a shell command, so that whoever can make a file runs what its name says. Here a
/// name stays one word: a plain command is executed without a shell, and one with shell syntax gets `$1` to `$4` in the
/// place of the wildcards, which a shell does not read again.
public struct WatchCommand: Hashable, Sendable {
    /// What is executed, the program's name first.
    public enum Form: Hashable, Sendable {
        case words([[Part]])
        /// The text for `/bin/sh -c`, to be followed by `sh` and the four values.
        case shell([UInt8])
    }

    public enum Part: Hashable, Sendable {
        case text([UInt8])
        case wildcard(Wildcard)
    }

    /// In the order in which the shell gets them.
    public enum Wildcard: UInt8, Hashable, Sendable, CaseIterable {
        case path = 0x40
        case name = 0x23
        case events = 0x25
        case number = 0x26

        /// The digit of its parameter.
        var digit: UInt8 {
            switch self {
            case .path: UInt8(ascii: "1")
            case .name: UInt8(ascii: "2")
            case .events: UInt8(ascii: "3")
            case .number: UInt8(ascii: "4")
            }
        }
    }

    public let form: Form

    public init(_ command: [UInt8]) throws(WatchCommandError) {
        let pieces = try Self.pieces(command)
        // A wildcard's own signs are no syntax; whatever else a shell would read is.
        let isPlain = pieces.allSatisfy { piece in
            switch piece {
            case .octet(let octet, _): !"|&;<>()`$\"'*?[]{}~!#\n=".utf8.contains(octet)
            case .wildcard: true
            case .dollar: false
            }
        }
        form = isPlain ? .words(Self.words(pieces)) : .shell(Self.shell(pieces))
    }

    /// The arguments, the program's name first, and whether `/bin/sh` is the program.
    public func arguments(_ occurrence: WatchOccurrence) -> [[UInt8]] {
        switch form {
        case .words(let words):
            return words.map { word in
                word.flatMap { part in
                    switch part {
                    case .text(let octets): octets
                    case .wildcard(let wildcard): Self.value(wildcard, occurrence)
                    }
                }
            }
        case .shell(let text):
            return [Array("/bin/sh".utf8), Array("-c".utf8), text, Array("sh".utf8)]
                + [.path, .name, .events, .number].map { Self.value($0, occurrence) }
        }
    }

    private static func value(_ wildcard: Wildcard, _ occurrence: WatchOccurrence) -> [UInt8] {
        switch wildcard {
        case .path: occurrence.path
        case .name: occurrence.name
        case .events: Array(occurrence.mask.text.utf8)
        case .number: Array(String(occurrence.mask.rawValue).utf8)
        }
    }

    private enum Piece {
        /// Whether a backslash stands before it in the table.
        case octet(UInt8, isQuoted: Bool)
        case wildcard(Wildcard)
        /// `$$`
        case dollar
    }

    private static func pieces(_ command: [UInt8]) throws(WatchCommandError) -> [Piece] {
        var pieces: [Piece] = []
        var at = 0
        while at < command.count {
            let octet = command[at]
            at += 1
            switch octet {
            case UInt8(ascii: "\\"):
                guard at < command.count else {
                    throw WatchCommandError(offset: at - 1, reason: "nothing follows the backslash")
                }
                pieces.append(.octet(command[at], isQuoted: true))
                at += 1
            case UInt8(ascii: "$") where at < command.count:
                let next = command[at]
                if next == octet {
                    pieces.append(.dollar)
                    at += 1
                } else if let wildcard = Wildcard(rawValue: next) {
                    pieces.append(.wildcard(wildcard))
                    at += 1
                } else {
                    // incron drops the dollar, which nobody can want.
                    throw WatchCommandError(
                        offset: at - 1, reason: "there is no such wildcard; a dollar for the shell is written $$")
                }
            default: pieces.append(.octet(octet, isQuoted: false))
            }
        }
        return pieces
    }

    private static func words(_ pieces: [Piece]) -> [[Part]] {
        var words: [[Part]] = []
        var word: [Part] = []
        var text: [UInt8] = []
        func end(_ text: inout [UInt8], _ word: inout [Part]) {
            if !text.isEmpty { word.append(.text(text)) }
            text = []
        }
        for piece in pieces {
            switch piece {
            case .octet(let octet, let isQuoted) where !isQuoted && (octet == 0x20 || octet == 0x09):
                end(&text, &word)
                if !word.isEmpty { words.append(word) }
                word = []
            case .octet(let octet, _): text.append(octet)
            case .dollar: text.append(UInt8(ascii: "$"))
            case .wildcard(let wildcard):
                end(&text, &word)
                word.append(.wildcard(wildcard))
            }
        }
        end(&text, &word)
        if !word.isEmpty { words.append(word) }
        return words
    }

    private enum Quotes { case none, double, single }

    /// The text with each wildcard replaced by its parameter, quoted as its place needs it.
    private static func shell(_ pieces: [Piece]) -> [UInt8] {
        var text: [UInt8] = []
        var quotes = Quotes.none
        for piece in pieces {
            switch piece {
            case .octet(let octet, let isQuoted):
                if isQuoted {
                    text += [UInt8(ascii: "\\"), octet]
                    // Between single quotes a backslash is itself, and a quote behind it ends them.
                    if quotes == .single, octet == UInt8(ascii: "'") { quotes = .none }
                    continue
                }
                switch (octet, quotes) {
                case (UInt8(ascii: "'"), .none): quotes = .single
                case (UInt8(ascii: "'"), .single): quotes = .none
                case (UInt8(ascii: "\""), .none): quotes = .double
                case (UInt8(ascii: "\""), .double): quotes = .none
                default: break
                }
                text.append(octet)
            case .dollar: text.append(UInt8(ascii: "$"))
            case .wildcard(let wildcard):
                // In braces: a digit may follow.
                let parameter = Array("${".utf8) + [wildcard.digit] + Array("}".utf8)
                switch quotes {
                case .none: text += [UInt8(ascii: "\"")] + parameter + [UInt8(ascii: "\"")]
                case .double: text += parameter
                case .single: text += Array("'\"".utf8) + parameter + Array("\"'".utf8)
                }
            }
        }
        return text
    }
}

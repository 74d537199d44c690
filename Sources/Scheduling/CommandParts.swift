/// What the shell and its standard input get of a crontab command: `%` ends the command (crontab(5)).
public struct CommandParts: Hashable, Sendable {
    /// For `sh -c`.
    public var command: [UInt8] = []
    /// For standard input: each further `%` is a newline there. Empty if there is nothing to read.
    public var input: [UInt8] = []

    public init(_ text: [UInt8], dialect: Dialect = .debian) {
        let backslash = UInt8(ascii: "\\")
        let percent = UInt8(ascii: "%")
        var at = 0
        var isEscaped = false
        while at < text.count, isEscaped || text[at] != percent {
            let octet = text[at]
            at += 1
            // Debian's cron takes two backslashes for one, cronie does not; both take \% for a percent sign.
            if isEscaped, octet == percent || (octet == backslash && dialect != .cronie) { command.removeLast() }
            command.append(octet)
            isEscaped = octet == backslash && !isEscaped
        }
        guard at < text.count else { return }
        // In the input a backslash is escaped by nothing.
        for octet in text[(at + 1)...] {
            if octet == percent {
                if text[at] == backslash { input.removeLast() }
                input.append(text[at] == backslash ? percent : UInt8(ascii: "\n"))
            } else {
                input.append(octet)
            }
            at += 1
        }
        if let last = input.last, last != UInt8(ascii: "\n") { input.append(UInt8(ascii: "\n")) }
    }
}

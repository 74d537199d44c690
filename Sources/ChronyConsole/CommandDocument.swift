internal import Control

extension ConsoleManual {
    /// Who may ask for it over UDP, in words.
    private var access: String {
        guard let last = requests.last else { return "-" }
        if word == "clients" { return "network if opened; `-r` root" }
        switch last.requiredAccess {
        case .unixSocket: return "root"
        case .monitoring(let group):
            return OpenCommands.standard.groups.contains(group) ? "network" : "network if opened"
        }
    }

    /// A page that lists every command by topic (Documentation/Commands.md).
    public static var markdownTable: String {
        var text = """
            # Commands

            `timeball chronyc COMMAND`, or `timeball` under the name chronyc, takes every command of chronyc and prints its texts.
            This page is written by the program, from the table in `Sources/ChronyConsole/ConsoleManual.swift`.

            *Who* says who may ask: `root` comes by the Unix socket, whose folder only root and the daemon's user may enter;
            `network` is whoever `cmdallow` lets in over UDP, this host always; `if opened` means that the directive
            `opencommands` must name it. *Number* is that of the control protocol.

            What is different from chronyc: options count wherever they stand; an argument that a command would ignore is
            refused; a source may be named as the configuration names it.

            """
        var topic = ""
        for entry in all {
            if entry.topic != topic {
                topic = entry.topic
                text += "\n## \(topic)\n\n| command | | who | number | timeball's own words |\n|---|---|---|---|---|\n"
            }
            let words = [entry.word, entry.arguments].filter { !$0.isEmpty }.joined(separator: " ")
            let numbers = entry.requests.map { "\($0.rawValue)" }.joined(separator: ", ")
            let own = entry.own == "-" ? "" : "`\(escaped(entry.own))`"
            text += "| `\(escaped(words))` | \(entry.sentence) | \(entry.access) | \(numbers) | \(own) |\n"
        }
        return text
    }

    /// A bar would end the column.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text { result += character == "|" ? "\\|" : String(character) }
        return result
    }
}

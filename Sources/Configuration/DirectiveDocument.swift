extension Directive {
    /// A page that lists every directive by topic (Documentation/Directives.md).
    public static var markdownTable: String {
        var text = """
            # Directives

            Timeball reads chrony's configuration as it is. This page is written by the program, from the table in
            `Sources/Configuration/Directive.swift`.

            """
        let counts = [Group.works, .noEffectYet, .ignored].map { group in all.filter { $0.group == group }.count }
        text += """

            Of the \(all.count) directives, \(counts[0]) work. \(counts[1]) are accepted with a warning, because this version does without
            them; the table says what is so instead. \(counts[2]) do nothing in chrony either.

            """
        var topic = ""
        for directive in all {
            if directive.topic != topic {
                topic = directive.topic
                text += "\n## \(topic)\n\n| directive | | what it does, or what is so instead |\n|---|---|---|\n"
            }
            text += "| `\(directive.word)` | \(directive.group.title) | \(directive.sentence) |\n"
        }
        return text
    }
}

extension Directive.Group {
    fileprivate var title: String {
        switch self {
        case .works: "works"
        case .noEffectYet: "no effect yet"
        case .ignored: "ignored"
        }
    }
}

import Configuration
import Rendering

/// Configurations in words and as JSON.
enum ConfigText {
    static func sentence(_ directive: Directive) -> String {
        switch directive.group {
        case .works: directive.sentence
        case .noEffectYet: "No effect in this version: \(directive.sentence)."
        case .ignored: "No effect: \(directive.sentence)."
        }
    }

    // MARK: Import

    static func lines(_ report: ConfigurationImport) -> [String] {
        var lines: [String] = []
        for line in report.lines {
            let place = line.line > 0 ? "\(line.file):\(line.line)" : line.file
            lines.append("\(place): \(line.text)")
            var said = line.verdict.rawValue
            let isTranslated = !line.written.isEmpty && line.written.map(trimmed) != [line.text]
            if isTranslated, line.verdict == .used || line.verdict == .sameByDefault {
                said += " as: " + line.written.filter { !$0.hasPrefix("#") }.joined(separator: "; ")
            }
            if !line.reason.isEmpty { said += " (\(line.reason))" }
            lines.append("    \(said)")
            if !line.next.isEmpty { lines.append("    next: \(line.next)") }
        }
        func count(_ verdict: ImportedLine.Verdict) -> String {
            "\(report.lines.count { $0.verdict == verdict }) \(verdict.rawValue)"
        }
        lines.append("\(report.lines.count) lines: " + ImportedLine.Verdict.allCases.map(count).joined(separator: ", "))
        let lost = report.lines.count(where: \.matters)
        lines.append(lost == 0 ? "Nothing that matters is lost." : "Of \(lost) lines something that matters is lost.")
        return lines
    }

    private static func trimmed(_ text: String) -> String {
        String(
            text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    }

    static func json(_ report: ConfigurationImport, file: String, output: String?) -> JSON {
        .object([
            ("schema", .string("timeball.config.import/1")), ("file", .string(file)),
            ("format", .string(report.format.rawValue)), ("loses_something", .bool(report.losesSomething)),
            ("output", output.map(JSON.string) ?? .null),
            (
                "lines",
                .array(
                    report.lines.map { line in
                        .object([
                            ("file", .string(line.file)), ("line", line.line > 0 ? .integer(line.line) : .null),
                            ("text", .string(line.text)), ("verdict", .string(line.verdict.rawValue)),
                            ("reason", line.reason.isEmpty ? .null : .string(line.reason)),
                            ("next", line.next.isEmpty ? .null : .string(line.next)), ("matters", .bool(line.matters)),
                            ("written", .array(line.written.map(JSON.string))),
                        ])
                    })
            ),
        ])
    }

    // MARK: Check

    static func json(_ remarks: [Diagnostic], file: String, isAccepted: Bool) -> JSON {
        .object([
            ("schema", .string("timeball.config.check/1")), ("file", .string(file)), ("accepted", .bool(isAccepted)),
            (
                "remarks",
                .array(
                    remarks.map {
                        .object([
                            ("severity", .string($0.severity.rawValue)), ("file", .string($0.file)),
                            ("line", $0.line > 0 ? .integer($0.line) : .null),
                            ("column", $0.column > 0 ? .integer($0.column) : .null), ("word", .string($0.word)),
                            ("sentence", .string($0.sentence)),
                        ])
                    })
            ),
        ])
    }
}

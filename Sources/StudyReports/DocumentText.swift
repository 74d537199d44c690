public import Plotting

extension Document {
    /// The report as lines of text, none wider than the terminal.
    public func text(on terminal: Terminal) -> [String] {
        var lines = [bold(terminal.spelled(title), terminal)]
        for block in blocks {
            switch block {
            case .heading(let text): lines += ["", bold(terminal.spelled(text), terminal)]
            case .paragraph(let text): lines += Self.wrapped(terminal.spelled(text), width: terminal.width)
            case .answer(let text):
                lines += [""] + Self.wrapped(terminal.spelled(text), width: terminal.width).map { bold($0, terminal) }
            case .facts(let facts):
                let names = facts.map { terminal.spelled($0.name) }
                let width = min(24, (names.map(\.count).max() ?? 0) + 2)
                for (name, fact) in zip(names, facts) {
                    let value = Self.wrapped(terminal.spelled(fact.value), width: max(20, terminal.width - width))
                    for (index, line) in value.enumerated() {
                        let label = index == 0 ? name : ""
                        lines.append(label + String(repeating: " ", count: max(1, width - label.count)) + line)
                    }
                }
            case .table(let header, let rows): lines += table([header] + rows, terminal)
            case .figure(let figure): lines += [""] + figure.text(on: terminal)
            }
        }
        // Where a line must not be broken is decided by now; what searches the text expects plain spaces.
        return lines.map { String($0.map { $0 == "\u{a0}" ? " " : $0 }) }
    }

    private func bold(_ text: String, _ terminal: Terminal) -> String {
        terminal.colour ? "\u{1b}[1m\(text)\u{1b}[0m" : text
    }

    /// Cells that do not fit are cut at the right, except in the last column, which goes on below.
    private func table(_ rows: [[String]], _ terminal: Terminal) -> [String] {
        let rows = rows.map { $0.map { terminal.spelled(Self.typeset($0)) } }
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        let before = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        let room = max(16, terminal.width - before)
        if before + min(16, widths.last ?? 0) > terminal.width { return stacked(rows, terminal) }
        var lines: [String] = []
        for row in rows {
            var line = ""
            for (column, cell) in row.dropLast().enumerated() {
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                line += (column == 0 ? cell + space : space + cell) + "  "
            }
            let last = row.last ?? ""
            if widths.last ?? 0 <= room {
                let space = String(repeating: " ", count: max(0, (widths.last ?? 0) - last.count))
                lines.append(Self.trimmed(line + (last.first?.isLetter == true ? last : space + last)))
            } else {
                for (index, part) in Self.wrapped(last, width: room).enumerated() {
                    lines.append(Self.trimmed((index == 0 ? line : String(repeating: " ", count: before)) + part))
                }
            }
        }
        return lines
    }

    /// A table that is too wide, row below row with the heading before each cell.
    private func stacked(_ rows: [[String]], _ terminal: Terminal) -> [String] {
        guard let header = rows.first else { return [] }
        return rows.dropFirst().flatMap { row in
            zip(header, row).enumerated().flatMap { column, pair in
                Self.wrapped("\(pair.0): \(pair.1)", width: terminal.width - 2)
                    .map { (column == 0 ? "" : "  ") + $0 }
            }
        }
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Broken at spaces; a word that is longer than the line stands alone.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return lines + [line]
    }
}

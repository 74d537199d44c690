/// Columns that are as wide as their widest cell, two spaces apart.
struct Table {
    /// The headings.
    var header: [String]
    /// Columns whose cells stand at the right.
    var right: Set<Int> = []
    private var rows: [[String]] = []

    init(_ header: [String], right: Set<Int> = []) {
        self.header = header
        self.right = right
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// The heading and the rows, without spaces at their ends.
    var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in
            all.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() where widths.indices.contains(column) {
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                line += (column == 0 ? "" : "  ") + (right.contains(column) ? space + cell : cell + space)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

/// Lines of the form `label     text`, for what is told rather than tabulated.
enum Labelled {
    static func line(_ label: String, _ text: String) -> String {
        label + String(repeating: " ", count: max(1, 10 - label.count)) + text
    }
}

extension Figure {
    /// The figure as lines of text, none of which is wider than the terminal.
    public func text(on terminal: Terminal = Terminal()) -> [String] {
        TextDrawing(thinned(columns: terminal.width * 2), terminal).lines
    }
}

/// Draws one figure with characters.
private struct TextDrawing {
    private let figure: Figure
    private let terminal: Terminal
    private let across: Ruler
    private let up: Ruler
    private let ticksUp: [Ruler.Tick]
    private let margin: Int
    private var canvas: Canvas

    init(_ figure: Figure, _ terminal: Terminal) {
        self.figure = figure
        self.terminal = terminal
        (across, up) = figure.rulers
        ticksUp = up.ticks(about: max(2, terminal.height / 4))
        margin = ticksUp.map { terminal.spelled($0.label).count }.max() ?? 0
        canvas = Canvas(columns: terminal.width - margin - 2, rows: terminal.height, unicode: terminal.unicode)
        for (index, layer) in figure.layers.enumerated() { draw(layer, Self.mark(index, layer)) }
    }

    var lines: [String] {
        var lines = [cut(terminal.spelled(figure.title))]
        for row in legend { lines.append(row) }
        lines.append(terminal.tinted(cut(terminal.spelled(figure.vertical.label)), .quiet))
        var labels: [Int: String] = [:]
        for tick in ticksUp where !tick.label.isEmpty {
            guard let place = up.place(tick.value) else { continue }
            labels[row(place)] = terminal.spelled(tick.label)
        }
        for row in 0..<canvas.rows {
            let label = labels[row] ?? ""
            let edge = terminal.unicode ? (label.isEmpty ? "│" : "┤") : (label.isEmpty ? "|" : "+")
            let left = String(repeating: " ", count: max(0, margin - label.count)) + label + " " + edge
            lines.append(terminal.tinted(left, .quiet) + canvas.line(row, on: terminal))
        }
        return lines + axis
    }

    /// The horizontal axis with its labels, and its quantity at the right.
    private var axis: [String] {
        var rule = Array(repeating: terminal.unicode ? "─" : "-", count: canvas.columns)
        var labels = Array(repeating: Character(" "), count: terminal.width)
        var free = 0
        for tick in across.ticks(about: canvas.columns / 10) where !tick.label.isEmpty {
            guard let place = across.place(tick.value) else { continue }
            let column = min(canvas.columns - 1, max(0, Int(place * Double(canvas.columns))))
            let label = Array(terminal.spelled(tick.label))
            let start = min(margin + 2 + column - label.count / 2, terminal.width - label.count)
            guard start >= free, start >= 0 else { continue }
            rule[column] = terminal.unicode ? "┬" : "+"
            for (offset, character) in label.enumerated() { labels[start + offset] = character }
            free = start + label.count + 1
        }
        let corner = String(repeating: " ", count: margin + 1) + (terminal.unicode ? "└" : "+")
        while labels.last == " " { labels.removeLast() }
        let name = terminal.spelled(figure.horizontal.label)
        let indent = String(repeating: " ", count: max(0, terminal.width - name.count))
        return [
            terminal.tinted(corner + rule.joined(), .quiet), terminal.tinted(String(labels), .quiet),
            terminal.tinted(cut(indent + name), .quiet),
        ]
    }

    private var legend: [String] {
        var rows: [String] = []
        var room = 0
        for (index, layer) in figure.layers.enumerated() where !layer.name.isEmpty {
            let name = terminal.spelled(layer.name)
            let entry = terminal.tinted(Self.swatch(index, layer, terminal.unicode), layer.hue) + " " + name
            let length = name.count + 3
            if rows.isEmpty || room + 2 + length > terminal.width {
                rows.append(entry)
                room = length
            } else {
                rows[rows.count - 1] += "  " + entry
                room += 2 + length
            }
        }
        return rows
    }

    private func cut(_ text: String) -> String { String(text.prefix(terminal.width)) }

    /// What stands for a dot of a layer in ASCII.
    private static func mark(_ index: Int, _ layer: Layer) -> Character {
        switch layer.shape {
        case .guide, .band: return "."
        case .moment: return ":"
        case .level: return "-"
        case .errorBars: return "|"
        default: break
        }
        let marks: [Character] = ["*", "o", "x", "#", "%", "@"]
        guard case .series(let number) = layer.hue else { return "'" }
        return marks[((number % 6) + 6) % 6]
    }

    private static func swatch(_ index: Int, _ layer: Layer, _ unicode: Bool) -> String {
        guard unicode else {
            let mark = mark(index, layer)
            if case .points = layer.shape { return "\(mark) " }
            return "\(mark)\(mark)"
        }
        return switch layer.shape {
        case .points(let points): points.count <= 60 ? "● " : "⠢⠔"
        case .errorBars: "│ "
        case .band: "⠕⠕"
        case .guide, .level: "⠒ "
        case .moment: "┊ "
        default: "⠤⠤"
        }
    }

    private func row(_ place: Double) -> Int {
        min(canvas.rows - 1, max(0, Int(((1 - place) * Double(canvas.rows)).rounded(.down))))
    }

    /// In dots from the top left; nil where the axes cannot show it.
    private func dots(_ point: Point) -> (Double, Double)? {
        guard let x = across.place(point.x), let y = up.place(point.y) else { return nil }
        let width = Double(canvas.columns * canvas.across)
        let height = Double(canvas.rows * canvas.down)
        return (
            min(x * width, x <= 1 ? width - 0.5 : .infinity), min((1 - y) * height, y >= 0 ? height - 0.5 : .infinity)
        )
    }

    private mutating func draw(_ layer: Layer, _ mark: Character) {
        switch layer.shape {
        case .line(let points): join(points, layer.hue, mark)
        case .points(let points):
            for point in points {
                guard let (x, y) = dots(point) else { continue }
                if points.count <= 60 {
                    let big: Character = terminal.unicode ? "●" : mark
                    canvas.put(big, column: whole(x) / canvas.across, row: whole(y) / canvas.down, layer.hue)
                } else {
                    canvas.dot(whole(x), whole(y), layer.hue, mark: mark)
                }
            }
        case .errorBars(let bars):
            for bar in bars {
                guard let (x, high) = dots(Point(bar.x, bar.high)) else { continue }
                let low = dots(Point(bar.x, bar.low))?.1 ?? Double(canvas.rows * canvas.down)
                stroke(x, high, x, low, layer.hue, mark)
            }
        case .band(let bars):
            for bar in bars {
                guard let (x, high) = dots(Point(bar.x, bar.high)), let (_, low) = dots(Point(bar.x, bar.low)) else {
                    continue
                }
                // Every third dot, so that lines within stay visible.
                let start = whole(max(0, high))
                for y in start...max(start, whole(min(low, 1e4))) where (y + whole(x)) % 3 == 0 {
                    canvas.dot(whole(x), y, layer.hue, mark: mark)
                }
            }
        case .guide(let point, let slope):
            guard across.axis.scale == .logarithmic else { return }
            for x in stride(from: 0, to: canvas.columns * canvas.across, by: canvas.across * 2) {
                let place = (Double(x) + 0.5) / Double(canvas.columns * canvas.across)
                let a = Decimal.logarithm(across.low)
                let value = a + place * (Decimal.logarithm(across.high) - a)
                let y = point.y * Decimal.power(slope * (value - Decimal.logarithm(point.x)))
                if let (_, down) = dots(Point(Decimal.power(value), y)) {
                    canvas.dot(x, whole(down), layer.hue, mark: mark)
                }
            }
        case .moment(let x):
            guard let (x, _) = dots(Point(x, up.low)) else { return }
            for row in 0..<canvas.rows {
                let glyph: Character = terminal.unicode ? "┊" : ":"
                canvas.put(glyph, column: whole(x) / canvas.across, row: row, layer.hue)
            }
        case .level(let y):
            guard let (_, y) = dots(Point(across.low, y)) else { return }
            for x in stride(from: 0, to: canvas.columns * canvas.across, by: 2) {
                canvas.dot(x, whole(y), layer.hue, mark: mark)
            }
        case .words(let point, let text):
            guard let (x, y) = dots(point) else { return }
            let words = Array(terminal.spelled(text))
            let column = min(whole(x) / canvas.across, canvas.columns - words.count)
            for (offset, character) in words.enumerated() {
                canvas.put(character, column: column + offset, row: whole(y) / canvas.down, layer.hue)
            }
        }
    }

    private func whole(_ value: Double) -> Int { Int(min(1e6, max(-1e6, value.rounded(.down)))) }

    private mutating func join(_ points: [Point], _ hue: Layer.Hue, _ mark: Character) {
        var last: (Double, Double)?
        for point in points {
            guard let place = dots(point) else {
                last = nil
                continue
            }
            if let last {
                stroke(last.0, last.1, place.0, place.1, hue, mark)
            } else {
                canvas.dot(whole(place.0), whole(place.1), hue, mark: mark)
            }
            last = place
        }
    }

    private mutating func stroke(
        _ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ hue: Layer.Hue, _ mark: Character
    ) {
        let steps = whole(max((x1 - x0).magnitude, (y1 - y0).magnitude)) + 1
        guard steps < 100_000 else { return }
        for step in 0...steps {
            let part = Double(step) / Double(steps)
            canvas.dot(whole(x0 + part * (x1 - x0)), whole(y0 + part * (y1 - y0)), hue, mark: mark)
        }
    }
}

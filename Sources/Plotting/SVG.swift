extension Figure {
    /// The figure as an SVG document: the same octets for the same figure and size.
    ///
    /// It carries a title and a description for screen readers, its colours for light and dark, and in `metadata` the data
    /// that are drawn, as JSON.
    /// - Parameters:
    ///   - width: In pixels; 240 at least.
    ///   - height: In pixels; 160 at least.
    ///   - name: Distinguishes several figures on one page; letters, digits and hyphens.
    ///   - alone: Whether it has to bring its style sheet; on a page that holds `SVGStyle.whole` it has not.
    ///   - data: Whether the data are carried along.
    public func svg(width: Int = 760, height: Int = 420, name: String = "figure", alone: Bool = true, data: Bool = true)
        -> String
    {
        let width = max(240, width)
        let figure = thinned(columns: width)
        var drawing = SVGDrawing(figure, width: Double(width), height: Double(max(160, height)), name: name)
        return drawing.document(alone: alone, data: data)
    }
}

/// Draws one figure.
private struct SVGDrawing {
    private let figure: Figure
    private let width: Double
    private let height: Double
    private let name: String
    private let across: Ruler
    private let up: Ruler
    private let ticksUp: [Ruler.Tick]
    private let legend: [[(Layer, Double)]]
    private let titleLines: [String]
    private let left: Double
    private let top: Double
    private var right: Double { width - 16 }
    private var bottom: Double { height - 44 }

    /// A letter's width at 12 px, about: layout must not depend on a font.
    private static let letter = 6.7
    /// A letter's width in the title, 14 px and bold, about.
    private static let titleLetter = 9.0
    private static let line = 18.0

    init(_ figure: Figure, width: Double, height: Double, name: String) {
        self.figure = figure
        self.width = width
        self.height = height
        self.name = name
        (across, up) = figure.rulers
        legend = Self.legend(of: figure, room: width - 32)
        titleLines = Self.wrapped(figure.title, to: Int((width - 32) / Self.titleLetter))
        let top = 40 + Double(titleLines.count + legend.count) * Self.line
        self.top = top
        ticksUp = up.ticks(about: Int((height - 44 - top) / 42))
        left = 18 + Self.letter * Double(ticksUp.map(\.label.count).max() ?? 0) + 8
    }

    /// Lines of at most so many letters, broken between words, and one line if there is none; a word that is longer is broken.
    private static func wrapped(_ text: String, to count: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > count {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
            while line.count > count {
                lines.append(String(line.prefix(count)))
                line.removeFirst(count)
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    /// Rows of legend entries with their places.
    private static func legend(of figure: Figure, room: Double) -> [[(Layer, Double)]] {
        var rows: [[(Layer, Double)]] = []
        var x = room
        for layer in figure.layers where !layer.name.isEmpty {
            let length = 34 + letter * Double(layer.name.count)
            if rows.isEmpty || x + length > room {
                rows.append([])
                x = 0
            }
            rows[rows.count - 1].append((layer, x))
            x += length + 8
        }
        return rows
    }

    mutating func document(alone: Bool, data: Bool) -> String {
        let size = "viewBox=\"0 0 \(Int(width)) \(Int(height))\" width=\"\(Int(width))\" height=\"\(Int(height))\""
        var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" \(size) role=\"img\""
        text += " aria-labelledby=\"\(name)-title \(name)-desc\">\n"
        text += "<title id=\"\(name)-title\">\(XML.escaped(figure.title))</title>\n"
        text += "<desc id=\"\(name)-desc\">\(XML.escaped(figure.summary))</desc>\n"
        if data { text += "<metadata id=\"\(name)-data\">\(XML.escaped(figure.json))</metadata>\n" }
        if alone { text += "<style>\(SVGStyle.whole)</style>\n" }
        text += "<clipPath id=\"\(name)-clip\"><rect x=\"\(n(left))\" y=\"\(n(top))\" "
        text += "width=\"\(n(right - left))\" height=\"\(n(bottom - top))\"/></clipPath>\n"
        text += "<rect class=\"paper\" width=\"\(Int(width))\" height=\"\(Int(height))\"/>\n"
        for (row, line) in titleLines.enumerated() {
            let y = 22 + Double(row) * Self.line
            text += "<text class=\"head\" x=\"16\" y=\"\(n(y))\">\(XML.escaped(line))</text>\n"
        }
        text += legendText + axes
        text += "<g clip-path=\"url(#\(name)-clip)\">\n"
        for layer in figure.layers { text += draw(layer) }
        return text + "</g>\n" + words + "</svg>\n"
    }

    private var legendText: String {
        var text = ""
        for (row, entries) in legend.enumerated() {
            let y = 24 + Double(titleLines.count + row) * Self.line
            for (layer, x) in entries {
                text += swatch(layer, x: 16 + x, y: y - 4)
                text += "<text x=\"\(n(16 + x + 24))\" y=\"\(n(y))\">\(XML.escaped(layer.name))</text>\n"
            }
        }
        return text
    }

    private func swatch(_ layer: Layer, x: Double, y: Double) -> String {
        let path = "d=\"M\(n(x)) \(n(y))h18\""
        return switch layer.shape {
        case .band:
            "<rect class=\"band \(fill(layer.hue))\" x=\"\(n(x))\" y=\"\(n(y - 5))\" width=\"18\" height=\"10\"/>"
        case .points: "<path class=\"dots big \(stroke(layer.hue))\" d=\"M\(n(x + 9)) \(n(y))h0\"/>"
        case .errorBars: "<path class=\"bar \(stroke(layer.hue))\" d=\"M\(n(x + 9)) \(n(y - 6))v12m-4 0h8m-8 -12h8\"/>"
        case .guide, .level: "<path class=\"guide \(stroke(layer.hue))\" \(path)/>"
        case .moment: "<path class=\"moment \(stroke(layer.hue))\" d=\"M\(n(x + 9)) \(n(y - 6))v12\"/>"
        default: "<path class=\"line \(stroke(layer.hue))\" \(path)/>"
        }
    }

    private var axes: String {
        var text = ""
        for tick in ticksUp {
            guard let y = y(tick.value) else { continue }
            text += "<line class=\"grid\" x1=\"\(n(left))\" y1=\"\(n(y))\" x2=\"\(n(right))\" y2=\"\(n(y))\"/>"
            guard !tick.label.isEmpty else { continue }
            text += "<text class=\"faint\" text-anchor=\"end\" x=\"\(n(left - 7))\" y=\"\(n(y + 4))\">"
            text += XML.escaped(Self.minus(tick.label)) + "</text>\n"
        }
        for tick in across.ticks(about: Int((right - left) / 76)) {
            guard let x = x(tick.value) else { continue }
            text += "<line class=\"grid\" x1=\"\(n(x))\" y1=\"\(n(top))\" x2=\"\(n(x))\" y2=\"\(n(bottom))\"/>"
            guard !tick.label.isEmpty else { continue }
            text += "<text class=\"faint\" text-anchor=\"middle\" x=\"\(n(x))\" y=\"\(n(bottom + 17))\">"
            text += XML.escaped(Self.minus(tick.label)) + "</text>\n"
        }
        text += "<path class=\"quiet\" d=\"M\(n(left)) \(n(top))V\(n(bottom))H\(n(right))\"/>\n"
        text += "<text class=\"faint\" x=\"16\" y=\"\(n(top - 8))\">\(XML.escaped(figure.vertical.label))</text>\n"
        text += "<text class=\"faint\" text-anchor=\"end\" x=\"\(n(right))\" y=\"\(n(bottom + 36))\">"
        return text + XML.escaped(figure.horizontal.label) + "</text>\n"
    }

    private static func minus(_ label: String) -> String {
        label.hasPrefix("-") ? "−" + label.dropFirst() : label
    }

    private func draw(_ layer: Layer) -> String {
        let hue = stroke(layer.hue)
        switch layer.shape {
        case .line(let points): return path("line \(hue)", joined(points))
        case .points(let points):
            let places = points.compactMap(place)
            let size = places.count <= 60 ? "dots big" : "dots"
            return path("\(size) \(hue)", places.map { "M\(n($0.x)) \(n($0.y))h0" }.joined())
        case .errorBars(let bars):
            return path(
                "bar \(hue)",
                bars.map { bar in
                    guard let x = x(bar.x), let low = yLimited(bar.low), let high = yLimited(bar.high) else {
                        return ""
                    }
                    return "M\(n(x)) \(n(low))V\(n(high))M\(n(x - 3)) \(n(low))h6M\(n(x - 3)) \(n(high))h6"
                }.joined())
        case .band(let bars):
            let places = bars.compactMap { bar -> (Double, Double, Double)? in
                guard let x = x(bar.x), let low = yLimited(bar.low), let high = yLimited(bar.high) else { return nil }
                return (x, low, high)
            }
            let there = places.map { "\(n($0.0)) \(n($0.2))" }
            let back = places.reversed().map { "\(n($0.0)) \(n($0.1))" }
            guard !there.isEmpty else { return "" }
            return path("band \(fill(layer.hue))", "M" + (there + back).joined(separator: "L") + "Z")
        case .guide(let point, let slope):
            return path("guide \(hue)", joined(guide(point, slope)))
        case .moment(let x):
            return self.x(x).map { path("moment \(hue)", "M\(n($0)) \(n(top))V\(n(bottom))") } ?? ""
        case .level(let y):
            return self.y(y).map { path("guide \(hue)", "M\(n(left)) \(n($0))H\(n(right))") } ?? ""
        case .words: return ""
        }
    }

    /// The two ends of a guide line, at the figure's edges.
    private func guide(_ point: Point, _ slope: Double) -> [Point] {
        [across.low, across.high].map { x in
            Point(x, point.y * Decimal.power(slope * (Decimal.logarithm(x) - Decimal.logarithm(point.x))))
        }
    }

    private var words: String {
        var text = ""
        for layer in figure.layers {
            guard case .words(let point, let words) = layer.shape, let place = place(point) else { continue }
            let room = Self.letter * Double(words.count)
            let x = min(place.x, right - room)
            text +=
                "<text class=\"\(fill(layer.hue))\" x=\"\(n(x))\" y=\"\(n(place.y))\">\(XML.escaped(words))</text>\n"
        }
        return text
    }

    private func path(_ classes: String, _ data: String) -> String {
        data.isEmpty ? "" : "<path class=\"\(classes)\" d=\"\(data)\"/>\n"
    }

    /// A line that begins anew after a point that cannot be shown.
    private func joined(_ points: [Point]) -> String {
        var text = ""
        var drawing = false
        for point in points {
            guard let place = place(point) else {
                drawing = false
                continue
            }
            text += (drawing ? "L" : "M") + "\(n(place.x)) \(n(place.y))"
            drawing = true
        }
        return text
    }

    private func place(_ point: Point) -> Point? {
        guard let x = x(point.x), let y = y(point.y) else { return nil }
        return Point(x, y)
    }

    private func x(_ value: Double) -> Double? { across.place(value).map { left + $0 * (right - left) } }
    private func y(_ value: Double) -> Double? { up.place(value).map { bottom - $0 * (bottom - top) } }

    /// A lower end at 0 cannot stand on a logarithmic axis: it runs out of the figure below.
    private func yLimited(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        guard let y = y(value) else { return bottom + 20 }
        return min(height * 2, max(-height, y))
    }

    private func stroke(_ hue: Layer.Hue) -> String {
        switch hue {
        case .quiet: "quiet"
        case .series(let index): "s\(((index % 6) + 6) % 6)"
        }
    }

    private func fill(_ hue: Layer.Hue) -> String {
        switch hue {
        case .quiet: "fq"
        case .series(let index): "f\(((index % 6) + 6) % 6)"
        }
    }

    /// To a tenth of a pixel.
    private func n(_ value: Double) -> String {
        let text = Decimal.fixed(min(1e5, max(-1e5, value)), decimals: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// Text for XML and HTML.
public enum XML {
    /// With `&`, `<`, `>` and quotes written as entities; control characters, which XML cannot hold, as a question mark.
    public static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{7f}", "\u{fffe}", "\u{ffff}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

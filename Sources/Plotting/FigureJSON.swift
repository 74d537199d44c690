extension Figure {
    /// The figure's data as one JSON object, for plotting it again with other tools. What is not finite is null.
    public var json: String {
        let layers = layers.map(Self.json).joined(separator: ",")
        return "{\"schema\":\"timeball.figure/1\",\"title\":\(Self.quoted(title)),\"summary\":\(Self.quoted(summary)),"
            + "\"horizontal\":\(Self.json(horizontal)),\"vertical\":\(Self.json(vertical)),\"layers\":[\(layers)]}"
    }

    private static func json(_ axis: Axis) -> String {
        "{\"label\":\(quoted(axis.label)),\"scale\":\"\(axis.scale.rawValue)\"}"
    }

    private static func json(_ layer: Layer) -> String {
        let (kind, members): (String, String) =
            switch layer.shape {
            case .line(let points): ("line", columns([("x", points.map(\.x)), ("y", points.map(\.y))]))
            case .points(let points): ("points", columns([("x", points.map(\.x)), ("y", points.map(\.y))]))
            case .errorBars(let bars): ("bars", json(bars))
            case .band(let bars): ("band", json(bars))
            case .guide(let point, let slope):
                ("guide", "\"x\":\(number(point.x)),\"y\":\(number(point.y)),\"slope\":\(number(slope))")
            case .moment(let x): ("moment", "\"x\":\(number(x))")
            case .level(let y): ("level", "\"y\":\(number(y))")
            case .words(let point, let text):
                ("words", "\"x\":\(number(point.x)),\"y\":\(number(point.y)),\"text\":\(quoted(text))")
            }
        return "{\"kind\":\"\(kind)\",\"name\":\(quoted(layer.name)),\(members)}"
    }

    private static func json(_ bars: [Bar]) -> String {
        columns([("x", bars.map(\.x)), ("low", bars.map(\.low)), ("high", bars.map(\.high))])
    }

    private static func columns(_ columns: [(String, [Double])]) -> String {
        columns.map { "\"\($0.0)\":[" + $0.1.map(number).joined(separator: ",") + "]" }.joined(separator: ",")
    }

    /// With ten significant digits at most: more is not in any picture.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        guard value != 0 else { return "0" }
        let exponent = Int(Decimal.logarithm(value.magnitude).rounded(.down))
        let scale = 9 - exponent
        guard scale.magnitude < 300 else { return "\(value)" }
        let digits = (value * Decimal.wholePower(scale)).rounded()
        let rounded = scale >= 0 ? digits / Decimal.wholePower(scale) : digits * Decimal.wholePower(-scale)
        let text = "\(rounded)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1f}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

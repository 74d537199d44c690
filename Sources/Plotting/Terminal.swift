/// What a terminal can show.
public struct Terminal: Sendable, Equatable {
    /// In characters; 40 at least.
    public var width: Int
    /// Of the plot itself, in lines; 4 at least.
    public var height: Int
    /// Whether it has braille patterns and other signs; else plain ASCII.
    public var unicode: Bool
    /// Whether escape sequences for colours are understood.
    public var colour: Bool

    /// Eighty columns with everything, unless said otherwise.
    public init(width: Int = 80, height: Int = 16, unicode: Bool = true, colour: Bool = false) {
        self.width = max(40, width)
        self.height = max(4, height)
        self.unicode = unicode
        self.colour = colour
    }

    /// A text with the signs that ASCII lacks written out, where that is needed.
    public func spelled(_ text: String) -> String {
        guard !unicode else { return text }
        var result = ""
        var isRaised = false
        for character in text {
            if Self.raised.contains(character), !isRaised {
                // 2·10⁻³ is 2e-3, and τ⁻¹ is tau^-1.
                if result.hasSuffix("*10") {
                    result = result.dropLast(3) + "e"
                } else if result.hasSuffix("10") {
                    result = result.dropLast(2) + "1e"
                } else {
                    result += "^"
                }
            }
            isRaised = Self.raised.contains(character)
            result += Self.ascii(character)
        }
        return result
    }

    private static let raised: Set<Character> = ["⁻", "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "ᐟ"]

    private static func ascii(_ character: Character) -> String {
        if let value = character.asciiValue { return value < 0x20 ? " " : String(character) }
        if let digit = "⁰¹²³⁴⁵⁶⁷⁸⁹".firstIndex(of: character) {
            return "\("⁰¹²³⁴⁵⁶⁷⁸⁹".distance(from: "⁰¹²³⁴⁵⁶⁷⁸⁹".startIndex, to: digit))"
        }
        return switch character {
        case "\u{a0}": " "
        case "µ", "μ": "u"
        case "±": "+/-"
        case "−", "–", "—", "⁻": "-"
        case "·", "×": "*"
        case "°": "deg "
        case "τ": "tau"
        case "σ": "sigma"
        case "√": "sqrt "
        case "…": "..."
        case "≤": "<="
        case "≥": ">="
        case "₀": "0"
        case "ᐟ": "/"
        case "ê": "e"
        case "“", "”": "\""
        case "’": "'"
        default: "?"
        }
    }

    /// The same text in a colour of the terminal's own palette.
    func tinted(_ text: String, _ hue: Layer.Hue?) -> String {
        guard colour, let hue, !text.isEmpty else { return text }
        let code: Int =
            switch hue {
            case .quiet: 90
            case .series(let index): [34, 33, 32, 35, 36, 31][((index % 6) + 6) % 6]
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }
}

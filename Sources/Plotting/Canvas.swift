/// Characters to draw on: with braille, each holds 2 by 4 dots.
struct Canvas {
    let columns: Int
    let rows: Int
    /// Dots per character to the right and downwards.
    let across: Int
    let down: Int
    private let unicode: Bool
    private var masks: [UInt8]
    private var glyphs: [Character?]
    private var hues: [Layer.Hue?]

    init(columns: Int, rows: Int, unicode: Bool) {
        self.columns = columns
        self.rows = rows
        self.unicode = unicode
        (across, down) = unicode ? (2, 4) : (1, 1)
        masks = Array(repeating: 0, count: columns * rows)
        glyphs = Array(repeating: nil, count: columns * rows)
        hues = Array(repeating: nil, count: columns * rows)
    }

    /// Sets the dot at a place, counted from the top left.
    /// - Parameter mark: What stands for it in ASCII.
    mutating func dot(_ x: Int, _ y: Int, _ hue: Layer.Hue, mark: Character) {
        guard x >= 0, y >= 0, x < columns * across, y < rows * down else { return }
        let cell = y / down * columns + x / across
        if unicode {
            // Dots 1 2 3 7 go down the left side, 4 5 6 8 down the right one.
            let bits: [UInt8] = x % 2 == 0 ? [0x01, 0x02, 0x04, 0x40] : [0x08, 0x10, 0x20, 0x80]
            masks[cell] |= bits[y % 4]
        } else {
            glyphs[cell] = mark
        }
        hues[cell] = hue
    }

    /// Puts a whole character, over everything.
    mutating func put(_ character: Character, column: Int, row: Int, _ hue: Layer.Hue) {
        guard column >= 0, row >= 0, column < columns, row < rows else { return }
        glyphs[row * columns + column] = character
        hues[row * columns + column] = hue
    }

    /// One line of text, without spaces at its end.
    func line(_ row: Int, on terminal: Terminal) -> String {
        var cells: [(Character, Layer.Hue?)] = []
        for column in 0..<columns {
            let cell = row * columns + column
            if let glyph = glyphs[cell] {
                cells.append((glyph, hues[cell]))
            } else if masks[cell] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(masks[cell])) {
                cells.append((Character(scalar), hues[cell]))
            } else {
                cells.append((" ", nil))
            }
        }
        while cells.last?.0 == " " { cells.removeLast() }
        // Neighbours of one colour share its escape sequence.
        var text = ""
        var run = ""
        var hue: Layer.Hue?
        for (character, next) in cells {
            if next != hue {
                text += terminal.tinted(run, hue)
                run = ""
                hue = next
            }
            run.append(character)
        }
        return text + terminal.tinted(run, hue)
    }
}

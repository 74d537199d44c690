import Plotting
import Testing

@Suite("Figures in a terminal")
struct TerminalTests {
    @Test("No line is wider than the terminal, whatever it can show", arguments: [40, 80, 132], [true, false])
    func width(columns: Int, unicode: Bool) {
        for figure in [FigureTests.line, FigureTests.curve] {
            let lines = figure.text(on: Terminal(width: columns, height: 12, unicode: unicode))
            #expect(lines.allSatisfy { $0.count <= columns })
            #expect(lines.contains { $0.count > columns - 12 }, "the width is used")
            #expect(lines.count >= 12 + 4)
        }
    }

    @Test("Plain ASCII is all that a terminal without Unicode gets")
    func ascii() {
        for figure in [FigureTests.line, FigureTests.curve] {
            let text = figure.text(on: Terminal(unicode: false)).joined()
            #expect(text.allSatisfy { $0.isASCII })
            #expect(!text.contains("?"))
        }
        let plain = Terminal(unicode: false)
        #expect(plain.spelled("3 µs ± 10⁻⁹ °C τ") == "3 us +/- 1e-9 deg C tau")
        #expect(plain.spelled("2·10⁻¹² τ⁻³ᐟ²") == "2e-12 tau^-3/2")
    }

    @Test("Colours are written only where they are understood, and taken away they leave the same picture")
    func colour() {
        let plain = FigureTests.line.text(on: Terminal())
        let coloured = FigureTests.line.text(on: Terminal(colour: true))
        #expect(!plain.joined().contains("\u{1b}"))
        #expect(coloured.joined().contains("\u{1b}[33m"))
        #expect(coloured.map(Self.withoutColours) == plain)
    }

    private static func withoutColours(_ line: String) -> String {
        var result = ""
        var escaped = false
        for character in line {
            if character == "\u{1b}" { escaped = true }
            if !escaped { result.append(character) }
            if escaped, character == "m" { escaped = false }
        }
        return result
    }

    @Test(
        "A rising line rises: its first dot is at the lower left, its last at the upper right",
        arguments: [true, false])
    func rising(unicode: Bool) throws {
        let figure = Figure(
            title: "t", summary: "s", horizontal: Axis("x"), vertical: Axis("y"),
            layers: [Layer(.line((0...100).map { Point(Double($0), Double($0) * 2) }))])
        let lines = figure.text(on: Terminal(width: 60, height: 10, unicode: unicode))
        // The title and the axis' name stand above, three lines below.
        let rows = lines.dropFirst(2).dropLast(3).map { row in
            Array(row.drop { $0 != "│" && $0 != "┤" && $0 != "|" && $0 != "+" }.dropFirst())
        }
        try #require(rows.count == 10)
        let firsts = rows.map { row in row.firstIndex { $0 != " " } ?? -1 }
        #expect(firsts.filter { $0 >= 0 } == firsts.filter { $0 >= 0 }.sorted(by: >))
        #expect(try #require(firsts.first) > 40)
        #expect(try #require(firsts.last) < 8)
    }

    @Test("Marks of an axis are whole hours or powers of ten, and stand in order")
    func marks() {
        let hours = FigureTests.line.text(on: Terminal()).suffix(2).first?.split(separator: " ").compactMap {
            Double($0)
        }
        #expect(hours == [0, 12, 24, 36, 48])
        let decades = FigureTests.curve.text(on: Terminal())
        for label in ["10⁻⁸", "10⁻⁹", "10⁻¹⁰"] { #expect(decades.contains { $0.contains(label + " ┤") }, "\(label)") }
    }
}

import Foundation
import FoundationXML
import Plotting
import Testing

@Suite("Figures")
struct FigureTests {
    static let line = Figure(
        title: "Phase <of> \"pi & co\"", summary: "It rises.",
        horizontal: Axis("time (h)", steps: .hours, isTime: true),
        vertical: Axis("phase (µs)"),
        layers: [
            Layer(.band((0...59).map { Bar(Double($0), Double($0) - 3, Double($0) + 3) }), name: "68 %"),
            Layer(.line((0...59).map { Point(Double($0), Double($0)) }), name: "phase"),
            Layer(.points([Point(30, 10)]), name: "outlier", hue: .series(1)), Layer(.moment(20), name: "step"),
        ])

    static let curve = Figure(
        title: "Allan deviation", summary: "It falls.", horizontal: Axis("averaging time τ (s)", scale: .logarithmic),
        vertical: Axis("oadev", scale: .logarithmic),
        layers: [
            Layer(.guide(through: Point(1, 1e-8), slope: -1), name: "white phase τ⁻¹", hue: .quiet),
            Layer(.errorBars([Bar(1, 0.8e-8, 1.3e-8), Bar(10, 0, 1.2e-9)]), name: "68 %"),
            Layer(.points([Point(1, 1e-8), Point(10, 1e-9), Point(100, 1e-10)]), name: "oadev"),
        ])

    /// The text of the first element of a name.
    static func element(_ name: String, of svg: String) throws -> String {
        let after = try #require(svg.range(of: "<\(name)"))
        let open = try #require(svg.range(of: ">", range: after.upperBound..<svg.endIndex))
        let close = try #require(svg.range(of: "</\(name)>", range: open.upperBound..<svg.endIndex))
        return String(svg[open.upperBound..<close.lowerBound])
    }

    @Test("SVG is well-formed XML, whatever the texts are", arguments: [line, curve])
    func wellFormed(figure: Figure) {
        let parser = XMLParser(data: Data(figure.svg().utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
    }

    @Test("The same figure is the same octets, and another figure is not")
    func deterministic() {
        #expect(Self.line.svg() == Self.line.svg())
        var other = Self.line
        other.layers[1].shape = .line([Point(0, 1), Point(59, 2)])
        #expect(other.svg() != Self.line.svg())
    }

    @Test("Screen readers are told what it is: title, description and the role of an image")
    func accessible() throws {
        let svg = Self.line.svg(name: "phase")
        #expect(svg.contains("role=\"img\" aria-labelledby=\"phase-title phase-desc\""))
        #expect(try Self.element("title", of: svg) == "Phase &lt;of&gt; &quot;pi &amp; co&quot;")
        #expect(try Self.element("desc", of: svg) == "It rises.")
    }

    @Test("A title that is wider than the figure goes on in the next line, and nothing of it is lost")
    func longTitle() throws {
        var figure = Self.line
        figure.title = "Residuals: vm against CLOCK_MONOTONIC_RAW_OF_A_MACHINE_WITH_A_LONG_NAME, a day in spring"
        func lines(_ svg: String) -> [String] {
            svg.components(separatedBy: "<text class=\"head\"").dropFirst().compactMap { part in
                part.split(separator: "<").first.flatMap { $0.split(separator: ">").last }.map(String.init)
            }
        }
        let narrow = lines(figure.svg(width: 380))
        #expect(narrow.count == 3)
        #expect(narrow.allSatisfy { $0.count * 9 <= 380 - 32 })
        #expect(narrow.joined().filter { $0 != " " } == figure.title.filter { $0 != " " })
        #expect(lines(figure.svg(width: 1000)) == [figure.title])
        // What stands under the title makes room for it.
        #expect(figure.svg(width: 380).contains("y=\"78\">68 %"))
        #expect(Self.line.svg(width: 380).contains("y=\"42\">68 %"))
    }

    @Test("There are colours for light and for dark screens, and they differ")
    func lightAndDark() throws {
        let style = try Self.element("style", of: Self.line.svg())
        let parts = style.components(separatedBy: "@media screen and (prefers-color-scheme:dark)")
        try #require(parts.count == 2)
        for rule in ["paper{fill:", ".s0{stroke:", "text{fill:"] {
            let light = try #require(parts[0].components(separatedBy: rule).last?.prefix(7))
            let dark = try #require(parts[1].components(separatedBy: rule).last?.prefix(7))
            #expect(light != dark && light.hasPrefix("#") && dark.hasPrefix("#"), "\(rule)")
        }
        #expect(!Self.line.svg(alone: false).contains("<style>"))
    }

    @Test("The data that are drawn can be taken out of the picture again, as JSON")
    func data() throws {
        let escaped = try Self.element("metadata", of: Self.line.svg())
        let json = escaped.replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&lt;", with: "<")
            .replacingOccurrences(of: "&gt;", with: ">").replacingOccurrences(of: "&amp;", with: "&")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["schema"] as? String == "timeball.figure/1")
        #expect(object["title"] as? String == Self.line.title)
        let layers = try #require(object["layers"] as? [[String: Any]])
        #expect(layers.map { $0["kind"] as? String } == ["band", "line", "points", "moment"])
        #expect(layers[1]["y"] as? [Double] == (0...59).map(Double.init))
        #expect(layers[2]["x"] as? [Double] == [30])
    }

    @Test("Nothing but numbers stands in JSON where the data have none")
    func notFinite() throws {
        var figure = Self.line
        figure.layers = [Layer(.line([Point(0, .nan), Point(1, .infinity), Point(2, -1.5e-300), Point(3, 41.2586)]))]
        let object = try #require(try JSONSerialization.jsonObject(with: Data(figure.json.utf8)) as? [String: Any])
        let layers = try #require(object["layers"] as? [[String: Any]])
        let y = try #require(layers[0]["y"] as? [Any])
        #expect(y[0] is NSNull && y[1] is NSNull)
        #expect(y[2] as? Double == -1.5e-300 && y[3] as? Double == 41.2586)
    }

    @Test("A million points become a picture of bounded size that keeps the one peak")
    func thinning() throws {
        var points = (0..<1_000_000).map { Point(Double($0), Double($0 % 7)) }
        points[654_321].y = 1000
        let figure = Figure(
            title: "t", summary: "s", horizontal: Axis("x"), vertical: Axis("y"), layers: [Layer(.line(points))])
        let thinned = figure.thinned(columns: 500)
        guard case .line(let kept) = thinned.layers[0].shape else {
            Issue.record("no line")
            return
        }
        #expect(kept.count <= 4 * 501)
        #expect(kept.contains(points[654_321]))
        #expect(kept.first == points.first && kept.last == points.last)
        #expect(kept.map(\.x) == kept.map(\.x).sorted())
    }

    @Test("No figure, however odd, traps", arguments: [Axis.Scale.linear, .logarithmic])
    func odd(scale: Axis.Scale) {
        let values: [Double] = [0, -1, .nan, .infinity, 1e308, -1e308, .leastNonzeroMagnitude, 1, 1, 1]
        for count in 0...values.count {
            let points = values.prefix(count).map { Point($0, $0) }
            let bars = values.prefix(count).map { Bar($0, $0, $0) }
            let figure = Figure(
                title: "", summary: "", horizontal: Axis("x", scale: scale), vertical: Axis("y", scale: scale),
                layers: [
                    Layer(.line(points)), Layer(.points(points)), Layer(.band(bars)), Layer(.errorBars(bars)),
                    Layer(.guide(through: Point(0, 0), slope: .infinity)), Layer(.moment(.nan)), Layer(.level(1e300)),
                    Layer(.words(Point(1, 1), "words")),
                ])
            #expect(XMLParser(data: Data(figure.svg().utf8)).parse())
            #expect(figure.text().allSatisfy { $0.count <= 80 })
        }
    }
}

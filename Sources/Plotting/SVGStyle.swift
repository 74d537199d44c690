/// How figures look in a browser or a printer: a style sheet that all of them share.
public enum SVGStyle {
    /// Rules for light screens and paper, and for dark screens. All are bound to the class `figure`.
    public static let sheet =
        rules(light, within: "")
        + "@media screen and (prefers-color-scheme:dark){" + rules(dark, within: "") + "}"

    private struct Palette {
        var paper: String
        var ink: String
        var faint: String
        var grid: String
        var series: [String]
    }

    private static let light = Palette(
        paper: "#ffffff", ink: "#1c2430", faint: "#5b6675", grid: "#e3e7ec",
        series: ["#1f6fb4", "#c2500f", "#0f7f6e", "#7a48c9", "#9a6b00", "#b8336a"])
    private static let dark = Palette(
        paper: "#14181e", ink: "#e6eaf0", faint: "#9aa6b5", grid: "#2b323c",
        series: ["#6cb6f5", "#f5935b", "#57cbb4", "#bb9af7", "#e0b949", "#f487b0"])

    private static func rules(_ palette: Palette, within: String) -> String {
        var text = ".figure .paper{fill:\(palette.paper)}.figure text{fill:\(palette.ink)}"
        text += ".figure .faint{fill:\(palette.faint)}.figure .grid{stroke:\(palette.grid)}"
        text += ".figure .quiet{stroke:\(palette.faint)}.figure .fq{fill:\(palette.faint)}"
        for (index, colour) in palette.series.enumerated() {
            text += ".figure .s\(index){stroke:\(colour)}.figure .f\(index){fill:\(colour)}"
        }
        return text
    }

    /// What does not change with the light.
    static let shapes =
        ".figure text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;stroke:none}"
        + ".figure .head{font-size:14px;font-weight:600}.figure path,.figure line{fill:none}"
        + ".figure .grid{stroke-width:1}.figure .line{stroke-width:1.6;stroke-linejoin:round}"
        + ".figure .dots{stroke-width:3;stroke-linecap:round}.figure .big{stroke-width:6}"
        + ".figure .bar{stroke-width:1.2}.figure .guide{stroke-width:1.1;stroke-dasharray:5 4}"
        + ".figure .moment{stroke-width:1.1;stroke-dasharray:2 3}.figure .band{stroke:none;fill-opacity:.22}"

    /// The whole sheet, for a page that holds several figures.
    public static var whole: String { shapes + sheet }
}

internal import Plotting

extension Document {
    /// The report as a page that needs nothing else: no script, no other file. It can be printed, follows the reader's choice
    /// of light or dark, and shows figures of another shape on narrow screens.
    public var html: String {
        var text = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        text += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        text += "<meta name=\"color-scheme\" content=\"light dark\">\n"
        text +=
            "<title>\(XML.escaped(title))</title>\n<style>\n\(Self.sheet)\n\(SVGStyle.whole)\n</style>\n</head>\n<body>\n"
        text += "<main>\n<h1>\(XML.escaped(title))</h1>\n"
        var number = 0
        for block in blocks {
            switch block {
            case .heading(let heading): text += "<h2>\(XML.escaped(heading))</h2>\n"
            case .paragraph(let paragraph): text += "<p>\(XML.escaped(paragraph))</p>\n"
            case .answer(let answer): text += "<p class=\"answer\">\(XML.escaped(answer))</p>\n"
            case .facts(let facts): text += Self.facts(facts)
            case .table(let header, let rows): text += Self.table(header, rows)
            case .figure(let figure):
                number += 1
                text += "<figure>\n<div class=\"wide\">"
                text += figure.svg(width: 820, height: 400, name: "figure-\(number)", alone: false)
                text += "</div>\n<div class=\"narrow\">"
                text += figure.svg(width: 380, height: 330, name: "narrow-\(number)", alone: false, data: false)
                text += "</div>\n<figcaption>\(XML.escaped(figure.summary))</figcaption>\n</figure>\n"
            }
        }
        return text + "</main>\n</body>\n</html>\n"
    }

    private static func facts(_ facts: [(name: String, value: String)]) -> String {
        let rows = facts.map { "<dt>\(XML.escaped($0.name))</dt><dd>\(XML.escaped($0.value))</dd>\n" }
        return "<dl>\n\(rows.joined())</dl>\n"
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        var text = "<div class=\"scroll\"><table>\n<thead><tr>"
        for cell in header { text += "<th scope=\"col\">\(XML.escaped(cell))</th>" }
        text += "</tr></thead>\n<tbody>\n"
        for row in rows {
            text += "<tr>"
            for (column, cell) in row.enumerated() {
                text +=
                    column == 0
                    ? "<th scope=\"row\">\(XML.escaped(cell))</th>" : "<td>\(XML.escaped(Document.typeset(cell)))</td>"
            }
            text += "</tr>\n"
        }
        return text + "</tbody>\n</table></div>\n"
    }

    private static let sheet = """
        :root{--paper:#fff;--ink:#1c2430;--faint:#5b6675;--rule:#d9dee5;--tint:#f2f5f9;--accent:#1f6fb4}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#14181e;--ink:#e6eaf0;--faint:#9aa6b5;--rule:#2f3742;\
        --tint:#1b2129;--accent:#6cb6f5}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);\
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        main{max-width:868px;margin:0 auto;padding:24px}
        h1{font-size:1.7rem;line-height:1.2;margin:0 0 .6em}
        h1,h2{overflow-wrap:anywhere}
        h2{font-size:1.2rem;margin:2.2em 0 .5em;padding-top:.7em;border-top:1px solid var(--rule)}
        p{margin:.6em 0;max-width:46em}
        .answer{font-size:1.25rem;line-height:1.4;background:var(--tint);border-left:4px solid var(--accent);\
        padding:.8em 1em;margin:1em 0;max-width:none}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.25em 1.4em;margin:.8em 0}
        dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow-x:auto;margin:.8em 0}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.93rem}
        th,td{text-align:right;padding:.3em .8em;border-bottom:1px solid var(--rule);white-space:nowrap}
        thead th{color:var(--faint);font-weight:500}
        th:first-child{text-align:left;padding-left:0;font-weight:500}td:last-child,thead th:last-child{padding-right:0}
        figure{margin:1.2em 0;break-inside:avoid}
        figure svg{display:block;width:100%;height:auto}
        figcaption{color:var(--faint);font-size:.86rem;margin-top:.3em;max-width:54em}
        .narrow{display:none}
        @media screen and (max-width:620px){main{padding:16px}.wide{display:none}.narrow{display:block}\
        dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5em}.answer{font-size:1.1rem}th,td{padding:.3em .35em}\
        table{font-size:.78rem}thead th,td:last-child{white-space:normal}}
        @media print{main{max-width:none;padding:0}h2{break-after:avoid}body{font-size:11pt}}
        """
}

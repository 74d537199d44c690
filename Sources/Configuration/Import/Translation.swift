/// A line of another program's configuration in chrony's language.
struct Translation: Equatable {
    var file: String
    var line: Int
    var text: String
    /// What says the same here; nothing where nothing needs to be said, or can be.
    var directives: [String] = []
    /// What is to be reported where no directive stands for it.
    var verdict = ImportedLine.Verdict.used
    var reason = ""
    var next = ""
    var matters = false

    static func used(_ directives: String..., reason: String = "") -> (inout Translation) -> Void {
        {
            $0.directives = directives
            $0.reason = reason
        }
    }

    static func same(_ reason: String) -> (inout Translation) -> Void {
        {
            $0.verdict = .sameByDefault
            $0.reason = reason
        }
    }

    static func noEffect(_ reason: String, next: String = "", matters: Bool = false) -> (inout Translation) -> Void {
        {
            $0.verdict = .noEffect
            $0.reason = reason
            $0.next = next
            $0.matters = matters
        }
    }

    static func unsupported(_ reason: String, next: String) -> (inout Translation) -> Void {
        {
            $0.verdict = .notSupported
            $0.reason = reason
            $0.next = next
            $0.matters = true
        }
    }
}

extension Configuration {
    /// Has the parser judge what the lines were translated into.
    static func importTranslated(
        _ format: ConfigurationImport.Format, _ translations: [Translation], _ files: FileReader
    ) -> ConfigurationImport {
        var parser = Parser(files: files)
        parser.records = []
        var number = 0
        var places: [ClosedRange<Int>?] = []
        for translation in translations {
            let first = number + 1
            for directive in translation.directives {
                number += 1
                parser.read(line: Array(directive.utf8)[...], number: number, file: "")
            }
            places.append(number >= first ? first...number : nil)
        }
        let all = parser.diagnostics
        parser.dropMoot()
        let remarks = Remarks(all: all, left: parser.diagnostics)
        var report = ConfigurationImport(
            format: format, lines: [], configuration: heading(translations.first?.file ?? "nothing"))
        for (translation, place) in zip(translations, places) {
            var line = ImportedLine(
                file: translation.file, line: translation.line, text: translation.text.trimmed,
                verdict: translation.verdict, reason: translation.reason, next: translation.next,
                matters: translation.matters)
            let judged = (parser.records ?? []).filter { place?.contains($0.line) == true }.map { judge($0, remarks) }
            line.take(judged)
            report.lines.append(line)
            report.configuration += "# \(line.text)\n"
            if line.written.isEmpty, line.verdict != .sameByDefault {
                report.configuration += "# not here (\(line.reason))\n"
            }
            for text in line.written { report.configuration += text + "\n" }
        }
        return report
    }
}

extension ImportedLine {
    /// Takes over what was found of the directives that stand for this line: the worst of it.
    fileprivate mutating func take(_ judged: [ImportedLine]) {
        written = judged.flatMap(\.written)
        guard !judged.isEmpty else { return }
        let isSame = judged.allSatisfy { $0.verdict == .sameByDefault }
        if isSame, verdict == .used { verdict = .sameByDefault }
        guard let worst = judged.first(where: \.matters) ?? judged.first(where: { $0.verdict == .noEffect }) else {
            return
        }
        verdict = worst.verdict
        matters = matters || worst.matters
        reason = reason.isEmpty ? worst.reason : "\(reason); \(worst.reason)"
        if next.isEmpty { next = worst.next }
    }
}

/// chrony's own configuration: the parser reads it as ever, and what it noted down of each line is judged afterwards.
extension Configuration {
    static func importChrony(_ file: String, _ files: FileReader) -> ConfigurationImport {
        var parser = Parser(files: files)
        parser.records = []
        parser.read(file: file, for: nil)
        let count = parser.records?.count ?? 0
        parser.readSourceDirectories()
        let moot = parser.diagnostics
        parser.dropMoot()
        let remarks = Remarks(all: moot, left: parser.diagnostics)
        var report = ConfigurationImport(format: .chrony, lines: [], configuration: heading(file))
        var from = file
        for (index, record) in (parser.records ?? []).enumerated() {
            guard record.word != nil else {
                if index < count { report.configuration += record.text + "\n" }
                continue
            }
            let line = judge(record, remarks)
            report.lines.append(line)
            // What the source directories hold stays there.
            guard index < count else { continue }
            if record.file != from {
                from = record.file
                report.configuration += "# from \(from):\n"
            }
            for text in line.written { report.configuration += text + "\n" }
        }
        return report
    }

    static func heading(_ file: String) -> String {
        "# Made from \(file) by timeball config import. Lines that begin with \"# not here\" are not done.\n\n"
    }

    /// Remarks by their place: those of all lines, and those that were left when all lines were known.
    struct Remarks {
        var all: [Diagnostic]
        var left: [Diagnostic]

        func of(_ record: LineRecord, _ list: [Diagnostic]) -> [Diagnostic] {
            list.filter { $0.file == record.file && $0.line == record.line }
        }
    }

    static func judge(_ record: LineRecord, _ remarks: Remarks) -> ImportedLine {
        let directive = record.word.flatMap { Directive.named($0.lowercased()) }
        var line = ImportedLine(
            file: record.file, line: record.line, text: record.text.trimmed,
            verdict: record.changed ? .used : .sameByDefault)
        let found = remarks.of(record, remarks.left)
        let errors = found.filter { $0.severity == .error || directive == nil }
        if let error = errors.first {
            line.verdict = .notSupported
            line.reason = error.sentence
            line.next = "correct the line, or leave it out"
            line.matters = true
        } else if let directive, directive.group != .works, !remarks.of(record, remarks.all).isEmpty || found.isEmpty {
            line.verdict = .noEffect
            line.reason = directive.sentence
            line.matters = directive.matters && !found.isEmpty
            if line.matters { line.next = "do without it, or keep chronyd on this host" }
        } else if let remark = found.first {
            line.reason = "in part: \(remark.sentence)"
            line.matters = remark.severity == .warning
            line.next = "do without it, or keep chronyd on this host"
        }
        line.written = written(record, line, directive)
        return line
    }

    private static func written(_ record: LineRecord, _ line: ImportedLine, _ directive: Directive?) -> [String] {
        switch line.verdict {
        case .used, .sameByDefault:
            // What it includes follows.
            if directive?.word == "include" || directive?.word == "confdir" {
                return ["# \(record.text.trimmed), written out:"]
            }
            return [record.text]
        case .noEffect, .notSupported: return ["# not here (\(line.reason)): \(record.text.trimmed)"]
        }
    }
}

extension Directive {
    private static let trifles: Set<String> = [
        "hwtstimeout", "maxtxbuffers", "logbanner", "ptpport", "ptpdomain", "ntsratelimit", "ntsport", "ntsprocesses",
        "maxntsconnections", "ntsntpserver", "ntsrotate", "corrtimeratio", "dumpdir", "hwclockfile", "rtcdevice",
    ]

    /// Whether something is lost where this directive has no effect.
    var matters: Bool { group == .noEffectYet && !Self.trifles.contains(word) }
}

extension String {
    /// Without blanks at its ends.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last == " " || last == "\t" || last == "\r" || last == "\u{FFFD}" {
            text.removeLast()
        }
        return String(text.drop { $0 == " " || $0 == "\t" || $0 == "\u{FFFD}" })
    }
}

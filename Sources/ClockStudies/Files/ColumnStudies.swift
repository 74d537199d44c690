internal import ClockStatistics
internal import TimeBase

/// What stands in the columns of a file.
struct StudyColumns {
    var time: Int?
    var value: Int
    var uncertainty: Int?
    var temperature: Int?
    /// Whether the value's name says that it is a frequency.
    var isFrequency = false
    /// What makes seconds, or fractional frequencies, of the numbers, by the column's name.
    var scale = 1.0
    var uncertaintyScale = 1.0

    /// By position: one value, or a time and a value.
    init(count: Int) {
        time = count > 1 ? 0 : nil
        value = count > 1 ? 1 : 0
    }

    /// By name; nil if no column is named as a clock's phase or frequency is.
    init?(names: [String]) {
        let words = names.map { $0.lowercased().filter { $0 != " " && $0 != "\"" } }
        func first(_ starts: [String]) -> Int? {
            words.firstIndex { word in starts.contains { word.hasPrefix($0) } }
        }
        let phase =
            first(["phase", "offset", "x_", "x[", "x(", "diff", "error", "drift", "deviation"])
            ?? words.firstIndex { Words.has($0, "minus") || $0 == "x" || $0 == "value" }
        let frequency = first(["freq", "y_", "y[", "y("]) ?? words.firstIndex { $0 == "y" || $0.hasPrefix("ppm") }
        guard let found = phase ?? frequency else { return nil }
        value = found
        isFrequency = phase == nil
        time = words.firstIndex {
            Words.has($0, "time") || $0.hasPrefix("epoch") || $0.hasPrefix("date") || $0 == "t" || $0 == "mjd"
                || $0 == "seconds" || $0 == "s"
        }
        if time == found { time = nil }
        uncertainty = first(["uncertainty", "sigma", "sd", "std"])
        temperature = first(["temp", "celsius"])
        scale = Self.unit(words[found], isFrequency: isFrequency)
        if let uncertainty { uncertaintyScale = Self.unit(words[uncertainty], isFrequency: false) }
    }

    /// The unit at the end of a name, as in `offset_ms` or `frequency [ppm]`.
    private static func unit(_ name: String, isFrequency: Bool) -> Double {
        let end = name.split { "_[]()".contains($0) }.last ?? ""
        if isFrequency { return ["ppm": 1e-6, "ppb": 1e-9, "ppt": 1e-12][end] ?? (name == "ppm" ? 1e-6 : 1) }
        return ["ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "ps": 1e-12][end] ?? 1
    }
}

extension ReadingCollector {
    /// Comma, semicolon, tab or space between columns. A line of names says which is which; without one the first is the
    /// time and the second the value.
    mutating func takeColumns(_ octets: [UInt8]) {
        var lines = TextLines(octets)
        var columns: StudyColumns?
        var width = 0
        var separator: UInt8?
        var count = 0
        var commentNames: [[String]] = []
        var fields: [Range<Int>] = []
        let span = octets.span
        while let range = lines.next() {
            let line = inner(octets, range)
            if line.isEmpty { continue }
            if octets[line.lowerBound] == UInt8(ascii: "#") {
                takeComment(String(decoding: octets[line], as: UTF8.self), lines.number, &commentNames)
                continue
            }
            if separator == nil { separator = Self.separator(octets, line) }
            split(octets, line, at: separator ?? 0x20, into: &fields)
            if columns == nil {
                width = fields.count
                let texts = fields.map { String(decoding: octets[$0], as: UTF8.self) }
                if Self.areNames(texts) {
                    columns = StudyColumns(names: texts)
                    if columns == nil { notes.append("Line \(lines.number) is taken as names of columns.") }
                    columns = columns ?? StudyColumns(count: width)
                    settle(columns, texts)
                    continue
                }
                let named = commentNames.last { $0.count == width }
                columns = named.flatMap { StudyColumns(names: $0) } ?? StudyColumns(count: width)
                settle(columns, named ?? [])
                if named == nil, width > 2 { notes.append("Columns after the second have no names and are not used.") }
            }
            guard let columns else { continue }
            guard fields.count == width else {
                complain(lines.number, "It has \(fields.count) columns; the first line has \(width).")
                continue
            }
            take(columns, fields, span, octets, lines.number, &count)
        }
        if columns?.time == nil { study.subject.interval = options.interval }
    }

    private mutating func settle(_ columns: StudyColumns?, _ names: [String]) {
        guard let columns else { return }
        areFrequencies = options.areFrequencies ?? columns.isFrequency
        let used = [columns.time, columns.value, columns.uncertainty, columns.temperature].compactMap { $0 }
        let unused = names.indices.filter { !used.contains($0) }.map { Words.quoted(names[$0]) }
        if !unused.isEmpty {
            notes.append("Not used: \(unused.count == 1 ? "column" : "columns") \(unused.joined(separator: ", ")).")
        }
    }

    private mutating func take(
        _ columns: StudyColumns, _ fields: [Range<Int>], _ span: Span<UInt8>, _ octets: [UInt8], _ line: Int,
        _ count: inout Int
    ) {
        defer { count += 1 }
        guard let value = number(span.extracting(fields[columns.value])) else {
            return complain(line, "\(quoted(octets, fields[columns.value])) is not a number.")
        }
        let time: Double
        if let column = columns.time {
            guard let found = moment(span, octets, fields[column]) else {
                return complain(line, "\(quoted(octets, fields[column])) is not a time.")
            }
            time = found
        } else {
            guard let interval = options.interval else {
                if count == 0 {
                    complain(0, "The file has no times. Next: --tau0 with the seconds between readings")
                }
                return
            }
            time = Double(areFrequencies ? count + 1 : count) * interval
        }
        var uncertainty: Double?
        if let column = columns.uncertainty, !fields[column].isEmpty {
            guard let found = number(span.extracting(fields[column])) else {
                return complain(line, "\(quoted(octets, fields[column])) is no uncertainty.")
            }
            if !found.isNaN { uncertainty = found * columns.uncertaintyScale }
        }
        var temperature: Double?
        if let column = columns.temperature, !fields[column].isEmpty {
            guard let found = number(span.extracting(fields[column])) else {
                return complain(line, "\(quoted(octets, fields[column])) is no temperature.")
            }
            if !found.isNaN { temperature = found }
        }
        add(
            time, value * (options.scale ?? columns.scale), uncertainty: uncertainty, temperature: temperature,
            line: line)
    }

    /// Seconds, or a date and time in UTC or with an offset.
    private func moment(_ span: Span<UInt8>, _ octets: [UInt8], _ range: Range<Int>) -> Double? {
        if let seconds = decimalNumber(span.extracting(range)) { return seconds.isFinite ? seconds : nil }
        var text = String(decoding: octets[range].filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        if text.utf8.count >= 19, !text.hasSuffix("Z"), !text.dropFirst(19).contains(where: { "+-".contains($0) }) {
            text += "Z"
        }
        guard let parsed = InstantText.parse(text) else { return nil }
        var fraction = 0.0
        if let point = text.firstIndex(of: ".") {
            fraction = Words.decimal("0" + text[point...].prefix { $0 == "." || $0.isNumber }) ?? 0
        }
        return Double(parsed.seconds) + fraction
    }

    /// A finite number, or NaN for `nan`; nil for anything else.
    private func number(_ text: Span<UInt8>) -> Double? {
        if let value = decimalNumber(text) { return value.isFinite ? value : nil }
        guard text.count == 3, text[0] | 0x20 == UInt8(ascii: "n"), text[1] | 0x20 == UInt8(ascii: "a"),
            text[2] | 0x20 == UInt8(ascii: "n")
        else { return nil }
        return .nan
    }

    private func quoted(_ octets: [UInt8], _ range: Range<Int>) -> String {
        Words.quoted(String(decoding: octets[range], as: UTF8.self))
    }

    // MARK: Comments

    /// `# key: value` of ours, `# happening: time,kind,size,words`, or names of columns.
    private mutating func takeComment(_ text: String, _ line: Int, _ names: inout [[String]]) {
        let body = text.drop { $0 == "#" || $0 == " " }
        for part in body.split(whereSeparator: { ":;".contains($0) }) {
            let pieces = part.split(separator: ",").map { $0.filter { $0 != " " } }
            if pieces.count > 1, pieces.allSatisfy({ $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }) {
                names.append(pieces.map { String($0) })
            }
        }
        guard let colon = body.firstIndex(of: ":") else { return }
        let key = body[..<colon]
        let value = String(body[body.index(after: colon)...].drop { $0 == " " })
        switch key {
        case "title": study.subject.title = value
        case "clock": study.subject.clock = value
        case "reference": study.subject.reference = value
        case "reference_doubt": study.subject.referenceDoubt = Words.decimal(value)
        case "interval_seconds": study.subject.interval = Words.decimal(value).flatMap { $0 > 0 ? $0 : nil }
        case "fact":
            let parts = value.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { study.subject.facts.append(Study.Fact(String(parts[0]), String(parts[1]))) }
        case "happening":
            let parts = value.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, let time = Words.decimal(parts[0]),
                let kind = Study.Kind(rawValue: String(parts[1]))
            else { return complain(line, "It is no happening: time, kind, size, words.") }
            study.events.append(
                Study.Happening(time: time, kind: kind, words: String(parts[3]), size: Words.decimal(parts[2])))
        default: break
        }
    }

    // MARK: Cutting

    private static func areNames(_ texts: [String]) -> Bool {
        guard let first = texts.first else { return false }
        let isWord = first.drop { $0 == "\"" || $0 == " " }.first?.isLetter == true
        return isWord && first.lowercased() != "nan"
    }

    private static func separator(_ octets: [UInt8], _ line: Range<Int>) -> UInt8 {
        for candidate in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        where octets[line].contains(candidate) {
            return candidate
        }
        return UInt8(ascii: " ")
    }

    private func inner(_ octets: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, octets[start] == 0x20 || octets[start] == 0x09 { start += 1 }
        while end > start, octets[end - 1] == 0x20 || octets[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    private func split(_ octets: [UInt8], _ line: Range<Int>, at separator: UInt8, into fields: inout [Range<Int>]) {
        fields.removeAll(keepingCapacity: true)
        var start = line.lowerBound
        for index in line where octets[index] == separator {
            // Several spaces are one.
            if separator != 0x20 || index > start { fields.append(inner(octets, start..<index)) }
            start = index + 1
        }
        fields.append(inner(octets, start..<line.upperBound))
    }
}

extension StudyFormat {
    /// What a file is written in, by its first lines, and by its name where they do not tell. What is nothing else is
    /// taken as columns.
    public init(of octets: [UInt8], name: String) {
        let base = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        var lines = TextLines(Array(octets.prefix(16_384)))
        var found: StudyFormat?
        var looked = 0
        while found == nil, looked < 40, let line = lines.nextText() {
            looked += 1
            found = Self.byHeading(line) ?? Self.byShape(line, base)
        }
        if found == nil || found == .csv {
            if base.hasSuffix(".frd") { found = .stable32Frequency }
            if base.hasSuffix(".phd") || base.hasSuffix(".dat") { found = .stable32 }
        }
        self = found ?? .csv
    }

    private static func byHeading(_ line: Substring) -> StudyFormat? {
        if line.hasPrefix("# Generated at:") || Words.has(line, "cmos time") || Words.has(line, "--- current ---") {
            return .adjtimexCompare
        }
        guard Words.has(line, "Date (UTC) Time") else { return nil }
        if Words.has(line, "Peer del.") { return .measurements }
        if Words.has(line, "Std dev'n") { return .statistics }
        if Words.has(line, "Freq ppm") { return .tracking }
        if Words.has(line, "RTC fast") { return .rtc }
        return nil
    }

    /// By the first line that is no comment.
    private static func byShape(_ line: Substring, _ name: String) -> StudyFormat? {
        if Words.isBlank(line) || line.first == "#" || line.hasPrefix("===") { return nil }
        let words = Words.of(line)
        guard let first = words.first else { return nil }
        let isDate = first.utf8.count == 10 && first.split(separator: "-").count == 3
        if isDate {
            switch words.count {
            case 10 where words[1].utf8.count == 5: return .adjtimexLog
            case 17...: return .measurements
            case 13 where Words.has(words[3], "e"), 14 where Words.has(words[3], "e"): return .statistics
            case 13...14: return .tracking
            case 9: return .rtc
            default: return .csv
            }
        }
        let isDay = first.utf8.count == 5 && first.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if isDay, words.count >= 5, let second = Words.decimal(words[1]), (0..<86_402).contains(second) {
            if words.count >= 8, isAddress(words[2]), isAddress(words[3]) { return .rawstats }
            if words.count >= 7, isAddress(words[2]) { return .peerstats }
            if name.hasPrefix("loop") || words.count <= 7 { return .loopstats }
        }
        return .csv
    }

    private static func isAddress(_ word: Substring) -> Bool {
        Words.has(word, ":") || word.split(separator: ".").count == 4
    }
}

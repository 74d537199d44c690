extension ReadingCollector {
    /// ntpd's loopstats, peerstats and rawstats: MJD, seconds past midnight, and then what each holds.
    ///
    /// ntpd's offsets are positive when the clock is slow, and its frequency is what is added to the clock: the clock's
    /// own gain is the other way round.
    mutating func takeNTPD(_ octets: [UInt8], _ format: StudyFormat) {
        areFrequencies = format == .loopstats && options.areFrequencies == true
        if options.areFrequencies == true, format != .loopstats {
            notes.append("This log has no column of the clock's own frequency; its offsets are taken.")
        }
        var found: [Sourced] = []
        var lines = TextLines(octets)
        while let line = lines.nextText() {
            if Words.isBlank(line) || line.first == "#" { continue }
            let words = Words.of(line)
            guard words.count >= 4, let day = Words.decimal(words[0]), let second = Words.decimal(words[1]),
                (0..<100_000).contains(day), day == day.rounded(), (0..<86_402).contains(second)
            else {
                complain(lines.number, "It does not begin with a day (MJD) and the seconds past midnight.")
                continue
            }
            let time = Words.seconds(modifiedJulianDate: day) + second
            switch format {
            case .loopstats: takeLoop(words, time, lines.number, &found)
            case .peerstats: takePeer(words, time, lines.number, &found)
            default: takeRaw(words, time, lines.number, &found)
            }
        }
        take(found)
        study.subject.clock = areFrequencies ? "the unsteered system clock" : "system clock, steered by ntpd"
    }

    /// MJD, s, offset s, frequency ppm, jitter s, wander ppm, log2 time constant.
    private mutating func takeLoop(_ words: [Substring], _ time: Double, _ line: Int, _ found: inout [Sourced]) {
        guard let offset = Words.decimal(words[2]), let ppm = Words.decimal(words[3]) else {
            return complain(
                line, "Offset \(Words.quoted(words[2])) or frequency \(Words.quoted(words[3])) is no number.")
        }
        let jitter = words.count > 4 ? Words.decimal(words[4]) : nil
        found.append(
            Sourced(
                line: line, source: "", time: time, value: areFrequencies ? -ppm * 1e-6 : -offset,
                uncertainty: areFrequencies ? nil : jitter))
    }

    /// MJD, s, address, status, offset, delay, dispersion, jitter.
    private mutating func takePeer(_ words: [Substring], _ time: Double, _ line: Int, _ found: inout [Sourced]) {
        guard words.count >= 7 else { return complain(line, "It has \(words.count) words, and 7 are needed.") }
        guard let offset = Words.decimal(words[4]), let delay = Words.decimal(words[5]),
            let dispersion = Words.decimal(words[6])
        else { return complain(line, "Offset, delay or dispersion is no number.") }
        found.append(
            Sourced(
                line: line, source: String(words[2]), time: time, value: -offset,
                uncertainty: delay.magnitude / 2 + dispersion.magnitude))
    }

    /// MJD, s, source, destination, and the four time stamps in NTP seconds.
    private mutating func takeRaw(_ words: [Substring], _ time: Double, _ line: Int, _ found: inout [Sourced]) {
        guard words.count >= 8 else { return complain(line, "It has \(words.count) words, and 8 are needed.") }
        var stamps: [Int128] = []
        for word in words[4..<8] {
            guard let stamp = Self.attoseconds(word) else {
                return complain(line, "\(Words.quoted(word)) is no time stamp.")
            }
            stamps.append(stamp)
        }
        guard stamps.allSatisfy({ $0 > 0 }) else {
            return complain(line, "One of its time stamps is 0: no request was answered by it.")
        }
        let offset = ((stamps[1] - stamps[0]) + (stamps[2] - stamps[3])) / 2
        let delay = (stamps[3] - stamps[0]) - (stamps[2] - stamps[1])
        found.append(
            Sourced(
                line: line, source: String(words[2]), time: time, value: -Double(offset) / 1e18,
                uncertainty: delay >= 0 ? Double(delay) / 2e18 : nil))
    }

    /// A decimal number of seconds, exactly: a double has only a quarter of a microsecond left beside 4e9 s.
    private static func attoseconds(_ text: Substring) -> Int128? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty, whole.utf8.count <= 12,
            whole.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int128(whole)
        else { return nil }
        var value = seconds * 1_000_000_000_000_000_000
        if parts.count == 2 {
            guard parts[1].utf8.count <= 18, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            var unit: Int128 = 100_000_000_000_000_000
            for digit in parts[1].utf8 {
                value += Int128(digit - 0x30) * unit
                unit /= 10
            }
        }
        return value
    }
}

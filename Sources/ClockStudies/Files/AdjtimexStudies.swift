internal import TimeBase

extension ReadingCollector {
    /// `adjtimex --log`: date, time (UTC), reference, sigma, system clock, tick, frequency, whether the system clock was
    /// left alone since the line before, RTC, whether that was.
    mutating func takeClocksLog(_ octets: [UInt8]) {
        study.subject.clock = "system clock"
        var lines = TextLines(octets)
        var usesReference: Bool?
        var last: (tick: Int, frequency: Int)?
        while let line = lines.nextText() {
            if Words.isBlank(line) || line.first == "#" { continue }
            let words = Words.of(line)
            guard words.count == 10 else {
                complain(lines.number, "It has \(words.count) words, and an adjtimex --log line has 10.")
                continue
            }
            guard let reference = Words.decimal(words[2]), let sigma = Words.decimal(words[3]),
                let system = Words.decimal(words[4]), let tick = Int(words[5]), let frequency = Int(words[6]),
                let clock = Words.decimal(words[8]), ["y", "n"].contains(words[7]), ["y", "n"].contains(words[9])
            else {
                complain(lines.number, "One of its words is not what an adjtimex --log line has there.")
                continue
            }
            // A reference of 0 is none; then the RTC is the reference. The two are not mixed.
            let hasReference = reference != 0
            if usesReference == nil {
                usesReference = hasReference
                study.subject.reference = hasReference ? "adjtimex's reference" : "RTC"
            }
            guard hasReference == usesReference else {
                complain(
                    lines.number,
                    hasReference ? "It has a reference, and the lines before have none." : "It has no reference.")
                continue
            }
            let time = hasReference ? reference : clock
            let count = study.readings.count
            add(time, system - time, uncertainty: hasReference ? sigma : nil, line: lines.number)
            guard study.readings.count > count else { continue }
            if words[7] == "n", count > 0 {
                study.events.append(
                    Study.Happening(
                        time: time, kind: .remark,
                        words: "adjtimex notes that the system clock was not left alone since the line before."))
            }
            noticeRate(tick, frequency, &last, at: time)
        }
    }

    /// `adjtimex --compare`: time of the RTC, system clock less RTC, and from the second line on the error, tick and
    /// frequency. The seed's loop puts `# Generated at:` before each.
    mutating func takeComparisons(_ octets: [UInt8]) {
        study.subject.clock = "system clock"
        study.subject.reference = "RTC"
        var lines = TextLines(octets)
        var last: (tick: Int, frequency: Int)?
        var promised: Int?
        var unkept: [Int] = []
        while let line = lines.nextText() {
            if Words.isBlank(line) || isComparisonHeading(line) { continue }
            if line.first == "#" {
                guard line.hasPrefix("# Generated at:") else { continue }
                guard isGeneratedLine(line) else {
                    complain(
                        lines.number, "After `# Generated at:` there is no date, time, UTC, seconds and nanoseconds.")
                    continue
                }
                if let promised { unkept.append(promised) }
                promised = lines.number
                continue
            }
            let words = Words.of(line)
            guard words.count >= 2, let time = Words.decimal(words[0]), let offset = Words.decimal(words[1]),
                words.count <= 7
            else {
                complain(lines.number, "It is not the RTC's time and the system clock's difference from it.")
                continue
            }
            promised = nil
            let count = study.readings.count
            add(time, offset, line: lines.number)
            if study.readings.count > count, words.count >= 5, let tick = Int(words[3]), let frequency = Int(words[4]) {
                noticeRate(tick, frequency, &last, at: time)
            }
        }
        if let promised { unkept.append(promised) }
        for line in unkept { complain(line, "No reading follows.") }
    }

    private func isComparisonHeading(_ line: Substring) -> Bool {
        Words.has(line, "--- current ---") || line.drop { $0 == " " }.hasPrefix("cmos time")
    }

    private func isGeneratedLine(_ line: Substring) -> Bool {
        let words = Words.of(line)
        guard words.count == 8, words[5] == "UTC", Words.decimal(words[6]) != nil, Words.decimal(words[7]) != nil else {
            return false
        }
        return InstantText.parse("\(words[3])T\(words[4])Z") != nil
    }

    private mutating func noticeRate(
        _ tick: Int, _ frequency: Int, _ last: inout (tick: Int, frequency: Int)?, at time: Double
    ) {
        defer { last = (tick, frequency) }
        guard let last, last != (tick, frequency) else { return }
        func rate(_ tick: Int, _ frequency: Int) -> Double {
            Double(tick) * 1e-4 + Double(frequency) / 65_536e6
        }
        study.events.append(
            Study.Happening(
                time: time, kind: .rateChange, words: "tick \(tick), frequency \(frequency) from here on.",
                size: rate(tick, frequency) - rate(last.tick, last.frequency)))
    }
}

extension ReadingCollector {
    /// Stable32's text files: some lines of words, then one value a line or a time (MJD) and a value.
    mutating func takeStable32(_ octets: [UInt8], frequencies: Bool) {
        areFrequencies = frequencies
        let scale = options.scale ?? 1
        var lines = TextLines(octets)
        var columns: Int?
        var count = 0
        var titles: [String] = []
        while let line = lines.nextText() {
            if Words.isBlank(line) || line.first == "#" { continue }
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "," || $0 == ";" }
            let numbers = words.map { Words.decimal($0) }
            guard let value = numbers.last, let value, numbers.allSatisfy({ $0 != nil }) else {
                if columns == nil {
                    titles.append("\(lines.number)")
                } else {
                    complain(lines.number, "\(Words.quoted(line)) is no number.")
                }
                continue
            }
            if columns == nil { columns = numbers.count }
            guard numbers.count == columns, numbers.count <= 2 else {
                complain(lines.number, "It has \(numbers.count) columns; a time tag and a value are two at most.")
                continue
            }
            defer { count += 1 }
            // 0 is a gap; a record of phases may begin with it.
            let kept = value == 0 && (frequencies || count > 0) ? Double.nan : value * scale
            if numbers.count == 2, let day = numbers[0] {
                let isDate = (15_000..<100_000).contains(day)
                add(isDate ? Words.seconds(modifiedJulianDate: day) : day, kept, line: lines.number)
            } else if let interval = options.interval {
                // A frequency stands at the end of its interval.
                add(Double(frequencies ? count + 1 : count) * interval, kept, line: lines.number)
            } else {
                complain(0, "The file has no times. Next: --tau0 with the seconds between readings")
                return
            }
        }
        if columns != 2 { study.subject.interval = options.interval }
        if !titles.isEmpty { notes.append("Taken as headings: line \(titles.joined(separator: ", ")).") }
    }
}

internal import Recording

extension ReadingCollector {
    /// One value of a log line, before it is known which source is wanted.
    struct Sourced {
        let line: Int
        let source: String
        let time: Double
        let value: Double
        let uncertainty: Double?
    }

    /// measurements.log, statistics.log, tracking.log, rtc.log. Their signs differ; here positive is fast.
    mutating func takeChrony(_ octets: [UInt8], _ format: StudyFormat) {
        let wantsFrequency = options.areFrequencies ?? false
        if wantsFrequency, format != .tracking {
            notes.append("This log has no column of the clock's own frequency; its offsets are taken.")
        }
        areFrequencies = wantsFrequency && format == .tracking
        var found: [Sourced] = []
        var lines = TextLines(octets)
        while let line = lines.nextText() {
            if Words.isBlank(line) || isChronyHeading(line) || line.first == "#" { continue }
            do throws(LogLineError) {
                if let value = try chronyValue(line, format, lines.number) { found.append(value) }
            } catch {
                complain(lines.number, error.description)
            }
        }
        take(found)
        study.subject.clock =
            format == .rtc ? "RTC" : areFrequencies ? "the unsteered system clock" : "system clock, steered by chronyd"
        if format == .rtc { study.subject.reference = "system clock" }
    }

    /// Headings come again every few lines: a rule of `=`, and names of columns that begin with spaces.
    private func isChronyHeading(_ line: Substring) -> Bool {
        line.hasPrefix("===") || line.drop { $0 == " " }.hasPrefix("Date (UTC)")
    }

    private mutating func chronyValue(
        _ line: Substring, _ format: StudyFormat, _ number: Int
    ) throws(LogLineError) -> Sourced? {
        switch format {
        case .measurements:
            let record = try MeasurementLine(parsing: line)
            return Sourced(
                line: number, source: record.address, time: Double(record.time), value: -record.offset,
                uncertainty: record.delay / 2 + record.dispersion)
        case .statistics:
            let record = try StatisticsLine(parsing: line)
            return Sourced(
                line: number, source: record.address, time: Double(record.time), value: record.offset,
                uncertainty: record.offsetDeviation)
        case .tracking:
            let record = try TrackingLine(parsing: line)
            if record.leap == "?" {
                complain(number, "The clock was not synchronised.")
                return nil
            }
            // One clock is steered, whichever source is followed.
            return Sourced(
                line: number, source: "", time: Double(record.time),
                value: areFrequencies ? record.frequency * 1e-6 : record.offset,
                uncertainty: areFrequencies ? nil : record.offsetDeviation)
        default:
            let record = try RealTimeClockLine(parsing: line)
            return Sourced(
                line: number, source: "", time: Double(record.time), value: record.offset, uncertainty: nil)
        }
    }

    /// Takes the lines of the source that is wanted, and says which others there are.
    mutating func take(_ found: [Sourced]) {
        var counts: [String: Int] = [:]
        for value in found { counts[value.source, default: 0] += 1 }
        let ranked = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        guard let chosen = options.source ?? ranked.first?.key else { return }
        if let wanted = options.source, counts[wanted] == nil {
            complain(
                0, "There is no source \(Words.quoted(wanted)); there are \(ranked.map(\.key).joined(separator: ", "))."
            )
            return
        }
        let others = ranked.filter { $0.key != chosen }
        if !others.isEmpty {
            let list = others.map { "\($0.key) (\($0.value) lines)" }.joined(separator: ", ")
            notes.append("Taken is source \(chosen) (\(counts[chosen] ?? 0) lines); left out are \(list).")
        }
        if !chosen.isEmpty { study.subject.reference = chosen }
        for value in found where value.source == chosen {
            add(value.time, value.value, uncertainty: value.uncertainty, line: value.line)
        }
    }
}

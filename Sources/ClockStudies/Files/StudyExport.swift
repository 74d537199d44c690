/// A study as text that other programs read.
public enum StudyExport {
    /// Columns `time_seconds,phase_seconds,uncertainty_seconds,temperature_celsius`, before them what is known as
    /// comments. Reading it back gives the same study.
    public static func csv(_ study: Study) -> [UInt8] {
        var text = TextBuffer()
        let subject = study.subject
        text.line("# A clock study. Phase is clock minus reference, positive when the clock is fast.")
        for (key, value) in [("title", subject.title), ("clock", subject.clock), ("reference", subject.reference)]
        where !value.isEmpty {
            text.line("# \(key): \(oneLine(value))")
        }
        if let doubt = subject.referenceDoubt { text.line("# reference_doubt: \(doubt)") }
        if let interval = subject.interval { text.line("# interval_seconds: \(interval)") }
        for fact in subject.facts { text.line("# fact: \(oneLine(fact.name))=\(oneLine(fact.value))") }
        for event in study.events {
            let size = event.size.map { "\($0)" } ?? ""
            text.line("# happening: \(event.time),\(event.kind.rawValue),\(size),\(oneLine(event.words))")
        }
        text.line("time_seconds,phase_seconds,uncertainty_seconds,temperature_celsius")
        for reading in study.readings {
            text.add("\(reading.time),\(reading.phase),")
            if let uncertainty = reading.uncertainty { text.add("\(uncertainty)") }
            text.add(",")
            if let temperature = reading.temperature { text.add("\(temperature)") }
            text.line("")
        }
        return text.octets
    }

    /// Stable32's phase data: a time tag (MJD) and a phase in seconds, evenly spaced; 0 where a reading is missing.
    /// - Returns: nil if the study has no even interval.
    public static func stable32(_ study: Study) -> [UInt8]? {
        guard let (phases, interval) = study.phases(), let first = study.readings.first else { return nil }
        var text = TextBuffer()
        text.line("# \(oneLine(study.subject.title.isEmpty ? "Clock study" : study.subject.title))")
        text.line("# Phase data, seconds, clock minus reference. Tau = \(interval) s. 0 is a gap.")
        for (index, phase) in phases.enumerated() {
            let day = 40_587 + (first.time + Double(index) * interval) / 86_400
            // The smallest number that Stable32 does not take for a gap, where the phase is 0 itself.
            let shown = phase.isNaN ? 0 : phase == 0 && index > 0 ? 1e-30 : phase
            text.line("\(DecimalText.fixed(day, decimals: 10)) \(shown)")
        }
        return text.octets
    }

    /// What would end a line or a comment is a space.
    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 })
    }
}

/// Text that grows.
struct TextBuffer {
    private(set) var octets: [UInt8] = []

    mutating func add(_ text: String) { octets.append(contentsOf: text.utf8) }

    mutating func line(_ text: String) {
        add(text)
        octets.append(UInt8(ascii: "\n"))
    }
}

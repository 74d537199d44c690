internal import ClockStatistics
public import ClockStudies

extension StudyAnalysis {
    /// The answer in one sentence: rate with its interval, against what, and how good that is.
    public var headline: String {
        let day = Quantity.measured(rate.frequency * 86_400, rate.halfWidth95 * 86_400)
        let ppm = Quantity.measured(rate.frequency * 1e6, rate.halfWidth95 * 1e6)
        let clock = study.subject.clock.isEmpty ? "The clock" : study.subject.clock
        var text: String
        if rate.frequency.magnitude < rate.halfWidth95 {
            text = "\(clock) neither gains nor loses measurably: \(signed(day.value)) ± \(day.error) s a day "
            text += "(\(signed(ppm.value)) ± \(ppm.error) ppm, 95\u{a0}%)"
        } else {
            text = "\(clock) \(rate.frequency > 0 ? "gains" : "loses") \(unsigned(day.value)) ± \(day.error) s a day "
            text += "(\(unsigned(ppm.value)) ± \(ppm.error) ppm, 95\u{a0}%)"
        }
        let reference = study.subject.reference
        let jumps = check.faults.count { $0.kind == .frequencyJump }
        if jumps > 0 { text += " on average, its frequency having jumped \(jumps == 1 ? "once" : "\(jumps) times")," }
        text += reference.isEmpty ? " against its reference" : " against \(reference)"
        if let doubt = study.subject.referenceDoubt, doubt > 0 {
            let seconds = DecimalText.significant(doubt * 86_400, digits: 2)
            return text + ", which itself may be off by \(seconds) s a day."
        }
        return text + ". How far that is off itself is not known."
    }

    private func unsigned(_ text: String) -> String { text.hasPrefix("-") ? String(text.dropFirst()) : text }
    private func signed(_ text: String) -> String { text.hasPrefix("-") ? "−" + text.dropFirst() : text }
}

internal import ClockStatistics
public import Recording

/// What a study says about a real-time clock, whichever of its two clocks the RTC is.
///
/// The other clock must have kept true time meanwhile: a system clock that a daemon steered did, as far as the daemon could, and
/// a crystal that nobody steered did not.
public struct RealTimeClockRate: Sendable, Equatable {
    /// How much the RTC gains, fractional.
    public let gain: Double
    /// How far that may be off (95 %), without the RTC's wandering after the study.
    public let bound: Double
    /// Time of the last reading, in seconds since 1970, if the study's times are such.
    public let time: Double?
    /// RTC minus true time then, in seconds, if the study's phases tell it: positive where the RTC is fast.
    public let offset: Double?

    /// Why a study says nothing about an RTC; a sentence each.
    public enum Refusal: Error, Sendable, Equatable {
        /// Neither clock is one.
        case noRealTimeClock(reference: String)
        /// The study does not say that the system clock was steered.
        case clockMayBeWrong
        /// The kernel wrote its time to the RTC meanwhile.
        case wasWritten
    }

    /// - Parameters:
    ///   - clockWasRight: somebody knows that the system clock kept true time, and that nobody set the RTC.
    public init(_ analysis: StudyAnalysis, clockWasRight: Bool = false) throws(Refusal) {
        try self.init(
            analysis.study, frequency: analysis.rate.frequency, bound: analysis.rate.halfWidth95,
            clockWasRight: clockWasRight)
    }

    /// - Parameters:
    ///   - frequency: studied clock against reference, fractional, positive where it gains.
    ///   - bound: how far that may be off (95 %).
    ///   - clockWasRight: as above.
    public init(_ study: Study, frequency: Double, bound: Double, clockWasRight: Bool) throws(Refusal) {
        let subject = study.subject
        let isStudied = Self.isName(subject.clock)
        guard isStudied || Self.isName(subject.reference) else {
            throw .noRealTimeClock(reference: subject.reference)
        }
        if !clockWasRight {
            // The kernel writes the RTC every 11 minutes while STA_UNSYNC is cleared (CONFIG_RTC_SYSTOHC).
            let start = subject.facts.last { $0.name == Self.kernelsWord }?.value
            let later = study.events.contains { $0.kind == .remark && $0.words == StudyRecorder.synchronisedWords }
            if start == "synchronised" || later { throw .wasWritten }
            // chrony's rtc.log is written by a daemon that steers the clock; a recording tells each change of the rate.
            if !isStudied, SteeringHistory(study).changes == 0 { throw .clockMayBeWrong }
        }
        let sign = isStudied ? 1.0 : -1.0
        gain = sign * frequency
        self.bound = bound
        let last = study.readings.last
        // Ours and chrony's logs count from 1970, and their phases are whole differences; other files' need not be.
        let isAbsolute = isStudied || subject.facts.contains { $0.name == Self.secondsFact }
        time = last.flatMap { isAbsolute && $0.time > 1e8 ? $0.time : nil }
        offset = time == nil ? nil : last.map { sign * $0.phase }
    }

    /// Name of the fact that says how the RTC's seconds were found; recordings against an RTC have it.
    public static let secondsFact = "RTC's second"
    /// Name of the fact that says whether the kernel counted the clock as synchronised at the start.
    public static let kernelsWord = "kernel's word"

    /// `rtc0`, `rtc1 (ds3231)`, `RTC`.
    private static func isName(_ text: String) -> Bool {
        guard text.prefix(3).lowercased() == "rtc" else { return false }
        return text.dropFirst(3).drop { $0.isNumber }.first.map { $0 == " " || $0 == ")" } ?? true
    }

    /// The record that hwclock reads, from the one that was there.
    ///
    /// Where the study tells how far off the RTC was at its end, that takes the place of what was remembered, unless the RTC was
    /// set or adjusted later; else only the drift factor changes.
    public func record(after old: AdjustmentRecord) -> AdjustmentRecord {
        var record = old
        record.driftFactor = -gain * 86_400
        guard let time, let offset, let whole = Int64(exactly: time.rounded()), whole > old.lastAdjustment else {
            return record
        }
        record.lastAdjustment = whole
        record.lastCalibration = whole
        record.notAdjusted = -offset
        return record
    }
}

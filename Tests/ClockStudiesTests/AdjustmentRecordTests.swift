import ClockStudies
import Recording
import Testing

@Test(
    "hwclock 2.38.1 reads the record as it is read here: what it predicts the RTC to show is the time less the adjustment",
    arguments: [
        // --predict --date 2023-11-14 22:13:20, a day, ten and thirty days later: seconds of what it printed, less the date.
        ("2.000000 1700000000 0.000000\n1700000000\nUTC\n", [0, -2, -20, -60]),
        ("-3.564700 1700000000 0.250000\n1700000000\nUTC\n", [-0.25, 3.3147, 35.397001, 106.691001]),
    ])
func adjustments(text: String, shown: [Double]) throws {
    let record = try AdjustmentRecord(parsing: text)
    for (day, shift) in zip([0.0, 1, 10, 30], shown) {
        let adjustment = try #require(record.adjustment(at: 1_700_000_000 + day * 86_400))
        // hwclock prints microseconds.
        #expect(isNear(-adjustment, shift, 1.5e-6))
    }
    #expect(record.text == text)
}

@Test(
    "Where nobody knows when the RTC was right, nothing is adjusted; lines that are missing say that nobody knows, and UTC"
)
func unknownHistory() throws {
    let record = try AdjustmentRecord(parsing: "1.5 0 0.0")
    #expect(record.adjustment(at: 1_700_000_000) == nil)
    #expect(record == AdjustmentRecord(driftFactor: 1.5))
    #expect(try AdjustmentRecord(parsing: "0.0 0 0.0\n0\nLOCAL\n").isLocal)
}

@Test(
    "What is no record of an RTC is not taken for one",
    arguments: [
        "", "3.5", "3.5 1700000000", "inf 1700000000 0", "0x1p3 1 0", "1 2 3 4", "1 2.5 3\n0\nUTC", "1 2 3\nx\nUTC",
        "1 2 3\n4\nUTC+1", "1 2 3\n4\nUTC\n'; reboot",
    ])
func noRecord(text: String) {
    #expect(throws: AdjustmentRecordError.self) { try AdjustmentRecord(parsing: text) }
}

/// A recording of the system clock against rtc0, which a daemon steered.
private func recording() -> Study {
    var study = Study()
    study.subject.clock = "CLOCK_REALTIME of pi"
    study.subject.reference = "rtc0 (ds1307)"
    study.subject.facts = [
        Study.Fact("tick", "10000 us"), Study.Fact("frequency", "0 (0.000 ppm)"),
        Study.Fact(RealTimeClockRate.kernelsWord, "not synchronised"),
        Study.Fact(RealTimeClockRate.secondsFact, "by polling the last milliseconds before it"),
    ]
    study.readings = [0, 43_200, 86_400].map { Study.Reading(time: 1.7e9 + $0, phase: 0.25 + $0 * 20e-6) }
    study.events = [Study.Happening(time: 1.7e9 + 60, kind: .rateChange, words: "", size: -41e-6)]
    return study
}

private func rate(_ study: Study, _ frequency: Double = 20e-6, clockWasRight: Bool = false) throws -> RealTimeClockRate
{
    try RealTimeClockRate(study, frequency: frequency, bound: 1e-7, clockWasRight: clockWasRight)
}

@Test("A clock that was kept and gains 20 ppm against the RTC says that the RTC loses: hwclock adds 1.728 s a day")
func realTimeClockLoses() throws {
    let found = try rate(recording())
    #expect(isNear(found.gain, -20e-6, 1e-18))
    let old = AdjustmentRecord(driftFactor: 9, lastAdjustment: 5, notAdjusted: 7, lastCalibration: 3, isLocal: true)
    let record = found.record(after: old)
    #expect(record.text == "1.728000 1700086400 1.978000\n1700086400\nLOCAL\n")
    // At the study's end the RTC is as slow as the last reading says, and then a day's loss more.
    #expect(isNear(record.adjustment(at: 1.7e9 + 2 * 86_400), 0.25 + 2 * 1.728, 1e-6))
}

@Test("An RTC that was set after the study keeps the time of that; only the drift factor is new")
func setLater() throws {
    let old = AdjustmentRecord(
        driftFactor: 9, lastAdjustment: 1_700_100_000, notAdjusted: 0.5, lastCalibration: 1_700_100_000)
    var expected = old
    expected.driftFactor = 1.728
    let record = try rate(recording()).record(after: old)
    #expect(isNear(record.driftFactor, expected.driftFactor, 1e-12))
    expected.driftFactor = record.driftFactor
    #expect(record == expected)
}

@Test(
    "In a log of the RTC against the system clock the sign is the other one, and the daemon that wrote it kept the clock"
)
func studiedRealTimeClock() throws {
    var study = recording()
    study.subject.clock = "RTC"
    study.subject.reference = "system clock"
    study.subject.facts = []
    study.events = []
    let record = try rate(study).record(after: AdjustmentRecord())
    #expect(record.text == "-1.728000 1700086400 -1.978000\n1700086400\nUTC\n")
}

@Test("A study that does not tell about the RTC is refused with the reason, unless somebody knows better")
func refusals() throws {
    var other = recording()
    other.subject.reference = "NTP server rtc.example.net"
    #expect(throws: RealTimeClockRate.Refusal.noRealTimeClock(reference: other.subject.reference)) {
        try rate(other, clockWasRight: true)
    }
    other.subject.reference = "rtcserver"
    #expect(throws: RealTimeClockRate.Refusal.noRealTimeClock(reference: "rtcserver")) { try rate(other) }

    var free = recording()
    free.events = []
    #expect(throws: RealTimeClockRate.Refusal.clockMayBeWrong) { try rate(free) }
    #expect(try rate(free, clockWasRight: true).gain == -20e-6)

    var written = recording()
    written.subject.facts.append(Study.Fact(RealTimeClockRate.kernelsWord, "synchronised"))
    #expect(throws: RealTimeClockRate.Refusal.wasWritten) { try rate(written) }
    var later = recording()
    later.events.append(Study.Happening(time: 1.7e9 + 99, kind: .remark, words: StudyRecorder.synchronisedWords))
    #expect(throws: RealTimeClockRate.Refusal.wasWritten) { try rate(later) }
}

@Test("Phases of a file that does not say where they begin move no RTC")
func relativePhases() throws {
    var study = recording()
    study.subject.reference = "rtc0"
    study.subject.facts = []
    let found = try rate(study, clockWasRight: true)
    #expect(found.offset == nil)
    #expect(found.record(after: AdjustmentRecord(lastAdjustment: 100)).lastAdjustment == 100)
}

import RealTimeClock
import Recording
import Testing
import TimeBase

private func instant(_ year: Int, _ month: Int = 1, _ day: Int = 1, plus seconds: Double = 0) -> Instant<Realtime> {
    let days = CivilDate.daysSince1970(year: year, month: month, day: day)
    return Instant(sinceEpoch: .seconds(86_400 * days) + Duration(clampingSeconds: seconds))
}

private func evidence(clock: Instant<Realtime> = instant(1970)) -> BootEvidence {
    var evidence = BootEvidence(clock: clock, build: BootEvidence.Floor("the build of this program", instant(2026, 6)))
    evidence.realTimeClocks = [.init("rtc0", RealTimeClockChip(named: ""), .absent)]
    return evidence
}

@Suite("What a machine takes for the time when it starts")
struct BootDecisionTests {
    @Test(
        "An RTC that shows what cannot be is refused, with its date and the reason",
        arguments: [(1970, "before"), (2000, "before"), (2025, "before"), (2099, "20 years"), (2151, "20 years")])
    func absurd(year: Int, word: String) {
        var evidence = evidence(clock: instant(year))
        evidence.realTimeClocks[0].reading = .shows(instant(year), uncertainty: .milliseconds(1))
        let decision = BootDecision(evidence)
        #expect(decision.origin == .floor("the build of this program"))
        #expect(decision.time == instant(2026, 6))
        #expect(decision.bound == nil)
        #expect(decision.reasons.contains { $0.contains("\(year)-") && $0.contains(word) }, "\(decision.reasons)")
    }

    @Test("An RTC that has lost its time is refused, and the saved time is taken")
    func lost() {
        var evidence = evidence()
        evidence.realTimeClocks[0].reading = .fails("the RTC has lost its time")
        evidence.saved = SavedTime(time: instant(2026, 9), bound: .milliseconds(20))
        let decision = BootDecision(evidence)
        #expect(decision.origin == .savedTime && decision.time == instant(2026, 9) && decision.bound == nil)
        #expect(decision.reasons.contains { $0.contains("has lost its time") })
    }

    @Test("Without anything the newest of the build's and the files' times is taken, but no absurd one")
    func floor() {
        var evidence = evidence()
        evidence.files = [
            BootEvidence.Floor("/var/lib/timeball/drift", instant(2026, 8)),
            BootEvidence.Floor("/etc/fake-hwclock.data", instant(2151)),
        ]
        let decision = BootDecision(evidence)
        #expect(decision.time == instant(2026, 8))
        #expect(decision.origin == .floor("/var/lib/timeball/drift"))
        #expect(decision.reasons.contains { $0.contains("absurd") })
    }

    @Test("Neither the saved time nor a floor puts the clock back")
    func forward() {
        var evidence = evidence(clock: instant(2026, 10))
        evidence.saved = SavedTime(time: instant(2026, 9), bound: .milliseconds(20))
        #expect(BootDecision(evidence).step == .zero)
        evidence.saved = nil
        #expect(BootDecision(evidence).step == .zero)
        #expect(BootDecision(evidence).origin == .clock)
    }

    private var measured: RealTimeClockRecord {
        var record = RealTimeClockRecord(
            reference: instant(2026, 9).sinceEpoch.inSeconds, offset: 2, frequency: Frequency(ppm: 10))
        record.offsetBound = 0.001
        record.frequencyDeviation = Frequency(ppm: 0.01)
        return record
    }

    @Test("A measured RTC is corrected by offset and rate, also backwards where the kernel has copied it")
    func corrected() throws {
        // 10 days at 10 ppm: 8.64 s, and 2 s.
        let truth = instant(2026, 9, 11)
        let shown = truth + .seconds(10.64)
        var evidence = evidence(clock: shown + .milliseconds(300))
        evidence.realTimeClocks[0].reading = .shows(shown, uncertainty: .milliseconds(1))
        evidence.realTimeClocks[0].chip = RealTimeClockChip(named: "ds3231")
        evidence.realTimeClocks[0].record = measured
        let decision = BootDecision(evidence)
        #expect(decision.origin == .realTimeClock)
        #expect((decision.time - truth).magnitude < .milliseconds(1))
        #expect((decision.step + .seconds(10.94)).magnitude < .milliseconds(1))
        let bound = try #require(decision.bound)
        #expect(bound > .seconds(1) && bound < .seconds(10))
    }

    @Test("A clock that was not copied from the RTC is not put back by it")
    func notBackwards() {
        let truth = instant(2026, 9, 11)
        var evidence = evidence(clock: truth + .seconds(86_400))
        evidence.realTimeClocks[0].reading = .shows(truth + .seconds(10.64), uncertainty: .milliseconds(1))
        evidence.realTimeClocks[0].chip = RealTimeClockChip(named: "ds3231")
        evidence.realTimeClocks[0].record = measured
        let decision = BootDecision(evidence)
        #expect(decision.step == .zero && decision.bound == nil)
    }

    @Test("Time that has passed does not come again: the clock is never set before the saved time")
    func neverBeforeSaved() throws {
        let truth = instant(2026, 9, 1, plus: 60)
        var evidence = evidence(clock: instant(1970))
        // The RTC lags by 40 ms behind what its record says.
        evidence.realTimeClocks[0].reading = .shows(
            truth + .seconds(2) - .milliseconds(40), uncertainty: .milliseconds(1))
        evidence.realTimeClocks[0].chip = RealTimeClockChip(named: "ds1307")
        evidence.realTimeClocks[0].record = measured
        evidence.realTimeClocks[0].record?.isWrittenByKernel = false
        evidence.realTimeClocks[0].record?.offsetBound = 0.1
        evidence.saved = SavedTime(time: truth, bound: .milliseconds(5))
        let decision = BootDecision(evidence)
        #expect(decision.time == truth - .milliseconds(5))
        #expect(try #require(decision.bound) >= .milliseconds(100))
    }

    @Test(
        "An RTC that is minutes slow, and known to be, is believed though it shows a time that has passed; not one that is hours slow"
    )
    func slow() throws {
        let truth = instant(2026, 9, 1, plus: 60)
        for (behind, isBelieved) in [(20.0, true), (590, true), (7200, false)] {
            var evidence = evidence(clock: instant(1970))
            evidence.saved = SavedTime(time: truth - .seconds(1), bound: .milliseconds(5))
            evidence.realTimeClocks[0].reading = .shows(truth - .seconds(behind), uncertainty: .milliseconds(1))
            evidence.realTimeClocks[0].record = measured
            evidence.realTimeClocks[0].record?.offset = -behind
            evidence.realTimeClocks[0].record?.frequency = .zero
            let decision = BootDecision(evidence)
            #expect((decision.origin == .realTimeClock) == isBelieved, "\(decision.reasons)")
            if isBelieved { #expect(decision.time == truth && decision.bound != nil) }
        }
    }

    @Test("An RTC that nobody has measured sets the clock, but nothing is promised")
    func unmeasured() {
        var evidence = evidence()
        evidence.realTimeClocks[0].reading = .shows(instant(2026, 9), uncertainty: .milliseconds(1))
        #expect(BootDecision(evidence).bound == nil)
        #expect(BootDecision(evidence).time == instant(2026, 9))
        evidence.realTimeClocks[0].adjustment = AdjustmentRecord(
            driftFactor: -2, lastAdjustment: Int64(instant(2026, 8, 22).sinceEpoch.inSeconds))
        #expect(BootDecision(evidence).time == instant(2026, 9) - .seconds(20))
        #expect(BootDecision(evidence).bound == nil)
    }
}

@Suite("The record of an RTC")
struct RealTimeClockRecordTests {
    @Test("chrony's line is read, with what chrony does not say unknown, and written so that chrony reads it")
    func chrony() throws {
        let record = try #require(try RealTimeClockRecord.read("1 1790000000 12.345678 -3.456\n"))
        #expect(record.reference == 1_790_000_000 && record.offset == 12.345678)
        #expect((record.frequency.ppm + 3.456).magnitude < 1e-9)
        #expect(record.offsetBound == nil && record.frequencyDeviation == nil)
        #expect(record.text == "1 1790000000 12.345678 -3.456\n")
        #expect(try RealTimeClockRecord.read("0 0 0 0\n") == nil)
    }

    @Test("Whatever is saved reads back the same")
    func whole() throws {
        let study = PowerOffStudyRecord.record
        let text = study.text
        let again = try #require(try RealTimeClockRecord.read(text))
        #expect(again.text == text)
        #expect(again.spans == study.spans && again.gaps == study.gaps && again.changes == study.changes)
        #expect(
            again.kernelWrites == 7 && again.isWrittenByKernel && again.losses == 2 && again.chip == "ds3231"
                && again.device == "rtc1")
    }

    @Test(
        "What is none is refused with its line, and nothing traps",
        arguments: [
            "", "1 2 3", "1 nan 0 0", "1 -5 0 0", "1 1e400 0 0", "1 0x10 1 1", "1 1790000000 1 inf",
            "1 1790000000 1 1\nspan 1 2\n", "1 1790000000 1 1\nspan 1 -2 3 4\n", "1 1790000000 1 1\nset 1 2 nobody\n",
            "1 1790000000 1 1\nkernel 1e300 1\n",
        ])
    func refused(text: String) {
        #expect(throws: RealTimeClockRecordError.self) { try RealTimeClockRecord.read(text) }
    }
}

private enum PowerOffStudyRecord {
    static var record: RealTimeClockRecord {
        var record = RealTimeClockRecord(reference: 1_790_000_000, offset: -0.25, frequency: Frequency(ppm: 1.5))
        record.chip = "ds3231"
        record.device = "rtc1"
        record.offsetBound = 0.0125
        record.frequencyDeviation = Frequency(ppm: 0.0625)
        record.spans = [
            .init(start: 1_789_000_000.5, length: 21_600, gain: 0.1, deviation: 1e-4, celsius: 45.5),
            .init(start: 1_789_100_000, length: 21_600, gain: 0.11, deviation: 2e-5),
        ]
        record.gaps = [.init(start: 1_788_000_000, length: 604_800, gain: -0.75, deviation: 0.001)]
        record.changes = [.init(time: 1_788_500_000, step: -3600, author: .others)]
        record.kernelWrites = 7
        record.isWrittenByKernel = true
        record.losses = 2
        record.since = 1_780_000_000
        record.coefficient = (-0.25, 0.01)
        return record
    }
}

@Suite("Setting an RTC")
struct RealTimeClockSettingTests {
    @Test("On a PC a second is written half a second after it began, on other chips as it begins")
    func phase() {
        let now = Instant<Realtime>(sinceEpoch: .seconds(1000) + .milliseconds(300))
        let pc = RealTimeClockSetting(RealTimeClockChip(named: "rtc_cmos 00:01"), after: now)
        #expect(pc.second == 1000 && pc.moment.sinceEpoch == .milliseconds(1_000_500))
        let chip = RealTimeClockSetting(RealTimeClockChip(named: "ds1307"), after: now)
        #expect(chip.second == 1001 && chip.moment.sinceEpoch == .seconds(1001))
        let local = RealTimeClockSetting(RealTimeClockChip(named: "ds1307"), after: now, zone: 7200)
        #expect(local.second == 8201 && local.moment == chip.moment)
    }

    @Test("A chip is known by the kernel's name of its device or of its driver")
    func names() {
        #expect(RealTimeClockChip(named: "rtc-ds1307 1-0068").name == "ds1307")
        #expect(RealTimeClockChip(named: "ds3231").crystal == .compensated)
        #expect(RealTimeClockChip(named: "rtc_cmos").setting == .endsHalfASecondLater)
        #expect(RealTimeClockChip(named: "pcf2127").setting == .uncontrolled)
        #expect(RealTimeClockChip(named: "").crystal == .tuningFork)
    }
}

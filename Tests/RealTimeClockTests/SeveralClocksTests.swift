import Foundation
import RealTimeClock
import Recording
import Simulation
import Testing
import TimeBase

private typealias Chip = SimulatedRealTimeClock.Chip

private func instant(_ month: Int, _ day: Int = 1) -> Instant<Realtime> {
    Instant(sinceEpoch: .seconds(86_400 * CivilDate.daysSince1970(year: 2026, month: month, day: day)))
}

/// A record of 1 September by which the RTC was right, and how far that could be off.
private func record(_ chip: String, bound: Double = 0.001) -> RealTimeClockRecord {
    var record = RealTimeClockRecord(reference: instant(9).sinceEpoch.inSeconds, offset: 0, frequency: .zero)
    record.chip = chip
    record.offsetBound = bound
    record.frequencyDeviation = Frequency(ppm: 0.01)
    return record
}

private func clock(
    _ name: String, _ chip: String, shows time: Instant<Realtime>, _ record: RealTimeClockRecord?
) -> BootEvidence.RealTimeClock {
    var clock = BootEvidence.RealTimeClock(
        name, RealTimeClockChip(named: chip), .shows(time, uncertainty: .milliseconds(1)))
    clock.record = record
    return clock
}

@Suite("A machine with several RTCs starts")
struct SeveralClocksTests {
    private let truth = instant(9, 8)

    private func evidence(_ clocks: [BootEvidence.RealTimeClock], clock: Instant<Realtime> = instant(6)) -> BootEvidence
    {
        var evidence = BootEvidence(clock: clock, build: BootEvidence.Floor("the build of this program", instant(6)))
        evidence.realTimeClocks = clocks
        return evidence
    }

    @Test("The one with the smallest bound is believed, wherever it stands, and each is named in the reasons")
    func best() throws {
        let clocks = [
            clock("rtc0", "ds1307", shows: truth + .seconds(5), record("ds1307")),
            clock("rtc1", "ds3231", shows: truth, record("ds3231")),
        ]
        for (order, place) in [(clocks, 1), (Array(clocks.reversed()), 0)] {
            let decision = BootDecision(evidence(order))
            #expect(decision.origin == .realTimeClock && decision.realTimeClock == place && decision.time == truth)
            #expect(try #require(decision.bound) < .seconds(4))
            #expect(
                decision.reasons.contains { $0.hasPrefix("rtc1 (ds3231) is the best of them") }, "\(decision.reasons)")
            #expect(decision.reasons.contains { $0.hasPrefix("rtc0 (ds1307), measured") })
        }
    }

    @Test(
        "One that has lost its time, or shows what cannot be, is refused by its name, and the next one is taken",
        arguments: [0, 1, 2, 3])
    func fallback(kind: Int) {
        var clocks = [
            clock("rtc0", "ds1307", shows: truth, record("ds1307")),
            clock("rtc1", "ds3231", shows: truth, record("ds3231")),
        ]
        clocks[1].reading =
            switch kind {
            case 0: .fails("the RTC has lost its time")
            case 1: .shows(instant(1) - .seconds(26 * 366 * 86_400), uncertainty: .milliseconds(1))
            case 2: .shows(truth + .seconds(125 * 366 * 86_400), uncertainty: .milliseconds(1))
            default: .absent
            }
        let decision = BootDecision(evidence(clocks))
        #expect(decision.realTimeClock == 0 && decision.time == truth && decision.bound != nil)
        #expect(decision.reasons.contains { $0.hasPrefix("rtc1 (ds3231) is not ") }, "\(decision.reasons)")
        clocks[0].reading = .fails("its seconds do not change")
        let nothing = BootDecision(evidence(clocks))
        #expect(nothing.realTimeClock == nil && nothing.origin == .clock)
    }

    @Test("Two that contradict each other promise nothing; of three, the two that agree are believed")
    func contradiction() throws {
        let wrong = clock("rtc1", "ds3231", shows: truth + .seconds(3600), record("ds3231"))
        var clocks = [clock("rtc0", "ds1307", shows: truth, record("ds1307")), wrong]
        let two = BootDecision(evidence(clocks))
        #expect(two.bound == nil && two.reasons.contains { $0.contains("contradict each other") }, "\(two.reasons)")
        clocks.append(clock("rtc2", "pcf2127", shows: truth + .seconds(1), record("pcf2127")))
        let three = BootDecision(evidence(clocks))
        #expect(three.realTimeClock == 2 && three.time == truth + .seconds(1))
        #expect(try #require(three.bound) < .seconds(4))
        #expect(three.reasons.contains { $0.hasPrefix("rtc1 (ds3231) is not believed: the others") })
    }

    @Test("What nobody measured comes after what was, a compensated crystal before another, and then the main one")
    func unmeasured() {
        let bare = [
            clock("rtc0", "ds1307", shows: truth + .seconds(9), nil), clock("rtc1", "ds3231", shows: truth, nil),
        ]
        #expect(BootDecision(evidence(bare)).realTimeClock == 1)
        #expect(BootDecision(evidence(bare)).bound == nil)
        let measured = [clock("rtc0", "ds1307", shows: truth + .seconds(9), record("ds1307")), bare[1]]
        #expect(BootDecision(evidence(measured)).realTimeClock == 0)
        let alike = [clock("rtc0", "ds1307", shows: truth, nil), clock("rtc1", "ds1307", shows: truth, nil)]
        #expect(BootDecision(evidence(alike)).realTimeClock == 0)
    }

    @Test(
        "The kernel has copied the seconds of another RTC than the one that is believed: the clock goes back to the latter"
    )
    func copied() {
        let fast = clock("rtc0", "ds1307", shows: truth + .seconds(12), record("ds1307"))
        let right = clock("rtc1", "ds3231", shows: truth, record("ds3231"))
        let decision = BootDecision(evidence([fast, right], clock: truth + .seconds(12.4)))
        #expect(decision.realTimeClock == 1 && decision.step == .seconds(-12.4))
    }
}

@Suite("Whose record it is")
struct RecordAssignmentTests {
    private let clocks = [
        (name: "rtc0", chip: RealTimeClockChip(named: "ds1307")),
        (name: "rtc1", chip: RealTimeClockChip(named: "ds3231")),
    ]

    private func saved(_ device: String, _ chip: String, at reference: Double = 1_790_000_000) -> RealTimeClockRecord {
        var saved = RealTimeClockRecord(reference: reference, offset: 1, frequency: .zero)
        (saved.device, saved.chip) = (device, chip)
        return saved
    }

    @Test("Each to its device; chrony's, which says neither, to the main one")
    func plain() {
        let own = RecordAssignment([(nil, saved("rtc0", "ds1307")), ("rtc1", saved("rtc1", "ds3231"))], to: clocks)
        #expect(own.records.map { $0?.chip } == ["ds1307", "ds3231"] && own.unused.isEmpty)
        let chronys = RecordAssignment([(nil, saved("", ""))], to: clocks)
        #expect(chronys.records[0] != nil && chronys.records[1] == nil)
        // The main one was another when it was saved.
        let other = RecordAssignment([(nil, saved("rtc1", "ds3231"))], to: clocks)
        #expect(other.records[0] == nil && other.records[1] != nil)
    }

    @Test("Renumbered RTCs are known by their chips, and one chip's record is never another's")
    func renumbered() {
        let swapped = RecordAssignment([(nil, saved("rtc0", "ds3231")), ("rtc1", saved("rtc1", "ds1307"))], to: clocks)
        #expect(swapped.records.map { $0?.chip } == ["ds1307", "ds3231"])
        let strange = RecordAssignment([(nil, saved("rtc0", "pcf2127"))], to: clocks)
        #expect(strange.records.allSatisfy { $0 == nil } && strange.unused == [0])
        // Which of two alike it was, nobody knows.
        let alike = clocks.map { (name: $0.name, chip: RealTimeClockChip(named: "ds3231")) }
        let lost = RecordAssignment([(nil, saved("rtc7", "ds3231"))], to: alike)
        #expect(lost.records.allSatisfy { $0 == nil } && lost.unused == [0])
    }

    @Test("Of two records for one RTC the newer one counts")
    func newer() {
        let both = RecordAssignment(
            [(nil, saved("rtc1", "ds3231", at: 1000)), ("rtc1", saved("rtc1", "ds3231", at: 2000))], to: clocks)
        #expect(both.records[1]?.reference == 2000 && both.records[0] == nil)
    }
}

@Suite("Which RTC the kernel writes")
struct KernelWrittenClocksTests {
    private let clocks = [
        (name: "rtc0", chip: RealTimeClockChip(named: "rtc_cmos"), setTheClock: false),
        (name: "rtc1", chip: RealTimeClockChip(named: "ds3231"), setTheClock: true),
    ]

    @Test("its configuration says; else the one that it set the clock from; else rtc0")
    func names() {
        let systohc = "CONFIG_RTC_SYSTOHC=y\nCONFIG_RTC_SYSTOHC_DEVICE=\"rtc1\"\n"
        #expect(KernelWrittenClocks.names(among: clocks, configuration: systohc) == ["rtc1"])
        let cmos = "CONFIG_GENERIC_CMOS_UPDATE=y\n# CONFIG_RTC_SYSTOHC is not set\n"
        #expect(KernelWrittenClocks.names(among: clocks, configuration: cmos) == ["rtc0"])
        #expect(KernelWrittenClocks.names(among: clocks, configuration: "# CONFIG_RTC_SYSTOHC is not set\n").isEmpty)
        #expect(KernelWrittenClocks.names(among: clocks, configuration: nil) == ["rtc1"])
        let unset = clocks.map { (name: $0.name, chip: $0.chip, setTheClock: false) }
        #expect(KernelWrittenClocks.names(among: unset, configuration: nil) == ["rtc0"])
        #expect(KernelWrittenClocks.names(among: [unset[1]], configuration: nil).isEmpty)
    }
}

@Suite("A machine with a DS1307 and a DS3231 that was off for a week")
struct TwoClockStudyTests {
    private func studies(_ isSynchronised: Bool, _ end: PowerOffStudy.End) -> [PowerOffStudy] {
        // The kernel writes rtc0 only.
        [
            PowerOffStudy(.ds1307, isSynchronised: isSynchronised, end: end),
            PowerOffStudy(.ds3231, isSynchronised: false, end: end == .shutdown ? .shutdown : .powerCut),
        ]
    }

    /// How many seeds: many in long runs.
    private static let seeds = UInt64(ProcessInfo.processInfo.environment["TIMEBALL_LONG"] == nil ? 24 : 200)

    @Test("has learned both, starts by the DS3231 and inside its bound", arguments: [false, true])
    func both(isSynchronised: Bool) throws {
        var worst = 0.0
        for seed in 1...Self.seeds {
            let ends = PowerOffStudy.End.allCases
            let outcome = PowerOffStudy.run(studies(isSynchronised, ends[Int(seed) % ends.count]), seed: seed)
            #expect(outcome.realTimeClock == 1, "seed \(seed): \(outcome.reasons)")
            #expect(outcome.error.magnitude <= (outcome.bound ?? -1), "seed \(seed): \(outcome.reasons)")
            #expect(outcome.records[0]?.isWrittenByKernel == isSynchronised)
            #expect(outcome.records[1]?.isWrittenByKernel == false && outcome.records[1]?.kernelWrites == 0)
            worst = max(worst, outcome.error.magnitude)
        }
        #expect(worst < 0.12)
    }

    @Test("takes the other one where one has lost its time", arguments: [0, 1])
    func lost(which: Int) {
        for seed in 1...Self.seeds {
            let outcome = PowerOffStudy.run(studies(seed % 2 == 0, .powerCut), lost: [which], seed: seed)
            #expect(outcome.realTimeClock == 1 - which, "seed \(seed): \(outcome.reasons)")
            #expect(outcome.error.magnitude <= (outcome.bound ?? -1), "seed \(seed)")
            #expect(outcome.reasons.contains { $0.hasPrefix("rtc\(which)") && $0.contains("lost its time") })
        }
        let nothing = PowerOffStudy.run(studies(false, .powerCut), lost: [0, 1], seed: 1)
        #expect(nothing.realTimeClock == nil && nothing.origin == .savedTime && nothing.bound == nil)
    }
}

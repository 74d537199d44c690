import ClockStatistics
import ClockStudies
import Engine
import Testing
import TimeBase

/// A machine that does not exist: a crystal against true time, and what somebody does to it at moments.
private struct SimulatedMachine: Host {
    enum Deed {
        case step(Duration)
        case rate(Int)
        case silence(Duration)
        case suspend(Duration)
        case interrupt
    }

    var gain = 41.26e-6
    var referenceStart = Duration.seconds(1_795_561_980)
    var deeds: [(at: Duration, deed: Deed)] = []
    /// Whether the reference tells time only when its seconds change.
    var hasEdges = false
    var isStopping = false
    var readings: [Study.Reading] = []
    var happenings: [Study.Happening] = []
    var anchor: Duration?

    private(set) var trueTime = Duration.zero
    private var gained = Duration.zero
    private var stepped = Duration.zero
    private var suspended = Duration.zero
    private var scaledFrequency = 0
    private var silentUntil = Duration.zero
    private var answer: StudyRecorder.Event?

    init(gain: Double = 41.26e-6, deeds: [(at: Duration, deed: Deed)] = []) {
        self.gain = gain
        self.deeds = deeds
    }

    private var monotonic: Duration { .seconds(1000) + trueTime + gained - suspended }
    private var realtime: Duration { referenceStart + trueTime + gained + stepped }

    mutating func read() -> ClockReading {
        ClockReading(
            realtime: Instant(sinceEpoch: realtime), monotonic: Instant(sinceEpoch: monotonic), suspended: suspended)
    }

    mutating func perform(_ effect: StudyRecorder.Effect) {
        switch effect {
        case .compare:
            if hasEdges { pass(.seconds(trueTime.components.seconds + 1) - trueTime) }
            answer =
                trueTime < silentUntil
                ? .failed("Nobody answers.")
                : .compared(
                    ClockComparison(reference: referenceStart + trueTime, studied: realtime),
                    SteeringState(tick: 10_000, scaledFrequency: scaledFrequency, isSynchronised: false))
        case .record(let reading): readings.append(reading)
        case .tell(let happening): happenings.append(happening)
        case .keepAnchor(let value): anchor = value
        case .stop: isStopping = true
        }
    }

    private mutating func pass(_ duration: Duration) {
        trueTime += duration
        gained += .seconds((gain + Double(scaledFrequency) / 65_536e6) * duration.inSeconds)
    }

    mutating func next(before deadline: Instant<Monotonic>) -> StudyRecorder.Event? {
        if let event = answer {
            answer = nil
            return event
        }
        let wait = deadline.sinceEpoch - monotonic
        guard let next = deeds.first, next.at < trueTime + wait else {
            pass(max(wait, .zero) + .microseconds(60))
            return nil
        }
        deeds.removeFirst()
        pass(max(.zero, next.at - trueTime))
        switch next.deed {
        case .step(let size): stepped += size
        case .rate(let value): scaledFrequency = value
        case .silence(let duration): silentUntil = trueTime + duration
        case .suspend(let duration):
            suspended += duration
            trueTime += duration
        case .interrupt: return .interrupted
        }
        return nil
    }
}

private func plan(_ hours: Double, every seconds: Int = 2) -> StudyRecorder.Plan {
    StudyRecorder.Plan(
        interval: .seconds(seconds), length: .seconds(hours * 3600), referenceCountsFrom1970: true)
}

@Test("The 59-hour study of a crystal that gains 41.26 ppm finds 41.26 ppm, and every reading of it")
func fiftyNineHours() throws {
    var machine = SimulatedMachine()
    var recorder = StudyRecorder(plan(59))
    run(&recorder, on: &machine)
    #expect(recorder.isComplete)
    #expect((106_195...106_205).contains(machine.readings.count))
    #expect(machine.happenings == [])
    let study = Study(readings: machine.readings)
    let (phases, interval) = try #require(study.phases(every: 2))
    #expect(phases.allSatisfy { !$0.isNaN })
    let fit = try #require(LineFit(ClockSeries(phases: phases, interval: interval)))
    #expect(isNear(fit.frequency, 41.26e-6, 1e-11))
}

@Test("A step of the clock is told with its size, and the readings keep it")
func stepIsTold() throws {
    var machine = SimulatedMachine(
        gain: 0, deeds: [(.seconds(100), .step(.milliseconds(-250))), (.seconds(200), .step(.microseconds(80)))])
    var recorder = StudyRecorder(plan(0.1))
    run(&recorder, on: &machine)
    let steps = machine.happenings.filter { $0.kind == .step }
    #expect(steps.compactMap(\.size) == [-0.25, 80e-6])
    #expect(machine.happenings.count == 2)
    let last = try #require(machine.readings.last)
    #expect(isNear(last.phase, -0.24992, 1e-12))
    // Of the reading that saw it, and not of the one before.
    let seen = try #require(steps.first)
    #expect(machine.readings.first { $0.phase < -0.2 }?.time == seen.time)
}

@Test("A sleep of the machine is a gap, and not a step")
func suspendIsNoStep() {
    var machine = SimulatedMachine(gain: 0, deeds: [(.seconds(100), .suspend(.seconds(500)))])
    var recorder = StudyRecorder(plan(0.3))
    run(&recorder, on: &machine)
    #expect(machine.happenings.map(\.kind) == [.gap])
    #expect(isNear(machine.happenings.first?.size, 501, 3))
}

@Test("A daemon that changes the rate is noticed each time, with the size of the change")
func rateChangesAreTold() {
    var machine = SimulatedMachine(
        gain: 0, deeds: [(.seconds(100), .rate(655_360)), (.seconds(200), .rate(655_361)), (.seconds(300), .rate(0))])
    var recorder = StudyRecorder(plan(0.1))
    run(&recorder, on: &machine)
    // The one in the middle is a hundred-thousandth of a ppm.
    #expect(machine.happenings.map(\.kind) == [.rateChange, .rateChange])
    #expect(machine.happenings.compactMap(\.size) == [10e-6, -10e-6])
}

@Test("A reference that does not answer is told at the first time and at doublings, and leaves a gap")
func silenceIsTold() {
    var machine = SimulatedMachine(deeds: [(.seconds(100), .silence(.seconds(20)))])
    var recorder = StudyRecorder(plan(0.1))
    run(&recorder, on: &machine)
    // Ten failures: the first, second, fourth and eighth are told.
    #expect(machine.happenings.count { $0.kind == .failure } == 4)
    #expect(machine.happenings.count { $0.kind == .gap } == 1)
    #expect(machine.happenings.last?.kind == .remark)
    #expect(machine.happenings.last?.words == "Readings come again after 10 that failed.")
}

@Test("An interrupted recording goes on where it was: nothing is lost, and the pause is told")
func interruptedAndResumed() throws {
    var machine = SimulatedMachine(deeds: [(.seconds(600), .interrupt)])
    machine.referenceStart = .seconds(5000)
    var counter = plan(1)
    counter.referenceCountsFrom1970 = false
    var recorder = StudyRecorder(counter)
    run(&recorder, on: &machine)
    #expect(!recorder.isComplete)
    let first = try #require(machine.readings.first)
    let last = try #require(machine.readings.last)
    #expect(machine.happenings.map(\.kind) == [.pause])

    machine.isStopping = false
    let past = StudyRecorder.Past(first: first.time, last: last.time, anchor: try #require(machine.anchor))
    var second = StudyRecorder(counter, resuming: past)
    run(&second, on: &machine)
    #expect(second.isComplete)
    #expect(machine.happenings.map(\.kind).prefix(2) == [.pause, .pause])
    let end = try #require(machine.readings.last)
    #expect(isNear(end.time - first.time, 3600, 2))
    // The phase goes on as if nothing had been.
    #expect(isNear(end.phase - first.phase, 41.26e-6 * (end.time - first.time), 1e-9))
}

@Test("A counter without an epoch is anchored to the clock, so that phases begin at 0 and keep their digits")
func rawCounterIsAnchored() {
    var machine = SimulatedMachine(gain: 1e-9)
    var counter = plan(0.1)
    counter.referenceCountsFrom1970 = false
    var recorder = StudyRecorder(counter)
    run(&recorder, on: &machine)
    #expect(machine.readings.first?.phase == 0)
    #expect(isNear(machine.readings.last?.phase, 360e-9, 2e-9))
}

@Test("A reference that tells time at its edges is asked half a second before each second one, however it drifts")
func edges() throws {
    var machine = SimulatedMachine(gain: 400e-6)
    machine.hasEdges = true
    var atEdges = plan(2)
    atEdges.comparesAtEdges = true
    var recorder = StudyRecorder(atEdges)
    run(&recorder, on: &machine)
    #expect(recorder.isComplete)
    #expect(machine.happenings == [])
    let steps = zip(machine.readings.dropFirst(), machine.readings).map { ($0.time - $1.time).rounded() }
    #expect(steps.count > 3590)
    #expect(steps.allSatisfy { $0 == 2 })
    #expect(isNear(machine.readings.last?.phase, 7200 * 400e-6, 2e-3))
}

@Test("A reference that goes back makes no reading")
func referenceGoesBack() {
    var recorder = StudyRecorder(plan(1))
    var effects: [StudyRecorder.Effect] = []
    let now = ClockReading(realtime: Instant(sinceEpoch: .seconds(1000)), monotonic: Instant(sinceEpoch: .seconds(5)))
    for seconds in [1000, 1002, 1001] {
        let comparison = ClockComparison(reference: .seconds(seconds), studied: .seconds(1000))
        recorder.receive(.compared(comparison, nil), at: now, effects: &effects)
    }
    let readings = effects.count { if case .record = $0 { true } else { false } }
    let failures = effects.count { if case .tell(let told) = $0 { told.kind == .failure } else { false } }
    #expect(readings == 2)
    #expect(failures == 1)
}

@Test("Phases in a row: a schedule that is 100 ppm off leaves no hole, and a hole is as long as it was")
func phasesInARow() throws {
    var readings = (0..<100_000).map { Study.Reading(time: 1e9 + Double($0) * 2.0002, phase: Double($0)) }
    readings.removeSubrange(5000..<5010)
    let (phases, interval) = try #require(Study(readings: readings).phases(every: 2))
    #expect(phases.count == 100_000)
    #expect(phases.count { $0.isNaN } == 10)
    #expect(phases[5010] == 5010)
    #expect(isNear(interval, 2.0002, 1e-9))
}

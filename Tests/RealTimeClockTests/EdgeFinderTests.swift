import RealTimeClock
import Simulation
import Testing
import TimeBase

private typealias Chip = SimulatedRealTimeClock.Chip

/// Runs the finder on a simulated chip until it comes to an end.
private func find(
    _ finder: inout EdgeFinder, on clock: inout SimulatedRealTimeClock, reads: inout Int
) -> EdgeFinder.Step {
    finder.begin(at: Instant(sinceEpoch: clock.now))
    while true {
        let step = finder.next(at: Instant(sinceEpoch: clock.now))
        switch step {
        case .wait(let until): clock.sleep(until: until.sinceEpoch)
        case .read:
            finder.take(clock.read())
            reads += 1
        case .found, .failed: return step
        }
    }
}

/// How far the edge that was found is from the true one.
private func error(_ edge: EdgeFinder.Edge, of clock: SimulatedRealTimeClock) -> Duration {
    edge.moment.sinceEpoch - clock.edge(to: edge.seconds)
}

@Test(
    "By polling, an edge is found to better than 1 ms on a bus of 100 kHz, and lies where it is promised to",
    arguments: [Chip.ds1307, .ds3231, .pcf2127], [UInt64](1...20))
private func polling(chip: Chip, seed: UInt64) {
    var clock = SimulatedRealTimeClock(chip, random: RandomSource(seed: seed))
    var finder = EdgeFinder()
    var reads = 0
    for round in 0..<200 {

        guard case .found(let edge) = find(&finder, on: &clock, reads: &reads) else {
            Issue.record("no edge in round \(round)")
            return
        }
        let off = error(edge, of: clock)
        #expect(off.magnitude < .milliseconds(1), "round \(round)")
        #expect(off.magnitude <= edge.uncertainty, "round \(round)")

        clock.sleep(until: clock.now + .milliseconds(1400))
    }
    // Only the last milliseconds before the next edge are polled: a dozen reads, after a hundred for the first one.
    #expect(reads < 200 * 14 + 150)
}

@Test("On a faster bus the edge is known four times as well", arguments: [Chip.ds1307, .ds3231, .pcf2127])
private func fasterBus(chip: Chip) {
    var clock = SimulatedRealTimeClock(chip, busFrequency: 400_000, random: RandomSource(seed: 5))
    var finder = EdgeFinder()
    var reads = 0
    for _ in 0..<200 {
        guard case .found(let edge) = find(&finder, on: &clock, reads: &reads) else {
            Issue.record("no edge")
            return
        }
        #expect(error(edge, of: clock).magnitude < .microseconds(350))
        clock.sleep(until: clock.now + .milliseconds(1400))
    }
}

@Test("Two hours of edges every 2 s give the chip's rate to 0.1 ppm", arguments: [Chip.ds1307, .ds3231, .pcf2127])
private func rate(chip: Chip) throws {
    var clock = SimulatedRealTimeClock(chip, celsius: 5, random: RandomSource(seed: 77))
    var finder = EdgeFinder()
    var reads = 0
    var points: [(time: Double, phase: Double)] = []
    while clock.now < .seconds(7200) {
        guard case .found(let edge) = find(&finder, on: &clock, reads: &reads) else { break }
        // The RTC less the machine's clock, from the first second on.
        let first = points.isEmpty ? edge.seconds : 0
        points.append((edge.moment.sinceEpoch.inSeconds, Double(edge.seconds - first)))
        clock.sleep(until: clock.now + .milliseconds(1500))
    }
    // One in forty is taken a second later, because the program was kept waiting.
    #expect(points.count > 3400)
    let base = try #require(points.dropFirst().first)
    let phases = points.dropFirst().map { ($0.time - base.time, ($0.phase - base.phase) - ($0.time - base.time)) }
    let n = Double(phases.count)
    let meanTime = phases.map(\.0).reduce(0, +) / n
    let meanPhase = phases.map(\.1).reduce(0, +) / n
    let slope =
        phases.map { ($0.0 - meanTime) * ($0.1 - meanPhase) }.reduce(0, +)
        / phases.map { ($0.0 - meanTime) * ($0.0 - meanTime) }.reduce(0, +)
    #expect((slope - clock.frequency.ratio).magnitude < 0.1e-6)
}

@Test("A day later the edge is found again, though nobody knows where it has wandered")
func longPause() {
    var clock = SimulatedRealTimeClock(.ds1307, celsius: 60, random: RandomSource(seed: 9))
    var finder = EdgeFinder()
    var reads = 0
    for _ in 0..<3 {
        guard case .found(let edge) = find(&finder, on: &clock, reads: &reads) else {
            Issue.record("no edge")
            return
        }
        #expect(error(edge, of: clock).magnitude < .milliseconds(1))
        clock.sleep(until: clock.now + .seconds(86_400))
    }
}

@Test("A clock that stands still is told after three seconds, and one that jumps too")
func brokenClocks() {
    var finder = EdgeFinder()
    var now = Duration.zero
    var outcome: EdgeFinder.Step?
    finder.begin(at: Instant(sinceEpoch: now))
    while outcome == nil, now < .seconds(10) {
        switch finder.next(at: Instant(sinceEpoch: now)) {
        case .wait(let until): now = until.sinceEpoch
        case .read:
            finder.take(
                EdgeFinder.Reading(
                    began: Instant(sinceEpoch: now), ended: Instant(sinceEpoch: now + .milliseconds(1)), seconds: 7))
            now += .milliseconds(1)
        case let step: outcome = step
        }
    }
    #expect(outcome == .failed(.standsStill))
    #expect(now < .seconds(4))

    finder = EdgeFinder()
    finder.begin(at: Instant(sinceEpoch: now))
    outcome = nil
    var seconds = 0
    while outcome == nil, seconds < 1000 {
        switch finder.next(at: Instant(sinceEpoch: now)) {
        case .wait(let until): now = until.sinceEpoch
        case .read:
            seconds += 5
            finder.take(
                EdgeFinder.Reading(began: Instant(sinceEpoch: now), ended: Instant(sinceEpoch: now), seconds: seconds))
        case let step: outcome = step
        }
    }
    #expect(outcome == .failed(.jumps))
}

@Test(
    "With the update interrupt the edge is within the interrupt's lateness, far better than by polling",
    arguments: [Chip.ds1307, .ds3231, .pcf2127])
private func interrupts(chip: Chip) {
    var clock = SimulatedRealTimeClock(chip, random: RandomSource(seed: 3))
    var errors: [Duration] = []
    for _ in 0..<200 {
        let seen = clock.updateInterrupt()
        let reading = clock.read()
        let edge = UpdateInterrupt.edge(at: seen, reading: reading)
        if let edge { errors.append(error(edge, of: clock)) }
    }
    #expect(errors.count > 190)
    let sorted = errors.sorted()
    #expect(sorted.allSatisfy { $0 > .zero })
    #expect(sorted[sorted.count / 2] < .microseconds(60))
}

internal import Addresses
internal import AtomicTime
internal import Control
internal import Engine
internal import Estimation
internal import NTPWire
internal import Recording
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// A bench with reference clocks that say what a test wants when they are read.
private struct ClockBench {
    /// What a clock says when it is asked, at this true time and with this on the wall; nil is silence.
    typealias Clock = (_ trueTime: Instant<Realtime>, _ wall: Instant<Realtime>) -> ReferenceClockReading?

    var bench: Bench
    var clocks: [Clock]
    private(set) var notes: [Note] = []
    private(set) var logged: [ReferenceClockLine] = []

    init(
        _ settings: [ReferenceClockSettings], _ clocks: [Clock], slowBy error: Duration = .zero,
        changing: (inout TimekeeperSettings) -> Void = { _ in }
    ) {
        var all = TimekeeperSettings()
        all.referenceClocks = settings
        changing(&all)
        bench = Bench(all, slowBy: error)
        self.clocks = clocks
    }

    var keeper: Timekeeper { bench.keeper }

    mutating func run(for seconds: Int) {
        for _ in 0..<(seconds * 10) {
            bench.run(for: .milliseconds(100))
            notes += bench.notes
            logged += bench.effects.compactMap {
                if case .log(.referenceClock(let line)) = $0 { line } else { nil }
            }
            let asked = bench.effects.compactMap { if case .readReferenceClock(let clock) = $0 { clock } else { nil } }
            bench.forget()
            for clock in asked {
                guard let reading = clocks[clock](bench.trueTime, bench.now.realtime) else { continue }
                bench.receive(.referenceClockRead(reading))
            }
        }
    }
}

private func named(_ letters: String) -> ReferenceIdentifier { ReferenceIdentifier(letters: letters) ?? .none }

private func memory(
    _ letters: String = "SHM0", changing: (inout ReferenceClockSettings) -> Void = { _ in }
) -> ReferenceClockSettings {
    var settings = ReferenceClockSettings(
        driver: .sharedMemory(unit: 0, permissions: 0o600), identifier: named(letters))
    changing(&settings)
    return settings
}

private func pulse(changing: (inout ReferenceClockSettings) -> Void = { _ in }) -> ReferenceClockSettings {
    var settings = ReferenceClockSettings(driver: .pulse(path: "/dev/pps0", falling: false), identifier: named("PPS0"))
    changing(&settings)
    return settings
}

/// Says the true time, and so much more; the scatter is the same sequence in each test.
private func telling(_ clock: Int = 0, ahead: Duration = .zero, scatter: [Int] = [0]) -> ClockBench.Clock {
    { trueTime, wall in
        let turn = Int(trueTime.sinceEpoch.components.seconds)
        let error = Duration.microseconds(scatter[turn % scatter.count])
        return ReferenceClockReading(
            clock: clock, stamp: wall, .time(offset: trueTime - wall + ahead + error, leap: .none))
    }
}

/// The last pulse, that came at a full true second and this much later.
private func pulsing(_ clock: Int, late: Duration = .zero) -> ClockBench.Clock {
    { trueTime, wall in
        let since = trueTime - Instant(sinceEpoch: .seconds(trueTime.sinceEpoch.components.seconds))
        return .pulse(of: clock, at: wall - since + late)
    }
}

@Suite struct ReferenceClockTests {
    @Test("A reference clock alone sets the clock, and is what we serve: stratum 1 under its name")
    func alone() throws {
        var world = ClockBench([memory()], [telling(scatter: [0, 3, -2, 1, -4, 2])], slowBy: .milliseconds(300))
        world.run(for: 120)
        #expect(world.bench.error.magnitude < 20e-6)
        let source = world.keeper.sources[0]
        #expect(source.selection == .selected)
        #expect(source.reach.nonzeroBitCount >= 6)
        #expect(source.poll == 4)
        #expect(world.keeper.servedState?.stratum == 1)
        #expect(world.keeper.trackingReport(at: world.bench.now).referenceIdentifier.letters == "SHM0")
        #expect(world.keeper.state(at: world.bench.now).verdict == .right)
        #expect(world.notes.contains(.selected(source: "SHM0")))
    }

    @Test("A clock that counts TAI is told by the leap table, and behind the table's end a second is in doubt")
    func atomic() throws {
        var world = ClockBench(
            [memory { $0.countsTAI = true }], [telling(ahead: .seconds(37), scatter: [0, 3, -2, 1, -4, 2])],
            slowBy: .milliseconds(300))
        world.run(for: 120)
        #expect(world.bench.error.magnitude < 20e-6)
        let table = LeapHistory(
            changes: LeapHistory.builtIn.changes, expires: 1_790_000_000, origin: "a list that ends before")
        var expired = ClockBench(
            [memory { $0.countsTAI = true }], [telling(ahead: .seconds(37), scatter: [0, 3, -2, 1, -4, 2])]
        ) { $0.leapSeconds.table = table }
        expired.run(for: 120)
        #expect(try #require(expired.keeper.clockError(at: expired.bench.now)).bound > 1)
        #expect(try #require(world.keeper.clockError(at: world.bench.now)).bound < 0.01)
    }

    @Test("One that has been silent for longer than maxunreach allows is not selected")
    func unreachable() {
        var world = ClockBench([memory { $0.maximumUnreachable = 2 }], [telling(scatter: [0, 3, -2, 1, -4, 2])])
        world.run(for: 120)
        #expect(world.keeper.sources[0].selection == .selected)
        world.clocks[0] = { _, _ in nil }
        world.run(for: 16 * 9)
        #expect(world.keeper.sources[0].selection != .unreachable)
        world.run(for: 16 * 4)
        #expect(world.keeper.sources[0].selection == .unreachable)
    }

    @Test("The first samples come within seconds, not after a poll interval")
    func quickStart() {
        var world = ClockBench([memory { $0.poll = 6 }], [telling(scatter: [0, 3, -2, 1])], slowBy: .milliseconds(300))
        world.run(for: 8)
        #expect(world.keeper.sources[0].selection == .selected)
    }

    @Test("Reports name it as chrony does: by its identifier, as a reference clock, and not as an NTP source")
    func reports() {
        var world = ClockBench([memory("GPS")], [telling(scatter: [0, 3, -2, 1, -4, 2])])
        world.run(for: 60)
        let report = world.keeper.sourceReport(0, world.bench.now)
        #expect(report.mode == .referenceClock)
        #expect(report.address == .ip(.v4(named("GPS").bits)))
        #expect(report.stratum == 0)
        #expect(report.state == .selected)
        let statistics = world.keeper.statisticsReport(0, world.bench.now)
        #expect(statistics.address == .unspecified)
        #expect(statistics.referenceIdentifier == named("GPS"))
        #expect(world.keeper.activityReport.online == 0)
        #expect(world.keeper.activityReport.unresolved == 0)
        #expect(world.keeper.position(of: .unspecified) == nil)
        #expect(world.keeper.position(of: .ip(.v4(named("GPS").bits))) == nil)
    }

    @Test("Pulses take their seconds from another clock, and their place within the second from themselves")
    func locked() {
        var world = ClockBench(
            [memory("NMEA") { $0.noselect = true }, pulse { $0.lock = named("NMEA") }],
            [telling(0, ahead: .milliseconds(-180)), pulsing(1, late: .microseconds(7))], slowBy: .milliseconds(-700)
        ) { $0.makeStep = MakeStep(threshold: .milliseconds(100), limit: 3) }
        world.run(for: 120)
        // The pulse comes late, so our clock is late by as much.
        #expect((world.bench.error - 7e-6).magnitude < 2e-6)
        #expect(world.keeper.sources[1].selection == .selected)
        #expect(world.keeper.sources[0].selection == .noselect)
    }

    @Test("Where the other clock is nearly half a second off, nobody can tell which second a pulse is")
    func ambiguous() {
        var world = ClockBench(
            [memory("NMEA") { $0.noselect = true }, pulse { $0.lock = named("NMEA") }],
            [telling(0, ahead: .milliseconds(-450)), pulsing(1)])
        world.run(for: 60)
        #expect(world.keeper.sources[1].selection == .noSamples)
        #expect(world.keeper.story(1).contains("away from the seconds of the clock that numbers them"))
        #expect(world.keeper.state(at: world.bench.now).verdict != .right)
    }

    @Test("Pulses are not used when the clock that numbers them has been silent for maxlockage pulses")
    func stale() {
        var isSilent = false
        let sentences = telling(0)
        var world = ClockBench(
            [memory("NMEA") { $0.noselect = true }, pulse { $0.lock = named("NMEA") }],
            [{ isSilent ? nil : sentences($0, $1) }, pulsing(1)])
        world.run(for: 60)
        #expect(world.keeper.sources[1].reach & 1 == 1)
        isSilent = true
        world.run(for: 60)
        #expect(world.keeper.sources[1].reach & 1 == 0)
        #expect(world.keeper.referenceClocks[1].refusal.contains("has said nothing for"))
    }

    @Test("Pulses without a clock that numbers them wait until NTP does, and take their stratum from there")
    func numberedByServers() {
        var world = ClockBench([pulse()], [pulsing(0)], slowBy: .milliseconds(300)) {
            $0.sources = settings(1).sources
        }
        world.run(for: 30)
        #expect(world.keeper.sources[0].estimate.count == 0)
        #expect(world.keeper.storyOfSilence(world.keeper.sources[0]).contains("Nothing numbers its pulses"))
        world.bench.servers[address(1)] = server { $0.stratum = 3 }
        world.run(for: 200)
        #expect(world.keeper.sources[0].estimate.count > 4)
        #expect(world.bench.error.magnitude < 5e-6)
    }

    @Test("A pulse of the wrong edge is not taken where the width is known", arguments: [true, false])
    func width(isRight: Bool) {
        var world = ClockBench(
            [
                memory("NMEA") { $0.noselect = true },
                pulse {
                    $0.lock = named("NMEA")
                    $0.width = .milliseconds(200)
                },
            ],
            [telling(0), pulsing(1, late: isRight ? .zero : .milliseconds(200))])
        world.run(for: 40)
        #expect((world.keeper.sources[1].estimate.count > 0) == isRight)
    }

    @Test("Five pulses a second are each taken for the nearest fifth of a second")
    func rate() {
        let fifths: ClockBench.Clock = { trueTime, wall in
            let attoseconds = trueTime.sinceEpoch.attoseconds % 200_000_000_000_000_000
            return .pulse(of: 1, at: wall - Duration(attoseconds: attoseconds))
        }
        var world = ClockBench(
            [
                memory("NMEA") { $0.noselect = true },
                pulse {
                    $0.lock = named("NMEA")
                    $0.rate = 5
                },
            ],
            [telling(0, ahead: .milliseconds(-50)), fifths], slowBy: .milliseconds(250))
        world.run(for: 100)
        #expect(world.keeper.sources[1].estimate.count > 2)
        #expect(world.bench.error.magnitude < 5e-6)
    }

    @Test("A clock that stands still is not followed")
    func standsStill() {
        var stopped: Instant<Realtime>?
        var world = ClockBench(
            [memory()],
            [
                { trueTime, wall in
                    ReferenceClockReading(
                        clock: 0, stamp: wall, .time(offset: (stopped ?? trueTime) - wall, leap: .none))
                }
            ])
        world.run(for: 100)
        stopped = world.bench.trueTime
        world.run(for: 200)
        #expect(world.bench.error.magnitude < 1e-3)
        #expect(world.keeper.sources[0].reach == 0)
        #expect(world.keeper.story(0).contains("stands still"))
    }

    @Test("What a clock says of itself widens the bound, unless the configuration says how wrong it is")
    func claims() throws {
        func bound(_ settings: ReferenceClockSettings) throws -> Duration {
            var world = ClockBench(
                [settings],
                [
                    { trueTime, wall in
                        ReferenceClockReading(
                            clock: 0, stamp: wall, .time(offset: trueTime - wall, leap: .none),
                            claimed: .milliseconds(500))
                    }
                ])
            world.run(for: 60)
            return try #require(world.keeper.state(at: world.bench.now).bound)
        }
        #expect(try bound(memory()) > .milliseconds(500))
        let given = memory {
            $0.delay = .milliseconds(20)
            $0.isDelayGiven = true
        }
        // What the frequency may be wrong by comes on top.
        #expect(try bound(given) < .milliseconds(25))
        #expect(try bound(given) > .milliseconds(10))
    }

    @Test("What offset a clock should have is found by comparison with NTP, and told once")
    func calibration() throws {
        var world = ClockBench(
            [memory("NMEA") { $0.noselect = true }],
            [telling(0, ahead: .milliseconds(-183), scatter: [0, 900, -700, 400])]
        ) {
            $0.sources = settings(3).sources
        }
        for number in 1...3 { world.bench.servers[address(UInt32(number))] = server() }
        world.run(for: 600)
        let told = world.notes.compactMap { note -> Duration? in
            if case .referenceClockOffset("NMEA", let needed, _, _, _) = note { needed } else { nil }
        }
        #expect(told.count == 1)
        #expect((try #require(told.first) - .milliseconds(183)).magnitude < .milliseconds(1))
        #expect(world.keeper.story(0).contains("its offset should be 0.18"))
    }

    @Test("The log has a line for each reading, with its place in the poll interval, and one for each sample")
    func logged() throws {
        var world = ClockBench(
            [memory("NMEA") { $0.noselect = true }, pulse { $0.lock = named("NMEA") }],
            [telling(0, ahead: .milliseconds(-30)), pulsing(1)]
        ) { $0.logs = [.refclocks] }
        world.run(for: 100)
        let pulses = world.logged.filter { $0.identifier == "PPS0" }
        let readings = pulses.compactMap(\.reading)
        #expect(readings.count > 80)
        #expect(readings.allSatisfy { $0.isPulse && $0.rawOffset.magnitude < 1e-5 })
        #expect(Set(readings.suffix(32).map(\.number)) == Set(0..<16))
        #expect(pulses.contains { $0.reading == nil && $0.offset.magnitude < 1e-5 && $0.dispersion < 1e-4 })
        let sentences = world.logged.filter { $0.identifier == "NMEA" }.compactMap(\.reading)
        #expect(sentences.allSatisfy { !$0.isPulse && ($0.rawOffset + 0.03).magnitude < 1e-4 })
    }

    @Test("Where only some servers prove who they are, a reference clock is trusted as they are")
    func trust() {
        let world = ClockBench([memory()], [telling()]) {
            $0.sources = settings(2).sources
            $0.sources[0].key = 1
        }
        #expect(world.keeper.effective(world.keeper.sources[0]).isSuperset(of: [.trust, .require]))
        #expect(!world.keeper.effective(world.keeper.sources[2]).contains(.trust))
        let alone = ClockBench([memory()], [telling()]) { $0.authentication = .require }
        #expect(alone.keeper.effective(alone.keeper.sources[0]).isEmpty)
    }

    @Test("Nothing that a driver may hand over stops the timekeeper")
    func nonsense() {
        var world = ClockBench([memory(), pulse { $0.lock = named("SHM0") }], [telling(0), pulsing(1)])
        world.run(for: 20)
        let now = world.bench.now.realtime
        let far: [Duration] = [
            .zero, .seconds(Int64.max), .seconds(Int64.min + 1), .seconds(-1), .seconds(1 << 33),
            Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
        ]
        for stamp in far + [now.sinceEpoch, now.sinceEpoch - .milliseconds(1)] {
            for offset in far {
                for clock in [-1, 0, 1, 2] {
                    for content in [
                        ReferenceClockReading.Content.time(offset: offset, leap: .unsynchronised),
                        .time(offset: offset, leap: .none), .pulse(offset: offset),
                    ] {
                        world.bench.receive(
                            .referenceClockRead(
                                ReferenceClockReading(clock: clock, stamp: Instant(sinceEpoch: stamp), content)))
                    }
                }
            }
            world.bench.receive(
                .referenceClockFailed(7, KernelRefusal(call: "open", number: 2, text: "No such file")))
        }
        world.run(for: 20)
    }
}

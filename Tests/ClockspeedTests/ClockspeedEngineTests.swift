import AtomicTime
import Clockspeed
import Engine
import Testing
import TimeBase
import Timekeeping

@Suite("The daemon clockspeed, simulated")
struct ClockspeedEngineTests {
    private func engine(
        _ host: SimulatedClockHost, _ settings: ClockspeedSettings, known: Frequency? = nil, history: [ClockMark] = []
    ) -> ClockspeedEngine {
        ClockspeedEngine(
            at: host.read(), rate: host.rate, counter: host.counter, boot: "simulated", history: history, known: known,
            settings: settings)
    }

    private func rootMeanSquare(_ host: SimulatedClockHost, after begin: Double) -> Double {
        let errors = host.errors.filter { $0.at >= begin }.map(\.error)
        return (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    }

    private static let day = 86400.0

    @Test(
        "Hourly marks, a crystal 40 ppm off that wanders by 1e-9: within 1.1 times the best that can be, whatever their noise",
        arguments: [1e-4, 1e-3, 1e-2])
    func hourly(noise: Double) {
        var squares = 0.0
        let seeds = 1...10 as ClosedRange<UInt64>
        for seed in seeds {
            var host = SimulatedClockHost(
                gain: 40e-6, wander: 1e-9, wrong: 0.2, noise: noise, end: 5 * Self.day, seed: seed)
            host.marks = Array(stride(from: 3600.0, to: host.end, by: 3600))
            // It takes them for 1 ms, whatever they are.
            var daemon = engine(host, ClockspeedSettings())
            run(&daemon, on: &host)
            #expect(host.kept.count == 119)
            // Steady state of a Kalman filter that is told everything (T = 3600 s, q = 1e-18), over the interval.
            let limit = Self.limit(noise: noise, interval: 3600, wander: 1e-9)
            let reached = rootMeanSquare(host, after: 2 * Self.day) / limit
            squares += reached * reached / Double(seeds.count)
            let saved = host.saved.flatMap { TickRate.frequency($0) }
            #expect(saved.map { ($0.ppm - host.gain * 1e6).magnitude < 1.2 } ?? false, "\(seed)")
        }
        #expect(squares.squareRoot() < 1.1, "\(squares.squareRoot())")
    }

    /// What is left after the last sample and over the interval behind it (the Riccati equation's fixed point).
    private static func limit(noise: Double, interval t: Double, wander: Double) -> Double {
        let q = wander * wander
        var (xx, xy, yy) = (1.0, 0.0, 1e-8)
        for _ in 0..<20_000 {
            xx += 2 * t * xy + t * t * yy + q * t * t * t / 3
            xy += t * yy + q * t * t / 2
            yy += q * t
            let sum = xx + noise * noise
            (xx, xy, yy) = (xx - xx * xx / sum, xy - xx * xy / sum, yy - xy * xy / sum)
        }
        return (xx + t * xy + t * t * yy / 3 + q * t * t * t / 12).squareRoot()
    }

    @Test("After one mark it slews the clock right, after two it knows the rate, and no slew goes on at the end")
    func first() {
        var host = SimulatedClockHost(gain: -12e-6, wander: 0, wrong: 0.05, noise: 1e-5, end: 20_000, seed: 5)
        host.marks = [10, 10_000]
        var settings = ClockspeedSettings()
        settings.deviation = 1e-5
        var daemon = engine(host, settings)
        run(&daemon, on: &host)
        #expect((daemon.crystal.gain.ppm + 12).magnitude < 0.1)
        #expect(host.wall.magnitude < 2e-4, "\(host.wall)")
        #expect((host.rate.frequency.ppm - 12).magnitude < 0.1)
    }

    @Test("By etc/atto alone, without any mark, the rate is held")
    func held() {
        var host = SimulatedClockHost(gain: 30e-6, wander: 0, wrong: 0.5, noise: 0, end: Self.day, seed: 6)
        var daemon = engine(host, ClockspeedSettings(), known: Frequency(ppm: 30))
        run(&daemon, on: &host)
        #expect((host.wall - 0.5).magnitude < 1e-4)
    }

    @Test("The machine sleeps: the rate stays, the time is measured anew, and nothing is slewed by the time slept")
    func sleep() {
        var host = SimulatedClockHost(gain: 25e-6, wander: 0, wrong: 0, noise: 1e-4, end: 40_000, seed: 7)
        host.marks = [100, 2000, 4000, 6000, 8000, 30_000]
        host.incidents = [(at: 10_000, sleep: 15_000, step: 0.4)]
        var settings = ClockspeedSettings()
        settings.deviation = 1e-4
        var daemon = engine(host, settings)
        run(&daemon, on: &host)
        #expect(host.said.contains { $0.hasPrefix("the machine slept for 15000.") }, "\(host.said)")
        let asleep = host.errors.filter { $0.at > 25_100 && $0.at < 29_900 }.map(\.error)
        #expect(asleep.allSatisfy { ($0 - 0.4).magnitude < 0.02 })
        #expect((daemon.crystal.gain.ppm - 25).magnitude < 0.2)
        #expect(host.wall.magnitude < 0.001, "\(host.wall)")
    }

    @Test("One mark that is two seconds off changes nothing; two that agree are followed")
    func outlier() {
        var host = SimulatedClockHost(gain: 5e-6, wander: 0, wrong: 0, noise: 1e-4, end: 40_000, seed: 8)
        host.marks = [100, 2000, 4000, 6000, 8000, 12_000, 16_000]
        var settings = ClockspeedSettings()
        settings.deviation = 1e-4
        var daemon = engine(host, settings)
        var effects: [ClockspeedEffect] = []
        host.end = 9000
        run(&daemon, on: &host)
        daemon.receive(.mark(offset: .seconds(2), deviation: nil), at: host.read(), effects: &effects)
        #expect(!effects.contains { if case .setRate = $0 { true } else { false } }, "\(effects)")
        #expect((daemon.crystal.gain.ppm - 5).magnitude < 0.2)
        effects = []
        daemon.receive(.mark(offset: .seconds(2), deviation: nil), at: host.read(), effects: &effects)
        #expect(effects.contains { if case .setRate = $0 { true } else { false } }, "\(effects)")
        #expect((daemon.crystal.gain.ppm - 5).magnitude < 0.2)
    }

    @Test("A step by somebody is told of, and undone by the rate that is known")
    func step() {
        var host = SimulatedClockHost(gain: 5e-6, wander: 0, wrong: 0, noise: 1e-5, end: 20_000, seed: 9)
        host.marks = [100, 3000]
        host.incidents = [(at: 5000, sleep: 0, step: 0.1)]
        var settings = ClockspeedSettings()
        settings.deviation = 1e-5
        var daemon = engine(host, settings)
        run(&daemon, on: &host)
        #expect(host.said.contains { $0.hasPrefix("somebody set the clock 0.") }, "\(host.said)")
        #expect(host.wall.magnitude < 1e-3, "\(host.wall)")
    }

    @Test("Its own measurements grow apart only as far as the clock stays good, and a failed one is tried again soon")
    func measuring() {
        var host = SimulatedClockHost(
            gain: 40e-6, wander: 1e-9, wrong: 0.02, noise: 2e-4, end: 60 * Self.day, seed: 10)
        var settings = ClockspeedSettings()
        settings.measures = true
        settings.target = .milliseconds(10)
        var daemon = engine(host, settings)
        run(&daemon, on: &host)
        let gaps = zip(host.measuredAt, host.measuredAt.dropFirst()).map { $1 - $0 }
        #expect(host.measuredAt.count < 400, "\(host.measuredAt.count)")
        // Growth to more than three hours, but never so far that 10 ms is passed by much.
        #expect((gaps.max() ?? 0) > 3 * 3600)
        let worst = host.errors.filter { $0.at > Self.day }.map(\.error.magnitude).max() ?? 1
        #expect(worst < 0.05, "\(worst)")
        #expect(rootMeanSquare(host, after: Self.day) < 0.01)

        var silent = host
        silent.answers = false
        silent.end = host.truth + 200_000
        let before = silent.measuredAt.count
        run(&daemon, on: &silent)
        let tries = Array(silent.measuredAt[before...])
        #expect(tries.count > 20, "\(tries.count)")
        #expect((zip(tries, tries.dropFirst()).map { $1 - $0 }.first ?? 1e9) < 90)
    }

    @Test("A restart goes on from etc/marks: the time is still known, not the rate alone")
    func restart() {
        var host = SimulatedClockHost(gain: 25e-6, wander: 0, wrong: 0.01, noise: 1e-5, end: 7000, seed: 11)
        host.marks = [100, 2000, 4000, 6000]
        var settings = ClockspeedSettings()
        settings.deviation = 1e-5
        var before = engine(host, settings)
        run(&before, on: &host)
        host.incidents = [(at: 7000, sleep: 0, step: 0.05)]
        host.end = 7100
        // Not running while somebody steps the clock.
        var nobody = engine(
            host,
            {
                var idle = settings
                idle.steers = false
                return idle
            }())
        run(&nobody, on: &host)
        host.end = 12_000
        var after = engine(host, settings, known: host.saved.flatMap { TickRate.frequency($0) }, history: host.kept)
        run(&after, on: &host)
        #expect(host.wall.magnitude < 1e-3, "\(host.wall)")
        // Marks of another boot do not count.
        let foreign = host.kept.map { mark in
            var mark = mark
            mark.boot = "another"
            return mark
        }
        var fresh = engine(host, settings, history: foreign)
        var effects: [ClockspeedEffect] = []
        fresh.wake(at: host.read(), effects: &effects)
        #expect((fresh.crystal.deviation.ppm - 100).magnitude < 1)
    }

    @Test("It never touches a clock that it may not steer")
    func watching() {
        var host = SimulatedClockHost(gain: 25e-6, wander: 0, wrong: 0.3, noise: 1e-5, end: 20_000, seed: 12)
        host.marks = [100, 2000, 4000, 6000]
        var settings = ClockspeedSettings()
        settings.steers = false
        var daemon = engine(host, settings)
        run(&daemon, on: &host)
        #expect(host.rate == .nominal)
        #expect((daemon.crystal.gain.ppm - 25).magnitude < 1)
        #expect(host.saved != nil)
    }
}

import Testing
internal import TimeBase
internal import Timekeeping

@testable internal import Simulation

@Suite struct ClockTests {
    private static let settings = OscillatorSettings(
        frequency: Frequency(ppm: 50), wander: 0,
        temperature: .init(amplitude: Frequency(ppm: 1), period: .seconds(3600)),
        step: .init(change: Frequency(ppm: 2), at: .seconds(1800)))

    @Test("A crystal has gained the sum of its seconds' frequencies, whole and partly", arguments: [0.0, 0.25, 0.999])
    func gain(fraction: Double) {
        let crystal = SimulatedOscillator(Self.settings, length: .seconds(7200), random: RandomSource(seed: 1))
        // Closed form of a sum of sines: sum of sin(k x) for k < n is sin((n-1)x/2) sin(nx/2) / sin(x/2).
        let count = 2000.0
        let turn = 1.0 / 3600
        let sines =
            Elementary.sine(turns: (count - 1) * turn / 2) * Elementary.sine(turns: count * turn / 2)
            / Elementary.sine(turns: turn / 2)
        let current = 52e-6 + 1e-6 * Elementary.sine(turns: count * turn)
        let expected = 50e-6 * count + 2e-6 * 200 + 1e-6 * sines + fraction * current
        let gain = crystal.gain(at: .seconds(count + fraction))
        #expect((gain - expected).magnitude < 1e-14)
    }

    @Test("Wander makes the frequency walk by its size times the root of the time")
    func wander() {
        var squares = 0.0
        for seed in 0..<200 {
            let crystal = SimulatedOscillator(
                OscillatorSettings(frequency: .zero, wander: 1e-8), length: .seconds(900),
                random: RandomSource(seed: UInt64(seed)))
            let walked = crystal.frequency(at: .seconds(900)).ratio
            squares += walked * walked
        }
        let deviation = (squares / 200).squareRoot()
        #expect((deviation / 3e-7 - 1).magnitude < 0.15)
    }

    @Test("The clock advances by crystal times rate", arguments: [-100_000.0, -500, 0, 37.5, 100_000])
    func rate(ppm: Double) {
        let crystal = SimulatedOscillator(
            OscillatorSettings(frequency: Frequency(ppm: 50)), length: .seconds(1000), random: RandomSource(seed: 1))
        var clock = SimulatedClock(crystal, error: .milliseconds(7))
        let begin = clock.reading(at: .seconds(100.5))
        clock.setRate(KernelRate(nearest: Frequency(ppm: ppm)), at: .seconds(100.5))
        let end = clock.reading(at: .seconds(500.5))
        let expected = 400 * 1.00005 * (1 + ppm * 1e-6)
        #expect(((end.monotonic - begin.monotonic).inSeconds - expected).magnitude < 2e-9)
        #expect(((end.realtime - begin.realtime).inSeconds - expected).magnitude < 2e-9)
        let error = 0.007 + 100.5 * 50e-6 + expected - 400
        #expect((clock.error(at: .seconds(500.5)) - error).magnitude < 1e-9)
        let gained = clock.frequencyError(at: .seconds(500.5)).ratio
        #expect((gained - (1.00005 * (1 + ppm * 1e-6) - 1)).magnitude < 1e-12)
    }

    @Test(
        "A deadline is reached never too early and at most a nanosecond too late",
        arguments: [-100_000.0, -4321, 0, 0.125, 100_000])
    func deadlines(ppm: Double) {
        let crystal = SimulatedOscillator(
            OscillatorSettings(frequency: Frequency(ppm: -80), wander: 1e-7), length: .seconds(100_000),
            random: RandomSource(seed: 9))
        var clock = SimulatedClock(crystal, error: .zero)
        clock.setRate(KernelRate(nearest: Frequency(ppm: ppm)), at: .seconds(1234.567_891))
        var random = RandomSource(seed: 4)
        for _ in 0..<1000 {
            let deadline = Instant<Monotonic>(sinceEpoch: .seconds(2000 + 80000 * random.uniform()))
            let moment = clock.moment(whenMonotonicReads: deadline)
            let reading = clock.reading(at: moment).monotonic
            #expect(reading >= deadline)
            #expect(reading - deadline <= .nanoseconds(1))
        }
    }

    @Test("Logarithm and sine are right at places where they are known")
    func elementary() {
        let known: [(Double, Double)] = [
            (1, 0), (2, 0.6931471805599453), (10, 2.302585092994046), (0.5, -0.6931471805599453),
            (1e-9, -20.72326583694641), (1.4142135, 0.3465735461755332),
        ]
        for (number, logarithm) in known {
            #expect((Elementary.logarithm(number) - logarithm).magnitude <= 4e-15 * max(1, logarithm.magnitude))
        }
        let sines: [(Double, Double)] = [
            (0, 0), (0.25, 1), (0.5, 0), (0.75, -1), (1.0 / 12, 0.5), (-1.0 / 12, -0.5), (7.125, 0.7071067811865476),
        ]
        for (turns, sine) in sines { #expect((Elementary.sine(turns: turns) - sine).magnitude < 1e-15) }
    }

    @Test("What is due first comes first, and of two at one moment the one put in first")
    func queue() {
        var queue = EventQueue<Int>()
        var random = RandomSource(seed: 2)
        for number in 0..<1000 { queue.insert(number, at: .seconds(Int(random.next() % 50))) }
        var last: (Duration, Int) = (.seconds(-1), -1)
        var count = 0
        while let (moment, number) = queue.next() {
            #expect(last < (moment, number))
            last = (moment, number)
            count += 1
        }
        #expect(count == 1000)
    }
}

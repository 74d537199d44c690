import Testing
internal import TimeBase

@testable internal import Timekeeping

/// The two clocks of a machine whose monotonic clock shows `seconds`.
private func reading(_ seconds: Double, wall: Duration = .seconds(1_790_000_000), slept: Duration = .zero)
    -> ClockReading
{
    let elapsed = Duration(clampingSeconds: seconds)
    return ClockReading(
        realtime: Instant(sinceEpoch: wall + elapsed), monotonic: Instant(sinceEpoch: elapsed), suspended: slept)
}

@Suite struct SteeredClockTests {
    @Test("The oscillator's time is continuous when the rate changes, at every rate that the kernel has")
    func continuous() {
        var random = RandomSource(seed: 1)
        var clock = SteeredClock(at: reading(10), rate: .nominal)
        var now = 10.0
        for _ in 0..<500 {
            now += 1000 * random.uniform()
            let moment = reading(now).monotonic
            let before = clock.oscillator(at: moment)
            clock.set(KernelRate(nearest: Frequency(ppm: 200_000 * (random.uniform() - 0.5))), at: moment)
            #expect(clock.oscillator(at: moment) == before)
        }
    }

    @Test("The oscillator's time is the sum of what each rate makes of its share, to better than 1e-12 of it")
    func exact() {
        var clock = SteeredClock(at: reading(0), rate: KernelRate(tick: 10_050, scaledFrequency: 123 << 16))
        clock.set(KernelRate(tick: 9000, scaledFrequency: 0), at: reading(100_000).monotonic)
        clock.set(.nominal, at: reading(150_000).monotonic)
        let passed = clock.oscillator(at: reading(160_000).monotonic) - clock.oscillator(at: reading(0).monotonic)
        // In whole ppm: 1 + 5000 ppm + 123 ppm, and 0.9.
        let expected = 100_000 / 1.005123 + 50_000 / 0.9 + 10_000
        #expect((passed.inSeconds - expected).magnitude < 1e-12 * expected)
    }

    @Test("A stamp from before a rate change is told with the old rate, up to seven changes back")
    func oldStamps() throws {
        let slow = KernelRate(nearest: Frequency(ppm: -50_000))
        let fast = KernelRate(nearest: Frequency(ppm: 50_000))
        var clock = SteeredClock(at: reading(0), rate: slow)
        let early = clock.oscillator(at: reading(5).monotonic)
        for index in 1...7 {
            clock.set(index.isMultiple(of: 2) ? slow : fast, at: reading(Double(10 * index)).monotonic)
        }
        #expect(clock.oscillator(at: reading(5).monotonic) == early)
        let between = clock.oscillator(at: reading(15).monotonic) - clock.oscillator(at: reading(10).monotonic)
        #expect((between.inSeconds - 5 / 1.05).magnitude < 1e-12)
        // The same by the wall clock.
        #expect(try #require(clock.oscillator(at: reading(5).realtime)) == early)
    }

    @Test("How long to wait is the oscillator's time at the present rate")
    func waiting() {
        let clock = SteeredClock(at: reading(0), rate: KernelRate(nearest: Frequency(ppm: 100_000)))
        let end = clock.monotonic(after: .seconds(100), from: reading(7).monotonic)
        let passed = clock.oscillator(at: end) - clock.oscillator(at: reading(7).monotonic)
        #expect((passed - .seconds(100)).magnitude < .nanoseconds(1))
    }

    @Test("A step by others is noticed, of either sign, once", arguments: [3.0, -3, 0.001, -86400, 25e-6])
    func stepByOthers(seconds: Double) {
        var clock = SteeredClock(at: reading(0), rate: .nominal)
        let wall = Duration.seconds(1_790_000_000) + Duration(clampingSeconds: seconds)
        #expect(clock.lookForSteps(at: reading(5)).step == .zero)
        #expect(clock.unnoticedStep(at: reading(6, wall: wall)) == Duration(clampingSeconds: seconds))
        let seen = clock.lookForSteps(at: reading(6, wall: wall))
        #expect(seen.step == Duration(clampingSeconds: seconds))
        #expect(seen.suspended == .zero)
        #expect(clock.lookForSteps(at: reading(7, wall: wall)).step == .zero)
        #expect(clock.realtime(at: reading(7).monotonic) == reading(7, wall: wall).realtime)
    }

    @Test("A step of our own is not reported, neither before the kernel made it nor afterwards")
    func ownStep() {
        var clock = SteeredClock(at: reading(0), rate: .nominal)
        clock.stepped(by: .seconds(-2), at: reading(5).monotonic)
        // The same reading is looked at again before the effect is performed.
        #expect(clock.lookForSteps(at: reading(5)).step == .zero)
        #expect(clock.unnoticedStep(at: reading(5)) == .zero)
        let wall = Duration.seconds(1_789_999_998)
        #expect(clock.lookForSteps(at: reading(5.001, wall: wall)).step == .zero)
        #expect(clock.realtime(at: reading(6).monotonic) == reading(6, wall: wall).realtime)
    }

    @Test("Stamps from before a step are not placed")
    func stampsBeforeStep() {
        var clock = SteeredClock(at: reading(0), rate: .nominal)
        let before = reading(4).realtime
        #expect(clock.oscillator(at: before) != nil)
        clock.stepped(by: .seconds(10), at: reading(5).monotonic)
        #expect(clock.oscillator(at: before) == nil)
        #expect(clock.oscillator(at: before + .seconds(12)) != nil)
    }

    @Test("What reading two clocks one after the other makes is no step, but such errors do not add up unseen")
    func smallDifferences() {
        var clock = SteeredClock(at: reading(0), rate: .nominal)
        let wall = Duration.seconds(1_790_000_000)
        #expect(clock.lookForSteps(at: reading(1, wall: wall + .microseconds(15))).step == .zero)
        #expect(clock.lookForSteps(at: reading(2, wall: wall + .microseconds(30))).step == .microseconds(30))
    }

    @Test("Time spent in suspend is noticed once, and the wall clock is the new one afterwards")
    func suspend() {
        var clock = SteeredClock(at: reading(0), rate: .nominal)
        let wall = Duration.seconds(1_790_007_200)
        let woken = reading(6, wall: wall, slept: .seconds(7200))
        #expect(clock.sleptUnnoticed(at: woken))
        #expect(clock.lookForSteps(at: woken).suspended == .seconds(7200))
        #expect(!clock.sleptUnnoticed(at: woken))
        let later = reading(7, wall: wall, slept: .seconds(7200))
        let seen = clock.lookForSteps(at: later)
        #expect(seen.suspended == .zero)
        #expect(seen.step == .zero)
        #expect(clock.realtime(at: later.monotonic) == later.realtime)
    }

    @Test("A frequency becomes the kernel's nearest setting, within its range", arguments: 0..<200)
    func kernelRates(seed: Int) {
        var random = RandomSource(seed: UInt64(seed))
        let wanted = Frequency(ppm: 220_000 * (random.uniform() - 0.5))
        let rate = KernelRate(nearest: wanted)
        #expect((9000...11000).contains(rate.tick))
        #expect(rate.scaledFrequency.magnitude <= 500 << 16)
        let reachable = min(max(wanted.ppm, -100_000), 100_000)
        #expect((rate.frequency.ppm - reachable).magnitude <= 0.5 / 65536 + 1e-9)
        #expect(KernelRate(nearest: rate.frequency) == rate)
        #expect(KernelRate(nearest: Frequency(ratio: .nan)) == .nominal)
    }
}

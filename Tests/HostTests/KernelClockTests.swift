import Daemon
import Foundation
import Linux
import Testing
import TimeBase

@Suite struct KernelClockTests {
    @Test("Both clocks are read at one moment: between two readings of each")
    func bracket() {
        var clock = KernelClock()
        for _ in 0..<100 {
            let realtime = KernelClock.realtime
            let monotonic = KernelClock.monotonic
            let reading = clock.read()
            #expect(realtime <= reading.realtime && reading.realtime <= KernelClock.realtime)
            #expect(monotonic <= reading.monotonic && reading.monotonic <= KernelClock.monotonic)
        }
    }

    @Test("The difference of the two clocks is known to microseconds")
    func steadiness() {
        var clock = KernelClock()
        let differences = (0..<1000).map { _ in
            let reading = clock.read()
            return reading.realtime.sinceEpoch - reading.monotonic.sinceEpoch
        }.sorted()
        // Nine of ten: a preempted reading may be any amount wrong.
        #expect(differences[950] - differences[50] < .microseconds(20))
    }

    @Test("A machine that does not sleep meanwhile has always been suspended for the same time")
    func suspension() {
        var clock = KernelClock()
        let first = clock.read().suspended
        #expect(first >= .zero)
        for _ in 0..<1000 { #expect(clock.read().suspended == first) }
    }

    @Test("Precision is positive, and no computer takes a millisecond to read its clock")
    func precision() {
        let precision = KernelClock.measurePrecision()
        #expect(precision > .zero)
        #expect(precision < .milliseconds(1))
    }

    @Test("The kernel's rate is within what the kernel allows")
    func settings() throws {
        let settings = try KernelClock().settings()
        #expect((9000...11000).contains(settings.tick))
        #expect((-32_768_000...32_768_000).contains(settings.scaledFrequency))
    }

    @Test(
        "The kernel's clock takes a new frequency, and its old one back",
        .enabled(if: ProcessInfo.processInfo.environment["TIMEBALL_TEST_CLOCK"] == "1"))
    func frequency() throws {
        let clock = KernelClock()
        let before = try clock.settings()
        // 0.01 ppm
        let changed = before.scaledFrequency + 655
        do {
            defer { try? clock.setRate(tick: before.tick, scaledFrequency: before.scaledFrequency) }
            try clock.setRate(tick: before.tick, scaledFrequency: changed)
            // The kernel rounds to less than one unit.
            #expect((try clock.settings().scaledFrequency - changed).magnitude <= 1)
        }
        let after = try clock.settings()
        #expect(after.tick == before.tick)
        #expect((after.scaledFrequency - before.scaledFrequency).magnitude <= 1)
    }
}

@Suite struct TimerTests {
    @Test("A timer is never early, and a deadline that has passed is now")
    func timer() throws {
        var timer = try WakeTimer()
        var set = PollSet<String>()
        var ready: [PollSet<String>.Ready] = []
        set.watch(timer.number, "timer")
        for nanoseconds in [1, 999, 1_000_000, 3_000_001, -5_000_000_000] {
            let deadline = KernelClock.monotonic + .nanoseconds(nanoseconds)
            try timer.arm(for: deadline)
            try set.wait(isPatient: true, ready: &ready)
            #expect(ready.map(\.tag) == ["timer"])
            #expect(KernelClock.monotonic >= deadline)
            timer.clear()
            try set.wait(isPatient: false, ready: &ready)
            #expect(ready.isEmpty)
        }
    }

    @Test("A later deadline replaces an earlier one")
    func rearm() throws {
        var timer = try WakeTimer()
        var set = PollSet<Int>()
        var ready: [PollSet<Int>.Ready] = []
        set.watch(timer.number, 0)
        let now = KernelClock.monotonic
        try timer.arm(for: now + .milliseconds(1))
        try timer.arm(for: now + .milliseconds(20))
        try set.wait(isPatient: true, ready: &ready)
        #expect(KernelClock.monotonic >= now + .milliseconds(20))
    }

    @Test("Nobody has stepped the clock, so the watch for steps is quiet")
    func stepWatch() throws {
        let watch = try StepWatch()
        var set = PollSet<Int>()
        var ready: [PollSet<Int>.Ready] = []
        set.watch(watch.number, 0)
        try set.wait(isPatient: false, ready: &ready)
        #expect(ready.isEmpty)
        #expect(try !watch.wasStepped())
    }

    @Test("What is not watched any more is not reported, and the others keep their meaning")
    func forget() throws {
        var early = try WakeTimer()
        var late = try WakeTimer()
        var set = PollSet<String>()
        var ready: [PollSet<String>.Ready] = []
        set.watch(early.number, "early")
        set.watch(late.number, "late")
        try early.arm(for: KernelClock.monotonic)
        try late.arm(for: KernelClock.monotonic)
        set.forget(early.number)
        try set.wait(isPatient: true, ready: &ready)
        #expect(ready.map(\.tag) == ["late"])
        #expect(set.count == 1)
    }
}

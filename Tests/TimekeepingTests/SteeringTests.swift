internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct SteeringTests {
    @Test("A bench with a good server brings the clock to true time", arguments: [-0.7, -1e-3, 1e-3, 0.7])
    func converges(error: Double) {
        var bench = bench(1, slowBy: Duration(clampingSeconds: error))
        bench.run(for: .seconds(200))
        // The bench counts both ways on the steered clock, which lends a fast slew an asymmetry of 80 us.
        #expect(bench.error.magnitude < 100e-6)
        #expect(bench.steps == [])
        // What is merely not known yet is no news.
        #expect(!bench.notes.contains { if case .cannotSynchronise = $0 { true } else { false } })
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
    }

    @Test("makestep steps above its threshold, in its first updates only, and never below the threshold")
    func makeStep() {
        func steps(_ rule: MakeStep?, slowBy error: Duration) -> [Duration] {
            var bench = bench(1, slowBy: error) { $0.makeStep = rule }
            bench.run(for: .seconds(300))
            #expect(bench.error.magnitude < 100e-6)
            return bench.steps
        }
        let rule = MakeStep(threshold: .seconds(1), limit: 3)
        #expect(steps(rule, slowBy: .seconds(-5)).count == 1)
        #expect((steps(rule, slowBy: .seconds(7)).first ?? .zero) - .seconds(7) < .microseconds(10))
        #expect(steps(rule, slowBy: .milliseconds(900)) == [])
        #expect(steps(nil, slowBy: .seconds(5)) == [])
        #expect(steps(MakeStep(threshold: .seconds(1), limit: 0), slowBy: .seconds(5)) == [])
    }

    @Test("After its limit makestep does not step any more, and with a negative limit it always does")
    func makeStepLimit() {
        func stepsLater(limit: Int) -> [Duration] {
            var bench = bench(1) { $0.makeStep = MakeStep(threshold: .seconds(1), limit: limit) }
            bench.run(for: .seconds(600))
            bench.forget()
            // The server's time jumps, not ours.
            bench.servers[address(1)] = server(fastBy: .seconds(20))
            bench.run(for: .seconds(20_000))
            return bench.steps
        }
        #expect(stepsLater(limit: 3) == [])
        #expect(stepsLater(limit: -1).count >= 1)
    }

    @Test("A step of hours or years keeps the served dispersion and the reference time sound")
    func largeStep() throws {
        for error in [Duration.seconds(86400 * 365 * 30), .seconds(-7200)] {
            var bench = bench(1, slowBy: error) { $0.makeStep = MakeStep(threshold: .seconds(1), limit: 3) }
            for _ in 0..<800 where bench.steps.isEmpty { bench.run(for: .milliseconds(10)) }
            #expect(bench.steps.count == 1)
            #expect(bench.error.magnitude < 1e-5)
            let served = try #require(bench.keeper.servedState)
            #expect(served.leap == .none)
            #expect(served.rootDispersion(at: bench.now.realtime) < .milliseconds(20))
            let age = bench.now.realtime - served.referenceTime.instant(near: bench.now.realtime)
            #expect((Duration.zero...(.seconds(10))).contains(age))
            #expect((served.time(at: bench.now.realtime) - bench.trueTime).magnitude < .microseconds(20))
            bench.run(for: .seconds(2000))
            #expect(bench.steps.count == 1)
            #expect(bench.error.magnitude < 1e-5)
            #expect(!bench.notes.contains { if case .steppedByOthers = $0 { true } else { false } })
        }
    }

    @Test("maxchange refuses so often, changes nothing meanwhile, then ends the program")
    func maximumChange() {
        var bench = bench(1) { $0.maximumChange = MaximumChange(offset: .seconds(1), start: 1, ignore: 2) }
        bench.run(for: .seconds(600))
        #expect(bench.error.magnitude < 1e-6)
        let reference = bench.keeper.reference
        bench.forget()
        bench.servers[address(1)] = server(fastBy: .seconds(30))
        var refusals = 0
        for _ in 0..<200 where bench.exitStatus == nil {
            bench.run(for: .seconds(64))
            refusals = bench.notes.count { if case .changeTooLarge = $0 { true } else { false } }
            // The first samples after the jump bend the line; no part of the jump beyond the limit gets through.
            #expect(bench.error.magnitude < 1.2)
        }
        #expect(bench.exitStatus == 1)
        #expect(refusals == 3)
        #expect(reference != nil)
        #expect(bench.steps == [])
    }

    @Test("The first update is refused by maxchange as well, and then nothing is served")
    func maximumChangeAtOnce() {
        var bench = bench(1, slowBy: .seconds(100)) {
            $0.maximumChange = MaximumChange(offset: .seconds(1), start: 0, ignore: -1)
        }
        bench.run(for: .seconds(1000))
        #expect(bench.exitStatus == nil)
        #expect(bench.keeper.reference == nil)
        #expect(bench.keeper.state(at: bench.now).verdict != .right)
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
        #expect((bench.error - 100).magnitude < 1e-6)
    }

    @Test("At the end the base rate is put back, no slew is left, and the drift file is saved")
    func finish() throws {
        var bench = bench(1, slowBy: .seconds(-20)) { settings in
            settings.keepsDrift = true
            settings.initialDrift = Drift(frequency: Frequency(ppm: 12), skew: Frequency(ppm: 0.01))
        }
        bench.run(for: .seconds(20))
        // The slew of 20 s at 8.3 % lasts four minutes.
        #expect(bench.rate.frequency.ppm < -80_000)
        bench.forget()
        bench.finish()
        #expect(bench.rate == bench.keeper.baseRate)
        #expect(bench.rate.frequency.magnitude.ppm < 100)
        var saved: [String] = []
        for case .save(.drift, let text) in bench.effects { saved.append(text) }
        #expect(saved.count == 1)
        let numbers = try #require(saved.first).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        #expect(numbers.count == 2)
        #expect((numbers[0] - bench.keeper.discipline.frequency.ppm).magnitude < 1e-6)
        #expect((numbers[1] - bench.keeper.discipline.skew.ppm).magnitude < 1e-6)
        #expect(saved.first?.hasSuffix("\n") == true)
    }

    @Test("Before the first update there is nothing to save")
    func finishEarly() {
        var bench = Bench(settings(1) { $0.keepsDrift = true })
        bench.run(for: .seconds(10))
        bench.finish()
        #expect(!bench.effects.contains { if case .save = $0 { true } else { false } })
    }

    @Test("The drift file's frequency is set at the start, and saved each hour afterwards")
    func drift() {
        var bench = bench(1) { settings in
            settings.keepsDrift = true
            settings.initialDrift = Drift(frequency: Frequency(ppm: -50), skew: Frequency(ppm: 0.5))
        }
        bench.run(for: .milliseconds(1))
        #expect((bench.rate.frequency.ppm - 50).magnitude < 1e-4)
        #expect(bench.notes.contains(.frequencyRead(Frequency(ppm: -50), skew: Frequency(ppm: 0.5))))
        bench.run(for: .seconds(7300))
        #expect(bench.effects.count { if case .save = $0 { true } else { false } } == 2)
    }

    @Test("Without the right to set the clock it says so once, follows without touching it, and serves true time")
    func refused() {
        var bench = bench(1, slowBy: .milliseconds(500))
        bench.refuses = true
        bench.run(for: .seconds(300))
        let refusals = bench.notes.filter {
            if case .refused(let refusal, let consequence) = $0 {
                refusal.number == 1 && consequence.contains("CAP_SYS_TIME")
            } else {
                false
            }
        }
        #expect(refusals.count == 1)
        #expect(!bench.keeper.controlsClock)
        bench.forget()
        bench.run(for: .seconds(1000))
        #expect(
            !bench.effects.contains {
                switch $0 {
                case .setRate, .step, .setStatus: true
                default: false
                }
            })
        #expect((bench.error - 0.5).magnitude < 1e-9)
        let served = bench.keeper.servedState
        #expect(
            ((served?.time(at: bench.now.realtime) ?? bench.now.realtime) - bench.trueTime).magnitude < .microseconds(5)
        )
        bench.forget()
        bench.finish()
        #expect(!bench.effects.contains { if case .setRate = $0 { true } else { false } })
    }

    @Test("A step that the kernel refused is not taken for made")
    func refusedStep() {
        var bench = bench(1, slowBy: .seconds(50)) { $0.makeStep = MakeStep(threshold: .seconds(1), limit: 3) }
        bench.refuses = true
        bench.run(for: .seconds(300))
        #expect(bench.steps.count == 1)
        #expect(!bench.notes.contains { if case .steppedByOthers = $0 { true } else { false } })
        let state = bench.keeper.state(at: bench.now)
        #expect(((state.offset ?? .zero) - .seconds(50)).magnitude < .microseconds(5))
        #expect(state.bound ?? .zero >= .seconds(50))
    }

    @Test("With -x the clock is never touched")
    func watchOnly() {
        var bench = bench(1, slowBy: .seconds(3)) {
            $0.controlsClock = false
            $0.makeStep = MakeStep(threshold: .seconds(1), limit: -1)
        }
        bench.run(for: .seconds(500))
        bench.finish()
        #expect(bench.rate == .nominal)
        #expect((bench.error - 3).magnitude < 1e-9)
        #expect(bench.keeper.reference != nil)
    }

    @Test("A step by others is undone within seconds, of either sign", arguments: [0.3, -0.3, 0.02])
    func foreignStep(step: Double) {
        var bench = bench(1)
        bench.run(for: .seconds(5000))
        bench.forget()
        bench.wallOffset += Duration(clampingSeconds: step)
        bench.receive(.clockWasSet)
        #expect(bench.notes.contains(.steppedByOthers(by: Duration(clampingSeconds: step))))
        let bound = bench.keeper.state(at: bench.now).bound
        #expect((bound ?? .zero).inSeconds >= step.magnitude)
        bench.run(for: .seconds(5))
        #expect(bench.error.magnitude < 1e-5)
        bench.run(for: .seconds(3000))
        #expect(bench.error.magnitude < 1e-5)
    }

    @Test("After a suspend the clock is asked anew, and nothing is slewed by what was aimed at before")
    func suspend() {
        var bench = bench(3)
        bench.run(for: .seconds(500))
        // In the middle of a slew.
        bench.wallOffset -= .seconds(1)
        bench.receive(.clockWasSet)
        bench.run(for: .seconds(1))
        #expect(bench.rate.frequency.ppm > 50_000)
        bench.forget()
        // It sleeps for two hours; the RTC brings the wall clock back to true time but for 0.4 s.
        let truth = bench.now.realtime + Duration(clampingSeconds: bench.error)
        bench.suspended += .seconds(7200)
        bench.wallOffset += truth + .seconds(7200) - bench.now.realtime - .milliseconds(400)
        for number in 1...3 as ClosedRange<UInt32> { bench.servers[address(number)] = server(fastBy: .seconds(7200)) }
        bench.receive(.clockWasSet)
        #expect(bench.notes.contains(.suspended(for: .seconds(7200))))
        #expect(bench.rate.frequency.magnitude.ppm < 10)
        #expect(bench.keeper.state(at: bench.now).bound == nil)
        #expect(bench.keeper.wallError(at: bench.now.monotonic) == nil)
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
        bench.run(for: .seconds(30))
        // The bench's true time did not sleep.
        #expect((bench.error + 7200).magnitude < 1e-3)
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
        #expect(!bench.notes.contains { if case .steppedByOthers = $0 { true } else { false } })
    }

    @Test("A leap second is announced on its day only, and passes without a correction")
    func leapSecond() throws {
        let midnight = Duration.seconds(86400 * CivilDate.daysSince1970(year: 2027, month: 1, day: 1))
        for (daysBefore, isAnnounced) in [(0, true), (3, false)] {
            var bench = Bench(settings(3) { $0.synchronisesRTC = true })
            let start = midnight - .seconds(1500 + 86400 * daysBefore)
            let jump = start - bench.now.realtime.sinceEpoch
            bench.wallOffset += jump
            for number in 1...3 as ClosedRange<UInt32> {
                bench.servers[address(number)] = server(fastBy: jump) { $0.leap = .insertSecond }
            }
            bench.run(for: .seconds(1400))
            #expect(bench.keeper.servedState?.leap == (isAnnounced ? .insertSecond : LeapIndicator.none))
            #expect(bench.keeper.kernelStatus?.leap == (isAnnounced ? .insertSecond : LeapIndicator.none))
            guard isAnnounced else { continue }
            // Midnight comes, and the kernel and the servers insert the second.
            while bench.now.realtime.sinceEpoch < midnight { bench.run(for: .milliseconds(500)) }
            bench.wallOffset -= .seconds(1)
            for number in 1...3 as ClosedRange<UInt32> {
                bench.servers[address(number)] = server(fastBy: jump - .seconds(1))
            }
            bench.forget()
            bench.receive(.clockWasSet)
            #expect(bench.keeper.servedState?.leap == LeapIndicator.none)
            bench.run(for: .seconds(2000))
            #expect(bench.steps == [])
            #expect(!bench.notes.contains { if case .steppedByOthers = $0 { true } else { false } })
            let rates = bench.effects.compactMap { if case .setRate(let rate) = $0 { rate.frequency.ppm } else { nil } }
            #expect(rates.allSatisfy { $0.magnitude < 100 })
            #expect((bench.error + jump.inSeconds - 1).magnitude < 1e-5)
        }
    }

    @Test("One server's word of a leap second against two is not believed")
    func leapMajority() {
        let day = Duration.seconds(86400 * CivilDate.daysSince1970(year: 2026, month: 6, day: 30))
        var bench = Bench(settings(3))
        let jump = day - bench.now.realtime.sinceEpoch
        bench.wallOffset += jump
        for number in 1...3 as ClosedRange<UInt32> {
            bench.servers[address(number)] = server(fastBy: jump) { $0.leap = number == 1 ? .insertSecond : .none }
        }
        bench.run(for: .seconds(300))
        #expect(bench.keeper.reference != nil)
        #expect(bench.keeper.servedState?.leap == LeapIndicator.none)
    }

    @Test("The kernel is told that it is synchronised only where it shall write the RTC, and how large the bound is")
    func kernelStatus() throws {
        var bench = bench(1) { $0.synchronisesRTC = true }
        bench.run(for: .seconds(100))
        let status = try #require(bench.keeper.kernelStatus)
        #expect(status.isSynchronised)
        #expect(status.maximumError > .zero)
        #expect(status.maximumError < .milliseconds(50))
        var other = Bench(settings(1))
        other.servers[address(1)] = server()
        other.run(for: .seconds(100))
        #expect(other.keeper.kernelStatus?.isSynchronised == false)
    }
}

internal import Control
internal import Engine
internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

/// A scenario of a name, changed for a test.
private func scenario(_ name: String, length: Int, changing: (inout Scenario) -> Void = { _ in }) throws -> Scenario {
    var scenario = try #require(Scenario.named(name))
    scenario.length = .seconds(length)
    scenario.statisticsFrom = .seconds(length / 2)
    changing(&scenario)
    return scenario
}

extension RunResult {
    fileprivate func notes(where matches: (Note) -> Bool) -> [Note] { notes.map(\.note).filter(matches) }
}

/// Closed loops: the daemon's own engine in a simulated world.
@Suite struct TimekeeperTests {
    @Test(
        "On a LAN the clock comes within 1 ms in two minutes and to 0.1 ms of its source, and the bound holds",
        arguments: [1, 2])
    func lan(seed: UInt64) throws {
        let result = simulate(try scenario("lan50", length: 6000), seed: seed)
        #expect(try #require(result.below1ms) < 120)
        #expect(result.rms < 100e-6)
        #expect(result.inside == result.bounded)
        #expect(result.bounded > 5900)
        #expect(try #require(result.medianBound) < 2e-3)
    }

    @Test("From a second off, either way, the clock is brought to true time without a step beyond the rules")
    func coldStarts() throws {
        for name in ["freq100", "off1s", "off1s_neg"] {
            let result = simulate(try scenario(name, length: 3000), seed: 1)
            #expect(result.rms < 2e-3, "\(name)")
            #expect(result.inside == result.bounded, "\(name)")
            #expect(result.counts.steps <= 1, "\(name)")
        }
    }

    @Test("Somebody off the path who floods with forgeries changes not one error by one bit")
    func offPathAttack() throws {
        func errors(attacked: Bool) throws -> ([Double], RunResult) {
            var errors: [Double] = []
            let world = try scenario("offpath_attack", length: 3000) { if !attacked { $0.attacker = nil } }
            let result = simulate(world, seed: 3) { sample, _ in errors.append(sample.error) }
            return (errors, result)
        }
        let (calm, _) = try errors(attacked: false)
        let (disturbed, result) = try errors(attacked: true)
        #expect(result.counts.forgedReceived > 50)
        #expect(disturbed == calm)
        #expect(calm.count == 3000)
    }

    @Test("A server that says RATE is asked ever less often, and the clock stays right")
    func kissOfDeath() throws {
        let result = simulate(try scenario("kod", length: 20_000), seed: 1)
        #expect(result.inside == result.bounded)
        #expect(result.rms < 1e-3)
        let kisses = result.notes(where: { if case .kissOfDeath("RATE", _) = $0 { true } else { false } })
        #expect(kisses.count >= 1)
        #expect(kisses.count < 20)
    }

    /// Half of the answers are held up by 4 ms or so on a path of 0.2 ms: many a sample is too vague to show the jump.
    @Test("A jump of 2 ppm that vague samples do not show does not leave the bound")
    func hiddenJump() throws {
        var outside: [UInt64] = []
        for seed: UInt64 in [1, 12, 21, 30] {
            let world = try scenario("tstep", length: 14000) { scenario in
                scenario.statisticsFrom = .seconds(11900)
                scenario.servers[0].fromServer.spikes = .init(probability: 0.5, mean: 0.004)
            }
            let result = simulate(world, seed: seed)
            #expect(result.bounded > 13900)
            if result.inside != result.bounded { outside.append(seed) }
        }
        #expect(outside == [])
    }

    @Test("What the filter knows of the time between samples narrows the bound, four noisy servers' most")
    func narrowed() throws {
        let result = simulate(try scenario("inet10x4", length: 40000), seed: 1)
        #expect(result.inside == result.bounded)
        // Half of the shortest round trip is 30 ms.
        #expect(try #require(result.medianBound) < 38e-3)
    }

    @Test("Without sources the bound grows by the clock's own record, not by what any crystal may do")
    func holdoverByRecord() throws {
        let result = simulate(try scenario("holdover", length: 72000) { $0.statisticsFrom = .seconds(40000) }, seed: 1)
        #expect(result.inside == result.bounded)
        // 2 ppm would make 54 ms of the 27,200 s to the middle alone.
        #expect(try #require(result.medianBound) < 40e-3)
    }

    @Test("The 95 % interval holds the truth about as often as it says, where the noise hides the crystal's wander")
    func coverage() throws {
        var covered = 0
        var estimated = 0
        for seed: UInt64 in 1...6 {
            let result = simulate(try scenario("inet1", length: 40000), seed: seed)
            covered += result.covered
            estimated += result.estimated
        }
        let share = Double(covered) / Double(estimated)
        #expect((0.92...0.995).contains(share), "\(share)")
    }

    /// In these two runs a liar was once the last to fall silent, or the first to be heard again, and was followed alone.
    @Test("When the network goes and comes back, a liar among four is not followed", arguments: [40, 77])
    func liarInAnOutage(seed: UInt64) throws {
        let result = simulate(try scenario("cut_the_cable", length: 14400), seed: seed)
        #expect(result.inside == result.bounded)
        #expect(result.bounded > 14000)
        #expect(result.maximum < 50e-3)
    }

    @Test("Two liars of five are found, never followed, and the bound always holds", arguments: [1, 2, 3])
    func liars(seed: UInt64) throws {
        let result = simulate(try scenario("false2of5", length: 8000), seed: seed)
        #expect(result.inside == result.bounded)
        #expect(result.bounded > 7900)
        #expect(result.rms < 1e-3)
        for liar in ["192.0.2.4", "192.0.2.5"] {
            // It is said once, not at each poll.
            let complaints = result.notes(where: { $0 == .falseticker(source: liar) }).count
            #expect((1...3).contains(complaints))
            // In the first minutes the frequency is so unsure that between polls an honest interval holds both truths.
            #expect(!result.notes.contains { $0.moment > .seconds(150) && $0.note == .selected(source: liar) })
        }
    }

    @Test("When two of three begin to lie, nothing is called Right until they stop, and the bound holds")
    func majorityLost() throws {
        var rightWhileLying = 0
        var last = Verdict.unknown
        let result = simulate(try scenario("majority_lost", length: 30_000), seed: 1) { sample, _ in
            // It takes some polls until the lies are in the samples, and until they are out again.
            if (Duration.seconds(14_000)...(.seconds(25_000))).contains(sample.moment), sample.verdict == .right {
                rightWhileLying += 1
            }
            last = sample.verdict
        }
        #expect(rightWhileLying == 0)
        #expect(last == .right)
        #expect(result.inside == result.bounded)
    }

    @Test("A step by somebody else is undone within seconds, and the bound knows of it at once")
    func externalStep() throws {
        var worstAfter = 0.0
        let result = simulate(try scenario("extstep", length: 12_000), seed: 1) { sample, _ in
            if sample.moment > .seconds(10_010) { worstAfter = max(worstAfter, sample.error.magnitude) }
        }
        #expect(result.maximum > 0.2)
        #expect(worstAfter < 1e-3)
        #expect(result.inside == result.bounded)
    }

    @Test("After a sleep of two hours with a wrong RTC nothing is promised until it is measured, and the bound holds")
    func laptop() throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            var worst = 0.0
            let result = simulate(try scenario("laptop", length: 18_000), seed: seed) { sample, _ in
                if sample.moment > .seconds(13_400) { worst = max(worst, sample.error.magnitude) }
            }
            #expect(result.inside == result.bounded)
            #expect(worst < 3e-3)
            #expect(result.notes(where: { if case .suspended = $0 { true } else { false } }).count == 1)
        }
    }

    @Test("A pool's dead members are replaced by living ones")
    func deadMembers() throws {
        let result = simulate(try scenario("dead_member", length: 20_000), seed: 1)
        #expect(result.notes(where: { if case .sourceReplaced = $0 { true } else { false } }).count >= 2)
        #expect(result.rms < 1e-3)
        #expect(result.inside == result.bounded)
    }

    @Test("In every world of our own the truth is inside the bound, always", arguments: Scenario.own.map(\.name))
    func ownWorlds(name: String) throws {
        let world = try #require(Scenario.named(name))
        let result = simulate(try scenario(name, length: min(Int(world.length.components.seconds), 12_000)), seed: 5)
        #expect(result.inside == result.bounded)
        #expect(result.bounded > 1000)
    }

    @Test("The same seed gives the same run of the daemon, bit for bit")
    func determinism() throws {
        let world = try scenario("duplicates", length: 2000)
        #expect(simulate(world, seed: 4) == simulate(world, seed: 4))
        #expect(simulate(world, seed: 4).rms != simulate(world, seed: 6).rms)
    }

    @Test("The drift file is saved at the end, with the crystal's frequency")
    func driftSaved() throws {
        var host = SimulatedHost(try scenario("lan50", length: 4000), seed: 1)
        var keeper = Timekeeper(
            settings: host.scenario.settings, at: host.read(), kernelRate: .nominal, random: RandomSource(seed: 1))
        run(&keeper, on: &host)
        let text = try #require(host.saved[.drift])
        let numbers = text.split(separator: " ", omittingEmptySubsequences: true).compactMap {
            Double($0.filter { $0 != "\n" })
        }
        #expect(numbers.count == 2)
        #expect((numbers[0] - 50).magnitude < 0.2)
        #expect((host.clock.rate.frequency.ppm + numbers[0]).magnitude < 1e-3)
    }
}

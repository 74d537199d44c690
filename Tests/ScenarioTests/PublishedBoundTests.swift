internal import BoundPage
internal import Simulation
internal import Testing
internal import TimeBase
internal import Timekeeping

/// What a program reads from the page while the daemon's engine runs in a simulated world.
@Suite("The published bound") struct PublishedBoundTests {
    private struct Outcome {
        var seconds = 0
        var outside = 0
        /// Seconds in which a program was told nothing.
        var unknown = 0
        /// Largest difference between the reader's bound of the wall clock and the engine's, seconds.
        var difference = 0.0
        /// Seconds in which the wall clock was being slewed by more than 1000 ppm.
        var slewing = 0
    }

    /// Each simulated second, a program reads the last page and the clocks.
    private func read(
        _ name: String, length: Int, seed: UInt64, changing: (inout Scenario) -> Void = { _ in }
    ) throws -> Outcome {
        var world = try #require(Scenario.named(name))
        world.length = .seconds(length)
        world.statisticsFrom = .seconds(length / 2)
        changing(&world)
        var counted = Outcome()
        _ = simulate(world, seed: seed) { sample, host in
            guard let report = host.published else { return }
            let reading = host.clock.reading(at: host.now)
            let truth = Instant<UTC>(sinceEpoch: SimulatedClock.epoch.sinceEpoch + host.now)
            // Through the octets, as a program gets it.
            let page = BoundPage(boot: BootIdentifier(high: 1, low: 2), session: 3, report: report)
            do {
                let copy = try BoundPage(parsing: page.octets, boot: page.boot).report
                let time = try copy.trueTime(at: reading.monotonic, suspended: reading.suspended)
                counted.seconds += 1
                if truth < time.earliest || truth > time.latest { counted.outside += 1 }
                let own = time.error(of: reading.realtime).bound.inSeconds
                if let bound = sample.bound { counted.difference = max(counted.difference, (own - bound).magnitude) }
                if sample.frequencyError.magnitude.ppm > 1000 { counted.slewing += 1 }
            } catch {
                counted.unknown += 1
            }
        }
        return counted
    }

    @Test(
        "At every second of a day the truth is in what a program reads, and its bound of the wall clock is the engine's",
        arguments: ["lan50", "inet10", "tstep"])
    func day(name: String) throws {
        let outcome = try read(name, length: 86400, seed: 5)
        #expect(outcome.outside == 0)
        #expect(outcome.seconds > 86000)
        #expect(outcome.difference < 20e-9)
    }

    @Test("It is so while a second is slewed away")
    func slewing() throws {
        let outcome = try read("off1s", length: 3000, seed: 2) { $0.settings.makeStep = nil }
        #expect(outcome.outside == 0)
        #expect(outcome.slewing > 5)
        #expect(outcome.seconds > 2900)
        #expect(outcome.difference < 20e-9)
    }

    @Test("It is so when somebody steps the wall clock, by little or by much")
    func steppedByOthers() throws {
        let outcome = try read("lan50", length: 6000, seed: 3) {
            $0.stepsByOthers = [
                .init(at: .seconds(2000), by: .milliseconds(30)), .init(at: .seconds(4000), by: .seconds(-3600)),
            ]
        }
        #expect(outcome.outside == 0)
        #expect(outcome.seconds > 5900)
        #expect(outcome.difference < 20e-9)
    }

    @Test("It is so in a day without sources, and nothing stops it")
    func holdover() throws {
        let outcome = try read("inet10", length: 108_000, seed: 4) {
            $0.connectivity = .until(.seconds(21_600))
        }
        #expect(outcome.outside == 0)
        #expect(outcome.seconds > 107_000)
        #expect(outcome.difference < 20e-9)
    }

    @Test("After a sleep of the machine a program is told nothing until the time is known again")
    func sleep() throws {
        let outcome = try read("lan50", length: 6000, seed: 6) {
            $0.connectivity = .outage(from: .seconds(2990), to: .seconds(3900))
            $0.sleeps = [.init(at: .seconds(3000), duration: .seconds(600), error: .milliseconds(700))]
        }
        #expect(outcome.outside == 0)
        #expect(outcome.seconds > 4800)
        // From the end of the sleep until the first answers after the return of the network.
        #expect(outcome.unknown >= 298 && outcome.unknown < 600)
    }
}

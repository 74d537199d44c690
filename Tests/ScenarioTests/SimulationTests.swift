internal import Addresses
internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

/// One run of the stepping engine.
private func stepping(
    _ scenario: Scenario, seed: UInt64, observe: (Sample, borrowing SimulatedHost) -> Void = { _, _ in },
    changing: (inout SteppingEngine) -> Void = { _ in }
) -> RunResult {
    simulate(scenario, seed: seed, observe: observe) { now, _, random in
        var engine = SteppingEngine(at: now, random: random)
        changing(&engine)
        return engine
    } state: { engine, now in
        let (verdict, bound) = engine.state(at: now)
        return Claim(verdict: verdict, bound: bound)
    }
}

private func scenario(
    _ name: String, hours: Int = 1, changing: (inout Scenario) -> Void = { _ in }
) throws -> Scenario {
    var scenario = try #require(Scenario.named(name))
    scenario.length = .seconds(3600 * hours)
    scenario.statisticsFrom = .seconds(600)
    changing(&scenario)
    return scenario
}

@Suite struct SimulationTests {
    @Test("The same seed gives the same run, bit for bit, and another seed another one")
    func determinism() throws {
        let world = try scenario("spikes")
        let first = stepping(world, seed: 7)
        #expect(stepping(world, seed: 7) == first)
        let other = stepping(world, seed: 8)
        #expect(other.rms != first.rms)
        #expect(other.frequencyRMS != first.frequencyRMS)
    }

    @Test("The crystal does the same whatever the engine sends")
    func crystalIndependent() throws {
        let world = try scenario("lan10_w7")
        func frequencies(_ interval: Duration) -> [Frequency] {
            var all: [Frequency] = []
            _ = stepping(
                world, seed: 3, observe: { sample, _ in all.append(sample.frequencyError) },
                changing: { $0.interval = interval })
            return all
        }
        let calm = frequencies(.seconds(64))
        #expect(calm.count == 3600)
        #expect(frequencies(.seconds(5)) == calm)
        #expect(Set(calm).count > 3000)
    }

    @Test("A step by the measured offset brings the clock to within half the jitter of true time")
    func stepsRightWay() throws {
        // 50 ppm over 64 s are 3.2 ms, and the jitter of the Internet is 1 ms each way.
        let result = stepping(try scenario("inet1"), seed: 1)
        #expect(result.maximum < 10e-3)
        #expect(result.maximum > 3e-3)
        #expect(result.packetsSent == 57)
        #expect(result.counts.received == 57)
        #expect(result.counts.steps == 57)
    }

    @Test("A bound of half the round trip holds always, and a falseticker breaks it")
    func boundIsJudged() throws {
        let honest = stepping(try scenario("inet1"), seed: 1)
        #expect(honest.bounded == 3600)
        #expect(honest.inside == 3600)
        #expect(honest.worstUseOfBound < 1)
        let lying = stepping(
            try scenario("inet1") { $0.servers[0].phases[0].condition = .falseticker(.milliseconds(30)) }, seed: 1)
        #expect(lying.inside == 0)
        #expect(lying.worstUseOfBound > 1.5)
    }

    @Test("Somebody off the path sends forgeries that arrive, and an engine that checks the origin does not feel them")
    func attackerHasNoEffect() throws {
        let attacked = try scenario("offpath_attack")
        let calm = try scenario("offpath_attack") { $0.attacker = nil }
        func errors(_ scenario: Scenario, checks: Bool = true) -> ([Double], RunResult) {
            var errors: [Double] = []
            let result = stepping(
                scenario, seed: 5, observe: { sample, _ in errors.append(sample.error) },
                changing: { $0.checksOrigin = checks })
            return (errors, result)
        }
        let (undisturbed, _) = errors(calm)
        let (disturbed, result) = errors(attacked)
        #expect(result.counts.forged == 4 * result.packetsSent)
        #expect(result.counts.forgedReceived > result.packetsSent)
        #expect(disturbed == undisturbed)
        // The attack is a real one: whoever does not look is half a second off.
        let (fooled, _) = errors(attacked, checks: false)
        #expect(fooled.contains { $0 > 0.4 })
    }

    @Test("Without a network nothing comes back, and afterwards it does")
    func outage() throws {
        var heard: [Int64: Int] = [:]
        let world = try scenario("inet1", hours: 2) {
            $0.connectivity = .outage(from: .seconds(1000), to: .seconds(5000))
        }
        let result = stepping(
            world, seed: 2,
            observe: { sample, host in heard[sample.moment.components.seconds] = host.counts.received })
        #expect(heard[999] == 16)
        #expect(heard[5000] == 16)
        #expect(try #require(heard[7200]) > 45)
        #expect(result.packetsSent == 113)
    }

    @Test("A reply that is under way when the network goes is lost")
    func replyLost() throws {
        let world = try scenario("inet1") { $0.connectivity = .until(.milliseconds(15)) }
        var host = SimulatedHost(world, seed: 1)
        let octets = [UInt8]([0x23] + Array(repeating: 0, count: 47))
        host.perform(
            .send(RequestToken(number: 1), octets: octets, to: .init(address: .v4(0xc000_0201), port: 123)))
        let end = host.read().monotonic + .seconds(3)
        var events: [Event] = []
        while host.read().monotonic < end {
            if let event = host.next(before: end) { events.append(event) }
        }
        #expect(events.count == 1)
        guard case .sent = events.first else {
            Issue.record("The request was not stamped: \(events)")
            return
        }
    }

    @Test("A tick that Linux would refuse is refused, and a frequency beyond 500 ppm is brought to its end")
    func kernelLimits() throws {
        var host = SimulatedHost(try scenario("inet1"), seed: 1)
        let wild = Effect.setRate(KernelRate(tick: 8999, scaledFrequency: 0))
        host.perform(wild)
        guard case .refused(let effect, let refusal) = host.next(before: host.read().monotonic + .milliseconds(1))
        else {
            Issue.record("The kernel let it pass.")
            return
        }
        #expect(effect == wild)
        #expect(refusal.number == 22)
        #expect(host.clock.rate == .nominal)
        host.perform(.setRate(KernelRate(tick: 10_001, scaledFrequency: 600 * 65536)))
        #expect(host.clock.rate == KernelRate(tick: 10_001, scaledFrequency: 500 * 65536))
    }

    @Test("An outage that the kernel reports makes every send fail")
    func reportedOutage() throws {
        let world = try scenario("inet1") {
            $0.connectivity = .until(.zero)
            $0.reportsOutage = true
        }
        var host = SimulatedHost(world, seed: 1)
        host.perform(.send(RequestToken(number: 1), octets: [], to: .init(address: .v4(0xc000_0201), port: 123)))
        guard case .sendFailed(let token, let refusal) = host.next(before: host.read().monotonic + .seconds(1)) else {
            Issue.record("The send did not fail.")
            return
        }
        #expect(token == RequestToken(number: 1))
        #expect(refusal.number == 101)
    }

    @Test("A closed socket hears nothing more")
    func closedSocket() throws {
        var host = SimulatedHost(try scenario("inet1"), seed: 1)
        let token = RequestToken(number: 1)
        let octets = [UInt8]([0x23] + Array(repeating: 0, count: 47))
        host.perform(.send(token, octets: octets, to: .init(address: .v4(0xc000_0201), port: 123)))
        host.perform(.close(token))
        let end = host.read().monotonic + .seconds(10)
        while host.read().monotonic < end { #expect(host.next(before: end) == nil) }
        #expect(host.counts.late == 1)
        #expect(host.counts.received == 0)
    }

    @Test("Somebody else's step moves the wall clock only, and the engine is told")
    func stepByOthers() throws {
        let world = try scenario("extstep") { $0.stepsByOthers = [.init(at: .milliseconds(1500), by: .seconds(3))] }
        var host = SimulatedHost(world, seed: 1)
        let deadline = host.read().monotonic + .seconds(100)
        #expect(host.next(before: deadline) == nil)
        let before = host.read()
        #expect(host.next(before: deadline) == .clockWasSet)
        let after = host.read()
        #expect(host.now == .milliseconds(1500))
        #expect(after.realtime - before.realtime - (after.monotonic - before.monotonic) == .seconds(3))
    }

    @Test("During sleep the monotonic clock stands still, the wall clock goes on, and packets are lost")
    func sleep() throws {
        let world = try scenario("inet1", hours: 3) {
            $0.sleeps = [.init(at: .milliseconds(5), duration: .seconds(7200), error: .milliseconds(250))]
        }
        var host = SimulatedHost(world, seed: 1)
        let octets = [UInt8]([0x23] + Array(repeating: 0, count: 47))
        host.perform(
            .send(RequestToken(number: 1), octets: octets, to: .init(address: .v4(0xc000_0201), port: 123)))
        let before = host.read()
        let deadline = before.monotonic + .seconds(0.5)
        var events: [Event] = []
        while host.read().monotonic < deadline {
            if let event = host.next(before: deadline) { events.append(event) }
        }
        // The stamp of sending came before.
        #expect(events.dropFirst() == [.clockWasSet])
        #expect((host.now - .seconds(7200.5)).magnitude < .milliseconds(1))
        let after = host.read()
        #expect(after.suspended == .seconds(7200))
        #expect(((after.realtime - before.realtime).inSeconds - 7200.75).magnitude < 1e-3)
        #expect((after.monotonic - before.monotonic - .seconds(0.5)).magnitude < .nanoseconds(2))
    }

    @Test("A name is resolved to its addresses, a number to itself, and anything else to nothing")
    func resolving() throws {
        var host = SimulatedHost(try scenario("dead_member"), seed: 1)
        func resolve(_ name: String) -> Event? {
            host.perform(.resolve(ResolutionToken(number: 1), name: name, family: nil))
            return host.next(before: host.read().monotonic + .milliseconds(500))
        }
        let token = ResolutionToken(number: 1)
        #expect(resolve("pool.example") == .resolved(token, (1...6).map { .v4(0xc000_0200 + $0) }))
        #expect(resolve("192.0.2.9") == .resolved(token, [.v4(0xc000_0209)]))
        #expect(resolve("nowhere.example") == .resolved(token, []))
    }

    @Test("All scenarios have names of their own, sources that the network knows, and windows inside their length")
    func scenariosAreSound() {
        #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
        #expect(Scenario.published.count == 27)
        for scenario in Scenario.all {
            #expect(scenario.statisticsFrom < scenario.length, "\(scenario.name)")
            #expect(
                !scenario.settings.sources.isEmpty || !scenario.settings.referenceClocks.isEmpty, "\(scenario.name)")
            #expect(scenario.settings.referenceClocks.count == scenario.referenceClocks.count, "\(scenario.name)")
            #expect(!scenario.summary.isEmpty)
        }
        for scenario in Scenario.published {
            #expect(PublishedFigures.chrony(scenario.name) != nil, "\(scenario.name)")
        }
    }
}

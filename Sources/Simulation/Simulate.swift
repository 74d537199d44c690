public import Engine
public import TimeBase
public import Timekeeping

/// What an engine says of the wall clock at a moment.
public struct Claim: Equatable, Sendable {
    public var verdict: Verdict
    /// How far the clock can be from true time; nil where nothing is promised.
    public var bound: Duration?
    /// What the clock lacks by the best estimate (positive when it is slow), and the standard deviation of that.
    public var offset: Duration?
    public var deviation: Duration?

    public init(verdict: Verdict, bound: Duration?, offset: Duration? = nil, deviation: Duration? = nil) {
        self.verdict = verdict
        self.bound = bound
        self.offset = offset
        self.deviation = deviation
    }
}

/// Runs the clock daemon's mind through a scenario.
///
/// - Parameter observe: called once a simulated second.
public func simulate(
    _ scenario: Scenario, seed: UInt64, observe: (Sample, borrowing SimulatedHost) -> Void = { _, _ in }
) -> RunResult {
    simulate(scenario, seed: seed, observe: observe) { now, rate, random in
        Timekeeper(settings: scenario.settings, at: now, kernelRate: rate, random: random)
    } state: { engine, now in
        let state = engine.state(at: now)
        return Claim(
            verdict: state.verdict, bound: state.bound, offset: state.offset, deviation: state.deviation)
    }
}

/// Runs any engine with a timekeeper's events and effects through a scenario.
///
/// - Parameters:
///   - make: makes the engine from the clocks at the start, the kernel's rate, and its source of chance.
///   - state: what the engine says of the clock.
public func simulate<E: Engine>(
    _ scenario: Scenario, seed: UInt64, observe: (Sample, borrowing SimulatedHost) -> Void = { _, _ in },
    make: (ClockReading, KernelRate, RandomSource) -> E,
    state: (E, ClockReading) -> Claim
) -> RunResult where E.Event == Event, E.Effect == Effect {
    var host = SimulatedHost(scenario, seed: seed)
    var engine = make(host.read(), host.clock.rate, RandomSource(seed: seed, stream: RandomStream.engine))
    var statistics = RunStatistics(from: scenario.statisticsFrom, length: scenario.length)
    run(&engine, on: &host) { engine, host in
        guard host.isFullSecond else { return }
        let claim = state(engine, host.read())
        let sample = Sample(
            moment: host.now, error: host.clock.error(at: host.now),
            frequencyError: host.clock.frequencyError(at: host.now), bound: claim.bound?.inSeconds,
            verdict: claim.verdict, poll: host.poll, offset: claim.offset?.inSeconds,
            deviation: claim.deviation?.inSeconds)
        statistics.add(sample)
        observe(sample, host)
    }
    return statistics.result(of: host, seed: seed)
}

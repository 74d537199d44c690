public import Engine
public import TimeBase
public import Timekeeping

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
        return (state.verdict, state.bound)
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
    state: (E, ClockReading) -> (verdict: Verdict, bound: Duration?)
) -> RunResult where E.Event == Event, E.Effect == Effect {
    var host = SimulatedHost(scenario, seed: seed)
    var engine = make(host.read(), host.clock.rate, RandomSource(seed: seed, stream: RandomStream.engine))
    var statistics = RunStatistics(from: scenario.statisticsFrom, length: scenario.length)
    run(&engine, on: &host) { engine, host in
        guard host.isFullSecond else { return }
        let (verdict, bound) = state(engine, host.read())
        let sample = Sample(
            moment: host.now, error: host.clock.error(at: host.now),
            frequencyError: host.clock.frequencyError(at: host.now), bound: bound?.inSeconds, verdict: verdict,
            poll: host.poll)
        statistics.add(sample)
        observe(sample, host)
    }
    return statistics.result(of: host, seed: seed)
}

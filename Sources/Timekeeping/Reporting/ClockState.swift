internal import Control
internal import Estimation
public import TimeBase

/// What can be said of the wall clock at one moment.
public struct ClockState: Equatable, Sendable {
    public var verdict: Verdict
    /// How far the wall clock can be from true time: the truth lies inside. nil where nothing is known.
    public var bound: Duration?
    /// How far the clock of any other member of an island can be from ours. nil where there is none.
    public var agreement: Duration?
    /// What the wall clock still lacks, by the best estimate: positive when it is slow. nil where nothing is known.
    public var offset: Duration?
    /// Standard deviation of that estimate. nil where nothing is known.
    public var deviation: Duration?
    /// How fast the bound grows if nothing is heard.
    public var growth: Frequency
    /// Why the verdict is what it is: a sentence with the measured value and the limit.
    public var reason: String
    /// What to do about it; empty if there is nothing to do.
    public var nextStep: String
}

extension Timekeeper {
    /// The wall clock's error by the best estimate (positive when slow), and how far it can be from true time.
    func clockError(at now: ClockReading) -> (offset: Double, bound: Double)? {
        // What an island agrees on says nothing of the truth.
        followsIsland ? nil : referenceError(at: now)
    }

    /// The wall clock's error by what is followed, whatever that is.
    func referenceError(at now: ClockReading) -> (offset: Double, bound: Double)? {
        guard let interval = confirmedInterval(at: now) else { return nil }
        let wall = wallOffset(at: now.monotonic) + clock.unnoticedStep(at: now).inSeconds
        let estimate = wallError(at: now.monotonic).map { $0 - clock.unnoticedStep(at: now).inSeconds }
        let bound = max(interval.high - wall, wall - interval.low, 0) + readingError
        return (estimate ?? (interval.low + interval.high) / 2 - wall, bound)
    }

    /// Standard deviation of the estimate of the wall clock's error, seconds: as the last update left it, and what the
    /// frequency's uncertainty and the wander have made of the time since.
    func offsetDeviation(at now: ClockReading) -> Double {
        let known = discipline.offsetDeviation
        switch settings.estimator {
        case .filter:
            let reliable = filter?.deviation(
                at: seconds(at: now), weights: fusedWeights, leastWander: Self.leastWander)
            return max(reliable ?? known, known)
        case .regression:
            let age = max(discipline.lastUpdate.map { (now.monotonic - $0).inSeconds } ?? 0, 0)
            let grown = discipline.skew.ratio * age
            return (known * known + grown * grown).squareRoot()
        }
    }

    /// Verdict, bound and reason for this moment.
    public func state(at now: ClockReading) -> ClockState {
        let error = clockError(at: now)
        var state = ClockState(
            verdict: .unknown, bound: error.map { Duration(clampingSeconds: $0.bound) },
            agreement: nil, offset: error.map { Duration(clampingSeconds: $0.offset) },
            deviation: error == nil ? nil : Duration(clampingSeconds: offsetDeviation(at: now)),
            growth: Frequency(ratio: confirmed == nil ? 0 : dispersionRate(at: now)), reason: "", nextStep: "")
        let standing = standing(at: now)
        if followsIsland { describeClient(&state, at: now) }
        if case .island(let island) = standing {
            describe(island, &state)
            let offset = wallError(at: now.monotonic).map { Duration(clampingSeconds: $0) }
            state.offset = offset
            // What we serve is as near to the others as that; the clock itself may lack some of it yet.
            state.agreement = state.agreement.map { $0 + (offset ?? .zero).magnitude }
            return state
        }
        if case .local(let local) = standing {
            state.verdict = .agreed
            state.reason =
                "No source confirms the time; this machine serves its own (local, stratum "
                + "\(local.stratum))."
            state.nextStep = "timeball sources -v"
            return state
        }
        if sources.isEmpty, confirmed == nil {
            state.reason = "No time source is configured."
            state.nextStep = "Add a line such as `pool 2.debian.pool.ntp.org iburst` to the configuration."
            return state
        }
        guard let reference else {
            state.verdict =
                confirmed != nil ? .holding : sources.contains { $0.estimate.count > 0 } ? .settling : .unknown
            state.reason = "Not synchronised: \(selectionReason)."
            state.nextStep = "timeball sources -v"
            return state
        }
        if case .tooDistant(let distance) = standing {
            state.verdict = .holding
            state.reason =
                "The root distance is \(Words.duration(distance)), and nobody may rely on more than "
                + "\(Words.duration(settings.maximumDistance.inSeconds)) (maxdistance)."
            state.nextStep = "timeball sources -v"
            return state
        }
        let following = sources.filter { $0.selection == .selected || $0.selection == .combined }
        if following.allSatisfy({ $0.reach == 0 }) {
            let silence = following.compactMap(\.lastSample).max().map { (now.monotonic - $0).inSeconds } ?? 0
            state.verdict = .holding
            state.reason = "No source has answered for \(Words.duration(silence)); running on what was learned."
            state.nextStep = "timeball sources -v"
            return state
        }
        let rest = (state.offset?.inSeconds ?? 0).magnitude
        let known = max(3 * discipline.offsetDeviation, (confirmed.map { $0.high - $0.low } ?? 0) / 2, 1e-6)
        if rest > known {
            state.verdict = .settling
            let what = controlsClock ? "being corrected" : "not ours to correct; clients are served the right time"
            state.reason = "The clock is \(Words.duration(rest)) off and \(what) (limit \(Words.duration(known)))."
            return state
        }
        if followsIsland { return state }
        state.verdict = .right
        let label = sources.first { $0.number == reference.source }?.label ?? "?"
        state.reason =
            following.count > 1
            ? "\(following.count) sources agree, \(label) is the best of them." : "It follows \(label)."
        if sources.count(where: { !$0.settings.noselect }) == 1 {
            state.nextStep = "With one source nobody can tell whether it lies: configure three or more."
        }
        return state
    }
}

internal import BoundPage
internal import TimeBase

/// All that a report follows from. As long as none of it changes, what readers calculate from the last report is what
/// a new one would say.
struct BoundBasis: Equatable {
    var verdict: Verdict
    var leap: LeapIndicator
    var taiOffset: Int32?
    var confirmed: Confirmation?
    var aim: Aim?
    var frequency: Frequency
    var rate: KernelRate
    var compensation: Double
    var wallOffset: Duration
    var suspended: Duration
    var offsetBase: Duration
    /// How fast the bound grows changes with the time that has passed.
    var stage: Int
}

/// What every program of this machine may know of true time.
extension Timekeeper {
    /// Publishes true time and its bound if something has changed, or if the last report grows old.
    mutating func publishBound(_ now: ClockReading, _ effects: inout [Effect], isLast: Bool = false) {
        guard settings.purpose == .serve else { return }
        let basis = BoundBasis(
            verdict: state(at: now).verdict, leap: reference == nil ? .none : armedLeap,
            taiOffset: leap.taiOffset.map { Int32(clamping: $0) }, confirmed: confirmed, aim: aim,
            frequency: discipline.frequency, rate: clock.rate, compensation: clock.compensation,
            wallOffset: clock.realtime(at: now.monotonic).sinceEpoch - now.monotonic.sinceEpoch,
            suspended: now.suspended, offsetBase: offsetBase,
            stage: confirmed.map { $0.stage(after: seconds(at: now) - $0.time) } ?? 0)
        if !isLast, basis == boundBasis, let due = boundRenewal, now.monotonic < due { return }
        boundBasis = basis
        // Long before readers stop to believe it.
        boundRenewal = now.monotonic + BoundPage.lifetime / 4
        effects.append(.publishBound(report(basis, at: now, isKept: !isLast)))
    }

    private func report(_ basis: BoundBasis, at now: ClockReading, isKept: Bool) -> BoundReport {
        BoundReport(
            isKept: isKept, verdict: basis.verdict, leap: basis.leap, taiOffset: basis.taiOffset,
            reference: now.monotonic,
            validUntil: now.monotonic + BoundPage.lifetime, suspended: now.suspended, wallOffset: basis.wallOffset,
            tick: Int64(basis.rate.tick), scaledFrequency: Int64(basis.rate.scaledFrequency),
            knowledge: knowledge(at: now))
    }

    /// True time as readers are to calculate it: along the oscillator less what that gains, while CLOCK_MONOTONIC
    /// advances (1 + rate) times as fast as the oscillator.
    private func knowledge(at now: ClockReading) -> BoundReport.Knowledge? {
        guard !followsIsland, let interval = confirmedInterval(at: now) else { return nil }
        let wall = wallOffset(at: now.monotonic)
        let best = wallError(at: now.monotonic).map { wall + $0 } ?? (interval.low + interval.high) / 2
        let estimate = best.clamped(to: interval.low...interval.high)
        let gain = steering
        let rate = clock.ratio
        return BoundReport.Knowledge(
            estimate: Instant(
                sinceEpoch: clock.realtime(at: now.monotonic).sinceEpoch + Duration(clampingSeconds: estimate - wall)),
            rate: -(gain + rate) / (1 + rate),
            below: Duration(clampingSeconds: estimate - interval.low + readingError),
            above: Duration(clampingSeconds: interval.high - estimate + readingError),
            growth: confirmed == nil ? 0 : dispersionRate(at: now) / (1 - gain),
            deviation: Duration(clampingSeconds: offsetDeviation(at: now)))
    }
}

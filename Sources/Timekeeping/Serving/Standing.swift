internal import Estimation
internal import TimeBase

/// What we may call ourselves at one moment. What is served, what the kernel is told, reports and the verdict all read it
/// from here, so that they cannot contradict each other.
enum Standing: Equatable {
    /// Nobody confirms our time.
    case unsynchronised
    /// A majority was followed, but by now the root distance (seconds) is more than anybody may rely on.
    case tooDistant(Double)
    /// Our own time is served, though no source confirms it.
    case local(LocalReferenceSettings)
    /// The common time of machines without a reference.
    case island(IslandStanding)
    /// What is followed, and the root dispersion at this moment, seconds.
    case following(Reference, rootDispersion: Double)
}

extension Timekeeper {
    /// What we may call ourselves at a moment.
    func standing(at now: ClockReading) -> Standing {
        if let island = islandStanding(at: now) { return .island(island) }
        if isLocalReferenceActive, let local = localReference { return .local(local) }
        guard let reference else { return .unsynchronised }
        let age = max((now.monotonic - reference.monotonic).inSeconds, 0)
        // Half of the delay and the dispersion together promise no more than we know: the truth lies that near.
        let known = distanceServed(at: now) ?? 16
        let elapsed = confirmed.map { seconds(at: now) - $0.time } ?? 0
        let grown = confirmed?.widening(after: elapsed) ?? (age * settings.maximumClockError.ratio)
        let dispersion = max(reference.rootDispersion + grown, known - reference.rootDelay / 2)
        let distance = reference.rootDelay / 2 + dispersion
        guard distance <= settings.maximumDistance.inSeconds else { return .tooDistant(distance) }
        return .following(reference, rootDispersion: dispersion)
    }

    /// How fast root dispersion grows, seconds per second of true time.
    func dispersionRate(at now: ClockReading) -> Double {
        // Where the clock follows something else than what is known of true time, it leaves that.
        let apart = confirmed?.frequency.map { ($0.ratio - steering).magnitude } ?? 0
        let rate = confirmed.map { $0.rate(after: seconds(at: now) - $0.time) } ?? settings.maximumClockError.ratio
        return rate + apart
    }

    /// How far the time that is served (the wall clock and what it still lacks) can be from true time, seconds;
    /// nil where nothing is known.
    func distanceServed(at now: ClockReading) -> Double? {
        guard let interval = confirmedInterval(at: now) else { return nil }
        let wall = wallOffset(at: now.monotonic)
        let served = wall + (wallError(at: now.monotonic) ?? 0)
        return max(interval.high - served, served - interval.low, 0) + readingError
    }

    /// Between which offsets (true time less oscillator time, as samples count it) the truth lies now; nil where nothing
    /// is known.
    func confirmedInterval(at now: ClockReading) -> (low: Double, high: Double)? {
        guard let confirmed, !clock.sleptUnnoticed(at: now) else { return nil }
        let moment = seconds(at: now)
        let growth = confirmed.widening(after: moment - confirmed.time)
        let drift = (confirmed.frequency ?? discipline.frequency).ratio * (moment - confirmed.time)
        return (confirmed.low - drift - growth, confirmed.high - drift + growth)
    }

    /// By how much the books can be wrong, seconds: they take two clocks read one after the other for one moment, and a
    /// change of rate for made when it was decided.
    var readingError: Double { settings.precision.inSeconds + 1e-9 + rateSlack }

    /// How much later than it was decided a rate may reach the kernel, seconds.
    static let rateLateness = 200e-6

    // MARK: Saying it again

    /// How often what was said is said again, though nothing happened: the kernel lets maxerror grow by 500 ppm, much
    /// faster than our bound, and would call itself unsynchronised after some hours without sources.
    private static let renewal = Duration.seconds(512)
    /// The same while our bound grows faster than the kernel's maxerror.
    private static let hurriedRenewal = Duration.seconds(16)
    /// How fast the kernel lets maxerror grow (MAXFREQ of kernel/time/ntp.c).
    private static let kernelGrowth = 500e-6

    /// What to add to the bound that the kernel is told, seconds, so that it holds until it is told again.
    func kernelMargin(at now: ClockReading) -> Double {
        max(dispersionRate(at: now) - Self.kernelGrowth, 0) * (Self.hurriedRenewal.inSeconds + 1)
    }

    /// When the kernel and clients are to be told again; nil if nothing of what they were told changes with time.
    func renewalDue(after now: ClockReading, _ standing: Standing) -> Instant<Monotonic>? {
        guard confirmed != nil || reference != nil || leap.table != nil && aim != nil else { return nil }
        let elapsed = confirmed.map { seconds(at: now) - $0.time } ?? 0
        var wait = dispersionRate(at: now) > Self.kernelGrowth ? Self.hurriedRenewal : Self.renewal
        if let confirmed, let change = confirmed.nextStage(after: elapsed) {
            wait = min(wait, Duration(clampingSeconds: change - elapsed) + .milliseconds(1))
        }
        if case .following(let reference, let dispersion) = standing {
            // From the moment on at which the root distance is too large, nobody may rely on it.
            let left = settings.maximumDistance.inSeconds - reference.rootDelay / 2 - dispersion
            let crossing = left / max(dispersionRate(at: now), 1e-12)
            wait = min(wait, Duration(clampingSeconds: min(max(crossing, 0), 1e6)) + .milliseconds(1))
        }
        return now.monotonic + wait
    }
}

internal import Addresses
internal import Estimation
internal import NTPWire
internal import TimeBase

/// What others are told: clients by the responder, programs of this machine by the kernel.
extension Timekeeper {
    /// Gives the responder and the kernel what changed.
    mutating func publish(_ now: ClockReading, _ effects: inout [Effect]) {
        lookUpLeap(now, &effects)
        smoothLine(now)
        let standing = standing(at: now)
        renewalDue = renewalDue(after: now, standing)
        advanceMonotonicService(now)
        let served = served(standing, at: now)
        if served != servedState {
            servedState = served
            effects.append(.serve(served))
        }
        guard controlsClock, discipline.isStarted else { return }
        let status = kernelStatus(standing, at: now)
        if status != kernelStatus {
            kernelStatus = status
            effects.append(.setStatus(status))
        }
    }

    /// Carries the clock that is never set on to now, with the frequency that it was steered by so far.
    private mutating func advanceMonotonicService(_ now: ClockReading) {
        let moment = clock.oscillator(at: now.monotonic)
        let frequency = discipline.frequency.ratio
        guard let last = monotonicService else {
            monotonicService = (moment, clock.realtime(at: now.monotonic), frequency)
            return
        }
        let passed = (moment - last.moment).inSeconds * (1 - last.frequency)
        monotonicService = (moment, last.value + Duration(clampingSeconds: passed), frequency)
    }

    private func kernelStatus(_ standing: Standing, at now: ClockReading) -> KernelStatus {
        let bound = confirmed == nil ? nil : clockError(at: now).map { $0.bound + kernelMargin(at: now) }
        var isFollowing = false
        if case .following = standing { isFollowing = !followsIsland }
        return KernelStatus(
            isSynchronised: isFollowing && settings.synchronisesRTC, leap: leapForKernel,
            maximumError: Duration(clampingSeconds: min(bound ?? 16, 16)),
            estimatedError: Duration(clampingSeconds: min(bound == nil ? 16 : offsetDeviation(at: now), 16)))
    }

    private func served(_ standing: Standing, at now: ClockReading) -> ServedTime {
        var served = ServedTime.unsynchronised
        served.precision = precisionExponent
        // Not the reading itself: a step that was just decided is in the books, but not in it.
        let wall = clock.realtime(at: now.monotonic)
        served.base = wall
        served.monotonicBase = monotonicService?.value ?? wall
        served.monotonicRate = (1 - discipline.frequency.ratio) / (1 + clock.ratio)
        served.monotonicEpoch = monotonicEpoch
        switch standing {
        case .unsynchronised, .tooDistant: break
        case .local(let local):
            served.leap = leapForClients(at: now)
            served.stratum = local.stratum
            served.referenceIdentifier = .local
            served.referenceTime = NTPTimestamp(wall - .seconds(1))
        case .island(let island): serve(island, &served, at: now)
        case .following(let reference, let rootDispersion):
            served.leap = leapForClients(at: now)
            served.stratum = reference.stratum
            served.referenceIdentifier = reference.identifier
            served.referenceTime = NTPTimestamp(reference.time)
            served.rootDelay = Duration(clampingSeconds: reference.rootDelay)
            served.rootDispersion = Duration(clampingSeconds: rootDispersion)
            // While a slew makes the wall clock slow, its seconds are longer.
            served.dispersionRate = dispersionRate(at: now) / (1 + min(clock.ratio, 0))
        }
        // Clients are served the corrected time, also while the wall clock is still being slewed to it.
        if let error = wallError(at: now.monotonic) {
            let rate = clock.ratio
            // Per second of the wall clock, of which a fast one has more than the oscillator.
            let drift = (rate + steering) / (1 + rate)
            served.correction = Duration(clampingSeconds: error)
            served.correctionRate = -drift
            if let end = discipline.slewEnd {
                served.correctionEnds = clock.realtime(at: end)
            } else if controlsClock {
                served.correctionRate = 0
                served.correctionEnds = wall
            } else {
                served.correctionEnds = wall + .seconds(1 << 30)
            }
            served.smoothing = smoothing?.course(at: seconds(at: now)).map {
                SmoothedTime(course: $0.course, elapsed: $0.elapsed)
            }
            // Nobody is told of an update that for them is still to come.
            if case .following(let reference, _) = standing, served.smoothing != nil {
                let added = Duration(clampingSeconds: served.smoothingOffset(at: wall))
                served.referenceTime = NTPTimestamp(reference.time + added)
            }
        }
        return served
    }

    /// Binary logarithm of the precision, rounded up.
    var precisionExponent: Int8 {
        var exponent: Int8 = 0
        var value = 1.0
        while exponent > -31, value / 2 >= settings.precision.inSeconds {
            value /= 2
            exponent -= 1
        }
        return exponent
    }

    // MARK: Without a reference

    /// The majority was lost, or never found.
    mutating func setUnsynchronised(
        _ reason: String, _ now: ClockReading, _ effects: inout [Effect], isNews: Bool = true
    ) {
        selectionReason = reason
        selected = nil
        lastSelectedNote = ""
        if isNews, reason != lastUnsynchronisedReason {
            lastUnsynchronisedReason = reason
            effects.append(.note(.cannotSynchronise(reason: reason)))
        }
        if reference != nil {
            reference = nil
            beginIsland(now, &effects)
            publish(now, &effects)
            logUnsynchronised(now, &effects)
        }
        updateLocalReference(now, &effects)
    }

    /// When `local` may become active next; nil if it is not configured, active already, or must not.
    var localReferenceDue: Instant<Monotonic>? {
        guard let local = localReference, !isLocalReferenceActive, island == nil else { return nil }
        if local.activateDistance > .zero, !wasEverClose { return nil }
        guard let reference else {
            guard let last = discipline.lastUpdate else {
                return startedAt + (local.waitUnsynchronised ?? (local.orphan ? .seconds(300) : .zero))
            }
            return last + local.waitSynchronised
        }
        let distance = reference.rootDelay / 2 + reference.rootDispersion
        let rate = max(confirmed?.rate ?? 1e-6, 1e-9)
        let crossing = max((local.distance.inSeconds - distance) / rate, 0)
        return max(
            reference.monotonic + Duration(clampingSeconds: min(crossing + 0.001, 1e8)),
            reference.monotonic + local.waitSynchronised)
    }

    mutating func updateLocalReference(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let due = localReferenceDue, due <= now.monotonic else { return }
        isLocalReferenceActive = true
        publish(now, &effects)
    }
}

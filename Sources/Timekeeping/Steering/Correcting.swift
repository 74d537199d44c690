internal import Addresses
internal import Estimation
internal import Recording
internal import TimeBase

/// The best estimate of true time less oscillator time.
struct Aim: Equatable {
    var time: Double
    var offset: Double
    /// By how much it is moved on purpose, seconds per second.
    var slope = 0.0
}

/// From a combined estimate to what the kernel's clock is told.
extension Timekeeper {
    /// What the wall clock lacks by the best estimate, seconds: positive when it is slow. nil before the first update.
    func wallError(at now: Instant<Monotonic>) -> Double? {
        guard let aim else { return nil }
        let moment = seconds(clock.oscillator(at: now))
        return aim.offset - steering * (moment - aim.time) - wallOffset(at: now)
    }

    /// How much the oscillator gains on what the clock is to follow.
    var steering: Double { discipline.frequency.ratio - (aim?.slope ?? 0) }

    /// Takes a new combined estimate in, and corrects the clock by what it lacks.
    mutating func update(
        _ combination: Combination, by error: Double, _ moment: Double, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        if discipline.updates == 0 {
            let offset = Duration(clampingSeconds: error)
            effects.append(.note(.initialOffset(offset, willStep: shouldStep(error))))
        } else if error.magnitude > settings.logChange.inSeconds {
            effects.append(.note(.largeChange(Duration(clampingSeconds: error))))
        }
        let remaining = wallError(at: now.monotonic) ?? 0
        let limit = settings.maximumDrift.ratio
        let frequency = Frequency(ratio: combination.frequency.clamped(to: -limit...limit))
        discipline.note(offset: error, deviation: combination.offsetDeviation, at: now.monotonic)
        if let limit = settings.mailChange, error.magnitude > limit.inSeconds, settings.purpose == .serve {
            let change = Duration(clampingSeconds: error)
            effects.append(.mail(ChangeMail(change: change, limit: limit, time: now.realtime)))
        }
        switch settings.estimator {
        case .filter: discipline.set(frequency: frequency, skew: Frequency(ratio: combination.skew))
        case .regression: discipline.blend(frequency: frequency, skew: Frequency(ratio: combination.skew))
        }
        aim = Aim(time: moment, offset: combination.offset)
        manual.prior = nil
        fallback?.add(discipline.frequency, over: discipline.updateInterval.inSeconds)
        logTracking(combination, error, remaining: remaining, now, &effects)
        if settings.purpose == .measureOnce {
            finishPurpose(&effects, offset: error)
            return
        }
        correct(now, &effects, isUpdate: true)
        if initialCorrection != nil { noteInitialCorrection(now) }
        if settings.purpose == .setOnce, discipline.slewEnd == nil { finishPurpose(&effects, offset: error) }
    }

    /// Whether the configuration's `maxchange` lets an offset through.
    mutating func permits(change error: Double, _ effects: inout [Effect]) -> Bool {
        guard let rule = settings.maximumChange, discipline.updates >= rule.start,
            error.magnitude > rule.offset.inSeconds
        else { return true }
        let exits = rule.ignore >= 0 && discipline.changesIgnored >= rule.ignore
        discipline.changesIgnored += 1
        let offset = Duration(clampingSeconds: error)
        effects.append(.note(.changeTooLarge(offset, limit: rule.offset, exiting: exits)))
        if exits { effects.append(.stop(status: 1)) }
        return false
    }

    private func shouldStep(_ error: Double) -> Bool {
        if shouldStepInitially(error) { return true }
        guard let rule = discipline.makeStep, error.magnitude > rule.threshold.inSeconds else { return false }
        return rule.limit < 0 || discipline.updates < rule.limit
    }

    /// Begins to work off what the wall clock lacks: by a step if the rules say so, else by running fast or slow.
    mutating func correct(_ now: ClockReading, _ effects: inout [Effect], isUpdate: Bool) {
        guard let error = wallError(at: now.monotonic) else { return }
        defer { publish(now, &effects) }
        guard controlsClock else { return }
        if isUpdate, let rule = discipline.makeStep, error.magnitude > rule.threshold.inSeconds,
            rule.limit < 0 || discipline.updates <= rule.limit
        {
            step(by: error, now, &effects)
            return
        }
        if isUpdate, shouldStepInitially(error) {
            step(by: error, now, &effects)
            return
        }
        // What is not a measurement's scatter is known exactly, and worked off as fast as is allowed.
        slew(error, now, &effects, isHurried: !isUpdate)
    }

    /// Sets the wall clock by what it lacks, at once.
    mutating func step(by error: Double, _ now: ClockReading, _ effects: inout [Effect]) {
        let step = Duration(clampingSeconds: error)
        clock.stepped(by: step, at: now.monotonic)
        reference?.time += step
        effects.append(.step(by: step))
        clockWasSet(now)
        smoothing?.line = nil
        effects.append(.note(.stepped(by: step)))
        discipline.slewEnd = nil
        setRate(baseRate, now, &effects)
        // Requests on their way would be placed wrongly.
        for index in sources.indices {
            guard let exchange = sources[index].exchange else { continue }
            effects.append(.close(exchange.token))
            sources[index].exchange = nil
            sources[index].due = now.monotonic + .milliseconds(200)
        }
        // Far from the base, offsets lose digits: move the base when the clock moved far.
        if step.magnitude > .seconds(1000) { rebase(by: step) }
    }

    /// Counts offsets from another base.
    private mutating func rebase(by step: Duration) {
        offsetBase += step
        let seconds = step.inSeconds
        for index in sources.indices {
            sources[index].estimate.shift(by: -seconds)
            sources[index].lastInterval?.offset -= seconds
            sources[index].bestSample?.offset -= seconds
        }
        filter?.shift(by: -seconds)
        for address in kept.keys { kept[address]?.shift(by: -seconds) }
        for position in referenceClocks.indices { referenceClocks[position].shift(by: -seconds) }
        unseen.carried -= seconds
        aim?.offset -= seconds
        manual.shift(by: -seconds)
        island?.scale?.rebase(by: seconds)
        confirmed?.low -= seconds
        confirmed?.high -= seconds
    }

    /// Runs the clock faster or slower until the error is gone.
    ///
    /// It is done quickly, since a known error is better gone: within an eighth of the update interval, between 1 s
    /// and 64 s, unless the limit of the rate or the configuration makes it last longer.
    mutating func slew(
        _ error: Double, _ now: ClockReading, _ effects: inout [Effect], isHurried: Bool = false
    ) {
        guard error.magnitude >= 1e-9 else {
            discipline.slewEnd = nil
            setRate(baseRate, now, &effects)
            return
        }
        // `corrtimeratio` makes that more or less; chrony's usual 3 is the usual here.
        let patience = settings.correctionTimeRatio / 3
        let wanted = isHurried ? 1 : (discipline.updateInterval.inSeconds / 8).clamped(to: 1...64) * patience
        let duration = max(wanted, error.magnitude / settings.maximumSlewRate.ratio).clamped(to: 1...10_000)
        let limit = settings.maximumSlewRate.ratio
        let extra = (error / duration).clamped(to: -limit...limit)
        setRate(clock.rate(for: extra - steering), now, &effects)
        // The kernel's rate is rounded: the end is where the rounded rate has made up for the error.
        let achieved = clock.ratio + steering
        // Where the range of the rate leaves nothing for the slew, it goes in no direction: look again a little later.
        let actual = achieved != 0 ? (error / achieved).clamped(to: 0.5...20_000) : duration
        discipline.slewEnd = clock.monotonic(after: Duration(clampingSeconds: actual), from: now.monotonic)
    }

    mutating func endSlew(_ now: ClockReading, _ effects: inout [Effect]) {
        discipline.slewEnd = nil
        guard let error = wallError(at: now.monotonic) else { return }
        // A late wake-up at a fast rate leaves a rest.
        if controlsClock, error.magnitude > max(discipline.offsetDeviation / 10, 100e-9) {
            slew(error, now, &effects)
        } else if controlsClock {
            setRate(baseRate, now, &effects)
        }
        publish(now, &effects)
        if settings.purpose == .setOnce, discipline.slewEnd == nil, !purposeDone {
            finishPurpose(&effects, offset: discipline.lastOffset)
        }
    }

    /// The rate that keeps the wall clock with true time if nothing is left to correct.
    var baseRate: KernelRate { clock.rate(for: -steering) }

    mutating func setRate(_ rate: KernelRate, _ now: ClockReading, _ effects: inout [Effect]) {
        guard controlsClock, rate != clock.rate else { return }
        rateSlack += (rate.frequency.ratio - clock.rate.frequency.ratio).magnitude * Self.rateLateness
        clock.set(rate, at: now.monotonic)
        effects.append(.setRate(rate))
    }

    // MARK: Ends of -q and -Q

    private mutating func finishPurpose(_ effects: inout [Effect], offset: Double) {
        guard !purposeDone else { return }
        purposeDone = true
        effects.append(.note(.clockWrong(by: Duration(clampingSeconds: offset))))
        effects.append(.stop(status: 0))
    }

    /// With -q and -Q, ends the program when no source is left that might answer.
    mutating func finishIfAllFailed(_ now: ClockReading, _ effects: inout [Effect]) {
        guard settings.purpose != .serve, !purposeDone, !sources.isEmpty else { return }
        let isHopeless = sources.allSatisfy { source in
            // A name that did not resolve twice has no address now.
            if source.settings.kind == .referenceClock { return source.failures >= 8 && source.estimate.count == 0 }
            guard source.endpoint != nil else {
                return pools.first { $0.number == source.pool }.map { $0.failures >= 2 } ?? true
            }
            return source.burst == nil && source.requests > 0
                && (source.estimate.count < 3 || source.selection == .falseticker)
        }
        guard isHopeless else { return }
        purposeDone = true
        effects.append(.note(.noSources))
        effects.append(.stop(status: 1))
    }

    // MARK: What the kernel and the disk say

    mutating func refused(
        _ effect: Effect, _ refusal: KernelRefusal, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        switch effect {
        case .setRate, .step:
            let consequence =
                "The clock is followed but no longer corrected. Give the program CAP_SYS_TIME, or start it with -x."
            if controlsClock { effects.append(.note(.refused(refusal, consequence: consequence))) }
            if case .setRate(let rate) = effect { clock.refused(rate) }
            if case .step(let step) = effect { clock.stepped(by: .zero - step, at: now.monotonic) }
            let isNews = controlsClock
            controlsClock = false
            discipline.slewEnd = nil
            publish(now, &effects)
            // Nobody keeps this clock any more. If the kernel does not hear of that either, its own maxerror grows on.
            if isNews {
                let status = KernelStatus(
                    isSynchronised: false, leap: .none, maximumError: .seconds(16), estimatedError: .seconds(16))
                kernelStatus = status
                effects.append(.setStatus(status))
            }
        case .setStatus:
            if controlsClock {
                effects.append(
                    .note(.refused(refusal, consequence: "Other programs are not told how good the clock is.")))
            }
        case .setTAIOffset:
            effects.append(.note(.refused(refusal, consequence: "CLOCK_TAI does not show TAI.")))
        case .save(.measurements, _):
            effects.append(.note(.refused(refusal, consequence: "The samples are not kept over a restart.")))
        case .readRTC(let index), .watchRTC(let index), .setRTC(let index, _):
            realTimeClockRefused(index, refusal, now, &effects)
        case .save(.realTimeClock, _), .save(.time, _):
            effects.append(
                .note(.refused(refusal, consequence: "The next start of the machine knows less of the time.")))
        case .save:
            effects.append(
                .note(.refused(refusal, consequence: "The frequency is not remembered over a restart.")))
        default:
            effects.append(.note(.refused(refusal, consequence: "")))
        }
    }

    mutating func saveDrift(_ effects: inout [Effect]) {
        guard discipline.updates > 0, !followsIsland else { return }
        let frequency = discipline.frequency + Frequency(ratio: clock.compensation)
        let record = DriftRecord(frequency: frequency, skew: discipline.skew)
        effects.append(.save(.drift, record.text))
        guard settings.temperature?.isKept ?? false, let temperature = temperatureRecord else { return }
        effects.append(.save(.temperature, temperature.text))
    }
}

internal import Estimation
internal import TimeBase

/// When reference clocks are read, and how the readings of a poll interval become a sample.
extension Timekeeper {
    /// Reads those that are due.
    mutating func readReferenceClocks(_ now: ClockReading, _ effects: inout [Effect]) {
        for position in referenceClocks.indices where referenceClocks[position].due <= now.monotonic {
            let clock = referenceClocks[position]
            let interval = clock.settings.isAsked ? Duration.poll(clock.settings.driverPoll) : clock.groupInterval
            // Where the process was held up, lost readings are not made up for.
            let next = clock.due + interval
            referenceClocks[position].due = next > now.monotonic ? next : now.monotonic + interval
            guard clock.settings.isAsked else {
                if now.monotonic > startedAt { endGroup(position, now, &effects) }
                // It speaks by itself, unless its device was missing and has come since.
                effects.append(.readReferenceClock(position))
                continue
            }
            if clock.asked >= clock.groupSize { endGroup(position, now, &effects) }
            referenceClocks[position].asked += 1
            effects.append(.readReferenceClock(position))
        }
    }

    /// Makes a sample of the readings of a poll interval, if there are enough.
    mutating func endGroup(_ position: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        let clock = referenceClocks[position]
        guard let index = sourceIndex(position) else { return }
        referenceClocks[position].asked = 0
        referenceClocks[position].came = 0
        referenceClocks[position].groups += 1
        let oldest = seconds(at: now) - max(4 * Duration.poll(clock.settings.poll).inSeconds, 16)
        referenceClocks[position].group.drop(before: oldest)
        guard referenceClocks[position].group.count >= clock.needed else {
            return missReferenceClock(index, position, now, &effects)
        }
        // A frequency from the drift file alone may have changed since.
        let isSure = discipline.updates > 0 && discipline.skew.ratio < 1e-6
        guard
            let combined = referenceClocks[position].group.combine(
                frequency: discipline.frequency.ratio, isSure: isSure),
            combined.deviation <= clock.settings.maximumDispersion?.inSeconds ?? .infinity
        else {
            referenceClocks[position].refusal = "Its readings scatter more than maxdispersion allows."
            return missReferenceClock(index, position, now, &effects)
        }
        take(sample(of: combined, clock), index, position, now, &effects)
    }

    private func sample(of combined: ReadingGroup.Combined, _ clock: ReferenceClock) -> Sample {
        let delay = clock.settings.delay.inSeconds
        let dispersion = combined.dispersion + clock.systematicError(scatter: combined.scatter)
        return Sample(
            time: combined.time, offset: combined.offset, delay: delay, dispersion: dispersion, rootDelay: delay,
            rootDispersion: dispersion, deviation: combined.deviation)
    }

    private mutating func take(
        _ sample: Sample, _ index: Int, _ position: Int, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        let clock = referenceClocks[position]
        sources[index].reach = sources[index].reach << 1 | 1
        sources[index].failures = 0
        sources[index].missedAlone = 0
        sources[index].hasAnswered = true
        sources[index].leap = clock.settings.isLocal ? .none : clock.leap
        sources[index].stratum = stratum(clock)
        sources[index].referenceIdentifier = clock.settings.identifier
        sources[index].estimate.add(sample)
        sources[index].count(.accepted)
        let age = max(seconds(at: now) - sample.time, 0)
        sources[index].lastSample = now.monotonic - Duration(clampingSeconds: age)
        logSample(sample, position, now, &effects)
        calibrate(position, by: sample, &effects)
        select(because: index, now, &effects)
        finishIfAllFailed(now, &effects)
    }

    /// A poll interval without a sample.
    private mutating func missReferenceClock(
        _ index: Int, _ position: Int, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        sources[index].reach <<= 1
        sources[index].failures += 1
        if othersAnswered(while: sources[index]) { sources[index].missedAlone += 1 }
        // The first intervals are short, and that not all is there yet is no news.
        if sources[index].reach == 0, sources[index].failures >= 4 { select(because: nil, now, &effects) }
        finishIfAllFailed(now, &effects)
    }

    /// Seconds that were numbered by NTP servers are as far from the truth's origin as those servers are.
    private func stratum(_ clock: ReferenceClock) -> Int {
        guard clock.isPulsing, clock.settings.lock == nil, !clock.settings.isLocal, !isLocalReferenceActive,
            let reference, reference.source != clock.source
        else { return clock.settings.stratum }
        return max(Int(reference.stratum) - 1, clock.settings.stratum)
    }

    /// Forgets all readings.
    mutating func forgetReadings() {
        for position in referenceClocks.indices { referenceClocks[position].forget() }
    }
}

extension ReferenceClock {
    /// How far all readings may be wrong alike, which no reading shows, seconds; half of `delay` comes on top.
    ///
    /// An interrupt comes some microseconds after the edge. What other programs hand over may be the sentences of a receiver,
    /// which come up to half a second after the second that they name: they betray themselves by their scatter, whatever
    /// precision they claim (gpsd claims a microsecond). Where the configuration says `delay`, that counts alone.
    func systematicError(scatter: Double) -> Double {
        guard !settings.isDelayGiven else { return 0 }
        let claimed = settings.precision == nil ? claimed : 0
        switch settings.driver {
        case .pulse: return Self.interruptLatency
        case .hardwareClock: return 0
        case .sharedMemory, .socket:
            guard !isPulsing, scatter > Self.scatterOfSentences else { return claimed }
            // Who gives an offset has measured it.
            return max(claimed, settings.offset == .zero ? Self.delayOfSentences : Self.delayOfSentences / 5)
        }
    }

    private static let interruptLatency = 5e-6
    private static let scatterOfSentences = 50e-6
    private static let delayOfSentences = 0.5
}

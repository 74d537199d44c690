internal import AtomicTime
internal import Estimation
internal import TimeBase

/// From what a driver read to a reading that counts, or to a reason why not.
extension Timekeeper {
    /// Takes a configured reference clock in, as a source like others.
    mutating func add(_ configured: ReferenceClockSettings, at now: Instant<Monotonic>) {
        var options = SourceSettings(kind: .referenceClock, name: configured.name)
        options.minimumPoll = configured.poll
        options.maximumPoll = configured.poll
        options.minimumSamples = configured.minimumSamples
        options.maximumUnreachable = configured.maximumUnreachable
        options.maximumSamples = configured.maximumSamples
        (options.prefer, options.noselect) = (configured.prefer, configured.noselect)
        (options.trust, options.require) = (configured.trust, configured.require)
        options.offset = configured.offset
        let precision = (configured.precision ?? settings.precision).inSeconds
        var source = Source(
            number: nextSourceNumber, settings: options, pool: nil, endpoint: nil, precision: precision)
        nextSourceNumber += 1
        source.story = "It was not read yet."
        source.stratum = configured.stratum
        referenceClocks.append(ReferenceClock(configured, source: source.number, at: now))
        sources.append(source)
    }

    /// A driver has read its clock.
    mutating func received(_ reading: ReferenceClockReading, _ now: ClockReading, _ effects: inout [Effect]) {
        guard referenceClocks.indices.contains(reading.clock) else { return }
        let position = reading.clock
        let place = referenceClocks[position]
        do throws(Unusable) {
            let moment = try moment(of: reading, place.settings, now)
            let shown = try advanced(reading, place, at: moment)
            let taken = try taken(reading, place, at: moment, now)
            if let shown { referenceClocks[position].shown = (shown, moment) }
            referenceClocks[position].group.add(taken.reading)
            referenceClocks[position].last = taken.reading
            referenceClocks[position].leap = taken.leap
            referenceClocks[position].isPulsing = taken.isPulse
            referenceClocks[position].claimed = reading.claimed.inSeconds
            referenceClocks[position].refusal = ""
            let number = place.settings.isAsked ? max(place.asked - 1, 0) : place.came
            logReading(reading, taken, number: number, position, &effects)
            referenceClocks[position].came += 1
        } catch {
            referenceClocks[position].refusal = error.sentence
            if error.isDropping { referenceClocks[position].group.drop() }
        }
        let clock = referenceClocks[position]
        // What the last reading of a poll interval makes known need not wait for the next interval.
        if clock.settings.isAsked, clock.asked >= clock.groupSize { endGroup(position, now, &effects) }
    }

    /// A driver could not read its clock.
    mutating func referenceClockFailed(_ position: Int, _ refusal: KernelRefusal) {
        guard referenceClocks.indices.contains(position) else { return }
        referenceClocks[position].refusal = "It can't be read: \(refusal.call): \(refusal.text)."
        guard let index = sourceIndex(position), sources[index].lastSample == nil else { return }
        sources[index].story = referenceClocks[position].refusal
    }

    /// Why a reading is not used.
    struct Unusable: Error {
        var sentence: String
        /// What was read before can't be used any more, either.
        var isDropping = false
    }

    /// What a reading comes to.
    struct Taken {
        var reading: ReadingGroup.Reading
        var leap: LeapIndicator
        var isPulse: Bool
    }

    /// When it was read, as samples count it.
    private func moment(
        of reading: ReferenceClockReading, _ settings: ReferenceClockSettings, _ now: ClockReading
    ) throws(Unusable) -> Instant<Oscillator> {
        let age = now.realtime - reading.stamp
        guard age >= .zero, age <= .poll(settings.poll + 1) else {
            throw Unusable(
                sentence: "Its stamp is \(Words.duration(age.inSeconds)) old, and must be between 0 and "
                    + "\(Words.duration(Duration.poll(settings.poll + 1).inSeconds)).")
        }
        let isLeapNear = suppressSamplesUntil.map { now.monotonic < $0 } ?? false || isLeapImminent(now)
        guard !isLeapNear else { throw Unusable(sentence: "A leap second is near.", isDropping: true) }
        guard let moment = clock.oscillator(at: reading.stamp) else {
            throw Unusable(sentence: "The clock was stepped after its stamp.", isDropping: true)
        }
        return moment
    }

    /// What the clock showed. One that stands still would draw ours after it.
    private func advanced(
        _ reading: ReferenceClockReading, _ place: ReferenceClock, at moment: Instant<Oscillator>
    ) throws(Unusable) -> Duration? {
        guard case .time(let ahead, _) = reading.content, ahead.magnitude < Self.farthest else { return nil }
        let time = reading.stamp.sinceEpoch + ahead
        guard let last = place.shown, case let elapsed = moment - last.moment, elapsed > .milliseconds(100),
            time - last.time < elapsed / 4
        else { return time }
        throw Unusable(
            sentence: "It stands still: it went on by \(Words.duration((time - last.time).inSeconds)) in "
                + "\(Words.duration(elapsed.inSeconds)).")
    }

    private func taken(
        _ reading: ReferenceClockReading, _ place: ReferenceClock, at moment: Instant<Oscillator>, _ now: ClockReading
    ) throws(Unusable) -> Taken {
        let precision = (place.settings.precision ?? settings.precision).inSeconds
        let dispersion = precision + reading.uncertainty.inSeconds
        let known = sourceIndex(reading.clock).map { sources[$0].settings.offset } ?? .zero
        /// True time less oscillator time, as samples count it, if the reading is this much ahead of the wall clock.
        func offset(_ ahead: Duration) -> Double {
            (reading.stamp.sinceEpoch + ahead + known - moment.sinceEpoch - offsetBase).inSeconds
        }
        var result = Taken(
            reading: .init(time: seconds(moment), offset: 0, dispersion: dispersion), leap: .none, isPulse: false)
        switch reading.content {
        case .time(let ahead, let leap):
            guard ahead.magnitude < Self.farthest, reading.stamp.sinceEpoch + ahead > .zero else {
                throw Unusable(sentence: "Its time is \(Words.duration(ahead.inSeconds)) away from ours.")
            }
            guard leap != .unsynchronised else { throw Unusable(sentence: "It says itself that it is not right.") }
            var tai = Duration.zero
            if place.settings.countsTAI {
                let shown = (reading.stamp.sinceEpoch + ahead).components.seconds
                let (seconds, certainty) = (self.leap.table ?? .builtIn).difference(at: Int(shown))
                tai = .seconds(seconds)
                // Behind the table's end there may have been a leap second that it does not know.
                if certainty != .known { result.reading.dispersion += 1 }
            }
            result.reading.offset = offset(ahead - tai)
            result.leap = leap
            guard place.settings.givesPulses else { return result }
        case .pulse(let ahead):
            guard ahead.magnitude < Self.farthest else {
                throw Unusable(sentence: "Its pulse is \(Words.duration(ahead.inSeconds)) away from ours.")
            }
            result.reading.offset = offset(ahead)
        }
        result.isPulse = true
        let stamped = reading.stamp.sinceEpoch - moment.sinceEpoch - offsetBase
        try number(&result, place, stamped: stamped.inSeconds, now)
        return result
    }

    // MARK: Pulses

    /// Finds out which period a pulse stands for: from another clock's readings, or from our own time.
    ///
    /// - Parameter stamped: wall clock less oscillator at the pulse, as samples count it.
    private func number(
        _ result: inout Taken, _ place: ReferenceClock, stamped: Double, _ now: ClockReading
    ) throws(Unusable) {
        let period = 1 / Double(max(place.settings.rate, 1))
        let time = result.reading.time
        let expected: Double
        let tolerance: Double
        let asEdge: Double
        if let lock = place.settings.isLocal ? place.settings.identifier : place.settings.lock {
            guard let partner = referenceClocks.first(where: { $0.settings.identifier == lock }),
                let last = partner.last
            else {
                guard place.settings.isLocal else {
                    throw Unusable(
                        sentence:
                            "\(ReferenceClockSettings.text(lock)), which numbers its pulses, has said nothing yet.")
                }
                // Where a clock begins that only tells a frequency makes no difference.
                result.leap = .unsynchronised
                result.reading.offset = nearest(result.reading.offset, to: stamped, period)
                return
            }
            guard (time - last.time).magnitude < Double(place.settings.maximumLockAge) * period else {
                throw Unusable(
                    sentence: "\(partner.settings.name), which numbers its pulses, has said nothing for "
                        + "\(Words.duration((time - last.time).magnitude)).")
            }
            expected = last.offset - discipline.frequency.ratio * (time - last.time)
            tolerance = 0.4 * period - last.dispersion - result.reading.dispersion
            asEdge = 0
            result.leap = partner.leap
        } else {
            guard case .following(let reference, let dispersion) = standing(at: now),
                case let distance = reference.rootDelay / 2 + dispersion, distance < 0.5 * period,
                let error = wallError(at: now.monotonic)
            else {
                throw Unusable(
                    sentence: "Nothing numbers its pulses: no source is followed, and it has no `lock`.",
                    isDropping: true)
            }
            let elapsed = seconds(at: now) - time
            expected = error + wallOffset(at: now.monotonic) + discipline.frequency.ratio * elapsed
            tolerance = .infinity
            asEdge = distance
            result.leap = reference.leap
        }
        result.reading.offset = nearest(result.reading.offset, to: expected, period)
        let apart = (result.reading.offset - expected).magnitude
        guard apart <= tolerance else {
            throw Unusable(
                sentence:
                    "Its pulses are \(Words.duration(apart)) away from the seconds of the clock that numbers them.")
        }
        guard let width = place.settings.width?.inSeconds, width > 0 else { return }
        // The other edge is a pulse's length away; nearer than half of that to what is expected, it is the right one.
        guard apart <= 0.5 * min(width, period - width) - asEdge else {
            throw Unusable(sentence: "It may be the wrong edge of the pulse (width \(Words.duration(width))).")
        }
    }

    /// The offset that differs from `offset` by whole periods and is nearest to what is expected.
    private func nearest(_ offset: Double, to expected: Double, _ period: Double) -> Double {
        offset + ((expected - offset) / period).rounded() * period
    }

    /// No clock is as far from ours as an era of NTP.
    private static let farthest = Duration.seconds(Int64(UInt32.max))

    /// Where a reference clock's source is in the list.
    func sourceIndex(_ position: Int) -> Int? {
        let number = referenceClocks[position].source
        return sources.firstIndex { $0.number == number }
    }
}

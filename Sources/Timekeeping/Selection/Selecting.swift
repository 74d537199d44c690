internal import Addresses
internal import Control
internal import Estimation
internal import NTPWire
internal import TimeBase

/// From what every source says to what the clock follows.
extension Timekeeper {
    /// Judges all sources anew, and if the reference may have changed, corrects the clock.
    ///
    /// - Parameter updated: position of the source that has a new sample; nil if none has.
    mutating func select(because updated: Int?, _ now: ClockReading, _ effects: inout [Effect]) {
        let moment = seconds(at: now)
        beginLoggingSelection(now)
        defer { logSelection(now, &effects) }
        for index in sources.indices { classify(index, moment, now) }
        let candidates = eligible()
        guard !candidates.isEmpty else {
            let silent = sources.count { $0.reach == 0 }
            let asked = sources.count { $0.isWithinReach }
            let reason =
                silent == sources.count
                ? sources.isEmpty ? "there are no sources" : "no source answers (\(asked) of \(sources.count) asked)"
                : "no selectable sources (\(silent) unreachable source\(silent == 1 ? "" : "s"))"
            // A source that is merely silent keeps its place for a while: its estimate is still the best there is.
            // While the first answers come in, one after the other, this is no news.
            setUnsynchronised(reason, now, &effects, isNews: reference != nil || silent == sources.count)
            return
        }
        guard candidates.count >= settings.minimumSources else {
            for candidate in candidates {
                mark(candidate.index, .notEnough, "\(candidates.count) usable, \(settings.minimumSources) needed.")
            }
            setUnsynchronised(
                "not enough selectable sources (\(candidates.count) of \(settings.minimumSources))", now, &effects)
            return
        }
        switch Intersection.find(candidates) {
        case .none(let largest, let total):
            for candidate in candidates {
                complain(candidate.index, &effects)
                mark(
                    candidate.index, .falseticker,
                    "Only \(largest) of \(total) sources agree; a majority is \(total / 2 + 1).")
            }
            setUnsynchronised("no majority (only \(largest) of \(total) sources agree)", now, &effects)
        case .majority(let members, let low, let high):
            let accepted = members.map { candidates[$0] }
            for (position, candidate) in candidates.enumerated() where !members.contains(position) {
                rejectFalseticker(candidate, low, high, &effects)
            }
            follow(accepted, of: candidates, low: low, high: high, because: updated, moment, now, &effects)
        }
    }

    /// Says so once, until the source has agreed with a majority again.
    private mutating func complain(_ index: Int, _ effects: inout [Effect]) {
        guard !sources[index].isKnownLiar else { return }
        sources[index].isKnownLiar = true
        effects.append(.note(.falseticker(source: sources[index].label)))
    }

    private mutating func rejectFalseticker(
        _ candidate: Candidate, _ low: Double, _ high: Double, _ effects: inout [Effect]
    ) {
        complain(candidate.index, &effects)
        sources[candidate.index].badSelections += 1
        let apart = candidate.offset > high ? candidate.offset - high : low - candidate.offset
        mark(
            candidate.index, .falseticker,
            "It is \(Words.duration(max(apart, 0))) away from what the majority agrees on, and claims "
                + "+/-\(Words.duration(candidate.distance)).")
    }

    mutating func mark(_ index: Int, _ state: SelectionState, _ story: String) {
        sources[index].selection = state
        sources[index].story = story
    }

    /// The state of a source as far as it depends on nobody else; `untested` ones go on to the intersection.
    private mutating func classify(_ index: Int, _ moment: Double, _ now: ClockReading) {
        let source = sources[index]
        guard !source.settings.noselect else {
            return mark(index, .noselect, "The configuration says noselect.")
        }
        guard !effective(source).contains(.noselect) else {
            return mark(index, .noselect, "It is not authenticated, and authselectmode wants that.")
        }
        if let key = source.settings.key, source.estimate.count == 0, keys.key(key) == nil {
            return mark(
                index, .noSamples,
                "Key \(key) is not in the key file, so it can't be asked. Next: add it there, and chronyc rekey.")
        }
        if isThisMachine(source) { return mark(index, .noselect, "It is this machine itself.") }
        if island != nil, source.island != nil {
            sources[index].lastInterval = nil
            return markMember(index, now)
        }
        let isFitted = source.estimate.estimate != nil || settings.estimator == .filter
        guard source.isWithinReach else {
            sources[index].lastInterval = nil
            return mark(index, .noSamples, "Its name has no address yet.")
        }
        if isMeasuredOnly(source) {
            return mark(index, .noselect, "Only its frequency is right (local), and this version does not use it.")
        }
        guard isFitted, let interval = interval(of: source, at: moment) else {
            sources[index].lastInterval = nil
            if source.settings.kind == .referenceClock { return mark(index, .noSamples, storyOfSilence(source)) }
            let story =
                source.failures > 0 && source.reach == 0
                ? "No reply to \(source.failures) requests."
                : "\(source.estimate.count) good samples so far; 3 are needed."
            return mark(index, .noSamples, story)
        }
        sources[index].lastInterval = (interval.offset, interval.distance)
        sources[index].bestSample = interval.sample
        guard source.leap != .unsynchronised, (source.leastStratum...15).contains(source.stratum) else {
            sources[index].badSelections += 1
            return mark(index, .unsynchronised, "It says itself that it is not synchronised.")
        }
        guard source.stratum >= source.settings.minimumStratum, source.stratum <= settings.maximumStratum else {
            return mark(index, .badStratum, "Its stratum is \(source.stratum).")
        }
        guard interval.distance <= settings.maximumDistance.inSeconds else {
            sources[index].badSelections += 1
            return mark(
                index, .tooDistant,
                "It is good to +/-\(Words.duration(interval.distance)) only; the limit is "
                    + "\(Words.duration(settings.maximumDistance.inSeconds)).")
        }
        let scatter = source.estimate.estimate?.sampleDeviation ?? 0
        guard scatter <= settings.maximumJitter.inSeconds else {
            sources[index].badSelections += 1
            return mark(
                index, .jittery,
                "Its samples scatter by \(Words.duration(scatter)); the limit is "
                    + "\(Words.duration(settings.maximumJitter.inSeconds)).")
        }
        guard source.reach != 0 || isStillTimely(source) else {
            return mark(index, .unreachable, "It has not answered for \(Words.duration(silence(source, now))).")
        }
        guard source.reach != 0 || source.failures - 8 < source.settings.maximumUnreachable else {
            return mark(
                index, .unreachable,
                "It has not answered \(source.failures) requests; the limit is 8 and \(source.settings.maximumUnreachable)"
                    + " (maxunreach).")
        }
        if let island, source.stratum >= Int(island.settings.stratum) {
            return mark(index, .badStratum, "Its stratum is \(source.stratum), and this island's is no more.")
        }
        if let last = source.lastReply, isLoop(last.header, last.local) {
            return mark(index, .unsynchronised, "It follows this machine, and tells nothing of its own.")
        }
        if isHearsay(source) {
            return mark(index, .orphan, "It follows this machine, or a source that is asked as well.")
        }
        if let local = localReference, local.orphan, source.stratum >= Int(local.stratum) {
            return mark(index, .orphan, "It serves its own local time (orphan).")
        }
        mark(index, .waitingForUpdate, "")
    }

    /// Where the truth lies by one source alone: its best sample, carried on to a moment.
    func interval(of source: Source, at moment: Double) -> (offset: Double, distance: Double, sample: Sample)? {
        let error = settings.maximumClockError.ratio
        switch settings.estimator {
        case .filter:
            return source.estimate.interval(
                at: moment, frequency: discipline.frequency.ratio, errorRate: discipline.skew.ratio + error)
        case .regression:
            // A frequency that is less sure than what holds of any clock says nothing.
            let fit = source.estimate.estimate.flatMap { $0.skew < Regression.unknownSkew ? $0 : nil }
            return source.estimate.interval(
                at: moment, frequency: fit?.frequency ?? 0, errorRate: (fit?.skew ?? Regression.unknownSkew) + error)
        }
    }

    private func silence(_ source: Source, _ now: ClockReading) -> Double {
        source.lastSample.map { (now.monotonic - $0).inSeconds } ?? 0
    }

    /// A source that is silent while others answer can't say any more whether it still agrees. Where nobody answers, the
    /// network is gone: then all count as before, until all are heard again; else the last of them to fall silent, or the first
    /// to be heard again, would be followed alone, whatever it says.
    private func isStillTimely(_ source: Source) -> Bool {
        guard source.isOnline else {
            return !sources.contains { $0.reach != 0 && $0.estimate.count > 0 && !effective($0).contains(.noselect) }
        }
        return source.missedAlone < 3
    }

    /// Whether others have answered long after this source did for the last time.
    func othersAnswered(while source: Source) -> Bool {
        guard let last = source.lastSample else { return sources.contains { $0.reach != 0 } }
        return sources.contains { other in
            guard other.number != source.number, !effective(other).contains(.noselect), let answered = other.lastSample
            else { return false }
            return answered - last > source.interval * 3
        }
    }

    /// Who goes into the intersection: those without a fault; where only orphans are left, the chosen orphan.
    private mutating func eligible() -> [Candidate] {
        var open = sources.indices.filter { sources[$0].selection == .waitingForUpdate }
        if open.isEmpty, let orphan = chosenOrphan() { open = [orphan] }
        // Beside true time, nobody needs the common time of an island.
        let real = open.filter { sources[$0].island == nil }
        if !real.isEmpty, real.count < open.count {
            for index in open where sources[index].island != nil {
                mark(index, .orphan, "It serves the common time of an island, and others have the true one.")
            }
            open = real
        }
        return open.compactMap { index in
            guard let interval = sources[index].lastInterval else { return nil }
            let options = effective(sources[index])
            return Candidate(
                index: index, offset: interval.offset, distance: interval.distance, stratum: sources[index].stratum,
                isPreferred: options.contains(.prefer), isTrusted: options.contains(.trust),
                isRequired: options.contains(.require))
        }
    }

    /// Of several machines that serve their own time, all follow the one with the smallest address.
    private func chosenOrphan() -> Int? {
        let orphans = sources.indices.filter { sources[$0].selection == .orphan }
        func key(_ address: IPAddress?) -> UInt64 {
            switch address {
            case .v4(let bits): UInt64(bits)
            case .v6(let high, let low): (high ^ low) | 1 << 63
            case nil: .max
            }
        }
        guard let best = orphans.min(by: { key(sources[$0].endpoint?.address) < key(sources[$1].endpoint?.address) })
        else { return nil }
        let own = key(sources[best].lastReply?.local)
        return key(sources[best].endpoint?.address) < own ? best : nil
    }

    /// Chooses among those that agree, combines them, and corrects the clock.
    private mutating func follow(
        _ accepted: [Candidate], of candidates: [Candidate], low: Double, high: Double, because updated: Int?,
        _ moment: Double, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        for candidate in accepted {
            sources[candidate.index].badSelections = 0
            sources[candidate.index].isKnownLiar = false
        }
        if sources.contains(where: { effective($0).contains(.require) }), !accepted.contains(where: \.isRequired) {
            for candidate in accepted { mark(candidate.index, .waitingForOthers, "A required source does not agree.") }
            setUnsynchronised("no required source in selectable sources", now, &effects)
            return
        }
        if reference == nil, isWaitingForOthers(accepted) {
            for candidate in accepted {
                mark(candidate.index, .waitingForOthers, "Waiting until the other sources had time to answer.")
            }
            return
        }
        let preferred = accepted.filter(\.isPreferred)
        for candidate in accepted where !preferred.isEmpty && !candidate.isPreferred {
            mark(candidate.index, .notPreferred, "It agrees, but another source is preferred.")
        }
        let field = preferred.isEmpty ? accepted : preferred
        let choice = choose(field, because: updated)
        changeTimes(toIsland: sources[choice.index].island != nil)
        let isNews = updated.map { index in field.contains { $0.index == index } } ?? false
        var combination = combine(field, choice, moment)
        if settings.estimator == .filter {
            fuse(&combination, because: isNews ? updated : nil, moment, now)
            combination.offset = combination.offset.clamped(to: min(low, high)...max(low, high))
        }
        let label = sources[choice.index].label
        if selected != choice.index || lastSelectedNote != label {
            effects.append(.note(.selected(source: label)))
            lastSelectedNote = label
        }
        selected = choice.index
        selectionReason = combination.members > 1 ? "\(combination.members) sources combined" : "one source"
        lastUnsynchronisedReason = ""
        confirm(low: low, high: high, candidates, combination, moment, now)
        guard updated.map({ combination.indices.contains($0) }) ?? false || reference == nil else { return }
        let error = combination.offset - wallOffset(at: now.monotonic)
        guard permits(change: error, &effects) else {
            // The clock stays as it is, but what is told of it must not.
            if reference == nil { selectionReason = "the offset is larger than maxchange allows" }
            publish(now, &effects)
            return
        }
        setReference(choice, accepted, combination, now)
        update(combination, by: error, moment, now, &effects)
    }

    /// At the start a quick source must not be followed before the others had their chance.
    private func isWaitingForOthers(_ accepted: [Candidate]) -> Bool {
        sources.contains { source in
            guard !effective(source).contains(.noselect), source.isOnline, source.isWithinReach,
                source.island == nil, !isThisMachine(source)
            else { return false }
            switch settings.estimator {
            case .regression:
                return source.selection == .noSamples && source.burst != nil && source.reach != 0
            case .filter:
                return source.estimate.count == 0 && source.failures == 0
            }
        }
    }

    /// The one with the least root distance, with some loyalty to the present one.
    private mutating func choose(_ field: [Candidate], because updated: Int?) -> Candidate {
        let least = field.map(\.stratum).min() ?? 1
        func distance(_ candidate: Candidate) -> Double {
            candidate.distance + Double(candidate.stratum - least) * settings.stratumWeight.inSeconds
                + (candidate.index == selected ? 0 : reselectDistance.inSeconds)
        }
        guard let current = field.first(where: { $0.index == selected }) else {
            for index in sources.indices { sources[index].score = 1 }
            return field.min { distance($0) < distance($1) } ?? field[0]
        }
        var best = current
        for candidate in field where candidate.index != current.index {
            if updated == candidate.index || updated == current.index {
                let ratio = distance(current) / max(distance(candidate), 1e-12)
                sources[candidate.index].score = max(1, sources[candidate.index].score * ratio)
            }
            if sources[candidate.index].score > max(10, best.index == current.index ? 0 : sources[best.index].score) {
                best = candidate
            }
        }
        if best.index != current.index { for index in sources.indices { sources[index].score = 1 } }
        return best
    }

    /// Several estimates as one.
    struct Combination {
        var offset: Double
        var offsetDeviation: Double
        var frequency: Double
        var skew: Double
        var indices: [Int]
        var members: Int { indices.count }
    }

    /// Weighs each estimate by its own uncertainty and by how far it stands from the middle of all, so that a path
    /// that is longer in one direction does not pull the mean.
    private mutating func combine(_ field: [Candidate], _ choice: Candidate, _ moment: Double) -> Combination {
        var taken: [(index: Int, estimate: Estimate)] = []
        let selectedFit = fit(of: choice)
        for candidate in field {
            let index = candidate.index
            guard let fit = fit(of: candidate) else { continue }
            let isChoice = index == choice.index
            let limit = settings.combineLimit * (choice.distance + reselectDistance.inSeconds)
            let apart = (fit.frequency - (selectedFit?.frequency ?? fit.frequency)).magnitude
            let tolerance = 3 * (fit.skew + (selectedFit?.skew ?? 0) + settings.maximumClockError.ratio)
            if !isChoice, candidate.distance > limit || apart > tolerance {
                mark(
                    index, .distant,
                    candidate.distance > limit
                        ? "It is good to +/-\(Words.duration(candidate.distance)) only, too little beside the best."
                        : "Its frequency differs by \(Words.ppm(apart)) from the best source's.")
                continue
            }
            mark(index, isChoice ? .selected : .combined, isChoice ? "The best source." : "Combined with the best.")
            taken.append((index, fit))
        }
        let offsets = taken.map { $0.estimate.offset(at: moment) }.sorted()
        let middle = offsets.isEmpty ? 0 : offsets[offsets.count / 2]
        let isSpreadKnown = taken.count >= 3
        var weight = 0.0
        var offset = 0.0
        var spread = 0.0
        var frequencyWeight = 0.0
        var frequency = 0.0
        for (_, fit) in taken {
            let here = fit.offset(at: moment)
            let deviation = fit.offsetDeviation
            let apart = isSpreadKnown ? here - middle : 0
            let variance = deviation * deviation + apart * apart
            let w = 1 / max(variance, 1e-18)
            weight += w
            offset += w * here
            spread += w * w * variance
            let v = 1 / max(fit.skew * fit.skew, 1e-24)
            frequencyWeight += v
            frequency += v * fit.frequency
        }
        return Combination(
            offset: offset / weight, offsetDeviation: spread.squareRoot() / weight,
            frequency: frequency / frequencyWeight, skew: (1 / frequencyWeight).squareRoot(),
            indices: taken.map(\.index))
    }

    /// What a source's samples say; before they can be fitted, what its interval says.
    private func fit(of candidate: Candidate) -> Estimate? {
        if let fit = sources[candidate.index].estimate.estimate { return fit }
        guard settings.estimator == .filter, let newest = sources[candidate.index].estimate.newest else { return nil }
        return Estimate(
            time: newest.time, offset: newest.offset, offsetDeviation: newest.delay / 2 + newest.dispersion,
            frequency: discipline.frequency.ratio, skew: discipline.skew.ratio, sampleDeviation: newest.delay)
    }

    /// Notes what the majority confirms: the interval that the bound is made of.
    private mutating func confirm(
        low: Double, high: Double, _ candidates: [Candidate], _ combination: Combination, _ moment: Double,
        _ now: ClockReading
    ) {
        // As long as no sample comes and the same sources agree, what was confirmed last says more than to confirm it anew.
        let basis = ConfirmationBasis(sampled: filter?.time ?? moment, sources: combination.indices)
        if settings.estimator == .filter, confirmed != nil, basis == confirmationBasis { return }
        confirmationBasis = basis
        var skew = combination.skew
        if settings.estimator == .regression {
            skew =
                combination.indices.compactMap { sources[$0].estimate.estimate?.skew }.min() ?? Regression.unknownSkew
        }
        // The filter trusts its model of the noise. The bound does not: a frequency that the intervals allow may be, and
        // may have been since the samples that confine the truth were taken.
        var doubt = 0.0
        if let filter {
            let few = min(1, 64 / Double(max(filter.count, 1)))
            let allowed = 0.75 * (high - low).magnitude / max(moment - filter.began, 1) * few * few
            doubt = max(min(allowed, Regression.unknownSkew) - skew, 0)
        }
        let oldest = combination.indices.compactMap { sources[$0].bestSample?.time }.min() ?? moment
        let widening = doubt * max(moment - oldest, 0)
        rateSlack = 0
        let hull = narrowed(candidates, low: low - widening, high: high + widening, at: moment, doubt: doubt)
        confirmed = Confirmation(
            time: moment, monotonic: now.monotonic, low: hull.low, high: hull.high,
            rate: skew + doubt + settings.maximumClockError.ratio, steady: nil)
        guard settings.estimator == .filter, let support = steadiness.support,
            support.change < settings.maximumClockError.ratio
        else { return }
        // A long record leaves less to doubt.
        let left = doubt * min(1, 3600 / support.span)
        confirmed?.steady = Confirmation.Steady(rate: skew + left + support.change, span: support.span)
    }

    private mutating func setReference(
        _ choice: Candidate, _ accepted: [Candidate], _ combination: Combination, _ now: ClockReading
    ) {
        let source = sources[choice.index]
        let sample = source.bestSample
        reference = Reference(
            source: source.number, address: source.endpoint?.address,
            identifier: source.settings.copiesReference ? source.referenceIdentifier : controlIdentifier(source),
            stratum: UInt8(clamping: source.stratum + (source.settings.copiesReference ? 0 : 1)), leap: .none,
            time: now.realtime, monotonic: now.monotonic,
            rootDelay: sample?.rootDelay ?? 0,
            rootDispersion: (sample?.rootDispersion ?? 0) + combination.offsetDeviation
                + max(choice.distance - (sample?.rootDistance ?? 0), 0))
        isLocalReferenceActive = false
        endIsland()
        if let activate = localReference?.activateDistance, choice.distance < activate.inSeconds { wasEverClose = true }
        // Before the first update nobody knows what day it is.
        if aim != nil { announceLeap(voted: votedLeap(accepted.map { sources[$0.index].leap }, now), now) }
    }
}

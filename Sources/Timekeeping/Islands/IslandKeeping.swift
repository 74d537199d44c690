internal import Addresses
internal import Estimation
internal import NTPWire
internal import TimeBase

/// What a timekeeper keeps of the isolated network that it belongs to (`role island`).
struct IslandKeeping: Equatable {
    let settings: IslandSettings
    /// The common time; nil while a real reference is followed.
    var scale: EnsembleScale?
    /// When it is corrected next.
    var due: Instant<Monotonic>?
    /// Whether the clock has once been with others, or had real time: it is not stepped any more.
    var hasJoined = false
    /// Whether a reference was followed when the island began.
    var hadReference = false
    /// What was known of the frequency when the island began.
    var known: Drift?
    /// The last setting of the common time that an RTC of ours made.
    var settingByRTC = EnsembleScale.HandSetting.never
    /// What the log says of us already.
    var told = Told.nothing

    enum Told: Equatable {
        case nothing
        case settled
        case outvoted
        case belowFloor
    }

    init(_ settings: IslandSettings) { self.settings = settings }

    /// How far off the rates of two members may be, for what happens between two packets.
    var relativeSkew: Double { scale.map { $0.isSettled ? 2e-6 : 100e-6 } ?? 100e-6 }
}

/// What we are in an island at one moment.
struct IslandStanding: Equatable {
    var stratum: UInt8
    /// Who follows a time before the floor would believe in it.
    var isServed: Bool
    var hasJoined: Bool
    var isSettled: Bool
    var claim: EnsembleScale.Claim
    /// How far what we serve can be from any other member, seconds; nil while there is none.
    var agreement: Double?
    /// How fast that may grow until the next correction, seconds per second.
    var growth: Double
    /// Members that are settled and agree.
    var members: Int
    /// Members that answer at all.
    var heard: Int
}

/// Keeping a common time with others where nobody has the true one.
///
/// A member is recognised by what its packets say (``IslandMark``). Its samples are no samples of true time: they go into
/// ``EnsembleScale``, and selection never sees them. The scale's offset and rate become aim and frequency.
extension Timekeeper {
    /// A time before the floor is not served by an island.
    func isBelowFloor(_ time: Instant<Realtime>) -> Bool { settings.floor.map { time < $0.time } ?? false }

    /// What we are in an island; nil if there is none, or a reference is followed.
    func islandStanding(at now: ClockReading) -> IslandStanding? {
        guard let island, let scale = island.scale, reference == nil else { return nil }
        let moment = seconds(at: now)
        let agreement = scale.agreement(at: moment)
        let later = scale.agreement(at: moment + scale.settings.interval)
        let growth = max((later ?? 0) - (agreement ?? 0), 0) / scale.settings.interval
        let settled = sources.count { source in
            scale.members.contains(source.number) && source.island?.isSettled == true
                && !scale.falsetickers.contains(source.number)
        }
        return IslandStanding(
            stratum: island.settings.stratum, isServed: !isBelowFloor(bestTime(at: now)), hasJoined: scale.hasJoined,
            isSettled: scale.isSettled, claim: scale.claim, agreement: agreement, growth: growth, members: settled,
            heard: scale.members.count)
    }

    // MARK: When it begins and ends

    /// No reference is left: from here on the common time counts.
    mutating func beginIsland(_ now: ClockReading, _ effects: inout [Effect]) {
        guard var island, island.scale == nil, reference == nil, settings.purpose == .serve, discipline.isStarted
        else { return }
        let moment = seconds(at: now)
        let offset = wallOffset(at: now.monotonic) + (wallError(at: now.monotonic) ?? 0)
        var limits = EnsembleScale.Settings()
        limits.fastest = min(limits.fastest, 0.9 * settings.maximumSlewRate.ratio)
        island.scale = EnsembleScale(
            at: moment, offset: offset, rate: -discipline.frequency.ratio, hasJoined: island.hasJoined,
            isSettled: island.hadReference, settings: limits)
        island.due = now.monotonic + Duration(clampingSeconds: limits.interval)
        island.known = Drift(frequency: discipline.frequency, skew: discipline.skew)
        island.hadReference = false
        island.settingByRTC = .never
        island.told = .nothing
        self.island = island
        aim = Aim(time: moment, offset: offset)
        // What is known of true time goes on along the frequency that was the best until now.
        if confirmed?.frequency == nil { confirmed?.frequency = discipline.frequency }
        // Who has been asked rarely so far may be a member.
        for index in sources.indices {
            if let due = sources[index].due { sources[index].due = min(due, now.monotonic + islandPoll(index)) }
        }
        publish(now, &effects)
    }

    /// A reference is followed.
    mutating func endIsland() {
        guard island != nil else { return }
        island?.scale = nil
        island?.due = nil
        island?.hasJoined = true
        island?.hadReference = true
    }

    /// Nothing is known of the time any more.
    mutating func forgetIsland() {
        island?.scale = nil
        island?.due = nil
        island?.hasJoined = false
        island?.hadReference = false
    }

    /// Does what is due about the common time.
    mutating func keepIsland(_ now: ClockReading, _ effects: inout [Effect]) {
        guard island != nil else { return }
        if reference != nil {
            guard case .tooDistant = standing(at: now) else { return }
            reference = nil
        }
        beginIsland(now, &effects)
        guard let due = island?.due, due <= now.monotonic, var scale = island?.scale else { return }
        // Real sources are given the time to answer before anybody is joined.
        guard scale.hasJoined || !isAwaitingAnswers else {
            island?.due = now.monotonic + .seconds(1)
            return
        }
        let hadJoined = scale.hasJoined
        // Whoever has its time from an RTC waits for nobody, where nobody has agreed on anything yet.
        let isFirst = !sources.contains { $0.island?.isSettled == true }
        if !hadJoined, isFirst, settings.initialKnowledge != nil, confirmed != nil { scale.settle() }
        scale.correct(at: seconds(at: now))
        island?.scale = scale
        island?.hasJoined = scale.hasJoined
        island?.due = now.monotonic + Duration(clampingSeconds: scale.settings.interval)
        steerByIsland(now, &effects, mayStep: !hadJoined)
        for index in sources.indices where sources[index].island != nil { markMember(index, now) }
        noteIsland(now, &effects)
    }

    /// Whether a source was asked and neither answered nor failed to.
    private var isAwaitingAnswers: Bool {
        sources.contains { source in
            !source.settings.noselect && source.isOnline && source.isWithinReach && source.failures == 0
                && !source.hasAnswered
        }
    }

    // MARK: Steering

    /// Lets the clock follow the scale.
    mutating func steerByIsland(_ now: ClockReading, _ effects: inout [Effect], mayStep: Bool) {
        guard let scale = island?.scale else { return }
        let moment = seconds(at: now)
        let limit = settings.maximumDrift.ratio
        let frequency = Frequency(ratio: (-scale.correction).clamped(to: -limit...limit))
        aim = Aim(time: moment, offset: scale.offset(at: moment), slope: scale.slew)
        // How far that is from the crystal's true frequency is not known any better than it was.
        let known = island?.known ?? Drift(frequency: frequency, skew: Discipline.unknownSkew)
        discipline.set(
            frequency: frequency,
            skew: Frequency(ratio: known.skew.ratio + (frequency - known.frequency).ratio.magnitude))
        let error = wallError(at: now.monotonic) ?? 0
        discipline.note(offset: error, deviation: Self.islandDeviation, at: now.monotonic)
        defer { publish(now, &effects) }
        guard controlsClock else { return }
        if mayStep, error.magnitude > scale.settings.joiningStep {
            step(by: error, now, &effects)
        } else {
            slew(error, now, &effects)
        }
    }

    /// By how much a scale is uncertain from one correction to the next, seconds.
    private static let islandDeviation = 10e-6

    /// `settime` in an island: the common time goes there, and all members with it.
    ///
    /// - Parameter fast: by how much our time is fast, by what was entered.
    /// - Returns: whether there is an island that does so.
    mutating func setIslandByHand(fast: Double, _ now: ClockReading, _ effects: inout [Effect]) -> Bool {
        guard var scale = island?.scale else { return false }
        scale.setByHand(by: -fast, rate: -discipline.frequency.ratio, at: seconds(at: now))
        island?.scale = scale
        island?.known = Drift(frequency: discipline.frequency, skew: discipline.skew)
        island?.hasJoined = true
        island?.due = now.monotonic + .seconds(16)
        steerByIsland(now, &effects, mayStep: false)
        return true
    }

    // MARK: Members

    /// Takes in what a packet says of its sender as a member.
    mutating func noteIslandMark(_ header: NTPHeader, _ index: Int) {
        let claim = IslandMark(header)?.claim
        let before = sources[index].island
        sources[index].island = claim
        guard (claim == nil) != (before == nil) else { return }
        if claim == nil { island?.scale?.forget(sources[index].number) }
        guard sources[index].estimate.count > 0 else { return }
        // What it said before was another time.
        sources[index].forgetSamples()
        if let filter, filter.knows(sources[index].number) {
            self.filter = nil
            rebuildsFilter = true
        }
    }

    /// A client that goes over from what an island agrees on to true time, or back, begins anew: nothing that it knew of the
    /// one says anything of the other.
    mutating func changeTimes(toIsland isIsland: Bool) {
        guard isIsland != isFilterOfIsland else { return }
        isFilterOfIsland = isIsland
        filter = nil
        rebuildsFilter = true
        steadiness.reset()
        confirmed = nil
        confirmationBasis = nil
    }

    /// Whether a source is this machine itself: then the same list of members may stand in the configuration of all.
    func isThisMachine(_ source: Source) -> Bool {
        guard let local = source.lastReply?.local, let endpoint = source.endpoint else { return false }
        return island != nil && local == endpoint.address
    }

    /// Takes a sample of a member in as a comparison.
    mutating func takeComparison(
        _ sample: Sample, _ claim: EnsembleScale.Claim, _ index: Int, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        sources[index].estimate.add(sample)
        sources[index].lastSample = now.monotonic
        if let header = sources[index].lastReply?.header, header.stratum == island?.settings.stratum,
            !isBelowFloor(header.transmit.instant(near: now.realtime)), !isRough(sample, index),
            let scale = island?.scale
        {
            island?.scale?.compare(
                with: sources[index].number, at: sample.time,
                difference: sample.offset - scale.offset(at: sample.time),
                uncertainty: sample.delay / 2 + sample.dispersion, claim: claim)
        }
        if sources[index].burst != nil {
            sources[index].burst?.wanted -= 1
            if let burst = sources[index].burst, burst.wanted <= 0 || burst.left <= 0 { sources[index].burst = nil }
        }
        schedule(index, after: now.monotonic)
        select(because: nil, now, &effects)
    }

    /// Whether the way took so much longer than it can that the sample is worse than none, where there are others.
    private func isRough(_ sample: Sample, _ index: Int) -> Bool {
        let delays = sources[index].estimate.history.suffix(5).map(\.delay)
        guard delays.count >= 3, let least = delays.min() else { return false }
        return (sample.delay - least) / 2 > 200e-6 && delays.last != delays.dropLast().min()
            && (sample.delay - least) / 2 > (delays.sorted()[delays.count / 2] - least)
    }

    /// How long a member is left unasked at most, and others while they do not answer.
    func islandPoll(_ index: Int) -> Duration {
        sources[index].island != nil || sources[index].settings.kind == .peer ? .seconds(16) : .seconds(64)
    }

    /// The longest interval between requests to a source; nil where the island has no say.
    func islandPollLimit(_ index: Int) -> Duration? {
        guard island?.scale != nil else { return sources[index].island != nil && island != nil ? .seconds(16) : nil }
        return sources[index].island != nil || sources[index].reach == 0 || isHearsay(sources[index])
            ? islandPoll(index) : nil
    }

    /// What selection says of a member.
    mutating func markMember(_ index: Int, _ now: ClockReading) {
        let source = sources[index]
        guard let island, let claim = source.island else { return }
        guard let scale = island.scale else {
            return mark(
                index, .orphan, "It serves the common time of an island, which is not needed beside a reference.")
        }
        guard source.stratum == Int(island.settings.stratum) else {
            return mark(
                index, .badStratum,
                "It is a member of an island of stratum \(source.stratum); ours is \(island.settings.stratum). Next: "
                    + "give all members the same (role island stratum N).")
        }
        if let header = source.lastReply?.header, isBelowFloor(header.transmit.instant(near: now.realtime)) {
            return mark(
                index, .unsynchronised, "The time that it tells is before \(settings.floor?.name ?? "the floor").")
        }
        guard let difference = scale.difference(from: source.number, at: seconds(at: now)) else {
            return mark(index, .unreachable, "It is a member of this island, and does not answer.")
        }
        let apart = Words.duration(difference.magnitude)
        if scale.falsetickers.contains(source.number) {
            return mark(index, .falseticker, "It is \(apart) away from what most members of this island agree on.")
        }
        guard claim.isSettled else {
            return mark(index, .waitingForOthers, "It is about to join this island, and \(apart) away.")
        }
        mark(index, .combined, "It is a member of this island, and \(apart) away from us.")
    }

    /// Whether a source only hands on what we told it, or what another one tells that we hear ourselves. Members that combine
    /// each other would believe what they have made up together.
    func isHearsay(_ source: Source) -> Bool {
        guard island != nil, source.stratum > 1, source.settings.kind != .referenceClock else { return false }
        let followed = source.referenceIdentifier.bits
        if let local = source.lastReply?.local, local.identifier == followed { return true }
        return sources.contains { other in
            other.number != source.number && other.endpoint?.address.identifier == followed && other.reach != 0
                && other.missedAlone < 3
        }
    }

    private mutating func noteIsland(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let standing = islandStanding(at: now) else { return }
        let told: IslandKeeping.Told =
            if !standing.isServed { .belowFloor } else if standing.isSettled { .settled } else if standing.hasJoined {
                .outvoted
            } else { .nothing }
        guard told != island?.told else { return }
        island?.told = told
        switch told {
        case .nothing: break
        case .settled: effects.append(.note(.islandSettled(members: standing.heard)))
        case .outvoted:
            effects.append(.note(.islandOutvoted(by: Duration(clampingSeconds: standing.agreement ?? 0))))
        case .belowFloor:
            if let floor = settings.floor { effects.append(.note(.islandBelowFloor(floor))) }
        }
    }
}

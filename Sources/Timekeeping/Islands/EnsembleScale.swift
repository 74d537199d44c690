/// The common time of machines that have no reference, as one of them keeps it.
///
/// Nobody is the master: each member compares itself with all others, as peers do in NTP, and moves towards the weighted
/// mean by a share of the difference, in phase and in rate. Since all use the same weights, the mean itself does not move
/// by it: the common rate is the weighted mean of what the crystals do by themselves, and wanders less than the best of
/// them. Members come and go without a jump, because their rates stay what they are and only the mean is another one.
///
/// Who has once joined is never stepped again. It goes to where the others are: by small corrections of its phase when it
/// is near, else at a speed that its distance allows, and its scale is continuous on that way. So do two ensembles that
/// meet, and all of them when somebody sets the time by hand at one: its number is higher than the others' then, and they
/// go by it alone until they have reached it (``HandSetting``).
///
/// Seconds throughout; a difference is theirs less ours, that is, what is to be added to ours.
public struct EnsembleScale: Equatable, Sendable {
    private struct Peer: Equatable {
        /// Their scale less our oscillator when they were heard.
        var scale: Double
        var heard: Double
        /// The difference from ours, smoothed.
        var smoothed: Double
        var claim: Claim
        /// By how much it is being moved, s/s.
        var slew: Double
        /// How far one comparison may be wrong.
        var uncertainty: Double
        /// What the difference certainly is.
        var confined: Confined
    }

    /// Where a difference is, for certain: their scale less our oscillator at a moment, and how far that may be wrong.
    private struct Confined: Equatable {
        var scale: Double
        var half: Double
        var moment: Double
    }

    public let settings: Settings
    private var peers: [Int: Peer] = [:]
    /// The moment of the last correction, by our oscillator.
    private var time: Double
    /// Our scale less our oscillator at that moment, and how fast it grows.
    private var offset: Double
    private var rate: Double
    /// How much faster than that the scale runs until the next correction, because it is far from where it belongs.
    private var speed = 0.0
    /// What is left of a setting by hand.
    private var pending = 0.0
    public private(set) var isSettled = false
    /// Whether it has belonged to an ensemble, or was one: it is not stepped any more.
    public private(set) var hasJoined: Bool
    /// The setting by hand that this scale follows.
    public private(set) var setting = HandSetting.never
    /// Corrections since it settled, up to some number: gains are high at first.
    private var calm = 0
    /// Small corrections in a row before it settled.
    private var quiet = 0
    /// Quiet corrections in a row towards members that follow a later setting by hand.
    private var followed = 0
    /// How far it was from the others at the last correction.
    private var lastAim = 0.0
    private var ownWander: WanderMeter
    private let began: Double
    private var lastHeard: Double?
    /// Who was left out at the last correction.
    public private(set) var falsetickers: Set<Int> = []

    /// - Parameters:
    ///   - time: our oscillator now.
    ///   - offset: our scale less our oscillator: 0 without a better idea.
    ///   - rate: how fast that grows.
    ///   - hasJoined: whether it must not step to the others.
    ///   - isSettled: whether others may go by it at once: it comes from a better source.
    public init(
        at time: Double, offset: Double = 0, rate: Double = 0, hasJoined: Bool = false, isSettled: Bool = false,
        settings: Settings = Settings()
    ) {
        self.settings = settings
        self.time = time
        self.offset = offset
        self.rate = rate
        self.hasJoined = hasJoined || isSettled
        self.isSettled = isSettled
        began = time
        ownWander = WanderMeter(at: time)
    }

    /// Our scale less our oscillator at a moment of the oscillator.
    public func offset(at moment: Double) -> Double {
        offset + rate * (moment - time) + slewed(by: moment)
    }

    private func slewed(by moment: Double) -> Double { speed * min(max(moment - time, 0), settings.interval) }

    /// How much our scale gains on our oscillator, apart from what it is being moved by.
    public var correction: Double { rate }

    /// By how much it is being moved until the next correction, s/s.
    public var slew: Double { speed }

    /// What we say of ourselves.
    public var claim: Claim {
        Claim(wander: ownWander.wander, isSettled: isSettled, setting: setting, isSlewing: speed != 0)
    }

    /// When to correct next.
    public var due: Double { time + settings.interval }

    /// The numbers of those that are heard.
    public var members: Set<Int> { Set(peers.keys) }

    /// Takes a comparison in.
    ///
    /// - Parameters:
    ///   - peer: which member; numbers are the caller's.
    ///   - moment: by our oscillator.
    ///   - difference: their scale less ours.
    ///   - uncertainty: how far that may be wrong: half of the round trip. nil where it is not known.
    public mutating func compare(
        with peer: Int, at moment: Double, difference: Double, uncertainty: Double? = nil, claim: Claim
    ) {
        guard difference.isFinite, claim.wander > 0, claim.wander.isFinite else { return }
        let scale = difference + offset(at: moment)
        let known = peers[peer]
        let before = known.map { self.difference($0, at: moment) } ?? difference
        // A peer that jumped, or was away, is looked at afresh.
        let isFresh = known == nil || (difference - before).magnitude > settings.settledLimit
        let smoothed = isFresh ? difference : (known?.smoothed ?? 0) + (difference - (known?.smoothed ?? 0)) / 8
        let half = max(uncertainty ?? settings.noise, 0)
        var confined = Confined(scale: scale, half: half, moment: moment)
        if let known {
            let (low, high) = interval(known, at: moment)
            let isInside = difference + half >= low && difference - half <= high
            if isInside, (high - low) / 2 < half { confined = known.confined }
        }
        // On its way, it will go on so until it is heard again.
        var slew = 0.0
        if claim.isSlewing, let known, (1...64).contains(moment - known.heard) {
            let most = 1.25 * settings.fastest
            slew = min(max((scale - known.scale) / (moment - known.heard) - rate, -most), most)
        }
        lastHeard = moment
        peers[peer] = Peer(
            scale: scale, heard: moment, smoothed: smoothed, claim: claim, slew: slew, uncertainty: half,
            confined: confined)
    }

    /// Forgets a member.
    public mutating func forget(_ peer: Int) { peers[peer] = nil }

    /// Their scale less ours now, if theirs has gone on as ours does.
    private func difference(_ peer: Peer, at moment: Double) -> Double {
        peer.scale + (rate + peer.slew) * (moment - peer.heard) - offset(at: moment)
    }

    /// Their scale less ours, as it was when they were heard last, carried on to a moment; nil if they are not heard.
    public func difference(from peer: Int, at moment: Double) -> Double? {
        peers[peer].map { difference($0, at: moment) }
    }

    // MARK: How well all agree

    /// Between what their scale less ours is.
    private func interval(_ peer: Peer, at moment: Double) -> (low: Double, high: Double) {
        let age = max(moment - peer.confined.moment, 0)
        let middle = peer.confined.scale + (rate + peer.slew) * age - offset(at: moment)
        // They correct themselves, by a share of how far they are from the others, and may be on a longer way.
        let moving =
            peer.claim.isSlewing
            ? max(settings.slewRate, middle.magnitude / settings.haste, peer.slew.magnitude / 4) : 0
        let growth = settings.drift + 0.3 * middle.magnitude / settings.interval + moving
        let half = peer.confined.half + growth * age
        return (middle - half, middle + half)
    }

    /// How far from ours the scale of any member may be that belongs to the ensemble, seconds; nil while there is none, or
    /// we have not joined it yet. Whoever is on its way to the others is as far from them as it is. Whoever is near counts,
    /// too: it may have begun to belong to it since it was heard, and one that is left out of the mean does not know that.
    public func agreement(at moment: Double) -> Double? {
        guard hasJoined, peers.contains(where: { belongs($0.key, $0.value) }) else { return nil }
        return peers.lazy.compactMap { number, peer -> Double? in
            let (low, high) = interval(peer, at: moment)
            let isNear = low < 2 * settings.settledLimit && high > -2 * settings.settledLimit
            return isNear || belongs(number, peer) ? max(high, -low) : nil
        }.max()
    }

    private func belongs(_ number: Int, _ peer: Peer) -> Bool {
        peer.claim.isSettled && !falsetickers.contains(number)
    }

    // MARK: Corrections

    /// Carries everything on to a moment, from which another rate or speed may hold.
    private mutating func advance(to moment: Double) {
        let slewed = slewed(by: moment)
        offset = offset(at: moment)
        time = moment
        speed = 0
        // What is left is not below what a kernel's clock can be told.
        pending = (pending - slewed).magnitude < 1e-9 || pending == 0 ? 0 : pending - slewed
        for key in Array(peers.keys) { peers[key]?.smoothed -= slewed }
    }

    /// Corrects our scale towards the common one.
    public mutating func correct(at moment: Double) {
        let elapsed = moment - time
        guard elapsed > 0 else { return }
        advance(to: moment)
        peers = peers.filter { moment - $0.value.heard <= settings.patience * settings.interval }
        let vote = EnsembleVote(
            own: claim,
            ballots: peers.map { number, peer in
                EnsembleVote.Ballot(
                    number: number, difference: difference(peer, at: moment), smoothed: peer.smoothed,
                    slew: peer.slew, uncertainty: peer.uncertainty, claim: peer.claim)
            }, settings: settings)
        falsetickers = vote.falsetickers
        guard pending == 0 else {
            // Somebody has said what time it is, and nobody outvotes that.
            speed = settings.speed(for: pending)
            if (speed * settings.interval).magnitude > pending.magnitude { speed = pending / settings.interval }
            calm = 0
            return ownWander.skip()
        }
        guard let aim = vote.aim else {
            if !isSettled, peers.isEmpty, moment - (lastHeard ?? began) >= settings.loneliness { settle() }
            return ownWander.skip()
        }
        if !hasJoined, aim.magnitude > settings.joiningStep {
            shift(by: aim)
            return
        }
        approach(aim, vote, elapsed: elapsed)
        decide(aim, vote)
        ownWander.note(rate, at: moment, isSteady: calm > 300)
    }

    /// Moves by a share of the distance, in phase and in rate.
    private mutating func approach(_ aim: Double, _ vote: EnsembleVote, elapsed: Double) {
        let gains = calm < 200 ? (phase: 0.3, rate: 0.03) : (phase: 0.2, rate: 0.015)
        let most = settings.slewRate * elapsed
        if aim.magnitude < settings.settledLimit {
            // Smoothed differences stay: most likely all move alike, and otherwise that shows in the next comparisons.
            offset += gains.phase * aim
        } else {
            // Whoever we go by may be on the way itself.
            let most = settings.fastest
            speed = min(max(settings.speed(for: aim) + vote.slew, -most), most)
        }
        // A distance that shrinks anyway, or to somebody who moves, is none of the rate's.
        if aim.magnitude < settings.settledLimit
            || vote.slew == 0 && (aim.magnitude <= most || aim.magnitude >= lastAim.magnitude)
        {
            rate += gains.rate * min(max(aim, -most), most) / settings.interval
        }
        lastAim = aim
    }

    /// Whether we belong to the ensemble now.
    private mutating func decide(_ aim: Double, _ vote: EnsembleVote) {
        let limit = settings.settledLimit
        if isSettled, aim.magnitude > 2 * limit, vote.isOutvoted {
            isSettled = false
            calm = 0
        } else if !isSettled {
            // Before its rate has come near the others', nobody goes by its crystal.
            quiet = aim.magnitude < limit ? quiet + 1 : 0
            if quiet >= settings.probation {
                setting = vote.setting
                settle()
            }
        }
        calm = isSettled && aim.magnitude < limit ? min(calm + 1, 1000) : 0
        guard vote.setting != setting else {
            followed = 0
            return
        }
        followed = aim.magnitude < limit && !vote.isMoving ? followed + 1 : 0
        if followed >= settings.adoption { setting = vote.setting }
    }

    /// This machine's own time is better than none, and others may join it.
    public mutating func settle() {
        quiet = 0
        isSettled = true
        hasJoined = true
    }

    /// Moves the scale at once, to join.
    public mutating func shift(by seconds: Double) {
        offset += seconds
        for key in Array(peers.keys) { peers[key]?.smoothed -= seconds }
        ownWander.skip()
    }

    /// Counts offsets from another base, which is this much later.
    mutating func rebase(by seconds: Double) {
        offset -= seconds
        for key in Array(peers.keys) {
            peers[key]?.scale -= seconds
            peers[key]?.confined.scale -= seconds
        }
    }

    /// Somebody says what time it is: the scale goes there, however far that is, and others will follow.
    ///
    /// - Parameters:
    ///   - seconds: what is to be added to our scale.
    ///   - newRate: how much the scale is to gain on our oscillator from now on; nil to leave that.
    public mutating func setByHand(by seconds: Double, rate newRate: Double? = nil, at moment: Double) {
        guard seconds.isFinite else { return }
        advance(to: max(moment, time))
        if let newRate, newRate.isFinite { rate = newRate }
        pending = seconds
        speed = settings.speed(for: pending)
        if (speed * settings.interval).magnitude > pending.magnitude { speed = pending / settings.interval }
        setting = setting.next
        followed = 0
        calm = 0
        settle()
        ownWander.skip()
    }
}

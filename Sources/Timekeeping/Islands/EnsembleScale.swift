/// The common time of machines that have no reference, as one of them keeps it.
///
/// Nobody is the master: each member compares itself with all others, as peers do in NTP, and moves towards the weighted
/// mean by a share of the difference, in phase and in rate. Since all use the same weights, the mean itself does not move
/// by it: the common rate is the weighted mean of what the crystals do by themselves, and wanders less than the best of
/// them. Members come and go without a jump, because their rates stay what they are and only the mean is another one.
///
/// The daemon does not use it yet: so far it is carried in no packet, and there is no `role island`.
///
/// Seconds throughout; a difference is theirs less ours, that is, what is to be added to ours.
public struct EnsembleScale: Equatable, Sendable {
    public struct Settings: Hashable, Sendable {
        /// Time between two corrections.
        public var interval = 16.0
        /// A member that was silent for so many intervals is gone.
        public var patience = 5.0
        /// No member has more than this part of all weight.
        public var mostWeight = 0.25
        /// Who differs by less belongs to the ensemble.
        public var settledLimit = 1e-3
        /// Noise of one comparison, until it is known better; also what nobody is blamed for.
        public var noise = 50e-6
        /// A correction is never faster.
        public var slewRate = 500e-6
        /// Who is further off when joining steps; nobody goes by a member that joins.
        public var joiningStep = 0.1

        public init() {}
    }

    /// What a member says of itself.
    public struct Claim: Hashable, Sendable {
        /// How much its frequency wanders when nobody corrects it, s/s per square root of a second.
        public var wander: Double
        /// Whether it belongs to the ensemble, so that others may go by it.
        public var isSettled: Bool

        public init(wander: Double, isSettled: Bool) {
            self.wander = wander
            self.isSettled = isSettled
        }
    }

    private struct Peer: Equatable {
        /// Their scale less our oscillator when they were heard.
        var scale: Double
        var heard: Double
        /// The difference from ours, smoothed.
        var smoothed: Double
        var claim: Claim
    }

    public let settings: Settings
    private var peers: [Int: Peer] = [:]
    /// The moment of the last correction, by our oscillator.
    private var time: Double
    /// Our scale less our oscillator at that moment, and how fast it grows.
    private var offset: Double
    private var rate: Double
    public private(set) var isSettled = false
    /// Corrections since it settled, up to some number: gains are high at first.
    private var calm = 0
    private var ownWander: WanderMeter
    /// Who was left out at the last correction.
    public private(set) var falsetickers: Set<Int> = []

    /// - Parameters:
    ///   - time: our oscillator now.
    ///   - offset: our scale less our oscillator: 0 without a better idea.
    public init(at time: Double, offset: Double = 0, settings: Settings = Settings()) {
        self.settings = settings
        self.time = time
        self.offset = offset
        rate = 0
        ownWander = WanderMeter(at: time)
    }

    /// Our scale less our oscillator at a moment of the oscillator.
    public func offset(at moment: Double) -> Double { offset + rate * (moment - time) }

    /// How much our scale gains on our oscillator.
    public var correction: Double { rate }

    /// What we say of ourselves.
    public var claim: Claim { Claim(wander: ownWander.wander, isSettled: isSettled) }

    /// When to correct next.
    public var due: Double { time + settings.interval }

    /// Takes a comparison in.
    ///
    /// - Parameters:
    ///   - peer: which member; numbers are the caller's.
    ///   - moment: by our oscillator.
    ///   - difference: their scale less ours.
    public mutating func compare(with peer: Int, at moment: Double, difference: Double, claim: Claim) {
        guard difference.isFinite, claim.wander > 0, claim.wander.isFinite else { return }
        let scale = difference + offset(at: moment)
        let known = peers[peer]
        let before = known.map { self.difference($0, at: moment) } ?? difference
        // A peer that jumped, or was away, is looked at afresh.
        let isFresh = known == nil || (difference - before).magnitude > settings.settledLimit
        let smoothed = isFresh ? difference : (known?.smoothed ?? 0) + (difference - (known?.smoothed ?? 0)) / 8
        peers[peer] = Peer(scale: scale, heard: moment, smoothed: smoothed, claim: claim)
    }

    /// Their scale less ours now, if theirs has gone on as ours does.
    private func difference(_ peer: Peer, at moment: Double) -> Double {
        peer.scale + rate * (moment - peer.heard) - offset(at: moment)
    }

    /// Corrects our scale towards the common one.
    public mutating func correct(at moment: Double) {
        let elapsed = moment - time
        guard elapsed > 0 else { return }
        offset = offset(at: moment)
        time = moment
        peers = peers.filter { moment - $0.value.heard <= settings.patience * settings.interval }
        let voters = EnsembleVote(
            own: claim,
            peers: peers.map { ($0.key, difference($0.value, at: moment), $0.value.smoothed, $0.value.claim) },
            settings: settings)
        falsetickers = voters.falsetickers
        guard let aim = voters.aim else { return ownWander.skip() }
        if !isSettled, aim.magnitude > settings.joiningStep {
            shift(by: aim)
            return
        }
        let most = settings.slewRate * elapsed
        let step = min(max(aim, -most), most)
        let gains = calm < 200 ? (phase: 0.3, rate: 0.03) : (phase: 0.2, rate: 0.015)
        offset += gains.phase * step
        rate += gains.rate * step / settings.interval
        for key in Array(peers.keys) { peers[key]?.smoothed -= gains.phase * step }
        let limit = settings.settledLimit
        if isSettled, aim.magnitude > 2 * limit, voters.isOutvoted {
            isSettled = false
            calm = 0
        } else if !isSettled, aim.magnitude < limit {
            isSettled = true
        }
        calm = isSettled && aim.magnitude < limit ? min(calm + 1, 1000) : 0
        ownWander.note(rate, at: moment, isSteady: calm > 300)
    }

    /// Moves the scale at once: by hand, or to join.
    public mutating func shift(by seconds: Double) {
        offset += seconds
        for key in Array(peers.keys) { peers[key]?.smoothed -= seconds }
        ownWander.skip()
    }
}

/// How much a crystal's frequency wanders by itself, from the corrections that keep it with the others.
struct WanderMeter: Equatable, Sendable {
    /// Before anything is known: a poor crystal in a room.
    private(set) var wander = 3e-8
    private var last: (rate: Double, time: Double)?
    private var began: Double
    private var count = 0.0

    /// Rates are compared over so long a time, in which the noise of single corrections is small.
    static let span = 2048.0

    init(at time: Double) { began = time }

    static func == (left: Self, right: Self) -> Bool {
        left.wander == right.wander && left.last?.rate == right.last?.rate && left.last?.time == right.last?.time
            && left.began == right.began && left.count == right.count
    }

    mutating func skip() { last = nil }

    mutating func note(_ rate: Double, at time: Double, isSteady: Bool) {
        guard isSteady else { return skip() }
        guard let last else {
            self.last = (rate, time)
            return
        }
        guard time - last.time >= Self.span else { return }
        let change = (rate - last.rate) * (rate - last.rate) / (time - last.time)
        count = min(count + 1, 32)
        let share = 1 / (count + 4)
        wander = max((wander * wander * (1 - share) + change * share).squareRoot(), 1e-10)
        self.last = (rate, time)
    }
}

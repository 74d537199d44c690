internal import Estimation

/// A machine that runs chronyd with `local stratum 10 orphan` and asks all others, after its documentation and
/// what is known of its algorithms.
///
/// Who has no source serves its own time after five minutes. Among those who do, everybody follows the one with the
/// smallest reference ID, here the smallest number; followers are a stratum further off, and nobody follows them.
/// A source that fell silent is given up when its newest sample is older than the oldest of the others.
public struct OrphanScale: IslandScale {
    /// What an answer says: nil while it has no time to tell.
    public struct Claim: Hashable, Sendable {
        /// 10 for who serves its own time, 11 for who follows one of those.
        public var stratum: Int?
    }

    public typealias Message = Never

    private struct Peer {
        var samples: [Estimation.Sample] = []
        var stratum: Int?
        /// Of the last eight times that it was asked.
        var reach: UInt8 = 0
    }

    private static let mostSamples = 64
    private static let local = 10
    /// How long nobody was followed before it serves its own time.
    private static let wait = 300.0
    private static let mostSlewRate = 83_333e-6

    private let number: Int
    public let comparisonInterval: Double
    private var clock: SlewingClock
    private var peers: [Int: Peer] = [:]
    private var selected: Int?
    /// Of the one that is followed.
    private var regression = Regression(limits: .init())
    private var isNews = false
    private var aloneSince: Double
    /// How wrong our frequency may be.
    private var skew = 1.0
    private var updates = 0
    private var lastUpdate: Double?
    private var served: Int?

    /// - Parameters:
    ///   - number: stands for the address.
    ///   - interval: of polls.
    public init(number: Int, at moment: Double, offset: Double, interval: Double = 16) {
        self.number = number
        comparisonInterval = interval
        clock = SlewingClock(at: moment, offset: offset)
        aloneSince = moment
    }

    public var claim: Claim { Claim(stratum: served) }
    public var leads: Bool { served == Self.local }
    public func offset(at moment: Double) -> Double { clock.offset(at: moment) }

    public mutating func hear(_ number: Int, at moment: Double, difference: Double, claim: Claim) {
        var peer = peers[number] ?? Peer()
        peer.stratum = claim.stratum
        peer.reach = peer.reach << 1
        if claim.stratum != nil {
            peer.reach |= 1
            // Told by the oscillator, so that corrections of ours change no sample.
            let sample = Estimation.Sample(
                time: moment, offset: difference + clock.offset(at: moment), delay: 200e-6, dispersion: 1e-6,
                rootDelay: 200e-6, rootDispersion: 1e-6)
            peer.samples = peer.samples.suffix(Self.mostSamples - 1) + [sample]
            if number == selected {
                regression.add(sample)
                isNews = true
            }
        }
        peers[number] = peer
    }

    public mutating func miss(_ number: Int, at moment: Double) {
        peers[number]?.reach <<= 1
    }

    public mutating func act(at moment: Double) -> [IslandMessage<Never>] {
        select(at: moment)
        if isNews, let estimate = regression.estimate { update(estimate, at: moment) }
        isNews = false
        return []
    }

    private mutating func select(at moment: Double) {
        let oldest = peers.values.filter { $0.reach != 0 }.compactMap(\.samples.first?.time).min()
        let chosen = peers.filter { number, peer in
            guard number < self.number, peer.stratum == Self.local, peer.samples.count >= 3,
                let newest = peer.samples.last
            else { return false }
            return peer.reach != 0 || newest.time >= oldest ?? -.infinity
        }.keys.min()
        if chosen != selected {
            selected = chosen
            regression.reset()
            for sample in chosen.flatMap({ peers[$0]?.samples }) ?? [] { regression.add(sample) }
            isNews = true
            if chosen == nil { aloneSince = moment }
        }
        if chosen != nil, updates > 0 {
            served = Self.local + 1
        } else if chosen == nil {
            served = moment - aloneSince >= Self.wait ? Self.local : nil
        }
    }

    /// The clock is corrected by an estimate of the one that is followed.
    private mutating func update(_ estimate: Estimate, at moment: Double) {
        let ahead = clock.offset(at: moment) - estimate.offset(at: moment)
        // How much our clock gains on theirs, as far as what we know of it is worse than what the samples say.
        let gained = clock.rate + estimate.frequency
        let gain = 3 * skew * skew / (3 * skew * skew + estimate.skew * estimate.skew)
        let change = estimate.skew > 1000e-6 ? 0 : gain * gained
        skew +=
            gain * (estimate.skew - skew)
            + ((1 - gain) * change * change + gain * (gained - change) * (gained - change)).squareRoot()
        clock.setRate(clock.rate - change, at: moment)
        updates += 1
        if updates <= 3, (ahead + clock.remaining(at: moment)).magnitude > 1 {
            clock.step(by: -ahead, at: moment)
        } else {
            let interval = lastUpdate.map { moment - $0 } ?? comparisonInterval
            let area = 1.5 * estimate.offsetDeviation * interval
            let duration = max(area / max(ahead.magnitude, 1e-12), 1, ahead.magnitude / Self.mostSlewRate)
            clock.slew(by: -ahead, within: min(duration, 10_000), at: moment)
        }
        lastUpdate = moment
    }
}

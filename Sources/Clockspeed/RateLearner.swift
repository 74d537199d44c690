internal import Estimation
internal import TimeBase

/// The estimator's view of the crystal, from measurements of true time less the oscillator's.
struct RateLearner: Sendable {
    enum Outcome: Equatable {
        case taken
        /// Too far from what was expected, by so much: it counts only if the next one agrees with it.
        case doubted(Duration)
        /// It agrees with the doubted one before it, so that what was expected is given up.
        case replaced
    }

    private var filter: NoiseLearningFilter
    private let origin: Instant<Oscillator>
    /// The filter's name for the offset; another one after each break.
    private var number = 0
    private var count = 0
    private var isRateKnown: Bool
    private var gain: Frequency
    private var gainDeviation: Frequency
    private var doubted: (moment: Instant<Oscillator>, offset: Duration, deviation: Double)?

    /// No crystal is trusted to be calmer than this, s/s per square root of a second.
    static let leastWander = 1e-9
    /// So many standard deviations off, and so much, is no noise any more.
    static let surprise = 6.0
    static let leastSurprise = 0.02

    init(from origin: Instant<Oscillator>, frequency: Frequency, deviation: Double) {
        self.origin = origin
        gain = frequency
        gainDeviation = Frequency(ratio: deviation)
        isRateKnown = deviation <= 1e-6
        filter = NoiseLearningFilter(time: 0, frequency: frequency.ratio, frequencyDeviation: deviation)
    }

    /// How much the crystal gains, and the standard deviation of that.
    var crystal: (gain: Frequency, deviation: Frequency) { (gain, gainDeviation) }
    /// Whether the rate is measured, or was read.
    var knowsRate: Bool { isRateKnown }
    /// Whether the time is known, too.
    var knowsTime: Bool { filter.knows(number) }

    mutating func add(at moment: Instant<Oscillator>, offset: Duration, deviation: Double) -> Outcome {
        var outcome = Outcome.taken
        if knowsTime, let expected = estimate(at: moment) {
            let apart = offset - expected.offset
            let noise = deviation * max(filter.factor, 1)
            let variance = expected.deviation * expected.deviation + noise * noise
            if apart.magnitude.inSeconds > max(Self.surprise * variance.squareRoot(), Self.leastSurprise) {
                guard let other = doubted, agrees(moment, offset, deviation, with: other) else {
                    doubted = (moment, offset, deviation)
                    return .doubted(apart)
                }
                forgetOffset()
                insert(other.moment, other.offset, other.deviation)
                outcome = .replaced
            }
        }
        doubted = nil
        insert(moment, offset, deviation)
        return outcome
    }

    /// After a break only the rate is still known.
    mutating func forgetOffset() {
        filter.remove(number)
        number += 1
        doubted = nil
    }

    /// True time less oscillator time, with its standard deviation in seconds; nil if it is not known.
    func estimate(at moment: Instant<Oscillator>) -> (offset: Duration, deviation: Double)? {
        guard let summary = filter.estimate(at: time(moment), of: number),
            let offset = Duration(checkedSeconds: summary.offset)
        else { return nil }
        return (offset, summary.offsetDeviation)
    }

    /// By how much the clock will be wrong at a moment if nothing is measured before.
    func expectedError(at moment: Instant<Oscillator>) -> Duration {
        Duration(
            clampingSeconds: filter.expectedError(at: time(moment), of: number, leastWander: Self.leastWander))
    }

    private mutating func insert(_ moment: Instant<Oscillator>, _ offset: Duration, _ deviation: Double) {
        // Two measurements tell a rate.
        if filter.knows(number) { isRateKnown = true }
        count += 1
        filter.add(of: number, at: time(moment), offset: offset.inSeconds, deviation: deviation)
        guard let summary = filter.estimate(at: time(moment), of: number) else { return }
        gain = Frequency(ratio: summary.frequency)
        gainDeviation = Frequency(ratio: summary.frequencyDeviation)
    }

    private func agrees(
        _ moment: Instant<Oscillator>, _ offset: Duration, _ deviation: Double,
        with other: (moment: Instant<Oscillator>, offset: Duration, deviation: Double)
    ) -> Bool {
        let elapsed = (moment - other.moment).inSeconds
        let expected = other.offset.inSeconds - gain.ratio * elapsed
        let spread = (deviation * deviation + other.deviation * other.deviation).squareRoot()
        let doubt = Self.surprise * (spread + gainDeviation.ratio * elapsed)
        return (offset.inSeconds - expected).magnitude <= max(doubt, Self.leastSurprise)
    }

    private func time(_ moment: Instant<Oscillator>) -> Double { (moment - origin).inSeconds }
}

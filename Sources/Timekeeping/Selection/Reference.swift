internal import Addresses
internal import Estimation
internal import TimeBase

/// What the clock follows, as it was at the last update.
struct Reference: Equatable {
    /// Number of the selected source.
    var source: Int
    var address: IPAddress?
    var identifier: ReferenceIdentifier
    /// Ours: one more than the source's.
    var stratum: UInt8
    var leap: LeapIndicator
    /// When the newest sample was taken.
    var time: Instant<Realtime>
    var monotonic: Instant<Monotonic>
    var rootDelay: Double
    /// Root dispersion at `monotonic`.
    var rootDispersion: Double
}

/// What a strict majority of the sources confirmed.
struct Confirmation: Equatable {
    /// The moment, as samples count it.
    var time: Double
    /// The same moment.
    var monotonic: Instant<Monotonic>
    /// Between these the offset (true time less oscillator time) lay then.
    var low: Double
    var high: Double
    /// How fast that may widen, seconds per second.
    var rate: Double
    /// How fast it may widen after the first `hasty` seconds, by the clock's record of so many seconds; nil if that is
    /// too short, or says no better than `rate`.
    var steady: Steady?
    /// The frequency along which it is carried on; nil for the one that the clock is steered by.
    var frequency: Frequency?

    struct Steady: Equatable {
        var rate: Double
        var span: Double
    }

    /// A sudden change would come with what has just happened (a load, a draught, a cable pulled); seconds.
    static let hasty = 1024.0

    /// By how much it has widened after a time, seconds.
    ///
    /// What the record spans, it supports; beyond, a frequency strays with the root of the time.
    func widening(after elapsed: Double) -> Double {
        guard let steady, elapsed > Self.hasty else { return rate * max(elapsed, 0) }
        func strayed(_ t: Double) -> Double { steady.rate * t * max(1, (t / steady.span).squareRoot()) }
        return rate * Self.hasty + strayed(elapsed) - strayed(Self.hasty)
    }

    /// By how much it will widen in some seconds from a moment on, seconds.
    func growth(in period: Double, at moment: Double) -> Double {
        let elapsed = max(moment - time, 0)
        return widening(after: elapsed + period) - widening(after: elapsed)
    }

    /// Which rate holds for how long: the number of the doubling of `hasty`, 0 before it.
    func stage(after elapsed: Double) -> Int {
        guard steady != nil, elapsed > Self.hasty else { return 0 }
        return 1 + Int(min(elapsed / Self.hasty, 1_048_576).exponent)
    }

    /// When the next stage begins, seconds after the confirmation; nil if there are none.
    func nextStage(after elapsed: Double) -> Double? {
        guard steady != nil, elapsed < 1e12 else { return nil }
        var next = Self.hasty
        while next <= elapsed { next *= 2 }
        return next
    }

    /// How fast it widens at most from then on until well into the next stage, seconds per second.
    func rate(after elapsed: Double) -> Double {
        guard let steady, elapsed > Self.hasty else { return rate }
        return steady.rate * max(1, 1.5 * (3 * elapsed / steady.span).squareRoot())
    }
}

/// What a confirmation rests on.
struct ConfirmationBasis: Equatable {
    /// The moment of the newest sample in the filter, as samples count it.
    var sampled: Double
    /// The sources that agree, by position.
    var sources: [Int]
}

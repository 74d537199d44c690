public import TimeBase
public import Timekeeping

/// A kernel's clock over a simulated crystal: a rate that can be set, a wall clock that can be stepped.
///
/// Moments are given in true time since the start. The monotonic clock advances by (1 + crystal)(1 + rate) per true
/// second; the wall clock does the same and takes steps besides. Readings are cut to whole nanoseconds, as a kernel's are.
public struct SimulatedClock: Sendable {
    /// True time at the start: 2026-06-01 00:00:00 UTC.
    public static let epoch = Instant<Realtime>(
        sinceEpoch: .seconds(86400 * CivilDate.daysSince1970(year: 2026, month: 6, day: 1)))

    /// What the monotonic clock shows at the start.
    static let start = Instant<Monotonic>(sinceEpoch: .seconds(10))

    public let oscillator: SimulatedOscillator
    public let time: TrueTime
    /// The rate that the kernel was told.
    public private(set) var rate: KernelRate

    /// The last moment at which the rate changed, what the crystal had gained, and what the monotonic clock showed.
    private var anchor: Duration = .zero
    private var anchorGain = 0.0
    private var anchorMonotonic = SimulatedClock.start
    private var ratio: Double
    /// What the crystal gains besides what its settings say, since when, and what that had made by then.
    private var excess = (rate: 0.0, since: Duration.zero, gained: 0.0)
    /// Wall clock less monotonic clock.
    private var distance: Duration
    /// How long the machine has slept.
    private var suspended = Duration.zero

    /// - Parameter error: by how much the wall clock is fast at the start.
    public init(
        _ oscillator: SimulatedOscillator, error: Duration, rate: KernelRate = .nominal, time: TrueTime = TrueTime()
    ) {
        self.oscillator = oscillator
        self.time = time
        self.rate = rate
        self.ratio = rate.frequency.ratio
        self.distance = time.epoch.sinceEpoch - Self.start.sinceEpoch + error
    }

    /// Both clocks at a moment.
    public func reading(at moment: Duration) -> ClockReading {
        let monotonic = monotonic(at: moment)
        return ClockReading(
            realtime: Instant(sinceEpoch: (monotonic.sinceEpoch + distance).cutToNanoseconds),
            monotonic: Instant(sinceEpoch: monotonic.sinceEpoch.cutToNanoseconds), suspended: suspended)
    }

    /// By how much the wall clock is wrong at a moment, seconds: **positive when it is fast**.
    public func error(at moment: Duration) -> Double {
        time.error(of: Instant(sinceEpoch: monotonic(at: moment).sinceEpoch + distance), at: moment)
    }

    /// How much the clock gains at a moment: crystal and rate together.
    public func frequencyError(at moment: Duration) -> Frequency {
        let crystal = oscillator.frequency(at: moment).ratio + excess.rate
        return Frequency(ratio: crystal + ratio + crystal * ratio)
    }

    /// Runs at another rate from a moment on. Moments before it can't be asked about any more.
    public mutating func setRate(_ rate: KernelRate, at moment: Duration) {
        anchorMonotonic = monotonic(at: moment)
        anchorGain = gain(at: moment)
        anchor = moment
        self.rate = rate
        ratio = rate.frequency.ratio
    }

    /// From a moment on the crystal gains so much more than its settings say.
    mutating func speedUp(by change: Double, at moment: Duration) {
        setRate(rate, at: moment)
        excess = (excess.rate + change, moment, excess.gained + excess.rate * (moment - excess.since).inSeconds)
        anchorGain = gain(at: moment)
    }

    /// Seconds that the crystal has gained since the start.
    private func gain(at moment: Duration) -> Double {
        oscillator.gain(at: moment) + excess.gained + excess.rate * (moment - excess.since).inSeconds
    }

    /// Adds to the wall clock.
    public mutating func step(by change: Duration) {
        distance += change
    }

    /// When the wall clock will read this, if nobody steps it and the rate stays as it is.
    func moment(whenWallClockReads time: Instant<Realtime>) -> Duration {
        moment(whenMonotonicReads: Instant(sinceEpoch: time.sinceEpoch - distance))
    }

    /// The machine sleeps from a moment on: the monotonic clock stands still, and the kernel sets the wall clock
    /// afterwards from the RTC, which is wrong by `error` more than the wall clock was.
    public mutating func suspend(at moment: Duration, for duration: Duration, error: Duration) {
        anchorMonotonic = monotonic(at: moment)
        anchor = moment + duration
        anchorGain = gain(at: anchor)
        distance += duration + error
        suspended += duration
    }

    /// The earliest moment (to within a nanosecond) at which the monotonic clock reads `deadline` or later,
    /// if the rate stays as it is.
    public func moment(whenMonotonicReads deadline: Instant<Monotonic>) -> Duration {
        let target = deadline.sinceEpoch.roundedUpToNanoseconds
        var moment = anchor
        // Each round leaves only what the crystal's frequency, a small number, made of the last correction.
        for _ in 0..<8 {
            let missing = (target - monotonic(at: moment).sinceEpoch).inSeconds
            moment += Duration(clampingSeconds: missing / (1 + ratio))
            if missing.magnitude < 1e-13 { break }
        }
        while monotonic(at: moment).sinceEpoch < target { moment += Duration(attoseconds: 1_000_000) }
        return moment
    }

    private func monotonic(at moment: Duration) -> Instant<Monotonic> {
        let elapsed = moment - anchor
        let gained = gain(at: moment) - anchorGain
        return anchorMonotonic + elapsed + Duration(clampingSeconds: gained + ratio * (elapsed.inSeconds + gained))
    }
}

extension Duration {
    private static let nanosecond: Int128 = 1_000_000_000

    fileprivate var cutToNanoseconds: Duration {
        let rest = attoseconds % Self.nanosecond
        return Duration(attoseconds: attoseconds - (rest < 0 ? rest + Self.nanosecond : rest))
    }

    fileprivate var roundedUpToNanoseconds: Duration {
        let cut = cutToNanoseconds
        return cut < self ? cut + .nanoseconds(1) : cut
    }
}

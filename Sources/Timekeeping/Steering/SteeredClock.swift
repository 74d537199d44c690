public import TimeBase

/// The books of the kernel's clock: every rate and step that we gave it, so that any recent moment on the wall clock
/// can be told on the oscillator's own scale, and so that a step by somebody else is seen.
///
/// The monotonic clock runs (1 + rate) times as fast as the oscillator. Nobody can step it, so the difference between
/// the wall clock and it changes by steps only.
///
/// Where the temperature tells what the oscillator gains, that gain is taken out of the scale (``compensation``): what the
/// timekeeper calls its oscillator is then one that a change of temperature leaves alone.
public struct SteeredClock: Equatable, Sendable {
    private struct Segment: Equatable {
        var monotonic: Instant<Monotonic>
        var oscillator: Instant<Oscillator>
        var rate: KernelRate
        /// How much the oscillator gains by its temperature, which the scale does not.
        var compensation: Double
        /// How much faster than the scale the monotonic clock runs.
        var ratio: Double

        init(
            monotonic: Instant<Monotonic>, oscillator: Instant<Oscillator>, rate: KernelRate, compensation: Double
        ) {
            self.monotonic = monotonic
            self.oscillator = oscillator
            self.rate = rate
            self.compensation = compensation
            let own = rate.frequency.ratio
            ratio = compensation == 0 ? own : own + compensation + own * compensation
        }
    }

    /// Newest last; older ones serve stamps that were taken before the last change.
    private var segments: [Segment]

    /// Wall clock less monotonic clock, as it was after the last step that we know of.
    private var wallOffset: Duration

    /// When the last step was, ours or not: stamps from before it can't be placed.
    private var lastStep: Instant<Monotonic>?

    /// Time spent in suspend, as far as it is known.
    private var suspended: Duration

    /// Steps smaller than this can't be told from the time that reading two clocks takes.
    static let noticeableStep = Duration.microseconds(20)

    /// The oscillator scale begins at what the wall clock shows now.
    public init(at now: ClockReading, rate: KernelRate) {
        segments = [
            Segment(
                monotonic: now.monotonic, oscillator: Instant(sinceEpoch: now.realtime.sinceEpoch), rate: rate,
                compensation: 0)
        ]
        wallOffset = now.realtime.sinceEpoch - now.monotonic.sinceEpoch
        suspended = now.suspended
    }

    /// The rate that the kernel's clock has now.
    public var rate: KernelRate { segments.last?.rate ?? .nominal }

    /// How much faster than the oscillator's scale the kernel's clock runs.
    var ratio: Double { segments.last?.ratio ?? 0 }

    /// How much the oscillator is taken to gain by its temperature.
    var compensation: Double { segments.last?.compensation ?? 0 }

    /// The setting at which the kernel's clock runs so much faster than the oscillator's scale.
    func rate(for ratio: Double) -> KernelRate {
        let compensation = compensation
        return KernelRate(
            nearest: Frequency(ratio: compensation == 0 ? ratio : (ratio - compensation) / (1 + compensation)))
    }

    /// A moment of the monotonic clock on the oscillator's scale.
    public func oscillator(at moment: Instant<Monotonic>) -> Instant<Oscillator> {
        let segment = segments.last { $0.monotonic <= moment } ?? segments[0]
        let elapsed = moment - segment.monotonic
        return segment.oscillator + Self.unsteered(elapsed, ratio: segment.ratio)
    }

    /// The same for what the wall clock showed; nil if it lies before the last step.
    public func oscillator(at moment: Instant<Realtime>) -> Instant<Oscillator>? {
        let monotonic = monotonic(at: moment)
        if let lastStep, monotonic < lastStep { return nil }
        return oscillator(at: monotonic)
    }

    /// What the monotonic clock showed when the wall clock showed this, if that was after the last step.
    public func monotonic(at moment: Instant<Realtime>) -> Instant<Monotonic> {
        Instant(sinceEpoch: moment.sinceEpoch - wallOffset)
    }

    /// What the wall clock should show at a moment, if nobody stepped it unnoticed.
    public func realtime(at moment: Instant<Monotonic>) -> Instant<Realtime> {
        Instant(sinceEpoch: moment.sinceEpoch + wallOffset)
    }

    /// When the monotonic clock will have advanced so far on the oscillator's scale, at the present rate.
    public func monotonic(after elapsed: Duration, from now: Instant<Monotonic>) -> Instant<Monotonic> {
        now + elapsed + Duration(clampingSeconds: elapsed.inSeconds * ratio)
    }

    /// Notes that the kernel's clock runs at another rate from now on.
    public mutating func set(_ rate: KernelRate, at now: Instant<Monotonic>) {
        guard rate != self.rate else { return }
        append(rate, compensation, at: now)
    }

    /// Takes from now on this for what the oscillator gains by its temperature.
    mutating func compensate(_ compensation: Double, at now: Instant<Monotonic>) {
        guard compensation != self.compensation else { return }
        append(rate, compensation, at: now)
    }

    private mutating func append(_ rate: KernelRate, _ compensation: Double, at now: Instant<Monotonic>) {
        segments.append(
            Segment(monotonic: now, oscillator: oscillator(at: now), rate: rate, compensation: compensation))
        // With a thermometer the rate changes every minute or so, and an interleaved answer tells of the exchange before it.
        if segments.count > (compensation == 0 ? 8 : 128) { segments.removeFirst() }
    }

    /// Notes that the kernel refused a rate that it was told just now: it runs as it did before.
    public mutating func refused(_ rate: KernelRate) {
        guard segments.count > 1, let index = segments.lastIndex(where: { $0.rate == rate }), index > 0 else { return }
        segments.remove(at: index)
    }

    /// Notes that the wall clock was stepped by us.
    public mutating func stepped(by step: Duration, at now: Instant<Monotonic>) {
        wallOffset += step
        lastStep = now
    }

    /// What happened to the clocks behind our back since the last look; the books are right again afterwards.
    ///
    /// - Returns: the step of the wall clock (positive: it was put forward), and the time spent in suspend.
    public mutating func lookForSteps(at now: ClockReading) -> (step: Duration, suspended: Duration) {
        let step = unnoticedStep(at: now)
        let slept = now.suspended - suspended
        suspended = now.suspended
        if step != .zero {
            wallOffset += step
            lastStep = now.monotonic
        }
        return (step, slept < .milliseconds(1) ? .zero : slept)
    }

    /// By how much the wall clock differs from what the books say, now.
    public func unnoticedStep(at now: ClockReading) -> Duration {
        // A reading from before our own step was made shows the clock without it.
        if let lastStep, now.monotonic <= lastStep { return .zero }
        let step = now.realtime.sinceEpoch - now.monotonic.sinceEpoch - wallOffset
        return step.magnitude < Self.noticeableStep ? .zero : step
    }

    /// Whether the machine was suspended since the last look.
    public func sleptUnnoticed(at now: ClockReading) -> Bool {
        now.suspended - suspended >= .milliseconds(1)
    }

    /// elapsed / (1 + ratio), to a precision of 1e-17 of the elapsed time's rate part.
    private static func unsteered(_ elapsed: Duration, ratio: Double) -> Duration {
        return elapsed - Duration(clampingSeconds: elapsed.inSeconds * (ratio / (1 + ratio)))
    }
}

public import BoundPage
public import TimeBase

/// What is known of true time at one moment, as far as it is needed to start something at an instant.
public struct KnownTime: Equatable, Sendable {
    /// Who says so.
    public enum Source: String, Hashable, Sendable {
        /// The page that timeballd keeps: it tells true time by the monotonic clock.
        case page
        /// The kernel's wall clock, and its maxerror.
        case kernel
    }

    /// The moment.
    public var moment: Instant<Monotonic>
    /// True time at the moment, by the best estimate.
    public var estimate: Instant<UTC>
    /// How far the estimate can be from true time; nil where nothing promises that.
    public var bound: Duration?
    /// What the bound grows by, seconds per second.
    public var growth: Double
    /// What true time gains on the monotonic clock, seconds per second.
    public var rate: Double
    public var source: Source

    public init(
        moment: Instant<Monotonic>, estimate: Instant<UTC>, bound: Duration?, growth: Double = 0, rate: Double = 0,
        source: Source
    ) {
        self.moment = moment
        self.estimate = estimate
        self.bound = bound
        self.growth = growth
        self.rate = rate
        self.source = source
    }

    /// When true time reaches an instant, if nothing changes.
    public func moment(of instant: Instant<UTC>) -> Instant<Monotonic> {
        let left = instant - estimate
        return moment + (left - Duration(clampingSeconds: left.inSeconds * rate / (1 + rate)))
    }

    /// True time at a moment, if nothing changes.
    public func estimate(at other: Instant<Monotonic>) -> Instant<UTC> {
        let passed = other - moment
        return estimate + passed + Duration(clampingSeconds: passed.inSeconds * rate)
    }

    /// How far the estimate can be from true time at a later moment, if nothing changes.
    public func bound(at later: Instant<Monotonic>) -> Duration? {
        bound.map { $0 + Duration(clampingSeconds: max(0, (later - moment).inSeconds) * growth) }
    }
}

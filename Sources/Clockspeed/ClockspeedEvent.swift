public import Timekeeping

/// What happens to ``ClockspeedEngine``.
public enum ClockspeedEvent: Hashable, Sendable {
    /// A measurement came: what to add to the wall clock, and its standard deviation in seconds; nil where nobody told.
    case mark(offset: Duration, deviation: Double?)
    /// A measurement of its own failed, for this reason.
    case failed(String)
    /// So many octets came through `adjust` that are no measurement.
    case nonsense(octets: Int)
    /// The kernel did not take the rate.
    case refused(KernelRate)
}

/// What ``ClockspeedEngine`` wants done.
public enum ClockspeedEffect: Hashable, Sendable {
    /// Let the kernel's clock run at this rate.
    case setRate(KernelRate)
    /// Replace etc/atto by this.
    case saveRate([UInt8])
    /// Add a measurement to etc/marks.
    case keepMark(offset: Duration, deviation: Double)
    /// Measure now.
    case measure
    /// Replace etc/interval: the measuring interval that is in use.
    case saveInterval(Duration)
    /// Tell people.
    case say(String)
}

/// What is asked of ``ClockspeedEngine``.
public struct ClockspeedSettings: Hashable, Sendable {
    /// Whether it may touch the clock.
    public var steers = true
    /// Whether it measures itself.
    public var measures = false
    /// Standard deviation that measurements that come through `adjust` are taken for at first, seconds: their 16 octets do not
    /// tell, and it is learned.
    public var deviation = 1e-3
    /// How wrong the clock may become between its own measurements, as a standard deviation.
    public var target = Duration.milliseconds(10)
    /// The measuring interval before a restart.
    public var interval = MeasuringSchedule.first

    public init() {}
}

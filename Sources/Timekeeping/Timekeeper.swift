public import Engine
public import TimeBase

/// What can be said of the wall clock at one moment.
public struct ClockState: Equatable, Sendable {
    public var verdict: Verdict
    /// How far the wall clock can be from true time: the truth lies inside. nil where nothing is known.
    public var bound: Duration?
    /// What the wall clock still lacks, by the best estimate: positive when it is slow.
    public var offset: Duration
    /// Why the verdict is what it is: a sentence with the measured value and the limit.
    public var reason: String
}

/// The clock daemon's mind: sources, selection, steering, serving, and the verdict with its reasons.
public struct Timekeeper: Engine {
    public let settings: TimekeeperSettings

    /// - Parameters:
    ///   - now: the clocks at this moment.
    ///   - kernelRate: the rate that the kernel's clock is set to.
    ///   - random: the only source of chance.
    public init(settings: TimekeeperSettings, at now: ClockReading, kernelRate: KernelRate, random: RandomSource) {
        self.settings = settings
    }

    public func nextWake(after now: ClockReading) -> Instant<Monotonic> {
        now.monotonic + .seconds(1000)
    }

    public mutating func wake(at now: ClockReading, effects: inout [Effect]) {}

    public mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {}

    public mutating func finish(at now: ClockReading, effects: inout [Effect]) {}

    /// Verdict, bound and reason for this moment.
    public func state(at now: ClockReading) -> ClockState {
        ClockState(verdict: .unknown, bound: nil, offset: .zero, reason: "Nothing was measured yet.")
    }
}

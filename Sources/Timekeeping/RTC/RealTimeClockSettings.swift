public import RealTimeClock
public import Recording
internal import TimeBase

/// What a ``Timekeeper`` is told of a real-time clock that it measures.
public struct RealTimeClockSettings: Equatable, Sendable {
    /// The kernel's name of it, `rtc0`; empty where there is no other.
    public var name = ""
    /// Whether it is the one of which control requests speak, and which is trimmed; others are only watched.
    public var isMain = true
    public var chip: RealTimeClockChip
    /// Whether the kernel writes this one in its 11-minute mode, while it counts its clock as synchronised.
    public var isWrittenByKernel = true
    /// Whether the RTC tells by an interrupt when its seconds change; else it is polled shortly before they do.
    public var hasInterrupt = false
    /// What was saved of it before the last stop.
    public var record: RealTimeClockRecord?
    /// Set it when it is wrong by more than this (`rtcautotrim`); nil = never.
    public var trimThreshold: Duration?
    /// Whether it had lost its time when the machine started.
    public var hasLostTime = false

    /// An RTC of which nothing is known but its chip.
    public init(_ chip: RealTimeClockChip) { self.chip = chip }
}

/// What is known of true time before any source has answered: the RTC's time with which the machine started.
public struct InitialKnowledge: Equatable, Sendable {
    /// How far the wall clock can be from true time.
    public var bound: Duration
    /// Where that comes from: "the RTC".
    public var origin: String

    /// What the start of the machine has told.
    public init(bound: Duration, origin: String) {
        self.bound = bound
        self.origin = origin
    }
}

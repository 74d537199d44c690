public import TimeBase

/// What a client asks of the daemon. Offsets are positive where our clock is slow, whatever sign the protocol has.
public enum ControlRequest: Equatable, Sendable {
    // Reading.
    case sourceCount
    case source(index: UInt32)
    case sourceName(SourceAddress)
    case sourceStatistics(index: UInt32)
    case tracking
    case activity
    case ntpData(SourceAddress)
    case selection(index: UInt32)
    case serverStatistics
    case authentication(SourceAddress)
    case rtc
    case smoothing
    case manualList
    /// The clients from `first` on, at most 8 at a time, that came at least `minimumHits` times; `reset` clears
    /// their counters afterwards, and is for the Unix socket only.
    case clientAccesses(first: UInt32, count: UInt32, minimumHits: UInt32, reset: Bool)
    case checkAccess(AccessSubject, SourceAddress)
    case status
    case story(index: UInt32)
    case temperature

    // Sources.
    case online(SourceSelector)
    case offline(SourceSelector)
    /// `good` samples are wanted, from at most `total` requests.
    case burst(SourceSelector, good: Int32, total: Int32)
    case onOffline
    case addSource(SourceAddition)
    case deleteSource(SourceAddress)
    case modify(SourceAddress, SourceModification)
    /// Both sets of options are bits 1 noselect, 2 prefer, 4 trust, 8 require as in ``SelectionReport``; those in
    /// `mask` are set to what `options` says. Without an address the reference identifier names the source.
    case modifySelectOptions(SourceAddress, ReferenceIdentifier, mask: SelectOptions, options: SelectOptions)
    /// The correction added to each measured offset.
    case modifyOffset(SourceAddress, ReferenceIdentifier, Duration)
    case refresh
    case reloadSources
    case resetSources
    case reselect
    case reselectDistance(Duration)

    // The clock.
    case makeStep
    /// `makestep` of the configuration; a negative limit means always.
    case modifyMakeStep(threshold: Duration, limit: Int32)
    case modifyMaximumUpdateSkew(Frequency)
    /// Believe that our clock gains this much more than was thought.
    case changeFrequency(Frequency)
    /// Pretend that our clock is this much fast (the protocol's sign, kept here because nothing is measured).
    case changeOffset(Duration)
    case setTime(Instant<Realtime>)
    case manual(ManualMode)
    case manualDelete(index: Int32)
    case smoothTime(SmoothTimeMode)
    /// Serve our own time although no source confirms it; nil ends that.
    case local(LocalReference?)
    /// The same as chrony 4.3 understands it, which has fewer options. A daemon reads it as ``local(_:)``.
    case localOld(LocalReference?)

    // Serving.
    case access(AccessSubject, SourceAddress, bits: Int32, allowed: Bool, all: Bool)

    // The daemon.
    case dump
    case rekey
    case cycleLogs
    case writeRTC
    case trimRTC
    case shutdown
}

/// To what access is given.
public enum AccessSubject: Hashable, Sendable {
    /// NTP (`allow`, `deny`).
    case time
    /// This protocol over UDP (`cmdallow`, `cmddeny`).
    case control
}

/// One number of a source's settings.
public enum SourceModification: Equatable, Sendable {
    /// Binary logarithm of seconds.
    case minimumPoll(Int32)
    /// Binary logarithm of seconds.
    case maximumPoll(Int32)
    case minimumStratum(Int32)
    case pollTarget(Int32)
    case maximumDelay(Duration)
    case maximumDelayRatio(Double)
    case maximumDelayDeviationRatio(Double)
}

/// `manual off|on|reset`
public enum ManualMode: Int32, CaseIterable, Hashable, Sendable {
    case off = 0
    case on = 1
    case reset = 2
}

/// `smoothtime reset|activate`
public enum SmoothTimeMode: Int32, CaseIterable, Hashable, Sendable {
    case reset = 0
    case activate = 1
}

/// The options of `local`.
public struct LocalReference: Equatable, Sendable {
    public var stratum: Int32
    public var distance: Duration
    public var orphan: Bool
    /// Zero means no condition.
    public var activate: Duration
    public var waitSynchronised: Duration
    /// Nil if the client did not say (chrony 4.3).
    public var waitUnsynchronised: Duration?

    public init(
        stratum: Int32 = 10, distance: Duration = .seconds(1), orphan: Bool = false, activate: Duration = .zero,
        waitSynchronised: Duration = .zero, waitUnsynchronised: Duration? = nil
    ) {
        self.stratum = stratum
        self.distance = distance
        self.orphan = orphan
        self.activate = activate
        self.waitSynchronised = waitSynchronised
        self.waitUnsynchronised = waitUnsynchronised
    }
}

/// Options that decide about a source in selection.
public struct SelectOptions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let noselect = SelectOptions(rawValue: 1)
    public static let prefer = SelectOptions(rawValue: 2)
    public static let trust = SelectOptions(rawValue: 4)
    public static let require = SelectOptions(rawValue: 8)
}

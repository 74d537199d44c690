public import JobsControl
public import TimeBase

/// Something beside the crontabs that says what is to run: at's spool, incron's tables, exact starts. The scheduler asks
/// it when it wants to be woken, hands it requests of its part, and tells it how what it ordered ended.
public protocol JobSource: Sendable {
    /// Which requests are for it (``JobsRequest/Part``).
    var part: UInt8 { get }

    /// When something may be due by the wall clock, in nanoseconds since 1970-01-01 00:00:00 UTC; nil: nothing ever.
    var next: Int64? { get }

    /// The earliest planned moment of what was ordered and is not begun: what a new daemon has to look at again.
    /// Sources that keep their own files need not say.
    var earliestWaiting: Instant<Realtime>? { get }

    /// What is due. ``Order/part`` is to be this part, and ``Order/token`` whatever tells the orders apart.
    mutating func advance(at now: ClockReading, effects: inout [Effect]) -> [Order]

    /// The wall clock was set from one moment to another, or the machine slept.
    mutating func jump(from before: Instant<Realtime>, at now: ClockReading, effects: inout [Effect])

    /// Keys of jobs that are paused, whatever source they are of: none of them is ordered. Set before anything else is asked,
    /// and whenever it changes.
    var paused: Set<String> { get set }

    /// By which key the history has one of its jobs; nil if the caller may see none of that name.
    func key(of name: String, for peer: Peer) -> String?

    /// What it ordered was started, has ended, or was not started (`end` is nil).
    mutating func started(_ order: Order, run: RunNumber, at now: ClockReading, effects: inout [Effect])
    mutating func ended(
        _ order: Order, run: RunNumber, end: EndReport?, at now: ClockReading, effects: inout [Effect])

    /// What is to run because of what it was told of a run.
    mutating func takeOrders() -> [Order]

    /// A request of its part: exactly one reply goes back, at once or later.
    mutating func answer(
        kind: UInt8, fields: [UInt8], client: ClientToken, peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> [Order]

    /// Its jobs, as far as a caller may see them.
    func reports(for peer: Peer, at now: ClockReading) -> [JobReport]

    /// What is known of one of them; nil if the caller may see none of that name.
    ///
    /// - Returns: lines for people, and by which key the history has its runs.
    func why(_ name: String, for peer: Peer, at now: ClockReading) -> (lines: [String], key: String)?

    /// Lets one of them run now; nil if the caller may see none of that name.
    mutating func runNow(_ name: String, for peer: Peer, at now: ClockReading, effects: inout [Effect]) -> LetGo?
}

/// What became of a wish that a job runs now.
public enum LetGo: Sendable {
    /// These are to run; none if the source has to read something first.
    case orders([Order])
    /// It does not run, and why, with the next step.
    case refused(String)
}

extension JobSource {
    public var earliestWaiting: Instant<Realtime>? { nil }
    public mutating func jump(from before: Instant<Realtime>, at now: ClockReading, effects: inout [Effect]) {}
    public mutating func started(_ order: Order, run: RunNumber, at now: ClockReading, effects: inout [Effect]) {}
    public mutating func ended(
        _ order: Order, run: RunNumber, end: EndReport?, at now: ClockReading, effects: inout [Effect]
    ) {}
    public func key(of name: String, for peer: Peer) -> String? { nil }
    public mutating func takeOrders() -> [Order] { [] }
    public func reports(for peer: Peer, at now: ClockReading) -> [JobReport] { [] }
    public func why(_ name: String, for peer: Peer, at now: ClockReading) -> (lines: [String], key: String)? { nil }
    public mutating func runNow(
        _ name: String, for peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> LetGo? { nil }
}

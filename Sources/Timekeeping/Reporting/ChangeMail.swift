public import TimeBase

/// What is told by mail of a large correction (`mailonchange`).
public struct ChangeMail: Equatable, Sendable {
    /// What is added to the clock.
    public var change: Duration
    /// More than this is told.
    public var limit: Duration
    /// What the clock showed.
    public var time: Instant<Realtime>

    public init(change: Duration, limit: Duration, time: Instant<Realtime>) {
        self.change = change
        self.limit = limit
        self.time = time
    }

    public func subject(host: String) -> String { "timeballd corrects the clock of \(host)" }

    public func text(host: String) -> String {
        """
        At \(CivilDate(time).rfc3339Seconds), as its clock showed, timeballd on \(host)
        began to correct that clock by \(Note.fixed(change.inSeconds, 6)) seconds: it was \(change < .zero ? "fast" : "slow").

        Mail is sent of corrections above \(Note.fixed(limit.inSeconds, 6)) seconds (mailonchange).
        Why it was wrong: timeball why

        """
    }
}

public import BoundPage
internal import Linux
internal import TimeBase

/// A clock that shows true time, as well as it is known, and says how well that is.
///
/// It reads the page that timeballd keeps, without a system call, and does not notice when somebody steps the wall clock.
public struct TimeballClock: Clock {
    /// A moment of true time.
    public struct Instant: InstantProtocol, Hashable, Sendable, CustomStringConvertible {
        /// Since 1970-01-01 00:00:00 UTC, leap seconds not counted.
        public var sinceEpoch: Duration

        public init(sinceEpoch: Duration) { self.sinceEpoch = sinceEpoch }

        public func advanced(by duration: Duration) -> Instant { Instant(sinceEpoch: sinceEpoch + duration) }
        public func duration(to other: Instant) -> Duration { other.sinceEpoch - sinceEpoch }
        public static func < (left: Instant, right: Instant) -> Bool { left.sinceEpoch < right.sinceEpoch }

        /// RFC 3339, UTC.
        public var description: String { CivilDate(TimeBase.Instant<Realtime>(sinceEpoch: sinceEpoch)).rfc3339 }

        init(_ instant: TimeBase.Instant<UTC>) { sinceEpoch = instant.sinceEpoch }
    }

    /// Where true time is: not before `earliest`, not after `latest`.
    public struct Interval: Hashable, Sendable {
        public var earliest: Instant
        public var latest: Instant
        /// The best estimate, between the two.
        public var estimate: Instant

        init(_ time: TrueTime) {
            earliest = Instant(time.earliest)
            latest = Instant(time.latest)
            estimate = Instant(time.estimate)
        }
    }

    private let source: PageSource

    /// - Parameter path: where timeballd keeps its page (`boundfile`).
    public init(path: String = BoundPage.defaultPath) {
        source = PageSource(path: path)
    }

    public var minimumResolution: Duration { .nanoseconds(1) }

    /// True time by the best estimate. Where nothing is known of it, the wall clock: who must know uses ``interval``.
    public var now: Instant {
        if let interval = try? interval { return interval.estimate }
        return Instant(sinceEpoch: KernelClock.realtime.sinceEpoch)
    }

    /// Where true time is now.
    public var interval: Interval {
        get throws(TimeballClockError) { Interval(try source.read().trueTime()) }
    }

    /// Where true time is now, with all that the page tells.
    public func reading() throws(TimeballClockError) -> BoundReading { try source.read() }

    /// Sleeps until true time has reached a moment by the best estimate; never less, whatever becomes of the wall clock.
    ///
    /// It sleeps in pieces and looks at the page in between, because what is known of true time changes.
    ///
    /// - Parameters:
    ///   - tolerance: how much later it may be, to let the system gather wake-ups.
    /// - Throws: ``TimeballClockError`` where true time is not known, `CancellationError`.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        while true {
            try Task.checkCancellation()
            let left = deadline.sinceEpoch - (try interval).estimate.sinceEpoch
            guard left > .zero else { return }
            // Most of what is left, so that a correction meanwhile does not make it late; the last piece whole.
            let isLast = left <= .milliseconds(20)
            // CLOCK_MONOTONIC, at its fastest slew, gains a tenth: then there is another piece.
            let piece = isLast ? left : min(left * 0.9 - .milliseconds(1), .seconds(60))
            try await Task.sleep(for: piece, tolerance: isLast ? tolerance ?? .zero : .zero, clock: .suspending)
        }
    }
}

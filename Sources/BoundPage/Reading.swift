public import TimeBase

/// Where true time was at one moment.
public struct TrueTime: Equatable, Sendable {
    /// True time was not before this: a promise.
    public var earliest: Instant<UTC>
    /// True time was not after this: a promise.
    public var latest: Instant<UTC>
    /// The best estimate, between the two.
    public var estimate: Instant<UTC>
    /// What UTC has jumped by since the report's reference, by the best estimate: -1 s from an inserted second on, and then
    /// the second before midnight has the number that was there a second ago.
    public var leapt = Duration.zero

    public init(earliest: Instant<UTC>, latest: Instant<UTC>, estimate: Instant<UTC>) {
        self.earliest = earliest
        self.latest = latest
        self.estimate = estimate
    }

    /// How far the estimate can be from true time: the farther end of the interval.
    public var bound: Duration { max(estimate - earliest, latest - estimate) }

    /// What has to be added to a clock that shows this, by the best estimate, and how far that clock can be from true
    /// time.
    public func error(of clock: Instant<Realtime>) -> (offset: Duration, bound: Duration) {
        let shown = Instant<UTC>(sinceEpoch: clock.sinceEpoch)
        return (estimate - shown, max(latest - shown, shown - earliest))
    }
}

/// Why a report tells nothing about a moment.
public enum BoundReportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The daemon does not know the time.
    case unknown
    /// The machine was suspended since the report was made, for so long.
    case suspended(Duration)
    /// The report was valid only until so long ago.
    case expired(ago: Duration)

    /// A sentence.
    public var description: String {
        switch self {
        case .unknown: "The daemon does not know the time yet."
        case .suspended(let duration):
            "The machine was suspended for \(duration.components.seconds) s since the page was written."
        case .expired(let ago): "The page has been too old to be believed for \(ago.components.seconds) s."
        }
    }
}

extension BoundReport {
    /// Readings of two clocks one after the other differ by less than this; more was sleep.
    public static let noticeableSleep = Duration.milliseconds(10)

    /// Where true time was at a moment.
    ///
    /// - Parameters:
    ///   - moment: a reading of CLOCK_MONOTONIC, taken while this report was the newest.
    ///   - suspended: CLOCK_BOOTTIME - CLOCK_MONOTONIC then, the monotonic clock read first.
    public func trueTime(
        at moment: Instant<Monotonic>, suspended: Duration
    ) throws(BoundReportError) -> TrueTime {
        guard let knowledge else { throw .unknown }
        let slept = suspended - self.suspended
        guard slept < Self.noticeableSleep else { throw .suspended(slept) }
        guard moment <= validUntil else { throw .expired(ago: moment - validUntil) }
        let elapsed = moment - reference
        let passed = elapsed + Duration(clampingSeconds: elapsed.inSeconds * knowledge.rate)
        let estimate = knowledge.estimate + passed
        let grown = Duration(clampingSeconds: max(passed.inSeconds, 0) * knowledge.growth)
        return leaping(
            TrueTime(
                earliest: estimate - knowledge.below - grown, latest: estimate + knowledge.above + grown,
                estimate: estimate))
    }

    /// The moment from which the announced leap second is in effect, counted without it, and what UTC jumps by there;
    /// nil if none is announced.
    var leapSecond: (at: Instant<UTC>, by: Duration)? {
        guard let knowledge, leap == .insertSecond || leap == .deleteSecond else { return nil }
        let seconds = knowledge.estimate.sinceEpoch.components.seconds
        let midnight = (seconds / 86400 + 1) * 86400
        // Inserted: midnight comes twice, the first one is called 23:59:60. Deleted: 23:59:58 is followed by midnight.
        return leap == .insertSecond
            ? (Instant(sinceEpoch: .seconds(midnight)), .seconds(-1))
            : (Instant(sinceEpoch: .seconds(midnight - 1)), .seconds(1))
    }

    /// The same with the leap second taken, as far as it has come; while that is not certain, both are inside.
    private func leaping(_ time: TrueTime) -> TrueTime {
        guard let leapSecond, time.latest >= leapSecond.at else { return time }
        let isCertain = time.earliest >= leapSecond.at
        var leapt = time
        if isCertain || leapSecond.by < .zero { leapt.earliest += leapSecond.by }
        if isCertain || leapSecond.by > .zero { leapt.latest += leapSecond.by }
        if time.estimate >= leapSecond.at {
            leapt.estimate += leapSecond.by
            leapt.leapt = leapSecond.by
        }
        return leapt
    }

    /// TAI - UTC in seconds at a moment that this report told of; nil where nobody told. It makes the repeated number of an
    /// inserted second clear: the second time it is one more.
    public func taiOffset(at time: TrueTime) -> Int? {
        taiOffset.map { Int($0) - Int(time.leapt.components.seconds) }
    }

    /// By how much the wall clock differed from its books if it shows `realtime` at `moment`: what others stepped it by.
    public func stepByOthers(realtime: Instant<Realtime>, at moment: Instant<Monotonic>) -> Duration {
        realtime.sinceEpoch - moment.sinceEpoch - wallOffset
    }
}

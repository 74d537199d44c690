public import TimeBase
public import Timekeeping

/// What UTC really is in a simulated world, as computers count it: with a leap second, it jumps, unless the network hides that.
public struct TrueTime: Equatable, Sendable {
    /// A leap second at the end of a UTC day.
    public struct Leap: Equatable, Sendable {
        /// When UTC jumps, true time since the start: for an inserted second the first midnight, for a deleted one a
        /// second before midnight.
        public var at: Duration
        /// ``LeapIndicator/insertSecond`` or ``LeapIndicator/deleteSecond``.
        public var kind: LeapIndicator
        /// From when on the servers announce it.
        public var announced: Duration

        public init(at: Duration, kind: LeapIndicator, announced: Duration) {
            self.at = at
            self.kind = kind
            self.announced = announced
        }

        /// By how much UTC jumps.
        var step: Duration { kind == .insertSecond ? .seconds(-1) : .seconds(1) }
    }

    /// UTC at the start.
    public var epoch = SimulatedClock.epoch
    public var leap: Leap?
    /// How the network hides the leap second: what counts as true time there goes on without a jump. nil = it does not.
    public var smear: SmoothTimeSettings?

    public init(epoch: Instant<Realtime> = SimulatedClock.epoch, leap: Leap? = nil) {
        self.epoch = epoch
        self.leap = leap
    }

    /// UTC at a moment.
    public func utc(at moment: Duration) -> Instant<Realtime> {
        guard let leap, moment >= leap.at else { return epoch + moment }
        return epoch + moment + leap.step + Duration(clampingSeconds: smearOffset(at: moment))
    }

    /// By how much what counts as true time is ahead of UTC, seconds.
    public func smearOffset(at moment: Duration) -> Double {
        guard let leap, let smear, moment >= leap.at else { return 0 }
        let course = SmoothingCourse(
            offset: -leap.step.inSeconds, frequency: 0, maximumFrequency: smear.maximumFrequency.ratio,
            maximumWander: smear.maximumWander.ratio)
        return course.state(after: (moment - leap.at).inSeconds).offset
    }

    func isSmeared(at moment: Duration) -> Bool { smearOffset(at: moment) != 0 }

    /// By how much a reading is wrong, seconds: positive when it is fast.
    ///
    /// No two clocks pass a leap second at the same moment, and an inserted second has the same numbers as the one before; so
    /// within a second of it, the nearer of both readings of UTC counts.
    func error(of reading: Instant<Realtime>, at moment: Duration) -> Double {
        let error = (reading - utc(at: moment)).inSeconds
        guard let leap, smear == nil, (moment - leap.at).magnitude < .seconds(1) else { return error }
        let other = (reading - (epoch + moment)).inSeconds
        let passed = (reading - (epoch + moment + leap.step)).inSeconds
        return [other, passed].min { $0.magnitude < $1.magnitude } ?? error
    }

    /// What a good server announces at a moment.
    func announcement(at moment: Duration) -> LeapIndicator {
        guard let leap, smear == nil, moment >= leap.announced, moment < leap.at else { return .none }
        return leap.kind
    }
}

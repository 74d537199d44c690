internal import TimeBase

/// Leap seconds as Linux applies them (kernel/time/ntp.c): armed at a full second, applied at midnight, and armed again only
/// after who asked for it has taken that back.
public struct SimulatedKernelLeap: Equatable, Sendable {
    private enum State: Equatable, Sendable {
        /// Nothing is asked for (TIME_OK).
        case idle
        /// At this second of the wall clock it will be applied (TIME_INS, TIME_DEL).
        case armed(LeapIndicator, at: Int64)
        /// It was applied (TIME_OOP, TIME_WAIT), or the clock was set, and the request was taken back at this moment of the
        /// wall clock, if it was.
        case spent(LeapIndicator, withdrawn: Instant<Realtime>?)
    }

    private var state = State.idle
    /// TAI - UTC as the kernel has it, seconds; it is 0 until somebody says more.
    public internal(set) var taiOffset = 0
    /// Leap seconds applied so far.
    public private(set) var count = 0

    /// The kernel is told of a leap second (STA_INS, STA_DEL), or of none.
    mutating func tell(_ leap: LeapIndicator, at wall: Instant<Realtime>) {
        let isAsked = leap == .insertSecond || leap == .deleteSecond
        switch state {
        case .idle:
            if isAsked { arm(leap, wall) }
        case .armed(let kind, _):
            if kind != leap { state = .idle }
            if isAsked, kind != leap { arm(leap, wall) }
        case .spent(let kind, let withdrawn):
            if !isAsked {
                state = .spent(kind, withdrawn: withdrawn ?? wall)
            } else if let withdrawn, Self.nextSecond(withdrawn) <= wall {
                arm(leap, wall)
            } else {
                state = .spent(kind, withdrawn: nil)
            }
        }
    }

    private mutating func arm(_ kind: LeapIndicator, _ wall: Instant<Realtime>) {
        let second = Self.nextSecond(wall).sinceEpoch.components.seconds
        // A deleted second is the day's last: the one before it is followed by midnight.
        let early: Int64 = kind == .deleteSecond ? 1 : 0
        state = .armed(kind, at: second + 86400 - (second + early) % 86400)
    }

    private static func nextSecond(_ wall: Instant<Realtime>) -> Instant<Realtime> {
        let (seconds, rest) = wall.sinceEpoch.components
        return Instant(sinceEpoch: .seconds(rest > 0 ? seconds + 1 : seconds))
    }

    /// What the wall clock reads when the leap second is applied; nil if none is armed.
    var boundary: Instant<Realtime>? {
        guard case .armed(_, let second) = state else { return nil }
        return Instant(sinceEpoch: .seconds(second))
    }

    /// Applies it.
    ///
    /// - Returns: what is added to the wall clock.
    mutating func apply() -> Duration {
        guard case .armed(let kind, _) = state else { return .zero }
        state = .spent(kind, withdrawn: nil)
        count += 1
        taiOffset += kind == .insertSecond ? 1 : -1
        return kind == .insertSecond ? .seconds(-1) : .seconds(1)
    }

    /// Who sets the clock disarms it; only who withdraws the request and asks again is heard.
    mutating func clockWasSet() {
        if case .armed(let kind, _) = state { state = .spent(kind, withdrawn: nil) }
    }
}

internal import TimeBase

/// Leap seconds: UTC jumps, and the wall clock with it, by the kernel's hand. That is neither an error nor a step by
/// others.
extension Timekeeper {
    /// By how much UTC jumps at the end of this day, as far as it was announced.
    private var armedStep: Duration {
        switch armedLeap {
        case .insertSecond: .seconds(-1)
        case .deleteSecond: .seconds(1)
        default: .zero
        }
    }

    /// Leap seconds are only announced on the last day of June and December.
    func isLeapDay(_ moment: Instant<Realtime>) -> Bool {
        let date = CivilDate(moment)
        return date.month == 6 && date.day == 30 || date.month == 12 && date.day == 31
    }

    /// Whether an announced leap second is only seconds away: what is measured now could lie on either side of it, since
    /// no two clocks pass it at the same moment.
    func isLeapImminent(_ now: ClockReading) -> Bool {
        armedLeap != .none && !isLeapDay(now.realtime + .seconds(6))
    }

    /// Whether a step that somebody made is the announced leap second. One at another time of day is not.
    func isLeapSecond(_ step: Duration, _ now: ClockReading) -> Bool {
        let leap = armedStep
        guard leap != .zero, (step - leap).magnitude < .milliseconds(10) else { return false }
        return !isLeapDay(now.realtime + .seconds(2))
    }

    /// When the leap second must have passed, whether or not the kernel did it. The kernel is given half a second;
    /// where it is not ours (-x) nobody waits for it: what is served follows UTC at once.
    private var leapPatience: Duration { controlsClock ? .milliseconds(500) : .zero }

    /// The time by which the leap second is due: the wall clock where the kernel steps it, else the best estimate.
    private func leapClock(at now: ClockReading) -> Instant<Realtime> {
        let wall = clock.realtime(at: now.monotonic)
        guard !controlsClock, let error = wallError(at: now.monotonic) else { return wall }
        return wall + Duration(clampingSeconds: error)
    }

    /// When to look whether an announced leap second has passed.
    func leapDue(after now: ClockReading) -> Instant<Monotonic>? {
        guard armedLeap != .none else { return nil }
        let time = leapClock(at: now)
        // A deleted second is the day's last, so the jump comes a second before midnight.
        let early = armedLeap == .deleteSecond ? Duration.seconds(1) : .zero
        guard isLeapDay(time - leapPatience + early) else { return now.monotonic }
        let day = Int128(86400) * 1_000_000_000_000_000_000
        let ofDay = Duration(attoseconds: time.sinceEpoch.attoseconds % day)
        let left = .seconds(86400) - ofDay - early + leapPatience
        // At a fast rate the monotonic clock and the wall clock advance alike.
        return now.monotonic + max(left, .zero)
    }

    /// Where the kernel did not step the wall clock, UTC jumped all the same: the clock is a second wrong now.
    mutating func passLeapSecondIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let due = leapDue(after: now), due <= now.monotonic else { return }
        passLeapSecond(now, &effects)
        if reference != nil { correct(now, &effects, isUpdate: false) }
    }

    /// UTC has jumped. Offsets are counted from a base that jumps with it, so that nothing measured loses its meaning.
    mutating func passLeapSecond(_ now: ClockReading, _ effects: inout [Effect]) {
        offsetBase += armedStep
        armedLeap = .none
        reference?.leap = .none
        suppressSamplesUntil = now.monotonic + .seconds(5)
        // A request on its way would be placed on both sides of the jump.
        for index in sources.indices {
            guard let exchange = sources[index].exchange else { continue }
            effects.append(.close(exchange.token))
            sources[index].exchange = nil
            sources[index].due = now.monotonic + .seconds(6)
        }
        publish(now, &effects)
    }
}

internal import AtomicTime
internal import TimeBase

/// What is known of the leap second at the end of this day, and how far it has come.
struct LeapState: Equatable {
    /// When leap seconds are; nil where only the sources tell.
    var table: LeapHistory?
    /// When the table is read again; nil if there is no file.
    var readingDue: Instant<Monotonic>?
    /// What UTC will do at `midnight`.
    var armed = LeapIndicator.none
    /// The end of the day in UTC: where the first second of the next day begins.
    var midnight = Instant<Realtime>(sinceEpoch: .zero)
    /// Until when the leap second is under way: nobody should rely on our second's number.
    var ends: Instant<Monotonic>?
    /// Until when the kernel is told of none: one whose clock was set arms a leap second only after that was taken back.
    var withdrawn: Instant<Monotonic>?
    /// TAI - UTC in seconds, where the table knows it.
    var taiOffset: Int?
    /// What the kernel was told of that.
    var toldTAIOffset: Int?
    /// Whether the log says already that the table has expired.
    var isExpired = false

    /// By how much UTC jumps, as far as it was announced.
    var step: Duration {
        switch armed {
        case .insertSecond: .seconds(-1)
        case .deleteSecond: .seconds(1)
        default: .zero
        }
    }

    /// How long after the leap second it counts as under way.
    static let length = Duration.seconds(2)
    /// How long the kernel takes to see that a leap second was taken back, with room.
    static let withdrawal = Duration.seconds(3)
    /// How often the table is read again.
    static let readingInterval = Duration.seconds(43_200)
}

/// Leap seconds: UTC jumps, and the wall clock with it, by whose hand the mode says. That is neither an error nor a step by
/// others.
extension Timekeeper {
    /// What UTC will do at the end of this day.
    var armedLeap: LeapIndicator { leap.armed }

    private var mode: LeapSecondMode { settings.leapSeconds.mode }

    /// Whether the kernel is to step the clock.
    private var isLeftToKernel: Bool { mode == .system && controlsClock }

    /// Leap seconds are only announced on the last day of June and December.
    func isLeapDay(_ moment: Instant<Realtime>) -> Bool {
        let date = CivilDate(moment)
        return date.month == 6 && date.day == 30 || date.month == 12 && date.day == 31
    }

    // MARK: Before

    /// What more than half of the sources announce, on a day on which that can be.
    func votedLeap(_ votes: [LeapIndicator], _ now: ClockReading) -> LeapIndicator {
        guard isLeapDay(bestTime(at: now)) else { return .none }
        let announced = [LeapIndicator.insertSecond, .deleteSecond]
        return announced.first { kind in votes.count { $0 == kind } > votes.count / 2 } ?? .none
    }

    /// Takes in what the sources announce for the end of this day (nil: nobody was heard); where the table knows better, it
    /// counts.
    mutating func announceLeap(voted: LeapIndicator?, _ now: ClockReading) {
        // Right after an inserted second it is still, or again, the day that ends with it.
        if let suppressed = suppressSamplesUntil, now.monotonic < suppressed { return }
        let time = bestTime(at: now)
        let known = aim == nil ? nil : leap.table?.leap(onDayOf: time)
        guard let kind = known ?? voted else { return }
        leap.armed = kind
        leap.midnight = Self.endOfDay(time)
        reference?.leap = kind
    }

    /// UTC by the best estimate.
    func bestTime(at now: ClockReading) -> Instant<Realtime> {
        clock.realtime(at: now.monotonic) + Duration(clampingSeconds: wallError(at: now.monotonic) ?? 0)
    }

    private static func endOfDay(_ time: Instant<Realtime>) -> Instant<Realtime> {
        let day = Int128(86400) * 1_000_000_000_000_000_000
        let rest = time.sinceEpoch.attoseconds % day
        return time + Duration(attoseconds: day - (rest < 0 ? rest + day : rest))
    }

    /// Whether an announced leap second is only seconds away: what is measured now could lie on either side of it, since
    /// no two clocks pass it at the same moment.
    func isLeapImminent(_ now: ClockReading) -> Bool {
        leap.armed != .none && bestTime(at: now) + .seconds(6) >= leap.midnight
    }

    /// What the kernel is to do at the end of the day.
    var leapForKernel: LeapIndicator { mode == .system && leap.withdrawn == nil ? leap.armed : .none }

    /// The clock was set: the kernel has forgotten how good it is, and what it was to do at the end of the day.
    mutating func clockWasSet(_ now: ClockReading) {
        kernelStatus = nil
        if leap.armed != .none { leap.withdrawn = now.monotonic + LeapState.withdrawal }
    }

    /// What clients are told.
    func leapForClients(at now: ClockReading) -> LeapIndicator {
        // Who is served a smoothed time must not jump.
        if smoothsLeap { return .none }
        if let ends = leap.ends, now.monotonic < ends { return .unsynchronised }
        return leap.armed
    }

    /// Whether clients do not see the leap second, because it is spread over the time that they are served.
    var smoothsLeap: Bool { smoothing != nil && mode == .slew }

    // MARK: At the moment

    /// Whether a step that somebody made is the announced leap second. One at another time of day is not.
    func isLeapSecond(_ step: Duration, _ now: ClockReading) -> Bool {
        let isAwaited = mode == .system && leap.armed != .none
        guard isAwaited, (step - leap.step).magnitude < .milliseconds(10) else { return false }
        return now.realtime + .seconds(2) >= leap.midnight
    }

    /// When the leap second must have passed, whether or not the kernel did it. The kernel is given half a second; where
    /// it is not the kernel's to do, nobody waits: what is served follows UTC at once.
    private var leapPatience: Duration { isLeftToKernel ? .milliseconds(500) : .zero }

    /// When to look whether an announced leap second has passed: by the wall clock where the kernel steps it, else by the
    /// best estimate.
    private func leapDue(after now: ClockReading) -> Instant<Monotonic>? {
        guard leap.armed != .none else { return nil }
        let time = isLeftToKernel ? clock.realtime(at: now.monotonic) : bestTime(at: now)
        // A deleted second is the day's last, so the jump comes a second before midnight.
        let early = leap.armed == .deleteSecond ? Duration.seconds(1) : .zero
        // At a fast rate the monotonic clock and the wall clock advance alike.
        return now.monotonic + max(leap.midnight - early + leapPatience - time, .zero)
    }

    /// When leap seconds want to be looked at.
    func leapWake(after now: ClockReading) -> Instant<Monotonic>? {
        [leapDue(after: now), leap.ends, leap.withdrawn, leap.readingDue].compactMap(\.self).min()
    }

    mutating func wakeForLeap(_ now: ClockReading, _ effects: inout [Effect]) {
        if let due = leap.readingDue, due <= now.monotonic {
            leap.readingDue = now.monotonic + LeapState.readingInterval
            effects.append(.readLeapSeconds)
        }
        if let ends = leap.ends, ends <= now.monotonic {
            leap.ends = nil
            publish(now, &effects)
        }
        if let withdrawn = leap.withdrawn, withdrawn <= now.monotonic {
            leap.withdrawn = nil
            publish(now, &effects)
        }
        guard let due = leapDue(after: now), due <= now.monotonic else { return }
        // UTC has jumped, and the wall clock has not.
        let jump = leap.step
        passLeapSecond(now, &effects)
        guard aim != nil else { return }
        switch mode {
        case .step where controlsClock: step(by: jump.inSeconds, now, &effects)
        case .system, .step, .slew: correct(now, &effects, isUpdate: false)
        case .ignore: return
        }
        publish(now, &effects)
    }

    /// UTC has jumped. Offsets are counted from a base that jumps with it, so that nothing measured loses its meaning.
    mutating func passLeapSecond(_ now: ClockReading, _ effects: inout [Effect]) {
        let jump = leap.step
        offsetBase += jump
        leap.armed = .none
        leap.ends = now.monotonic + LeapState.length
        if let offset = leap.taiOffset { leap.taiOffset = offset + (jump < .zero ? 1 : -1) }
        reference?.leap = .none
        let moment = seconds(at: now)
        let isSmoothed = mode == .slew
        smoothing?.pass(jump, isSmoothed: isSmoothed, at: moment, now.monotonic)
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

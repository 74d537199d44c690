internal import AtomicTime
internal import TimeBase

/// The table of leap seconds at work: it arms the leap second of a day, and tells how far TAI is ahead.
extension Timekeeper {
    /// Looks the present day up. Whoever tells others what time it is calls this first.
    mutating func lookUpLeap(_ now: ClockReading, _ effects: inout [Effect]) {
        // While a second is repeated, its number belongs to two offsets.
        guard let table = leap.table, aim != nil, leap.ends == nil else { return tellTAIOffset(&effects) }
        announceLeap(voted: nil, now)
        let time = bestTime(at: now)
        leap.taiOffset = table.knownDifference(at: time)
        let isExpired = table.hasExpired(at: time)
        if isExpired, !leap.isExpired, let end = table.expires {
            effects.append(.note(.leapTableExpired(origin: table.origin, at: Instant(sinceEpoch: .seconds(end)))))
        }
        leap.isExpired = isExpired
        tellTAIOffset(&effects)
    }

    /// Tells the kernel how far TAI is ahead of its clock, where that clock jumps as UTC does.
    private mutating func tellTAIOffset(_ effects: inout [Effect]) {
        guard settings.purpose == .serve, controlsClock, discipline.isStarted, reference != nil,
            let offset = leap.taiOffset, offset != leap.toldTAIOffset
        else { return }
        guard settings.leapSeconds.mode == .system || settings.leapSeconds.mode == .step else { return }
        leap.toldTAIOffset = offset
        effects.append(.setTAIOffset(seconds: offset))
        effects.append(.note(.taiOffsetSet(seconds: offset)))
    }

    /// The file was read again.
    mutating func leapSecondsRead(_ table: LeapHistory, _ now: ClockReading, _ effects: inout [Effect]) {
        guard table != leap.table else { return }
        leap.table = table
        leap.isExpired = false
        publish(now, &effects)
    }
}

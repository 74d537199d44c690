import Linux
import Recording
import TimeBase
import TimeZones

/// What the kernel is told of the system clock: the time zone, whether the RTC keeps local time, and the time.
extension HardwareClockProgram {
    /// Tells the kernel the time zone (--systz).
    ///
    /// The first such call after the start of the machine decides two things in the kernel: whether the clock, copied from
    /// an RTC in local time, is to be brought to UTC; and in which time it writes the RTC (11-minute mode). So an RTC in UTC
    /// is told first, by the zone of UTC, and the real zone after it.
    func tellKernelZone(isUTC: Bool, at time: Instant<Realtime>) throws {
        let west = -zone.type(at: Int(time.sinceEpoch.components.seconds)).offset / 60
        if isUTC {
            say("Calling settimeofday(NULL, 0) to lock the warp_clock function.")
            if west != 0 { say("Calling settimeofday(NULL, \(west)) to set the kernel timezone.") }
        } else {
            say("Calling settimeofday(NULL, \(west)) to warp System time, set PCIL and the kernel tz.")
        }
        guard !isTest else { return }
        do throws(Linux.SystemError) {
            if isUTC { try KernelClock().setZone(minutesWest: 0) }
            if !isUTC || west != 0 { try KernelClock().setZone(minutesWest: west) }
        } catch {
            throw Failure("settimeofday() failed: \(error.text)")
        }
    }

    /// Sets the system clock to a time that it should have shown at a moment (--hctosys).
    func setSystemClock(_ time: AdjustmentRecord.Time, at moment: Instant<Realtime>, isUTC: Bool) throws {
        var clock = KernelClock()
        let before = clock.read()
        let right = AdjustmentRecord.instant(time) + (before.realtime - moment)
        try tellKernelZone(isUTC: isUTC, at: right)
        // The kernel may just have moved the clock by the zone's offset.
        let now = clock.read()
        let step = right + (now.monotonic - before.monotonic) - now.realtime
        say("Setting the system clock by \(step)")
        guard !isTest else { return }
        do throws(Linux.SystemError) {
            try clock.step(by: step)
        } catch {
            throw Failure("settimeofday() failed: \(error.text)")
        }
    }
}

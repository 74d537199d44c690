internal import CLinux
public import TimeBase

/// The kernel's clocks: read them, and steer the one that the whole machine goes by (adjtimex(2)).
public struct KernelClock: Sendable {
    /// What the kernel's clock is set to.
    public struct Settings: Hashable, Sendable {
        /// Microseconds that each of the 100 ticks a second is worth; 10000 is the nominal rate.
        public var tick: Int
        /// Scaled parts per million: 65536 is 1 ppm faster.
        public var scaledFrequency: Int
        public var status: Status
    }

    /// What the kernel tells every program about its clock.
    public struct Status: Hashable, Sendable {
        /// Whether STA_UNSYNC is cleared.
        public var isSynchronised: Bool
        public var leap: LeapIndicator
        /// maxerror, kept in whole microseconds.
        public var maximumError: Duration
        /// esterror, kept in whole microseconds.
        public var estimatedError: Duration

        public init(isSynchronised: Bool, leap: LeapIndicator, maximumError: Duration, estimatedError: Duration) {
            self.isSynchronised = isSynchronised
            self.leap = leap
            self.maximumError = maximumError
            self.estimatedError = estimatedError
        }
    }

    private var suspended = Duration.zero
    /// Clock simulators have no CLOCK_BOOTTIME, and some end the program that asks for it.
    private let knowsSuspension = !Simulator.isPreloaded

    public init() {}

    // MARK: Reading

    /// All clocks at one moment, as nearly as a program can: the wall clock is read between two readings of the
    /// monotonic one, and the reading that was least disturbed counts. It allocates nothing.
    public mutating func read() -> ClockReading {
        var best: (width: Duration, reading: ClockReading)?
        var before = Self.now(CLINUX_MONOTONIC)
        for _ in 0..<4 {
            let realtime = Self.now(CLINUX_REALTIME)
            let after = Self.now(CLINUX_MONOTONIC)
            let width = after - before
            let reading = ClockReading(
                realtime: Instant(sinceEpoch: realtime), monotonic: Instant(sinceEpoch: before + width / 2))
            if best.map({ width < $0.width }) ?? true { best = (width, reading) }
            if width < .microseconds(1) { break }
            before = after
        }
        var reading = best?.reading ?? ClockReading(realtime: Self.realtime, monotonic: Instant(sinceEpoch: before))
        reading.suspended = suspension(at: reading.monotonic)
        return reading
    }

    /// The wall clock.
    public static var realtime: Instant<Realtime> { Instant(sinceEpoch: now(CLINUX_REALTIME)) }

    /// The wall clock, and whether it stands in an inserted second, whose number it showed a second ago: the kernel counts
    /// 23:59:59 twice (TIME_OOP). A clock that is not synchronised does not tell.
    public static func realtimeWithLeap() -> (instant: Instant<Realtime>, isRepeated: Bool) {
        var values = clinux_timex()
        guard unsafe clinux_timex_read(&values) == 0 else { return (realtime, false) }
        let isRepeated = values.state == Int64(CLINUX_STATE_INSERTED_SECOND.rawValue)
        return (Instant(sinceEpoch: Duration(values.time)), isRepeated)
    }

    /// The wall clock as NTP counts it, read with little ado.
    public static var timestamp: NTPTimestamp {
        let time = kernel(CLINUX_REALTIME)
        return NTPTimestamp(secondsSince1970: time.seconds, nanoseconds: UInt32(truncatingIfNeeded: time.nanoseconds))
    }

    /// The clock that nobody steps.
    public static var monotonic: Instant<Monotonic> { Instant(sinceEpoch: now(CLINUX_MONOTONIC)) }

    /// Time spent in suspend. It changes only while the machine sleeps, so what differs by less than 10 ms is the
    /// time that reading took, and the known value stays. Where there is no such clock it is zero.
    private mutating func suspension(at monotonic: Instant<Monotonic>) -> Duration {
        var time = clinux_time()
        guard knowsSuspension, unsafe clinux_clock_read(Int32(CLINUX_BOOTTIME.rawValue), &time) == 0 else {
            return .zero
        }
        let measured = max(.zero, Duration(time) - monotonic.sinceEpoch)
        if (measured - suspended).magnitude >= .milliseconds(10) { suspended = measured }
        return suspended
    }

    private static func now(_ clock: clinux_clock) -> Duration { Duration(kernel(clock)) }

    private static func kernel(_ clock: clinux_clock) -> clinux_time {
        var time = clinux_time()
        let result = unsafe clinux_clock_read(Int32(clock.rawValue), &time)
        precondition(result == 0, "The wall clock and the monotonic clock can always be read.")
        return time
    }

    // MARK: Steering

    /// What the kernel's clock is set to now.
    public func settings() throws(SystemError) -> Settings {
        var values = clinux_timex()
        try SystemError.check("adjtimex", unsafe clinux_timex_read(&values))
        let bits = Int(values.status)
        let leap: LeapIndicator =
            bits & Int(CLINUX_STATUS_INSERT.rawValue) != 0
            ? .insertSecond : bits & Int(CLINUX_STATUS_DELETE.rawValue) != 0 ? .deleteSecond : .none
        return Settings(
            tick: Int(values.tick), scaledFrequency: Int(values.frequency),
            status: Status(
                isSynchronised: bits & Int(CLINUX_STATUS_UNSYNCHRONISED.rawValue) == 0, leap: leap,
                maximumError: .microseconds(values.maximum_error),
                estimatedError: .microseconds(values.estimated_error)))
    }

    /// Lets the clock run at this rate from now on.
    ///
    /// - Parameters:
    ///   - tick: microseconds per tick, 9000 to 11000.
    ///   - scaledFrequency: 65536 is 1 ppm faster; ±500 ppm.
    public func setRate(tick: Int, scaledFrequency: Int) throws(SystemError) {
        try SystemError.check("adjtimex", clinux_timex_set_rate(Int64(tick), Int64(scaledFrequency)))
    }

    /// Adds a duration to the wall clock at once; what is less than a nanosecond is cut off.
    public func step(by duration: Duration) throws(SystemError) {
        try SystemError.check("adjtimex", clinux_timex_step(clinux_time(roundingDown: duration)))
    }

    /// Tells the kernel how good its clock is. The kernel's own phase-locked loop is switched off by it.
    public func setStatus(_ status: Status) throws(SystemError) {
        var bits: UInt32 = status.isSynchronised ? 0 : CLINUX_STATUS_UNSYNCHRONISED.rawValue
        switch status.leap {
        case .insertSecond: bits |= CLINUX_STATUS_INSERT.rawValue
        case .deleteSecond: bits |= CLINUX_STATUS_DELETE.rawValue
        case .none, .unsynchronised: break
        }
        try SystemError.check(
            "adjtimex",
            clinux_timex_set_status(
                Int32(bits), Self.microseconds(status.maximumError), Self.microseconds(status.estimatedError)))
    }

    /// Tells the kernel by how many minutes a time zone is behind UTC. The first such call after the start of the machine, if
    /// it is not of UTC, takes the clock to show local time and puts it right, and has the kernel write local time into the RTC.
    public func setZone(minutesWest: Int) throws(SystemError) {
        try SystemError.check("settimeofday", clinux_set_kernel_zone(Int32(clamping: minutesWest)))
    }

    /// Tells the kernel how many seconds TAI is ahead of UTC.
    public func setTAIOffset(_ seconds: Int) throws(SystemError) {
        try SystemError.check("adjtimex", clinux_timex_set_tai(Int64(seconds)))
    }

    /// Ends what other programs left under way: adjtime(3), and the kernel's own phase-locked loop.
    public func stopOtherCorrections() throws(SystemError) {
        try SystemError.check("adjtimex", clinux_timex_stop_corrections())
    }

    /// Puts back what ``settings()`` told.
    public func restore(_ settings: Settings) throws(SystemError) {
        try setRate(tick: settings.tick, scaledFrequency: settings.scaledFrequency)
        try setStatus(settings.status)
    }

    /// Whole microseconds, rounded up so that a bound stays one, and not more than the kernel's 16 s.
    private static func microseconds(_ duration: Duration) -> Int64 {
        guard duration > .zero else { return 0 }
        guard duration < .seconds(16) else { return 16_000_000 }
        return (duration.inNanoseconds + 999) / 1000
    }

    // MARK: Precision

    /// The precision of the wall clock: its resolution, or the time that one reading takes, whichever is longer
    /// (RFC 5905 section 7.3). Always positive.
    public static func measurePrecision() -> Duration {
        var shortest: Duration?
        var increments = 0
        var last = realtime
        for _ in 0..<200_000 where increments < 100 {
            let next = realtime
            let increment = next - last
            last = next
            guard increment > .zero else { continue }
            increments += 1
            shortest = min(shortest ?? increment, increment)
        }
        if let shortest { return shortest }
        var resolution = clinux_time()
        guard unsafe clinux_clock_resolution(Int32(CLINUX_REALTIME.rawValue), &resolution) == 0 else {
            return .milliseconds(10)
        }
        return max(Duration(resolution), .nanoseconds(1))
    }
}

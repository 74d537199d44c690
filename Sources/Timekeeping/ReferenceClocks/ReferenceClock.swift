internal import TimeBase

/// One reference clock at work: when it is read, what it said in this poll interval.
struct ReferenceClock {
    let settings: ReferenceClockSettings
    /// Number of the source that its samples go to.
    let source: Int
    var group: ReadingGroup
    /// When it is read next; of one that speaks by itself, when what it said is looked at.
    var due: Instant<Monotonic>
    /// Readings that were asked for in this poll interval.
    var asked = 0
    /// Readings that came in this poll interval.
    var came = 0
    /// Groups of readings that were looked at; the first are short, so that the clock is soon right.
    var groups = 0
    /// What it showed at its last reading, and when that was.
    var shown: (time: Duration, moment: Instant<Oscillator>)?
    /// The last reading, for pulses that have their seconds from here.
    var last: ReadingGroup.Reading?
    var leap = LeapIndicator.unsynchronised
    /// Whether the last reading was a pulse.
    var isPulsing = false
    /// What the driver claimed last, seconds.
    var claimed = 0.0
    /// Why readings are not used, since the last that was.
    var refusal = ""
    var calibration = OffsetCalibration()

    init(_ settings: ReferenceClockSettings, source: Int, at now: Instant<Monotonic>) {
        var settings = settings
        if settings.isAsked { settings.driverPoll = min(settings.driverPoll, settings.poll) }
        if settings.isLocal { settings.maximumLockAge = max(settings.maximumLockAge, 3) }
        self.settings = settings
        self.source = source
        due = now
        let most = settings.isAsked ? Self.power(settings.poll - settings.driverPoll) : 64
        group = ReadingGroup(limit: min(settings.filterLength, most, 64))
        leap = settings.isLocal ? .unsynchronised : .none
    }

    /// Two to the power, for exponents between 0 and 20.
    private static func power(_ exponent: Int) -> Int { 1 << min(max(exponent, 0), 20) }

    /// After how many readings their group is looked at: 4 at first, twice as many each time, up to a poll interval's.
    var groupSize: Int {
        let most = Self.power(settings.poll - settings.driverPoll)
        return min(most, groups < 16 ? 4 << groups : most)
    }

    /// From one look at the readings to the next, where they come by themselves.
    var groupInterval: Duration {
        min(.poll(settings.poll), groups < 16 ? .seconds(4 << groups) : .poll(settings.poll))
    }

    /// How many readings a sample needs. As long as nobody knows how far they scatter, there must be some to compare.
    var needed: Int {
        guard group.isNoiseKnown else { return 4 }
        return min(4, settings.filterLength, settings.isAsked ? groupSize : 4)
    }

    /// Forgets all readings: the clock was stepped, or the machine slept.
    mutating func forget() {
        group.drop()
        last = nil
        shown = nil
    }

    mutating func shift(by seconds: Double) {
        group.shift(by: seconds)
        last?.offset += seconds
    }
}
